import pytest
from pyspark import StorageLevel

from hotset import Run, UsageError


def stored(run: Run) -> dict[str, int]:
    """name -> bytes of whatever Spark says it stores."""
    context = run.spark.sparkContext._jsc.sc()
    return {info.name(): info.memSize() for info in context.getRDDStorageInfo()}


def test_a_kept_frame_is_stored_under_its_name_at_sparks_default_level(run: Run) -> None:
    frame = run.spark.range(1000)

    kept = run.keep("numbers", frame)
    rows = kept.count()

    assert kept is frame
    assert rows == 1000
    assert frame.storageLevel == StorageLevel.MEMORY_AND_DISK_DESER
    assert any("numbers" in name for name in stored(run))


def test_a_kept_rdd_is_stored_under_its_name_at_sparks_default_level(run: Run) -> None:
    rdd = run.spark.sparkContext.parallelize(range(1000), 2)

    run.keep("numbers", rdd).count()

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
