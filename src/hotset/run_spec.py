"""What is to be run: everything about a run that is decided before anything opens."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotset.account import cache_dir, state_dir
from hotset.data.claim import IfExists, Standing
from hotset.data.listing import Listing
from hotset.limits import Limits
from hotset.memory.auto import Memory
from hotset.memory.levels import Level
from hotset.memory.placed import DEFAULT_FILE, load_placements
from hotset.memory.ranked import Ranked
from hotset.rows.plan import Engine
from hotset.session.settings import Ask


@dataclass(frozen=True)
class RunSpec:
    """One run of one job."""

    name: str
    run_id: str
    report: Path
    run_key: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    listings: Mapping[tuple[str, ...], Listing] = field(default_factory=dict)
    destinations: tuple[Path, ...] = ()
    asks: tuple[Ask, ...] = ()
    source: Path | None = None  # the job's own file or package
    code: tuple[Path, ...] = ()
    needs_spark: bool = True  # before the job begins
    if_exists: IfExists = "refuse"
    break_lock: bool = False
    limits: Limits = field(default_factory=Limits)
    expected: Mapping[Path, Standing] = field(default_factory=dict)  # what stood at the destinations
    levels: tuple[tuple[str, Level], ...] = ()  # of what is kept, by name: `--level`
    levels_file: Path | None = None  # what was measured; default: conf/levels.toml where it exists
    forced_levels: Mapping[str, Level] = field(default_factory=dict)  # an experiment's, above everybody's
    engine: Engine = "auto"  # who executes expressions over rows
    memory_bytes: int | None = None  # what DuckDB may use; None: most of what there is
    variant: str = ""  # which of its parameters were given, paths aside

    @property
    def log(self) -> Path:
        return self.report.with_suffix(".log")

    @property
    def input_bytes(self) -> int:
        """Of all inputs that are known before the session opens."""
        return sum(listing.size_bytes for listing in self.listings.values())

    @property
    def known_bytes(self) -> int | None:
        """The same; None where nobody has said yet what is read."""
        return self.input_bytes if self.listings else None

    def memory(self) -> Memory | None:
        """Where runs of this job leave what they measured; an experiment's runs leave nothing."""
        if self.forced_levels:
            return None
        return Memory(self.name, self.variant, state_dir(os.environ), cache_dir(os.environ))

    def ranked(self) -> Ranked:
        """All who say how something is kept. Raises UsageError for a levels file that is none."""
        file = self.levels_file or DEFAULT_FILE
        is_there = os.path.exists(file)  # noqa: PTH110 (pathlib raises in a directory that is closed)
        lines = load_placements(file) if self.levels_file or is_there else ()
        return Ranked(self.forced_levels, self.levels, tuple(one for one in lines if one.job == self.name), str(file))
