"""What follows from single times: medians with their spread, and ratios round by round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from bench.results import Section
from bench.work import Mode


@dataclass(frozen=True)
class Spread:
    """The middle and both ends."""

    median: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None where there is nothing."""
        return cls(statistics.median(values), min(values), max(values), len(values)) if values else None


@dataclass(frozen=True)
class Figures:
    """What is known of one program in one mode at one size."""

    seconds: Spread | None
    times_as_fast: Spread | None  # as the baseline
    peak_pss_bytes: int | None  # the greatest of all rounds
    failures: int


def figures(section: Section, program: str, mode: Mode, size: str) -> Figures:
    """Seconds, speed beside the baseline and peak memory."""
    mine = seconds_by_round(section, program, mode, size)
    theirs = seconds_by_round(section, section.baseline, mode, size)
    timings = [t for t in section.times if (t.program, t.mode, t.size) == (program, mode, size)]
    peaks = [timing.peak_pss_bytes for timing in timings if timing.peak_pss_bytes]
    return Figures(
        Spread.of(list(mine.values())),
        Spread.of(ratios(theirs, mine)),
        max(peaks, default=None),
        sum(bool(timing.failed) for timing in timings),
    )


def seconds_by_round(section: Section, program: str, mode: Mode, size: str) -> dict[int, float]:
    """round -> seconds; a round that failed is not in it."""
    return {
        timing.round: timing.seconds
        for timing in section.times
        if (timing.program, timing.mode, timing.size) == (program, mode, size) and timing.seconds is not None
    }


def ratios(one: dict[int, float], other: dict[int, float]) -> list[float]:
    """`one` to `other` of the same round: what made a round slow made both slow."""
    return [one[number] / other[number] for number in sorted(one.keys() & other.keys())]


def by_speed(section: Section, size: str) -> list[str]:
    """The programs, fastest first: from start to exit, or warm where nothing else was timed; failed ones last."""

    def key(program: str) -> list[float]:
        spreads = [figures(section, program, mode, size).seconds for mode in get_args(Mode)]
        return [spread.median if spread else float("inf") for spread in spreads]

    return sorted(section.programs, key=key)
