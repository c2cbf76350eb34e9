"""State that a loop makes anew each round, out of the round before."""

from contextlib import closing

import pytest
from pyspark.sql import functions as F

from hotset import Run, UsageError

pytestmark = pytest.mark.thorough

ROUNDS = 30


def stored(run: Run) -> int:
    return len(run.spark.sparkContext._jsc.sc().getRDDStorageInfo())


def test_a_frame_goes_thirty_rounds_with_a_short_plan_and_one_state_stored(run: Run) -> None:
    expected = [*range(8)]
    state = run.spark.range(8, numPartitions=1).select("id", F.col("id").alias("n"))
    depths, counts = [], []

    with closing(run.loop("state", every=5)) as loop:
        for round_ in range(ROUNDS):
            expected = [(n * 3 + round_) % 101 for n in expected]
            state = loop.next(state.select("id", ((F.col("n") * 3 + round_) % 101).alias("n")))
            depths.append(len(state._jdf.queryExecution().analyzed().toString().splitlines()))
            counts.append(stored(run))
        found = [row["n"] for row in state.orderBy("id").collect()]

    assert found == expected
    assert max(depths) <= 6  # a projection for each round since the last cut, and what they stand on
    assert set(counts) == {1}
    assert stored(run) == 0
    run.settle()
    keep = run.report.keeps[0]
    assert (keep.name, keep.kind, keep.reads, keep.asked_by) == ("state", "DataFrame", ROUNDS, "run.loop")


def test_an_rdd_goes_many_rounds_with_a_short_lineage_and_one_state_stored(run: Run) -> None:
    expected = {key: key for key in range(6)}
    pairs = run.spark.sparkContext.parallelize(sorted(expected.items()), 2)
    depths, counts = [], []

    with closing(run.loop("pairs", every=4, level="MEMORY_AND_DISK_DESER")) as loop:
        for _ in range(12):
            expected = {key: (n + key) % 97 for key, n in expected.items()}
            pairs = loop.next(pairs.map(lambda pair: (pair[0], (pair[1] + pair[0]) % 97)))
            depths.append((pairs.toDebugString() or b"").count(b"PythonRDD"))
            counts.append(stored(run))
        found = dict(pairs.collect())

    assert found == expected
    assert max(depths) <= 8  # two for each round since the last cut
    assert set(counts) == {1}


def test_a_level_that_drops_blocks_keeps_what_they_are_computed_from(run: Run) -> None:
    state = run.spark.range(4, numPartitions=1).select(F.col("id").alias("n"))
    counts = []

    with closing(run.loop("state", every=2, level="MEMORY_ONLY")) as loop:
        for _ in range(5):
            state = loop.next(state.select((F.col("n") + 1).alias("n")))
            counts.append(stored(run))

    assert counts == [1, 1, 2, 1, 2]  # the last cut stays beside the newest


def test_a_state_that_no_longer_changes_stays_as_it_is(run: Run) -> None:
    with closing(run.loop("state")) as loop:
        state = loop.next(run.spark.range(4))
        again = loop.next(loop.next(state))

        assert again.count() == 4
        assert stored(run) == 1


def test_loops_that_cannot_be_are_refused(run: Run) -> None:
    run.keep("kept", run.spark.range(3))

    with pytest.raises(UsageError, match="every=0; say 5"):
        run.loop("state", every=0)
    with pytest.raises(UsageError, match="something is kept as 'kept' already"):
        run.loop("kept")
    with pytest.raises(UsageError, match="no PARQUET copies"):
        run.loop("copies", level="PARQUET").next(run.spark.range(3))
