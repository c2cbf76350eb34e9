from pathlib import Path
from typing import Any

import pytest
from pyspark import StorageLevel
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from hotset import Dataset, Run, UsageError
from hotset.lifecycle import running
from hotset.memory.levels import Level
from hotset.memory.placed import Placement, write_placements
from hotset.run_spec import RunSpec


def stored(run: Run) -> dict[str, int]:
    """name -> bytes of whatever Spark says it stores."""
    context = run.spark.sparkContext._jsc.sc()
    return {info.name(): info.memSize() for info in context.getRDDStorageInfo()}


def test_a_kept_frame_is_stored_under_its_name_at_sparks_default_level(run: Run) -> None:
    frame = run.spark.range(1000)

    kept = run.keep("numbers", frame)
    rows = kept.count()

    assert kept.sameSemantics(frame)
    assert rows == 1000
    assert frame.storageLevel == StorageLevel.MEMORY_AND_DISK_DESER
    assert any("numbers" in name for name in stored(run))


def test_a_kept_rdd_is_stored_under_its_name_at_sparks_default_level(run: Run) -> None:
    rdd = run.spark.sparkContext.parallelize(range(1000), 2)

    kept = run.keep("numbers", rdd)

    assert kept.sum() == 499_500
    assert rdd.getStorageLevel() == StorageLevel.MEMORY_ONLY
    assert stored(run)["numbers"] > 0


def test_release_reports_what_was_stored_and_lets_go_of_it(run: Run) -> None:
    run.keep("numbers", run.spark.range(1000, numPartitions=3)).count()

    run.release("numbers")

    keep = run.report.keeps[0]
    assert (keep.name, keep.kind, keep.level) == ("numbers", "DataFrame", "MEMORY_AND_DISK_DESER")
    assert (keep.partitions, keep.partitions_stored, keep.disk_bytes) == (3, 3, 0)
    assert keep.memory_bytes > 0
    assert stored(run) == {}


def test_what_was_never_read_is_reported_as_not_stored(run: Run) -> None:
    run.keep("numbers", run.spark.range(1000))

    run.settle()

    assert (run.report.keeps[0].partitions_stored, run.report.keeps[0].memory_bytes) == (0, 0)


def test_a_part_that_was_read_is_reported_as_that_part(run: Run) -> None:
    run.keep("numbers", run.spark.sparkContext.parallelize(range(1000), 4)).take(1)

    run.settle()

    assert (run.report.keeps[0].partitions, run.report.keeps[0].partitions_stored) == (4, 1)


def test_what_somebody_else_persisted_stays_theirs(run: Run) -> None:
    frame = run.spark.range(10).persist()

    run.keep("numbers", frame)
    run.settle()

    assert frame.is_cached
    assert frame.storageLevel.useMemory
    assert run.report.keeps == []
    assert "persisted by somebody else" in run.report.warnings[0]
    frame.unpersist()


def test_two_things_under_one_name_are_refused(run: Run) -> None:
    run.keep("numbers", run.spark.range(10))

    with pytest.raises(UsageError, match="kept as 'numbers' already"):
        run.keep("numbers", run.spark.range(11))


def test_releasing_an_unknown_name_is_refused_with_what_is_kept(run: Run) -> None:
    run.keep("numbers", run.spark.range(10))

    with pytest.raises(UsageError, match="nothing is kept as 'nubers'; kept are: numbers"):
        run.release("nubers")


def test_with_releases_at_its_end(run: Run) -> None:
    with run.keeping("numbers", run.spark.range(1000)) as numbers:
        numbers.count()
        inside = stored(run)
        run.keep("letters", run.spark.range(9)).count()

    assert (len(inside), list(stored(run))) == (1, ["In-memory table letters"])


def test_a_frame_that_was_planned_before_is_read_from_memory_all_the_same(run: Run) -> None:
    frame = run.spark.range(100).repartition(2)
    before = frame.collect()

    with run.keeping("numbers", frame) as kept:
        first, second = kept.collect(), kept.collect()

    assert sorted(first) == sorted(second) == sorted(before)
    assert run.report.keeps[0].reads == 2


def test_reads_are_those_of_it_and_not_of_what_is_made_of_it(run: Run) -> None:
    numbers = run.keep("numbers", run.spark.range(100, numPartitions=4).withColumn("key", F.col("id") % 5))
    sums = run.keep("sums", numbers.groupBy("key").agg(F.sum("id").alias("sum")))
    doubled = run.keep("doubled", numbers.selectExpr("id * 2 as twice"))

    for _ in range(3):
        sums.collect()
        doubled.agg(F.sum("twice")).collect()
    numbers.count()
    run.settle()

    keeps = {keep.name: keep for keep in run.report.keeps}
    assert {name: keep.reads for name, keep in keeps.items()} == {"numbers": 3, "sums": 3, "doubled": 3}
    assert all(keep.build_seconds > 0 and keep.read_seconds > 0 for keep in keeps.values())  # type: ignore[operator]


def test_reads_of_an_rdd_are_counted_by_what_spark_ran(run: Run) -> None:
    pairs = run.keep("pairs", run.spark.sparkContext.parallelize(range(100), 2).map(lambda n: (n % 3, n)))

    sums = dict(pairs.reduceByKey(lambda a, b: a + b).collect())
    pairs.count()
    run.settle()

    assert sums == {rest: sum(range(rest, 100, 3)) for rest in range(3)}
    assert (run.report.keeps[0].reads, run.report.keeps[0].full_reads) == (2, 2)


