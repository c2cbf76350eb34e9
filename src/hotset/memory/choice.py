"""Which level a kept set is worth: a decision from measured seconds and bytes, with its inequality in words.

A set that is read k times and takes C seconds to compute costs k*C where nothing is kept, and C + W + (k-1)*R at a
level that takes W seconds to write and R to read. Keeping it saves B = (k-1)*(C-R) - W, taken with C at its lower bound
and W and R at their upper ones: a set is kept only where its worst case gains.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hotset.memory.levels import NONE

Kind = Literal["DataFrame", "RDD"]
IN_OBJECTS = "MEMORY_AND_DISK_DESER"
SPILLING = "MEMORY_AND_DISK"
DROPPING = "MEMORY_ONLY"
ON_DISK = "DISK_ONLY"
FITS = 0.9  # of the free storage memory: running tasks borrow from the rest
LEAST_SAVING_S = 0.05
LEAST_SHARE = 0.05  # of C: below it a saving is noise


@dataclass(frozen=True)
class Bounds:
    """A figure between two, as far as it is known."""

    least: float
    most: float

    @property
    def middle(self) -> float:
        return (self.least + self.most) / 2

    def times(self, factor: float) -> "Bounds":
        return Bounds(self.least * factor, self.most * factor)

    def plus(self, other: "Bounds") -> "Bounds":
        return Bounds(self.least + other.least, self.most + other.most)


@dataclass(frozen=True)
class Cost:
    """What a level costs here: seconds for a byte of the set as MEMORY_AND_DISK_DESER keeps it, and its share of them.

    `task_seconds` goes on top for each partition that is read.
    """

    write_s: Bounds
    read_s: Bounds
    ratio: float
    task_seconds: float = 0.0


@dataclass(frozen=True)
class Candidate:
    """What is known of a set before it is kept; None: unknown."""

    name: str
    kind: Kind
    reads: int | None
    compute_seconds: Bounds | None
    object_bytes: int | None  # as MEMORY_AND_DISK_DESER keeps it
    free_bytes: int  # storage memory
    default_level: str = IN_OBJECTS
    serialized_bytes: int | None = None
    partitions: int = 1
    deterministic: bool = True
    from_columns: bool = False  # read from Parquet or ORC with no more than a filter: each reader takes what it needs
    compared: bool = False  # the seconds to compute come from runs with and without keeping


@dataclass(frozen=True)
class Prediction:
    """What a level is expected to take, the saving against keeping nothing, and that saving in the worst case."""

    level: str
    build_seconds: float
    read_seconds: float
    total_seconds: float
    saves_seconds: float
    saves_at_least: float
    share_in_memory: float
    inequality: str


@dataclass(frozen=True)
class Choice:
    """A level, one line that says why, and what was predicted of each level that was considered."""

    level: str
    because: str
    predictions: tuple[Prediction, ...] = ()

    @property
    def predicted(self) -> Prediction | None:
        """Of the level that was chosen."""
        return next((one for one in self.predictions if one.level == self.level), None)


def choose(candidate: Candidate, costs: Mapping[str, Cost]) -> Choice:
    """The level for this set, by what levels cost on this machine."""
    if candidate.reads is not None and candidate.reads <= 1:
        return Choice(NONE, f"{_reads(candidate.reads)}: nothing is read again, so nothing can be saved")
    if not candidate.deterministic:
        return Choice(IN_OBJECTS, "its plan gives other values each time: it is frozen, whatever that costs")
    if IN_OBJECTS not in costs and candidate.reads is not None:
        return Choice(candidate.default_level, "Spark's default: what levels cost on this machine was never measured")
    if candidate.compute_seconds is None or candidate.object_bytes is None:
        why = f"no earlier run measured {candidate.name!r} on input of this size; this one does"
        return Choice(candidate.default_level, f"Spark's default: {why}")
    if candidate.from_columns and not candidate.compared:
        return Choice(NONE, "it comes straight from columnar files: each reader takes only the columns that it needs")
    predictions = tuple(_predicted(candidate, level, costs) for level in _possible(candidate, costs))
    if candidate.reads is None:
        return _rented(candidate, predictions)
    return _worth(candidate, predictions)


def _worth(candidate: Candidate, predictions: tuple[Prediction, ...]) -> Choice:
    """The level that saves most in the worst case, if that is more than noise."""
    best = max(predictions, key=lambda one: one.saves_at_least)
    least = _least_saving(candidate)
    if best.saves_at_least > least:
        return Choice(best.level, f"{best.inequality} > {least:.2f} s; {_fit(candidate, best)}", predictions)
    return Choice(NONE, f"{best.inequality} <= {least:.2f} s at {best.level}: keeping may gain nothing", predictions)


def _rented(candidate: Candidate, predictions: tuple[Prediction, ...]) -> Choice:
    """Reads unknown, as in ski rental: a set that takes no longer to write than to compute costs at most double.

    Karlin, Manasse, Rudolph, Sleator: Competitive snoopy caching, Algorithmica 3 (1988). The purchase is at the first
    read, since a plan that runs cannot be changed.
    """
    best = min(predictions, key=lambda one: one.build_seconds)
    compute = candidate.compute_seconds or Bounds(0, 0)
    write = best.build_seconds - compute.middle
    if write <= compute.least:
        because = f"reads unknown; W = {write:.2f} s <= C = {compute.least:.2f} s, so keeping costs at most double"
        return Choice(best.level, because, predictions)
    because = f"Spark's default: reads unknown, and W = {write:.2f} s > C = {compute.least:.2f} s decides nothing"
    return Choice(candidate.default_level, because, predictions)


def _possible(candidate: Candidate, costs: Mapping[str, Cost]) -> list[str]:
    """The levels to compare, the preferred first: objects alone where they fit."""
    usable = FITS * candidate.free_bytes
    if (candidate.object_bytes or 0) <= usable:
        return [IN_OBJECTS]
    levels = [IN_OBJECTS, DROPPING, ON_DISK]
    if _serialized_bytes(candidate, costs) <= usable:
        levels[1:1] = [SPILLING]
    return [level for level in levels if level in costs]


def _serialized_bytes(candidate: Candidate, costs: Mapping[str, Cost]) -> float:
    if candidate.serialized_bytes is not None:
        return candidate.serialized_bytes
    ratio = costs[SPILLING].ratio if SPILLING in costs else 1.0
    return (candidate.object_bytes or 0) * ratio


def _predicted(candidate: Candidate, level: str, costs: Mapping[str, Cost]) -> Prediction:
    compute = candidate.compute_seconds or Bounds(0, 0)
    write, read, share = _moving(candidate, level, costs)
    expected, worst = read.middle, read.most
    if level == DROPPING:  # what is missing is computed again
        expected, worst = expected + (1 - share) * compute.middle, worst + (1 - share) * compute.least
    again = max((candidate.reads or 1) - 1, 0)
    saves_at_least = again * (compute.least - worst) - write.most
    inequality = (
        f"{_reads(candidate.reads)}: {again}*(C-R)-W = "
        f"{again}*({compute.least:.2f}-{worst:.2f})-{write.most:.2f} = {saves_at_least:.2f} s"
    )
    build = compute.middle + write.middle
    total = build + again * expected
    saves = (again + 1) * compute.middle - total
    return Prediction(level, build, expected, total, saves, saves_at_least, share, inequality)


def _moving(candidate: Candidate, level: str, costs: Mapping[str, Cost]) -> tuple[Bounds, Bounds, float]:
    """Seconds to write the set and to read what is stored of it, and the share that finds room in memory."""
    size, cost = candidate.object_bytes or 0, costs[level]
    share = _share_in_memory(candidate, level, cost)
    kept = size * share if level == DROPPING else size
    write, read = cost.write_s.times(size), cost.read_s.times(kept)
    if level == IN_OBJECTS and share < 1 and ON_DISK in costs:  # what does not fit is spilled
        disk = costs[ON_DISK]
        write = write.times(share).plus(disk.write_s.times(size * (1 - share)))
        read = read.times(share).plus(disk.read_s.times(size * (1 - share)))
    tasks = cost.task_seconds * candidate.partitions
    return write, read.plus(Bounds(tasks, tasks)), share


def _share_in_memory(candidate: Candidate, level: str, cost: Cost) -> float:
    if level == ON_DISK:
        return 0.0
    stored = (candidate.object_bytes or 0) * cost.ratio
    if level != IN_OBJECTS and candidate.serialized_bytes is not None:
        stored = candidate.serialized_bytes
    return min(1.0, FITS * candidate.free_bytes / stored) if stored else 1.0


def _fit(candidate: Candidate, chosen: Prediction) -> str:
    """How the set lies in memory at the level that was chosen."""
    size, free = (candidate.object_bytes or 0) / 1e6, candidate.free_bytes / 1e6
    if chosen.level == IN_OBJECTS and size <= FITS * free:
        return f"{size:,.1f} MB fit into {FITS:.0%} of {free:,.1f} MB"
    return f"{size:,.1f} MB as objects do not fit into {FITS:.0%} of {free:,.1f} MB"


def _least_saving(candidate: Candidate) -> float:
    compute = candidate.compute_seconds.least if candidate.compute_seconds else 0.0
    return max(LEAST_SAVING_S, LEAST_SHARE * compute)


def _reads(count: int | None) -> str:
    return "reads unknown" if count is None else f"{count} read{'' if count == 1 else 's'}"
