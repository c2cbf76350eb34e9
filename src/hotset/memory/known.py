"""What the measurements of earlier runs say of a set: its size, how often it is read, and what it takes to compute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hotset.memory.choice import DROPPING, IN_OBJECTS, ON_DISK, SPILLING, Bounds, Cost
from hotset.memory.levels import NONE, PARQUET
from hotset.memory.measured import Measurement

SERIALIZED = (SPILLING, DROPPING, ON_DISK)
MEASURED = (IN_OBJECTS, *SERIALIZED, PARQUET)
SPREAD = 0.1  # between runs that do the same
LEAST_RUNS = 2


@dataclass(frozen=True)
class Known:
    """None: unknown. `costs` are the machine's, with what was measured of this very set."""

    reads: int | None
    compute_seconds: Bounds | None
    compared: bool  # with a run that kept nothing
    object_bytes: int | None
    serialized_bytes: int | None
    partitions: int
    costs: Mapping[str, Cost]
    runs: int


def known(measurements: Sequence[Measurement], costs: Mapping[str, Cost]) -> Known:
    """What follows from the measurements of one set, the oldest first, scaled to this run's input."""
    stored = [one for one in measurements if one.level in MEASURED and one.memory_bytes + one.disk_bytes > 0]
    objects = _object_bytes(stored, costs)
    own_costs = _with_own_reads(costs, stored, objects)
    compute, compared = _from_builds(stored, objects, own_costs), _compared(measurements, stored, objects, own_costs)
    if compared:
        level, cost, compute = compared
        own_costs[level] = cost
    last = stored[-1] if stored else None
    return Known(
        reads=last.reads if last else None,
        compute_seconds=compute,
        compared=compared is not None,
        object_bytes=objects,
        serialized_bytes=next((_whole(one) for one in reversed(stored) if one.level in SERIALIZED), None),
        partitions=max(last.partitions, 1) if last else 1,
        costs=own_costs,
        runs=len(measurements),
    )


def _object_bytes(stored: Sequence[Measurement], costs: Mapping[str, Cost]) -> int | None:
    """As objects: measured so, or else out of another form by the machine's usual ratio."""
    for one in reversed(stored):
        if one.level == IN_OBJECTS:
            ratio = costs[SPILLING].ratio if SPILLING in costs else 1.0
            return round(_complete(one, one.memory_bytes + one.disk_bytes / ratio))  # spilled blocks are serialised
    for one in reversed(stored):
        if one.level in costs:
            return round(_whole(one) / costs[one.level].ratio)
    return None


def _whole(one: Measurement) -> int:
    return round(_complete(one, one.memory_bytes + one.disk_bytes))


def _complete(one: Measurement, size: float) -> float:
    """The size of all partitions, where some were dropped or never read."""
    return size * one.partitions / one.partitions_stored if one.partitions_stored else size


def _with_own_reads(costs: Mapping[str, Cost], stored: Sequence[Measurement], objects: int | None) -> dict[str, Cost]:
    """Reading was measured together with what the reader did next, so it takes at most that long."""
    found = dict(costs)
    for one in stored:
        if one.level in found and one.read_seconds is not None and one.reads > 1 and objects:
            cost, most = found[one.level], one.read_seconds / (one.reads - 1) / objects
            least = min(cost.read_s.least, most)
            found[one.level] = replace(cost, read_s=Bounds(least, min(cost.read_s.most, most)))
    return found


def _from_builds(stored: Sequence[Measurement], objects: int | None, costs: Mapping[str, Cost]) -> Bounds | None:
    """The seconds of building, less those of writing."""
    bounds = [
        Bounds(one.build_seconds - costs[one.level].write_s.most * objects, one.build_seconds)
        for one in stored
        if one.build_seconds is not None and one.level in costs and objects is not None
    ]
    if not bounds:
        return None
    least, most = min(one.least for one in bounds), max(one.most for one in bounds)
    return Bounds(max(0.0, least * (1 - SPREAD)), most)


def _compared(
    measurements: Sequence[Measurement],
    stored: Sequence[Measurement],
    objects: int | None,
    costs: Mapping[str, Cost],
) -> tuple[str, Cost, Bounds] | None:
    """From whole runs with and without this set, all others being kept alike: what they differ by is what it saves.

    The level, what that costs, and the C for which (k-1)*(C-R)-W is the difference. The fastest runs are compared, two
    of each kind at least: what else the machine does only makes a run slower. None when they tell nothing.
    """
    kept = [one for one in stored if one.seconds is not None and one.reads > 1 and one.level in costs]
    if not kept or objects is None:
        return None
    last = kept[-1]
    without = _seconds(one for one in measurements if one.level == NONE and one.others == last.others)
    with_it = _seconds(one for one in kept if one.level == last.level and one.others == last.others)
    if min(len(without), len(with_it)) < LEAST_RUNS:
        return None
    difference, spread = min(without) - min(with_it), SPREAD * max(min(without), min(with_it))
    if abs(difference) <= spread:
        return None
    cost, again = _certain(costs[last.level]), last.reads - 1
    read = cost.read_s.middle * objects + cost.task_seconds * max(last.partitions, 1)
    least, most = (
        max(0.0, (saved + cost.write_s.middle * objects) / again + read)
        for saved in (difference - spread, difference + spread)
    )
    return last.level, cost, Bounds(least, most)


def _seconds(runs: Iterable[Measurement]) -> list[float]:
    return [one.seconds for one in runs if one.seconds is not None]


def _certain(cost: Cost) -> Cost:
    """The same without its spread, which is in the seconds of the runs."""
    write, read = cost.write_s.middle, cost.read_s.middle
    return replace(cost, write_s=Bounds(write, write), read_s=Bounds(read, read))
