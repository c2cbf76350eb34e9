import pytest

from hotset.memory.choice import Bounds, Cost
from hotset.memory.known import known
from hotset.memory.measured import Measurement

# one byte of objects: seconds to write and to read; serialised it is half as large
COSTS = {
    "MEMORY_AND_DISK_DESER": Cost(Bounds(1e-8, 3e-8), Bounds(1e-9, 3e-9), 1.0),
    "MEMORY_AND_DISK": Cost(Bounds(2e-8, 4e-8), Bounds(2e-9, 4e-9), 0.5),
    "DISK_ONLY": Cost(Bounds(2e-8, 4e-8), Bounds(2e-9, 4e-9), 0.5),
}


def measurement(level: str, memory_bytes: int = 0, **facts: object) -> Measurement:
    given: dict[str, object] = {"partitions": 4, "partitions_stored": 4 if memory_bytes else 0, "reads": 3} | facts
    of_job: dict[str, object] = {"name": "counts", "variant": "a", "run_id": "1", "taken": "", "input_bytes": 0}
    return Measurement(level=level, memory_bytes=memory_bytes, **of_job, **given)  # type: ignore[arg-type]


def test_of_nothing_nothing_is_known() -> None:
    found = known([], COSTS)

    assert (found.reads, found.compute_seconds, found.object_bytes, found.compared) == (None, None, None, False)


def test_a_run_that_kept_nothing_alone_tells_nothing() -> None:
    found = known([measurement("NONE", seconds=9.0, reads=0)], COSTS)

    assert (found.reads, found.compute_seconds, found.object_bytes) == (None, None, None)


def test_seconds_to_compute_are_those_of_building_without_those_of_writing() -> None:
    found = known([measurement("MEMORY_AND_DISK_DESER", 100_000_000, build_seconds=8.0)], COSTS)

    # at least 8-100e6*3e-8 = 5, less a tenth for the spread of one run; at most all of it
    assert found.compute_seconds is not None
    assert found.compute_seconds.least == pytest.approx(4.5)
    assert found.compute_seconds.most == 8.0
    assert (found.reads, found.partitions, found.object_bytes) == (3, 4, 100_000_000)


def test_writing_that_may_have_taken_all_the_time_leaves_none_for_computing() -> None:
    found = known([measurement("MEMORY_AND_DISK_DESER", 100_000_000, build_seconds=2.0)], COSTS)

    assert found.compute_seconds == Bounds(0.0, 2.0)


def test_several_runs_bound_each_other() -> None:
    runs = [measurement("MEMORY_AND_DISK_DESER", 100_000_000, build_seconds=seconds) for seconds in (9.0, 7.0, 8.0)]

    found = known(runs, COSTS)

    assert found.compute_seconds is not None
    assert found.compute_seconds.least == pytest.approx(0.9 * (7.0 - 3.0))
    assert found.compute_seconds.most == 9.0


@pytest.mark.parametrize(
    ("level", "memory_bytes", "disk_bytes", "objects", "serialized"),
    [
        ("MEMORY_AND_DISK_DESER", 60, 20, 100, None),  # the spilled 20 were 40 as objects
        ("MEMORY_AND_DISK", 30, 10, 80, 40),
        ("DISK_ONLY", 0, 40, 80, 40),
    ],
)
def test_sizes_follow_from_whatever_form_was_measured(
    level: str, memory_bytes: int, disk_bytes: int, objects: int, serialized: int | None
) -> None:
    found = known([measurement(level, memory_bytes, disk_bytes=disk_bytes, partitions_stored=4)], COSTS)

    assert (found.object_bytes, found.serialized_bytes) == (objects, serialized)


def test_partitions_that_were_dropped_are_added_in_proportion() -> None:
    found = known([measurement("MEMORY_AND_DISK_DESER", 100, partitions=4, partitions_stored=1)], COSTS)

    assert found.object_bytes == 400


def test_reading_takes_at_most_what_it_took_together_with_the_reader() -> None:
    # two later reads in 0.1 s: 0.05 s each for 100 MB, where the machine's rates say 0.1 to 0.3
    found = known([measurement("MEMORY_AND_DISK_DESER", 100_000_000, read_seconds=0.1)], COSTS)

    read = found.costs["MEMORY_AND_DISK_DESER"].read_s
    assert read.least == pytest.approx(5e-10)
    assert read.most == pytest.approx(5e-10)
    assert found.costs["DISK_ONLY"] == COSTS["DISK_ONLY"]


def test_a_reader_that_takes_long_makes_no_reading_slow() -> None:
    found = known([measurement("MEMORY_AND_DISK_DESER", 100_000_000, read_seconds=60.0)], COSTS)

    assert found.costs["MEMORY_AND_DISK_DESER"].read_s == Bounds(1e-9, 3e-9)


def runs(kept_s: tuple[float, ...], bare_s: tuple[float, ...], others: str = "NONE") -> list[Measurement]:
    return [
        *(measurement("MEMORY_AND_DISK_DESER", 100_000_000, seconds=one, build_seconds=8.0) for one in kept_s),
        *(
            measurement("NONE", seconds=one, reads=0, others={} if others == "NONE" else {"words": others})
            for one in bare_s
        ),
    ]


def test_the_fastest_runs_with_and_without_keeping_tell_what_it_saves() -> None:
    found = known(runs((12.0, 15.0), (31.0, 20.0)), COSTS)

    # 2*(C-R)-W = 20-12 with W = 100e6*2e-8 = 2 and R = 100e6*2e-9 = 0.2: C = 5.2, give or take 20/10/2
    cost, compute = found.costs["MEMORY_AND_DISK_DESER"], found.compute_seconds
    assert found.compared
    assert compute is not None
    assert compute.least == pytest.approx(4.2)
    assert compute.most == pytest.approx(6.2)
    assert 2 * (compute.middle - cost.read_s.most * 1e8) - cost.write_s.most * 1e8 == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("kept_s", "bare_s"),
    [((12.0,), (20.0, 20.0)), ((12.0, 12.0), (20.0,)), ((12.0, 12.0), (13.0, 13.0)), ((13.0, 13.0), (12.0, 12.0))],
)
def test_runs_that_are_few_or_differ_by_noise_are_not_compared(
    kept_s: tuple[float, ...], bare_s: tuple[float, ...]
) -> None:
    found = known(runs(kept_s, bare_s), COSTS)

    assert not found.compared
    assert found.compute_seconds is not None
    assert found.compute_seconds.most == 8.0  # from building


def test_runs_that_were_slower_with_the_set_kept_leave_nothing_to_gain() -> None:
    compute = known(runs((20.0, 21.0), (12.0, 12.5)), COSTS).compute_seconds

    # (12-20-2+2)/2+0.2 < 0
    assert compute is not None
    assert compute.least == 0.0


def test_runs_that_kept_other_sets_otherwise_are_not_compared() -> None:
    assert not known(runs((12.0, 12.0), (20.0, 20.0), others="DISK_ONLY"), COSTS).compared
