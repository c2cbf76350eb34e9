from dataclasses import replace

import pytest

from hotset.memory.choice import Bounds, Candidate, Cost, Prediction, choose

# one byte of objects: seconds to write, seconds to read, and the share of it that a level stores
COSTS = {
    "MEMORY_AND_DISK_DESER": Cost(Bounds(1e-8, 2e-8), Bounds(2e-9, 4e-9), 1.0),
    "MEMORY_AND_DISK": Cost(Bounds(2e-8, 3e-8), Bounds(4e-9, 5e-9), 0.5),
    "MEMORY_ONLY": Cost(Bounds(2e-8, 3e-8), Bounds(4e-9, 5e-9), 0.5),
    "DISK_ONLY": Cost(Bounds(3e-8, 4e-8), Bounds(5e-9, 1e-8), 0.5),
}
# 100 MB that take 4 to 6 seconds, and room for a gigabyte
COUNTS = Candidate("counts", "DataFrame", 3, Bounds(4.0, 6.0), 100_000_000, 1_000_000_000)


def predicted(candidate: Candidate, costs: dict[str, Cost] = COSTS) -> dict[str, Prediction]:
    return {one.level: one for one in choose(candidate, costs).predictions}


def test_a_set_whose_worst_case_gains_is_kept_as_objects_where_it_fits() -> None:
    choice = choose(COUNTS, COSTS)

    # (3-1)*(4.00-100e6*4e-9)-100e6*2e-8 = 2*3.6-2; least: 5 % of 4 s
    assert choice.level == "MEMORY_AND_DISK_DESER"
    assert choice.because == (
        "3 reads: 2*(C-R)-W = 2*(4.00-0.40)-2.00 = 5.20 s > 0.20 s; 100.0 MB fit into 90% of 1,000.0 MB"
    )


def test_what_is_predicted_lies_in_the_middle_of_what_is_known() -> None:
    prediction = choose(COUNTS, COSTS).predicted

    assert prediction is not None
    assert prediction.build_seconds == pytest.approx(5.0 + 1.5)
    assert prediction.read_seconds == pytest.approx(0.3)
    assert prediction.total_seconds == pytest.approx(6.5 + 2 * 0.3)
    assert prediction.saves_seconds == pytest.approx(3 * 5.0 - 7.1)
    assert prediction.saves_at_least == pytest.approx(5.2)


def test_a_set_whose_worst_case_loses_is_not_kept() -> None:
    cheap = replace(COUNTS, compute_seconds=Bounds(1.0, 9.0))

    choice = choose(cheap, COSTS)

    # 2*(1.00-0.40)-2.00
    assert choice.level == "NONE"
    assert choice.because == (
        "3 reads: 2*(C-R)-W = 2*(1.00-0.40)-2.00 = -0.80 s <= 0.05 s at MEMORY_AND_DISK_DESER: keeping may gain nothing"
    )
    assert choice.predicted is None


@pytest.mark.parametrize(
    ("compute_s", "level"),
    [(1.42, "NONE"), (1.44, "MEMORY_AND_DISK_DESER")],  # 2*(C-0.4)-2 against 5 % of C: equal at 2.8/1.95 = 1.436
)
def test_a_saving_of_less_than_a_twentieth_of_the_computation_is_noise(compute_s: float, level: str) -> None:
    assert choose(replace(COUNTS, compute_seconds=Bounds(compute_s, compute_s)), COSTS).level == level


@pytest.mark.parametrize(("compute_s", "level"), [(0.054, "NONE"), (0.056, "MEMORY_AND_DISK_DESER")])
def test_a_saving_of_less_than_fifty_milliseconds_is_noise(compute_s: float, level: str) -> None:
    # 100 kB: W = 0.002 s, R = 0.0004 s; 1*(C-0.0004)-0.002 = 0.05 at C = 0.0524
    tiny = replace(COUNTS, reads=2, object_bytes=100_000, compute_seconds=Bounds(compute_s - 0.0025, compute_s))

    assert choose(tiny, COSTS).level == level


