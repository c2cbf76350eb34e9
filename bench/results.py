"""What was measured: every single time, and where it was taken; kept as JSON, complete or not."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.work import Mode, Unit


@dataclass(frozen=True)
class Timing:
    """One program, once. Seconds and memory are None where it failed, memory also where it was warm."""

    program: str
    mode: Mode
    size: str
    round: int
    load_before: float = 0
    busy_cores_before: float = 0
    waited_s: float = 0
    seconds: float | None = None
    peak_pss_bytes: int | None = None
    failed: str = ""

    @property
    def turn(self) -> tuple[str, Mode, str, int]:
        return self.program, self.mode, self.size, self.round


@dataclass
class Section:
    """The times of one call of the bench, and everything that they depend on."""

    date: str
    rounds: int
    sizes: dict[str, int]  # as it was asked for -> bytes or rows; {'': 0} for a work that reads nothing
    seed: int
    modes: list[Mode]
    programs: dict[str, str]  # name -> label, those that ran or failed
    skipped: dict[str, str]  # name -> why it could not run
    baseline: str
    about: str  # what was read
    machine: dict[str, Any]
    versions: dict[str, str]
    source: str  # a hash of hotset's code
    unit: Unit = "bytes"  # of the sizes
    times: list[Timing] = field(default_factory=list)

    def has(self, wanted: Timing) -> bool:
        """Whether this turn was taken already."""
        return any(timing.turn == wanted.turn for timing in self.times)

    def failures(self) -> list[Timing]:
        return [timing for timing in self.times if timing.failed]

    def go_on_from(self, before: "Section | None", *, other_source: bool = False) -> bool:
        """Takes over the good times of a section that was measured in the same way; False if it was not."""
        same = ["sizes", "unit", "seed", "machine", "versions", "about"] + ["source"] * (not other_source)
        if before is None or any(getattr(self, name) != getattr(before, name) for name in same):
            return False
        self.times = [timing for timing in before.times if not timing.failed and self._wants(timing)]
        return True

    def _wants(self, timing: Timing) -> bool:
        return timing.program in self.programs and timing.mode in self.modes and timing.round <= self.rounds


@dataclass
class Result:
    """All that is known of a work: section `main`, and `growth` where sizes were compared."""

    work: str
    title: str
    sections: dict[str, Section] = field(default_factory=dict)


def load(path: Path) -> Result | None:
    """What lies at `path`; None where nothing does."""
    if not path.exists():
        return None
    record = json.loads(path.read_text("utf-8"))
    sections = {name: _section(section) for name, section in record["sections"].items()}
    return Result(record["work"], record["title"], sections)


def save(result: Result, path: Path) -> None:
    """Writes all of it or nothing, whenever the bench is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(_record(result), indent=1, ensure_ascii=False) + "\n", "utf-8")
    new.replace(path)


def _record(result: Result) -> dict[str, Any]:
    sections = {
        name: {**asdict(section), "times": [_without_nothing(timing) for timing in section.times]}
        for name, section in result.sections.items()
    }
    return {"work": result.work, "title": result.title, "sections": sections}


def _without_nothing(timing: Timing) -> dict[str, Any]:
    return {name: value for name, value in asdict(timing).items() if value not in (None, "") or name == "size"}


def _section(record: dict[str, Any]) -> Section:
    times: Iterable[dict[str, Any]] = record.pop("times")
    return Section(**record, times=[Timing(**timing) for timing in times])
