from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from hotset import OutputError
from hotset.memory.calibration import Calibration, calibrate, load_calibration, machine_of, store_calibration
from hotset.memory.choice import Bounds, Cost
from hotset.memory.rates import Rate

IN_MEMORY = ("MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "MEMORY_ONLY", "DISK_ONLY")
MACHINE = {"cores": "2", "spark": "4.3.0"}
RATES = (
    Rate("numbers", "DISK_ONLY", write_s=2e-8, read_s=5e-9, ratio=0.5),
    Rate("texts", "DISK_ONLY", write_s=1e-8, read_s=8e-9, ratio=0.7),
    Rate("tuples", "DISK_ONLY", write_s=4e-8, read_s=4e-8, ratio=0.4),
)
KNOWN = Calibration(MACHINE, "2026-01-31T12:00:00+00:00", 9.5, 0.002, 3e8, 6e8, RATES)


@pytest.fixture(scope="module")
def measured(spark: SparkSession) -> Calibration:
    """What takes seconds, and as many as a minute where the machine is busy: so only `make test-doors` asks for it."""
    return calibrate(spark, rows=2_000)


@pytest.mark.doors
def test_every_kind_of_data_is_measured_at_every_level(measured: Calibration) -> None:
    pairs = {(rate.data, rate.level) for rate in measured.rates}

    frames = {(data, level) for data in ("numbers", "texts") for level in (*IN_MEMORY, "PARQUET")}
    assert pairs == frames | {("tuples", level) for level in IN_MEMORY}
    assert len(pairs) == len(measured.rates)


@pytest.mark.doors
def test_objects_are_the_measure_and_serialized_tuples_take_less(measured: Calibration) -> None:
    stored = {(rate.data, rate.level): rate.ratio for rate in measured.rates}

    assert {stored[data, "MEMORY_AND_DISK_DESER"] for data in ("numbers", "texts", "tuples")} == {1.0}
    assert 0 < stored["tuples", "MEMORY_ONLY"] < 1
    assert stored["tuples", "MEMORY_ONLY"] == stored["tuples", "MEMORY_AND_DISK"]


@pytest.mark.doors
def test_measuring_leaves_nothing_behind(spark: SparkSession, measured: Calibration) -> None:
    context = spark.sparkContext

    local = Path(context.getConf().get("spark.local.dir") or "")

    assert measured.rates
    assert dict(context._jsc.getPersistentRDDs()) == {}
    assert [entry for entry in local.iterdir() if entry.name.startswith("hotset-calibrate-")] == []


@pytest.mark.doors
def test_what_was_measured_holds_for_this_machine(spark: SparkSession, measured: Calibration, tmp_path: Path) -> None:
    store_calibration(tmp_path, measured)

    assert load_calibration(tmp_path, machine_of(spark)) == measured


def test_another_machine_or_version_is_measured_anew(tmp_path: Path) -> None:
    store_calibration(tmp_path, KNOWN)

    assert load_calibration(tmp_path, MACHINE) == KNOWN
    assert load_calibration(tmp_path, MACHINE | {"cores": "4"}) is None
    assert load_calibration(tmp_path, MACHINE | {"spark": "4.4.0"}) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"machine": {"cores": "2"}}', b"null"])
def test_a_file_that_is_none_of_ours_counts_as_none(tmp_path: Path, content: bytes) -> None:
    store_calibration(tmp_path, KNOWN).write_bytes(content)

    assert load_calibration(tmp_path, MACHINE) is None


def test_a_file_that_says_it_is_of_another_machine_counts_as_none(tmp_path: Path) -> None:
    theirs = store_calibration(tmp_path, replace(KNOWN, machine={"cores": "64"}))
    theirs.rename(store_calibration(tmp_path, KNOWN))

    assert load_calibration(tmp_path, MACHINE) is None


def test_a_calibration_that_cannot_be_written_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "calibration").write_text("a file where the directory should be")

    with pytest.raises(OutputError, match=r"cannot write the calibration .*; set XDG_CACHE_HOME"):
        store_calibration(tmp_path, KNOWN)


def test_costs_lie_between_the_best_of_the_data_and_half_more_than_the_worst() -> None:
    costs = KNOWN.costs("DataFrame")

    # texts are written faster and numbers read faster; 1.5 * 2e-8, 1.5 * 8e-9
    assert costs == {"DISK_ONLY": Cost(Bounds(1e-8, 1.5 * 2e-8), Bounds(5e-9, 1.5 * 8e-9), 0.7, 0.002)}


def test_costs_of_an_rdd_are_those_of_tuples() -> None:
    assert KNOWN.costs("RDD")["DISK_ONLY"].write_s.least == 4e-8
