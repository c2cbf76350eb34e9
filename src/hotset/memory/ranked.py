"""Which level a name is kept at, and who says so: the highest in rank of all who have a word in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotset.memory.levels import Level
from hotset.memory.placed import DEFAULT_FILE, Placement

LAB = "hotset lab"
SPARK = "Spark's default"


@dataclass(frozen=True)
class Asked:
    """One wish, and by whom."""

    level: Level
    by: str


@dataclass(frozen=True)
class Ranked:
    """All who have a word in it: an experiment > the code > `--level` > what was measured > Spark's default."""

    forced: Mapping[str, Level] = field(default_factory=dict)
    asked: tuple[tuple[str, Level], ...] = ()
    placements: tuple[Placement, ...] = ()  # of this job
    file: str = str(DEFAULT_FILE)

    def of(self, name: str, in_code: Level | None, input_bytes: int) -> Asked | None:
        """None: nobody says anything, and Spark's default holds."""
        if name in self.forced:
            return Asked(self.forced[name], LAB)
        if in_code is not None:
            return Asked(in_code, "the code")
        for wanted, level in reversed(self.asked):  # of two for one name the later wins
            if wanted == name:
                return Asked(level, "--level")
        for placement in self.placements:
            if placement.name == name and placement.counts_for(input_bytes):
                return Asked(placement.level, self.file)
        return None

    def conf(self, input_bytes: int) -> dict[str, str]:
        """The session's settings that belong to what was measured, of the lines that nobody overrules."""
        overruled = {*self.forced, *(name for name, _ in self.asked)}
        used = (one for one in self.placements if one.name not in overruled and one.counts_for(input_bytes))
        return {key: value for placement in used for key, value in placement.conf.items()}

    def out_of_range(self, name: str, input_bytes: int) -> Placement | None:
        """The line for this name that does not count, since it was measured on another size of input."""
        lines = [one for one in self.placements if one.name == name and not one.counts_for(input_bytes)]
        return lines[0] if lines else None