def test_the_same_plan_under_two_names_is_kept_once_and_goes_with_the_last(run: Run) -> None:
    first = run.keep("first", run.spark.range(50))
    run.keep("second", run.spark.range(50), "DISK_ONLY").count()
    run.keep("first", run.spark.range(50))
    first.count()

    run.release("first")
    between = len(stored(run))
    run.release("second")

    assert (between, len(stored(run))) == (1, 0)
    assert [(keep.name, keep.reads, keep.level) for keep in run.report.keeps] == [("first", 2, "MEMORY_AND_DISK_DESER")]
    assert "'second' is what 'first' is, and stays at MEMORY_AND_DISK_DESER" in run.report.warnings


def test_keeping_that_saved_nothing_is_told(run: Run) -> None:
    run.keep("never", run.spark.range(11))

    run.settle()

    assert run.report.warnings == ["'never' was kept and never read"]


def test_what_was_persisted_past_keep_is_named_and_left(run: Run) -> None:
    theirs = run.spark.sparkContext.parallelize(range(10), 2).setName("leftovers").persist()
    theirs.count()

    run.settle()

    assert run.report.warnings == [
        "persisted past run.keep, and still there: leftovers; unpersist it, or let run.keep do it"
    ]
    assert theirs.getStorageLevel().useMemory
    theirs.unpersist()


def test_the_figures_of_all_tasks_are_in_the_report(run: Run) -> None:
    run.spark.range(100_000).selectExpr("sum(length(sha(string(id))))").collect()

    run.settle()

    report = run.report
    assert report.task_seconds is not None
    assert report.task_cpu_seconds is not None
    assert 0 < report.task_cpu_seconds <= report.task_seconds + 1
    assert report.storage_memory_bytes is not None
    assert 10**8 < report.storage_memory_bytes < 10**9  # of a heap of 1 GiB
    assert report.gc_seconds is not None


def ordered(tmp_path: Path, **changes: Any) -> RunSpec:
    return RunSpec("levels", "r1", tmp_path / "report.json", **changes)


def test_levels_come_from_the_order_and_unknown_names_are_told(tmp_path: Path, spark: SparkSession) -> None:  # noqa: ARG001
    spec = ordered(tmp_path, levels=(("numbers", Level("DISK_ONLY")), ("nubers", Level("NONE"))))

    with running(spec) as run:
        run.keep("numbers", run.spark.range(10)).count()

    assert [(keep.level, keep.asked_by) for keep in run.report.keeps] == [("DISK_ONLY", "--level")]
    assert "nothing was kept as 'nubers', got --level for it; kept were: numbers" in run.report.warnings


def test_an_experiment_forces_its_levels(tmp_path: Path, spark: SparkSession) -> None:  # noqa: ARG001
    spec = ordered(tmp_path, forced_levels={"numbers": Level("NONE")}, levels=(("numbers", Level("DISK_ONLY")),))

    with running(spec) as run:
        run.keep("numbers", run.spark.range(10), "MEMORY_ONLY").count()

    assert [(keep.level, keep.asked_by) for keep in run.report.keeps] == [("NONE", "hotset lab")]


def test_a_measured_level_brings_its_settings_unless_the_input_is_another(tmp_path: Path, spark: SparkSession) -> None:
    key = "spark.sql.inMemoryColumnarStorage.compressed"
    lines = [
        Placement("levels", "near", Level("DISK_ONLY"), None, conf={key: "false"}),
        Placement("levels", "far", Level("DISK_ONLY"), 1_000_000, conf={"spark.sql.shuffle.partitions": "77"}),
        Placement("other", "near", Level("NONE"), None),
    ]
    write_placements(tmp_path / "levels.toml", lines)

    with running(ordered(tmp_path, levels_file=tmp_path / "levels.toml")) as run:
        compressed = run.spark.conf.get(key)
        run.keep("near", run.spark.range(10)).count()
        run.keep("far", run.spark.range(11)).count()

    assert (compressed, spark.conf.get(key), spark.conf.get("spark.sql.shuffle.partitions")) == ("false", "true", "2")
    levels = [(keep.level, Path(keep.asked_by).name) for keep in run.report.keeps]
    assert levels == [("DISK_ONLY", "levels.toml"), ("MEMORY_AND_DISK_DESER", "Spark's default")]
    assert any("DISK_ONLY for 'far' was measured on 1.0 MB" in warning for warning in run.report.warnings)


def test_settings_that_change_results_are_no_part_of_a_level(tmp_path: Path) -> None:
    line = Placement("levels", "a", Level("NONE"), None, conf={"spark.sql.session.timeZone": "Asia/Seoul"})
    write_placements(tmp_path / "levels.toml", [line])

    with (
        pytest.raises(UsageError, match=r"levels.toml: a level's conf holds no such setting, got spark.sql.session"),
        running(ordered(tmp_path, levels_file=tmp_path / "levels.toml")),
    ):
        pass


def test_an_input_that_changed_under_what_is_kept_is_told(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.txt").write_text("a\nb\n")
    lines = run.keep("lines", run.read(Dataset("value string", format="text"), str(tmp_path / "in.txt")))
    lines.count()

    (tmp_path / "in.txt").write_text("a\nb\nc\n")
    run.settle()

    assert any("an input changed under what was kept (lines)" in warning for warning in run.report.warnings)


def test_reads_of_what_had_the_name_before_are_not_counted(run: Run) -> None:
    for _ in range(2):
        with run.keeping("numbers", run.spark.range(1000)) as numbers:
            numbers.count()
            numbers.count()

    assert [keep.reads for keep in run.report.keeps] == [2, 2]
