"""What is to be measured, out of what was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from bench.machine import machine, source_digest, versions
from bench.place import Place
from bench.results import Section
from bench.sizes import SIZES, parse_sizes
from bench.work import Mode, Program, Work
from hotset.errors import UsageError


@dataclass(frozen=True)
class Asked:
    """The command line, as it was typed."""

    size: str
    rounds: int
    seed: int
    programs: str
    modes: str
    growth: str
    quick: bool

    @property
    def section(self) -> str:
        return "growth" if self.growth else "main"

    def programs_of(self, work: Work) -> list[Program]:
        """Those that are to run, in the work's order. Raises UsageError for one that it does not have."""
        named = self.programs.split(",") if self.programs else list(work.quick if self.quick else ())
        _refuse_unknown("--programs", named, [program.name for program in work.programs])
        return [program for program in work.programs if not named or program.name in named]


def new_section(work: Work, asked: Asked, place: Place) -> Section:
    """A section without times. Raises UsageError for what the work does not have."""
    if asked.rounds < 1:
        raise UsageError(f"--rounds is 1 or more, got {asked.rounds}")
    wanted = asked.programs_of(work)
    archived = [program.name for program in wanted if program.archive]
    why_not = place.make_archive() if archived else ""
    skipped = dict.fromkeys(archived, why_not) if why_not else {}
    ran = {program.name: program.label for program in wanted if program.name not in skipped}
    return Section(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        rounds=1 if asked.quick else asked.rounds,
        sizes=_sizes(work, asked),
        unit=work.data.unit if work.data else "bytes",
        seed=asked.seed,
        modes=_modes(work, asked.modes),
        programs=ran,
        skipped=skipped,
        baseline=work.baseline if work.baseline in ran else "",
        about=work.data.about if work.data else "",
        machine=machine(),
        versions=versions(place.java),
        source=source_digest(),
    )


def _sizes(work: Work, asked: Asked) -> dict[str, int]:
    if work.data is None:
        if asked.growth:
            raise UsageError(f"--growth compares sizes of an input, got it for {work.name}, which reads nothing")
        return {"": 0}
    sizes = SIZES[work.data.unit]
    named = asked.growth or (sizes.quick if asked.quick else asked.size or sizes.usual)
    return parse_sizes(named, work.data.unit)


def _modes(work: Work, text: str) -> list[Mode]:
    named = text.split(",")
    _refuse_unknown("--modes", named, get_args(Mode))
    modes: list[Mode] = [mode for mode in get_args(Mode) if mode in named]
    return modes if any(program.warm for program in work.programs) else ["whole"]


def _refuse_unknown(option: str, named: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    if unknown := [name for name in named if name not in known]:
        raise UsageError(f"{option} has no {', '.join(unknown)}; there are {', '.join(known)}")