@pytest.mark.parametrize("reads", [0, 1])
def test_what_is_read_once_is_not_kept(reads: int) -> None:
    choice = choose(replace(COUNTS, reads=reads, deterministic=False), COSTS)

    assert choice.level == "NONE"
    assert "nothing is read again" in choice.because


@pytest.mark.parametrize("reads", [2, None])
def test_a_plan_that_gives_other_values_each_time_is_frozen_whatever_it_costs(reads: int | None) -> None:
    random = replace(COUNTS, reads=reads, deterministic=False, compute_seconds=Bounds(0.0, 0.0), free_bytes=1)

    assert choose(random, COSTS).level == "MEMORY_AND_DISK_DESER"


@pytest.mark.parametrize("unknown", [{"compute_seconds": None}, {"object_bytes": None}])
def test_without_an_earlier_run_sparks_default_stays(unknown: dict[str, None]) -> None:
    lines = replace(COUNTS, name="lines", kind="RDD", default_level="MEMORY_ONLY", **unknown)  # type: ignore[arg-type]

    choice = choose(lines, COSTS)

    assert choice.level == "MEMORY_ONLY"
    assert choice.because == "Spark's default: no earlier run measured 'lines' on input of this size; this one does"


def test_without_costs_of_this_machine_sparks_default_stays() -> None:
    choice = choose(COUNTS, {})

    assert choice.level == "MEMORY_AND_DISK_DESER"
    assert "on this machine was never measured" in choice.because


def test_unknown_reads_are_rented_for_where_writing_takes_no_longer_than_computing() -> None:
    unknown = replace(COUNTS, reads=None)

    choice = choose(unknown, COSTS)

    assert choice.level == "MEMORY_AND_DISK_DESER"
    assert choice.because == "reads unknown; W = 1.50 s <= C = 4.00 s, so keeping costs at most double"


def test_unknown_reads_of_what_takes_longer_to_write_than_to_compute_decide_nothing() -> None:
    unknown = replace(COUNTS, reads=None, compute_seconds=Bounds(1.0, 1.0))

    choice = choose(unknown, COSTS)

    assert choice.level == "MEMORY_AND_DISK_DESER"
    assert choice.because.startswith("Spark's default: reads unknown")


def test_columns_of_files_are_not_copied_unless_runs_were_compared() -> None:
    scan = replace(COUNTS, from_columns=True)

    assert choose(scan, COSTS).level == "NONE"
    assert choose(replace(scan, compared=True), COSTS).level == "MEMORY_AND_DISK_DESER"


def test_a_set_that_fits_exactly_is_compared_with_nothing_else() -> None:
    assert set(predicted(replace(COUNTS, object_bytes=900_000_000))) == {"MEMORY_AND_DISK_DESER"}
    assert len(predicted(replace(COUNTS, object_bytes=900_000_001))) == 4


def test_what_does_not_fit_as_objects_is_serialized_where_reading_that_beats_reading_from_disk() -> None:
    # 200 MB, 0.9*120 = 108 MB free: 54 % as objects in memory, all of the 100 MB that are serialized
    costs = COSTS | {"DISK_ONLY": Cost(Bounds(1e-7, 1e-7), Bounds(1e-7, 1e-7), 0.5)}
    large = replace(COUNTS, object_bytes=200_000_000, free_bytes=120_000_000, compute_seconds=Bounds(20.0, 20.0))

    choice = choose(large, costs)

    # objects: W = 200e6*(0.54*2e-8+0.46*1e-7) = 11.36 s, R = 200e6*(0.54*4e-9+0.46*1e-7) = 9.632 s: 2*10.368-11.36
    # serialized: W = 6 s, R = 1 s: 2*19-6 = 32 s, at both levels; the one with a disk behind it comes first
    assert choice.level == "MEMORY_AND_DISK"
    shown = {one.level: one.saves_at_least for one in choice.predictions}
    assert shown["MEMORY_AND_DISK_DESER"] == pytest.approx(9.376)
    assert shown["MEMORY_AND_DISK"] == pytest.approx(32.0)
    assert "do not fit" in choice.because


