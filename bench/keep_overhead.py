"""What run.keep costs beside plain persist, on a job of about ten seconds: `python -m bench.keep_overhead`.

Both go in one session, in turns. The ratio of whole runs carries the noise of the machine; the share is what was
measured inside the runs themselves: the seconds of keeping, of steps beyond their bodies, and of settling, above those
of a run that persists by itself, which has steps and settles as well.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from hotset import Run, open_run
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session

ROWS = 6_000_000
READS = 8


def hashes(spark: SparkSession) -> DataFrame:
    """hashes(key, n, hash): costly enough to be worth keeping"""
    rows = spark.range(ROWS, numPartitions=8)
    return rows.select(
        (F.col("id") % 1000).alias("key"), F.col("id").alias("n"), F.sha2(F.col("id").cast("string"), 256).alias("h")
    )


def read(run: Run, frame: DataFrame) -> float:
    """Reads it in steps, as jobs do; the seconds that the steps took beyond their bodies."""
    beyond = 0.0
    for number in range(READS):
        start = time.perf_counter()
        with run.step(f"read {number}"):
            begun = time.perf_counter()
            frame.groupBy("key").agg(F.max("h"), F.sum("n")).agg(F.count("*")).collect()
            inside = time.perf_counter() - begun
        beyond += time.perf_counter() - start - inside
    return beyond


def with_keep(run: Run) -> float:
    start = time.perf_counter()
    kept = run.keep("hashes", hashes(run.spark))
    asked = time.perf_counter() - start
    beyond = read(run, kept)
    start = time.perf_counter()
    run.settle()
    return asked + beyond + time.perf_counter() - start


def with_persist(run: Run) -> float:
    start = time.perf_counter()
    frame = hashes(run.spark).persist(StorageLevel.MEMORY_AND_DISK_DESER)
    asked = time.perf_counter() - start
    beyond = read(run, frame)
    start = time.perf_counter()
    frame.unpersist()
    run.settle()
    return asked + beyond + time.perf_counter() - start


def timed(keep: bool, report: Path) -> tuple[float, float]:
    """(seconds of the whole run, of them beyond the job's own work)"""
    start = time.perf_counter()
    with open_run("overhead", report=report) as run:
        spent = with_keep(run) if keep else with_persist(run)
    return time.perf_counter() - start, spent


def main(rounds: int) -> None:
    session = open_session(Wishes("keep overhead", (Ask("spark.driver.memory", "2g", "bench"),)))
    whole: dict[bool, list[float]] = {True: [], False: []}
    beyond: dict[bool, list[float]] = {True: [], False: []}
    try:
        with tempfile.TemporaryDirectory() as directory:
            report = Path(directory) / "report.json"
            timed(True, report)  # warms the JVM up
            for number in range(rounds):
                for keep in (True, False) if number % 2 else (False, True):
                    seconds, spent = timed(keep, report)
                    whole[keep].append(seconds)
                    beyond[keep].append(spent)
    finally:
        session.close()
    kept, persisted = (statistics.median(whole[keep]) for keep in (True, False))
    more = statistics.median(beyond[True]) - statistics.median(beyond[False])
    sys.stdout.write(
        f"with run.keep {kept:.2f} s, with persist {persisted:.2f} s, ratio {kept / persisted:.3f}; bookkeeping "
        f"{1000 * more:.0f} ms, {more / kept:.1%} of the run (medians of {rounds})\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
