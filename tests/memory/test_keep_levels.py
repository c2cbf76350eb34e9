"""Each level of PySpark, and each choice beside them: the same rows, stored where it says, gone afterwards."""

from pathlib import Path
from typing import Any

import pytest
from pyspark import StorageLevel
from pyspark.sql import functions as F

from hotset import Run, SparkJobError, UsageError, open_run
from hotset.memory.levels import Level

STORED = ("MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "MEMORY_ONLY", "DISK_ONLY")


def stored(run: Run) -> list[int]:
    return [info.id() for info in run.spark.sparkContext._jsc.sc().getRDDStorageInfo()]


def operators(plan: Any) -> list[str]:
    """Of a plan that ran; those that filled a kept table are not among them."""
    name = str(plan.nodeName())
    if name == "AdaptiveSparkPlan":
        below = [plan.executedPlan()]
    elif name.endswith("QueryStage"):
        below = [plan.plan()]
    else:
        below = [plan.children().apply(position) for position in range(plan.children().size())]
    return [name, *(one for child in below for one in operators(child))]


@pytest.mark.parametrize("level", [*STORED, "NONE", "LOCAL_CHECKPOINT", "PARQUET"])
def test_a_frame_has_the_same_rows_at_every_level(run: Run, level: str) -> None:
    frame = run.spark.range(6, numPartitions=2).select("id", F.expr("if(id = 3, null, id * 1.5D)").alias("half"))

    with run.keeping("numbers", frame, level) as kept:
        rows, again = kept.collect(), kept.orderBy("id").collect()

    assert [tuple(row) for row in again] == [(0, 0.0), (1, 1.5), (2, 3.0), (3, None), (4, 6.0), (5, 7.5)]
    assert sorted(rows) == sorted(again, key=lambda row: row["id"])
    keep = run.report.keeps[0]
    assert (keep.level, keep.asked, keep.asked_by) == (level, level, "the code")
    assert (keep.memory_bytes + keep.disk_bytes > 0) == (level != "NONE")
    assert (keep.disk_bytes > 0) == (level in ("DISK_ONLY", "PARQUET"))


@pytest.mark.parametrize("level", [*STORED, "NONE", "LOCAL_CHECKPOINT"])
def test_an_rdd_has_the_same_elements_at_every_level(run: Run, level: str) -> None:
    pairs = run.spark.sparkContext.parallelize(range(6), 2).map(lambda n: (n % 2, n))

    with run.keeping("pairs", pairs, level) as kept:
        elements, sums = kept.collect(), dict(kept.reduceByKey(lambda a, b: a + b).collect())

    assert (elements, sums) == ([(0, 0), (1, 1), (0, 2), (1, 3), (0, 4), (1, 5)], {0: 6, 1: 9})
    assert (run.report.keeps[0].level, run.report.keeps[0].kind) == (level, "RDD")
    assert (run.report.keeps[0].partitions_stored == 2) == (level != "NONE")


def test_pysparks_own_objects_are_levels_one_without_a_constant_included(run: Run) -> None:
    run.keep("named", run.spark.range(10), StorageLevel.DISK_ONLY).count()
    run.keep("unnamed", run.spark.range(11), StorageLevel(False, True, False, True)).count()

    run.settle()

    assert [keep.level for keep in run.report.keeps] == ["DISK_ONLY", "memory, deserialised"]


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("OFF_HEAP", r"'numbers' on disk, since .* got spark.memory.offHeap.enabled=false"),
        ("DISK_ONLY_2", r"2 copies on 2 executors, and local\[2\] has one, got it for 'numbers'; say DISK_ONLY"),
        ("DISK_ONLY_3", "say DISK_ONLY$"),
        ("PARQUET", "'numbers' is an RDD; say DISK_ONLY"),
        ("DISK_ONLY by day", r"an RDD has no columns.*say rdd.partitionBy"),
    ],
)
def test_what_spark_would_make_something_else_of_is_refused(run: Run, level: str, told: str) -> None:
    numbers = run.spark.sparkContext.parallelize(range(10), 2)

    with pytest.raises(UsageError, match=told):
        run.keep("numbers", numbers, level)

    assert not stored(run)


@pytest.mark.parametrize("level", ["MEMORY_ONLY", StorageLevel(False, True, False, True)])
def test_random_rows_are_not_kept_where_they_would_be_drawn_again(run: Run, level: str | StorageLevel) -> None:
    drawn = run.spark.range(10).select(F.rand().alias("x"))

    with pytest.raises(UsageError, match="'drawn' gives other values each time it is computed"):
        run.keep("drawn", drawn, level)

    with run.keeping("drawn", drawn) as kept:
        assert kept.collect() == kept.collect()


def test_columns_to_keep_by_are_looked_for(run: Run) -> None:
    with pytest.raises(UsageError, match=r"'numbers' has no column 'key' to be kept by; it has id"):
        run.keep("numbers", run.spark.range(10), by="key")

    with pytest.raises(UsageError, match="forgets how it was partitioned"):
        run.keep("numbers", run.spark.range(10), "PARQUET", by="id")


def test_what_is_kept_by_a_key_is_joined_and_grouped_without_an_exchange(run: Run) -> None:
    days = run.keep("days", run.spark.range(40).selectExpr("id % 7 as `the day`", "id as n"), by="the day")
    names = run.keep("names", run.spark.range(7).selectExpr("id as `the day`", "string(id) as name"), by="the day")

    sums = days.join(names.hint("shuffle_hash"), "the day").groupBy("the day", "name").agg(F.sum("n").alias("sum"))
    found = {row["the day"]: row["sum"] for row in sums.collect()}

    assert found == {day: sum(n for n in range(40) if n % 7 == day) for day in range(7)}
    plan = operators(sums._jdf.queryExecution().executedPlan())
    assert sorted(name for name in plan if "Scan" in name) == [
        "Scan In-memory table days",
        "Scan In-memory table names",
    ]
    assert not [name for name in plan if "Exchange" in name]
    assert [days.rdd.getNumPartitions(), names.rdd.getNumPartitions()] == [2, 2]


def test_copies_and_checkpoints_stay_to_the_end_of_the_run_for_what_is_derived_from_them(tmp_path: Path) -> None:
    with open_run("copy", report=tmp_path / "r.json") as run:
        frame = run.spark.range(10)
        with (
            run.keeping("copy", frame, "PARQUET") as copied,
            run.keeping("frozen", run.spark.range(3), "LOCAL_CHECKPOINT") as froze,
        ):
            more = copied.selectExpr("id + 1 as id").union(froze)
        assert more.agg(F.sum("id")).collect()[0][0] == 55 + 3
        (copy,) = [file.removeprefix("file://") for file in copied.inputFiles()[:1]]
        assert Path(copy).exists()

    assert not Path(copy).exists()
    assert not stored(run)


def test_an_error_inside_with_releases_as_well(run: Run) -> None:
    with pytest.raises(SparkJobError, match="no"), run.keeping("numbers", run.spark.range(5)) as kept:
        kept.count()
        raise SparkJobError("no")

    assert not stored(run)
    assert run.report.keeps[0].name == "numbers"


def test_a_level_of_its_own_class_is_taken(run: Run) -> None:
    with run.keeping("numbers", run.spark.range(5), Level("NONE")) as kept:
        assert kept.count() == 5

    assert run.report.keeps[0].level == "NONE"