def test_what_fits_in_no_form_is_spilled_where_the_disk_is_faster_than_computing_again() -> None:
    # 1 GB, 0.9*100 = 90 MB free: 9 % as objects, 18 % of the 500 MB that are serialized
    huge = replace(COUNTS, object_bytes=1_000_000_000, free_bytes=100_000_000, compute_seconds=Bounds(100.0, 100.0))

    shown = predicted(huge)

    # objects: W = 1e9*(0.09*2e-8+0.91*4e-8) = 38.2 s, R = 1e9*(0.09*4e-9+0.91*1e-8) = 9.46 s: 2*90.54-38.2
    assert "MEMORY_AND_DISK" not in shown
    assert shown["MEMORY_AND_DISK_DESER"].saves_at_least == pytest.approx(142.88)
    # dropped: R = 0.18*1e9*5e-9+0.82*100 = 82.9 s, W = 30 s: 2*17.1-30
    assert shown["MEMORY_ONLY"].saves_at_least == pytest.approx(4.2)
    # disk: W = 40 s, R = 10 s: 2*90-40
    assert shown["DISK_ONLY"].saves_at_least == pytest.approx(140.0)
    assert choose(huge, COSTS).level == "MEMORY_AND_DISK_DESER"


def test_what_fits_in_no_form_is_dropped_where_computing_again_beats_the_disk() -> None:
    slow_disk = Cost(Bounds(1e-7, 1e-7), Bounds(1e-7, 1e-7), 0.5)
    costs = COSTS | {"DISK_ONLY": slow_disk}
    huge = replace(
        COUNTS, reads=10, object_bytes=1_000_000_000, free_bytes=500_000_000, compute_seconds=Bounds(90.0, 90.0)
    )

    choice = choose(huge, costs)

    # dropped: 450 of 500 MB stored, R = 0.9*5+0.1*90 = 13.5 s, W = 30 s: 9*76.5-30 = 658.5
    # objects: 45 % in memory, R = 0.45*4+0.55*100 = 56.8 s, W = 0.45*20+0.55*100 = 64 s: 9*33.2-64 = 234.8
    assert choice.level == "MEMORY_ONLY"
    assert {one.level: round(one.saves_at_least, 1) for one in choice.predictions}["MEMORY_AND_DISK_DESER"] == 234.8


def test_without_free_memory_objects_and_disk_are_the_same() -> None:
    full = replace(COUNTS, object_bytes=1_000_000_000, free_bytes=0, compute_seconds=Bounds(100.0, 100.0))

    shown = predicted(full)

    # nothing finds room: as objects it is all spilled, which is what DISK_ONLY does
    assert shown["MEMORY_AND_DISK_DESER"].saves_at_least == pytest.approx(shown["DISK_ONLY"].saves_at_least)
    assert shown["MEMORY_ONLY"].saves_at_least == pytest.approx(-30.0)  # 2*(100-100)-30


def test_every_partition_takes_its_time_to_be_read() -> None:
    costs = {"MEMORY_AND_DISK_DESER": replace(COSTS["MEMORY_AND_DISK_DESER"], task_seconds=0.01)}

    many = predicted(replace(COUNTS, partitions=200), costs)["MEMORY_AND_DISK_DESER"]

    # R = 0.4+200*0.01 = 2.4 s: 2*(4-2.4)-2
    assert many.saves_at_least == pytest.approx(1.2)


def test_a_measured_size_of_the_serialized_form_counts_more_than_the_usual_ratio() -> None:
    large = replace(COUNTS, object_bytes=1_000_000_000)

    assert "MEMORY_AND_DISK" in predicted(large)  # half of it
    assert "MEMORY_AND_DISK" not in predicted(replace(large, serialized_bytes=950_000_000))
