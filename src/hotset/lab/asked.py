"""What the person asks of an experiment on the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group

from hotset.errors import UsageError
from hotset.lab.options import check_level
from hotset.memory.placed import DEFAULT_FILE
from hotset.params import SessionOptions, Way
from hotset.units import Duration, Share

OURS = {"group": Group("Experiment", sort_key=3)}


@dataclass(frozen=True)
class LabOptions(SessionOptions):
    """The options of an experiment. Raises UsageError for what none can be made with."""

    config: Annotated[Path | None, "parameters in a TOML file"] = None
    max_bad: Annotated[Share, "how many bad rows are put up with: a number, or a share of all like 0.5%"] = Share("0")
    on_empty: Annotated[Literal["fail", "ok"], "what to make of an input without a record"] = "fail"
    budget: Annotated[Duration, "time for measuring, as in 90s, 10m, 1.5h"] = field(
        default=Duration("10m"), metadata=OURS
    )
    rounds: Annotated[int | None, "measure this many rounds, whatever they show; default: until it is decided"] = field(
        default=None, metadata=OURS
    )
    levels: Annotated[str, "only these, as in NONE,DISK_ONLY,PARQUET; also UNCOMPRESSED and ARROW"] = field(
        default="", metadata=OURS
    )
    by: Annotated[tuple[str, ...], "NAME=COLUMN,…: also try NAME partitioned by these columns; may be repeated"] = (
        field(default=(), metadata=OURS)
    )
    confidence: Annotated[float, "of every interval"] = field(default=0.95, metadata=OURS)
    apply: Annotated[bool, "write what is recommended into the file of levels, which later runs follow"] = field(
        default=False, metadata=OURS
    )
    levels_file: Annotated[Path, "where --apply writes to"] = field(default=DEFAULT_FILE, metadata=OURS)
    again: Annotated[bool, "forget what was measured, and begin anew"] = field(default=False, metadata=OURS)

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise UsageError(f"--confidence is at least 0.5 and below 1, got {self.confidence:g}; 0.95 is usual")
        if self.rounds is not None and self.rounds < 1:
            raise UsageError(f"--rounds is at least 1, got {self.rounds}; leave it out to measure until it is decided")
        for checked in (self.wanted_levels, self.columns_by_name):
            checked()

    def wanted_levels(self) -> tuple[str, ...]:
        """Without doubles, in the order given; none means all. Raises UsageError for an unknown one."""
        return tuple(dict.fromkeys(check_level(name) for name in self.levels.split(",") if name.strip()))

    def columns_by_name(self) -> Mapping[str, str]:
        """name -> columns. Raises UsageError for what is not written NAME=COLUMN."""
        pairs = [pair.partition("=") for pair in self.by]
        for name, _, columns in pairs:
            if not name.strip() or not columns.strip():
                raise UsageError(f"--by is written NAME=COLUMN, got {name!r}; as in --by counts=word")
        return {name.strip(): columns.replace(" ", "") for name, _, columns in pairs}


LAB = Way("lab", LabOptions)
