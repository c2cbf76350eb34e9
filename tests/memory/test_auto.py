from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from hotset import Run, open_run
from hotset.errors import HotsetError
from hotset.memory.auto import free_storage_bytes, held, reads_columns
from hotset.memory.calibration import Calibration, digest, machine_of, store_calibration
from hotset.memory.choice import Choice, Prediction
from hotset.memory.levels import Level
from hotset.memory.measured import Measurement, add_measurements, load_measurements
from hotset.memory.rates import Rate
from hotset.report.model import Keep

EVERY = ("MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "MEMORY_ONLY", "DISK_ONLY")
PREDICTED = Choice(
    "DISK_ONLY", "", (Prediction("DISK_ONLY", 4.0, 1.0, 6.0, 6.0, 5.0, share_in_memory=0.0, inequality=""),)
)


@pytest.fixture
def state(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's directories, with rates of this machine, so that no test has to measure it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rates = tuple(Rate(data, level, 1e-8, 2e-9, 0.5) for data in ("numbers", "tuples") for level in EVERY)
    store_calibration(tmp_path / "cache/hotset", Calibration(machine_of(spark), "", 0.0, 0.0, 1e9, 1e9, rates))
    return tmp_path / "state/hotset"


def ran_before(spark: SparkSession, state: Path, *, build_seconds: float, reads: int = 3) -> None:
    before = Measurement(
        name="numbers",
        variant=f"-{digest(machine_of(spark))}",
        run_id="before",
        taken="",
        level="MEMORY_AND_DISK_DESER",
        input_bytes=0,
        partitions=2,
        partitions_stored=2,
        memory_bytes=10_000_000,
        build_seconds=build_seconds,
        reads=reads,
    )
    add_measurements(state, "test", [before])


def keep_numbers(tmp_path: Path, level: str = "auto", reads: int = 2) -> tuple[Keep, list[str]]:
    with open_run("test", report=tmp_path / "report.json") as run:
        numbers = run.keep("numbers", run.spark.range(1000), level=level)
        for _ in range(reads):
            numbers.count()
    return run.report.keeps[0], run.report.warnings


def test_the_first_run_has_sparks_default_and_says_why(state: Path, tmp_path: Path) -> None:
    keep, warnings = keep_numbers(tmp_path)

    assert (keep.level, keep.asked, keep.asked_by) == ("MEMORY_AND_DISK_DESER", "AUTO", "the code")
    assert keep.choice is not None
    assert (
        keep.choice["because"]
        == "Spark's default: no earlier run measured 'numbers' on input of this size; this one does"
    )
    assert warnings == []
    assert len(load_measurements(state, "test")) == 1


def test_a_run_leaves_what_it_measured_to_the_next(state: Path, tmp_path: Path) -> None:
    keep_numbers(tmp_path, "DISK_ONLY", reads=3)

    (left,) = load_measurements(state, "test")

    assert (left.name, left.level, left.input_bytes, left.rows, left.reads) == ("numbers", "DISK_ONLY", 0, 1000, 3)
    assert left.disk_bytes > 0
    assert left.build_seconds is not None
    assert left.seconds is None  # the session was running already


def test_what_was_costly_is_kept_with_its_inequality(spark: SparkSession, state: Path, tmp_path: Path) -> None:
    ran_before(spark, state, build_seconds=9.15)

    keep, warnings = keep_numbers(tmp_path)

    # 10 MB: W = 0.1*1.5 s, R = 0.02*1.5 s; C = (9.15-0.15)*0.9 = 8.1: 2*(8.1-0.03)-0.15 = 15.99
    assert keep.level == "MEMORY_AND_DISK_DESER"
    assert keep.choice is not None
    assert keep.choice["because"].startswith("3 reads: 2*(C-R)-W = 2*(8.10-0.03)-0.15 = 15.99 s > 0.41 s; 10.0 MB fit")
    assert keep.choice["measured"]["build_seconds"] == keep.build_seconds
    assert any("level AUTO was mistaken about 'numbers'" in warning for warning in warnings)  # it takes no 9 s here


def test_what_was_cheap_is_not_kept(spark: SparkSession, state: Path, tmp_path: Path) -> None:
    ran_before(spark, state, build_seconds=0.15)

    keep, _ = keep_numbers(tmp_path)

    assert (keep.level, keep.memory_bytes, keep.asked) == ("NONE", 0, "AUTO")
    assert keep.choice is not None
    assert "keeping may gain nothing" in keep.choice["because"]
    assert load_measurements(state, "test")[-1].level == "NONE"


def test_a_machine_that_was_never_measured_is_not_measured_for_less_than_that_takes(
    spark: SparkSession, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_before(spark, state, build_seconds=7.0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))

    keep, warnings = keep_numbers(tmp_path)

    assert keep.level == "MEMORY_AND_DISK_DESER"
    assert keep.choice is not None
    assert "never measured" in keep.choice["because"]
    assert any("`hotset calibrate` does it once" in warning for warning in warnings)
    assert not [path for path in (tmp_path / "empty").rglob("*") if path.is_file()]


def test_what_was_read_once_is_not_kept(spark: SparkSession, state: Path, tmp_path: Path) -> None:
    ran_before(spark, state, build_seconds=60.0, reads=1)

    keep, _ = keep_numbers(tmp_path)

    assert keep.level == "NONE"


def test_what_gives_other_values_each_time_is_frozen(run: Run) -> None:
    random = run.keep("random", run.spark.range(10).selectExpr("rand() AS x"), level="auto")

    assert random.collect() == random.collect()
    run.settle()
    assert run.report.keeps[0].level == "MEMORY_AND_DISK_DESER"
    assert "frozen" in (run.report.keeps[0].choice or {})["because"]


def test_an_rdd_has_a_choice_of_its_own(run: Run) -> None:
    run.keep("numbers", run.spark.sparkContext.parallelize(range(10), 2), level=Level("AUTO")).count()

    run.settle()

    assert (run.report.keeps[0].level, run.report.keeps[0].asked) == ("MEMORY_ONLY", "AUTO")


def test_a_run_that_failed_leaves_nothing(state: Path, tmp_path: Path) -> None:
    with pytest.raises(HotsetError, match="in the middle"), open_run("test", report=tmp_path / "report.json") as run:
        run.keep("numbers", run.spark.range(1000)).count()
        raise RuntimeError("in the middle")

    assert load_measurements(state, "test") == ()


def test_a_set_that_is_kept_again_and_again_under_one_name_is_not_measured(state: Path, tmp_path: Path) -> None:
    with open_run("test", report=tmp_path / "report.json") as run:
        for number in range(2):
            with run.keeping("numbers", run.spark.range(number + 10)) as numbers:
                numbers.count()

    assert load_measurements(state, "test") == ()


def test_a_state_directory_that_cannot_be_written_is_a_warning(state: Path, tmp_path: Path) -> None:
    state.parent.mkdir()
    state.write_text("a file where the directory should be")

    keep, warnings = keep_numbers(tmp_path)

    assert keep.level == "MEMORY_AND_DISK_DESER"
    assert any("is not remembered, since " in warning for warning in warnings)


def test_columns_of_files_are_told_from_what_is_computed(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "numbers")
    spark.range(10).selectExpr("id", "string(id) AS text").write.parquet(path)

    frame = spark.read.parquet(path)

    assert reads_columns(frame.filter("id > 3").selectExpr("text", "id + 1 AS more"))
    assert not reads_columns(frame.groupBy("id").count())
    assert not reads_columns(frame.selectExpr("sha2(text, 256)"))
    assert not reads_columns(frame.filter("text rlike 'a+'"))
    assert not reads_columns(spark.range(10))
    assert not reads_columns(spark.read.schema("line string").text(path))


def test_what_is_stored_is_free_no_more(spark: SparkSession) -> None:
    before = free_storage_bytes(spark.sparkContext)
    kept = spark.sparkContext.parallelize(range(100_000), 2).cache()
    kept.count()

    after = free_storage_bytes(spark.sparkContext)
    kept.unpersist(blocking=True)

    assert 0 < after < before


@pytest.mark.parametrize(
    ("build_s", "read_s", "told"),
    [
        (7.9, 1.9, None),
        (2.1, 0.6, None),
        (8.1, None, "8.10 s to build instead of 4.00 s"),
        (1.9, None, "1.90 s to build instead of 4.00 s"),
        (None, 2.1, "2.10 s for each read instead of 1.00 s"),
        (9.0, 3.0, "9.00 s to build instead of 4.00 s, 3.00 s for each read instead of 1.00 s"),
    ],
)
def test_a_prediction_that_is_off_by_more_than_double_is_told(
    build_s: float | None, read_s: float | None, told: str | None
) -> None:
    assert held(PREDICTED, build_s, read_s) == told


def test_half_a_second_more_or_less_is_noise() -> None:
    tiny = Choice("NONE", "", (Prediction("NONE", 0.1, 0.1, 0.2, 0.0, 0.0, 1.0, ""),))

    assert held(tiny, 0.6, 0.6) is None
    assert held(Choice("DISK_ONLY", ""), 9.0, 9.0) is None
