"""The arithmetic of a cache from one log: seconds without it, less those of building and reading it, as bounds.

    saving = sum of the uses' times - (building + writing + reading)

Building once costs what the dearest use did, or more where each use was spared columns and rows that a cache must
hold. The stages of a use may have done other work too: then its time lies between what ran alone and all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hotset.advice import rates
from hotset.advice.stages import run_seconds, wall
from hotset.advice.verdicts import Span
from hotset.eventlog import Stage

MORE = 1.6  # times the dearest use, where the uses were spared different columns and rows
AS_MUCH = 1.15
UNKNOWN = 2.0  # times the dearest use: to write and read what nobody knows the size of
LIKELY_MORE = 1.5
LIKELY_SHARE = 0.75  # of what may be a use's part of its shared stages
AS_LITTLE = 0.6  # the first use carries what a warm JVM does not


@dataclass(frozen=True)
class Times:
    """One use: seconds in its own stages, which a cache makes superfluous, and in the ones that it shared."""

    own: float
    shared: Span  # its part of them
    own_wall: float
    parallel: float  # tasks of the shared stages that ran at once; waiting between them is saved by nobody

    @classmethod
    def of(cls, own: Sequence[Stage], shared: Sequence[Stage], part: Span) -> "Times":
        clock = wall(shared)
        return cls(run_seconds(own), part, wall(own), max(run_seconds(shared) / clock, 1.0) if clock else 1.0)

    @property
    def tasks(self) -> Span:
        return Span(self.own + self.shared.low, self.own + self.shared.high)

    @property
    def clock(self) -> Span:
        return Span(self.own_wall + self.shared.low / self.parallel, self.own_wall + self.shared.high / self.parallel)

    @property
    def likely(self) -> float:
        """Seconds of the clock."""
        shared = self.shared.low + LIKELY_SHARE * (self.shared.high - self.shared.low)
        return self.own_wall + shared / self.parallel


def likely_saving(uses: Sequence[Times], size: rates.Size, agrees: bool, unread: float) -> float:
    """Seconds of the clock that keeping would save, by the middle of what is possible; nothing for an unknown size."""
    if not size.bounds.high:
        return 0.0
    clocks = [use.likely for use in uses]
    by_bytes = rates.LIKELY_WRITE_S_PER_BYTE + len(uses) * rates.LIKELY_READ_S_PER_BYTE
    costs = (size.middle * by_bytes + unread / 2) / max(use.parallel for use in uses)
    dearest = max(clocks) * (1.0 if agrees else LIKELY_MORE)
    return sum(clocks) - dearest - costs - rates.LIKELY_JOB_S * (len(uses) + 1)


def keep_saving(uses: Sequence[Times], size: rates.Size, agrees: bool, unread: float) -> tuple[Span, Span]:
    """(task seconds, seconds of the clock) that keeping would save. `unread`: to read what no use asked for."""
    costs = rates.write(size) + Span(0.0, unread)
    if not size.bounds.high:  # nobody knows how large it is: at worst it takes as long to keep as to compute
        costs += Span(0.0, UNKNOWN * max(use.tasks.high for use in uses))
    for _ in uses:
        costs += rates.read(size)
    tasks = _spared([use.tasks for use in uses], agrees) - costs
    slow, fast = min(use.parallel for use in uses), max(use.parallel for use in uses)
    jobs = Span(rates.JOB_S.low, rates.JOB_S.high * (len(uses) + 1))
    return tasks, _spared([use.clock for use in uses], agrees) - costs.over(slow, fast) - jobs


def _spared(uses: Sequence[Span], agrees: bool) -> Span:
    """All uses but one, give or take the noise of running the same again."""
    more = AS_MUCH if agrees else MORE
    lows, highs = [use.low for use in uses], [use.high for use in uses]
    noise = rates.NOISE * sum(highs)
    low = min(sum(lows) - more * max(lows), sum(highs) - more * max(highs))
    high = max(sum(lows) - AS_LITTLE * max(lows), sum(highs) - AS_LITTLE * max(highs))
    return Span(low - noise, high + noise)
