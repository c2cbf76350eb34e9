"""Seconds that Spark takes to write and read known data at each level, in the session that is there.

The rows of frames lie in memory beforehand, so that little but the writing is timed; what is read is read whole.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark import RDD, SparkContext
from pyspark.sql import DataFrame, SparkSession

from hotset.hadoop import hadoop_path, hadoop_pattern
from hotset.memory.levels import PARQUET, STORAGE

LEVELS = ("MEMORY_AND_DISK_DESER", "MEMORY_AND_DISK", "DISK_ONLY")
SAME_BLOCKS = {"MEMORY_AND_DISK": "MEMORY_ONLY"}  # as long as memory lasts
ROWS = 200_000
DISK_BYTES = 1 << 26
TASKS = 64
LEAST_S = 1e-3  # below it a Spark job's time is noise
NUMBERS = ("id", "id % 1000 AS k", "rand(7) AS x", "cast(rand(8) * 1e6 AS bigint) AS y")
TEXTS = ("id", "concat('user-', cast(rand(7) * 20000 AS int)) AS user", "md5(cast(id AS string)) AS hash")


@dataclass(frozen=True)
class Rate:
    """One kind of data at one level: seconds for each byte of it as objects, and the share of these that it stores."""

    data: str  # "numbers", "texts" or "tuples"
    level: str
    write_s: float
    read_s: float
    ratio: float


def level_rates(spark: SparkSession, rows: int) -> Iterator[Rate]:
    """Frames of numbers and of texts at each level and as a Parquet copy, and tuples as an RDD."""
    yield from _frame_rates("numbers", spark.range(3 * rows).selectExpr(*NUMBERS))
    yield from _frame_rates("texts", spark.range(rows).selectExpr(*TEXTS))
    yield from _rdd_rates("tuples", spark.sparkContext.parallelize(range(rows)).map(_tuple))


def _tuple(number: int) -> tuple[int, str, float]:
    return number, f"user-{number % 1000}", number * 0.5


def _frame_rates(data: str, frame: DataFrame) -> Iterator[Rate]:
    context = frame.sparkSession.sparkContext
    with _nothing_left(context):
        source = frame.localCheckpoint()
        compute = _least_seconds(lambda: _read_whole(source))
        measured = {}
        for level in (LEVELS[0], *LEVELS):  # the first twice: meanwhile the JVM compiles what all use
            with _nothing_left(context) as stored_bytes:
                source.persist(STORAGE[level])
                build, read = _seconds(source.count), _seconds(lambda: _read_whole(source))
                measured[level] = build - compute, read, stored_bytes()
                source.unpersist(blocking=True)
        measured[PARQUET] = _parquet(source, compute)
    yield from _rates(data, measured)


def _rdd_rates(data: str, rdd: RDD[Any]) -> Iterator[Rate]:
    """With Python on both ends, since every read of an RDD passes through its workers again."""
    compute = _least_seconds(rdd.count)
    measured = {}
    for level in (LEVELS[0], *LEVELS):
        with _nothing_left(rdd.context) as stored_bytes:
            kept = rdd.map(_same).persist(STORAGE[level])
            build, read = _seconds(kept.count), _seconds(kept.count)
            measured[level] = build - compute, read, stored_bytes()
    yield from _rates(data, measured)


def _same(element: Any) -> Any:
    return element


def _rates(data: str, measured: Mapping[str, tuple[float, float, int]]) -> Iterator[Rate]:
    object_bytes = measured[LEVELS[0]][2]
    for level, (write, read, stored) in measured.items():
        figures = max(write, LEAST_S) / object_bytes, max(read, LEAST_S) / object_bytes, stored / object_bytes
        yield Rate(data, level, *figures)
        if level in SAME_BLOCKS:
            yield Rate(data, SAME_BLOCKS[level], *figures)


def _parquet(source: DataFrame, compute: float) -> tuple[float, float, int]:
    """Seconds to write and to read a copy on the disk that Spark spills to, and its bytes."""
    with _scratch(source.sparkSession) as directory:
        copy = directory / "copy"
        write = _least_seconds(lambda: source.write.mode("overwrite").parquet(hadoop_path(copy)))
        read = _seconds(lambda: _read_whole(source.sparkSession.read.parquet(hadoop_pattern(copy))))
        return write - compute, read, sum(file.stat().st_size for file in copy.glob("*.parquet"))


def disk_rates(spark: SparkSession) -> tuple[float, float]:
    """Bytes a second that the disk takes and gives, past the page cache as far as Linux lets us."""
    block = os.urandom(1 << 20)
    with _scratch(spark) as directory, (directory / "block").open("w+b", buffering=0) as file:
        start = time.monotonic()
        for _ in range(DISK_BYTES // len(block)):
            file.write(block)
        os.fsync(file.fileno())
        written = time.monotonic()
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        while file.read(len(block)):
            pass
        return DISK_BYTES / (written - start), DISK_BYTES / (time.monotonic() - written)


def task_seconds(spark: SparkSession) -> float:
    """What a task takes that does nothing, as the cores of the session share them."""
    return _least_seconds(lambda: _read_whole(spark.range(0, TASKS, 1, TASKS))) / TASKS


def _read_whole(frame: DataFrame) -> None:
    """Every column of every row."""
    frame.write.format("noop").mode("overwrite").save()


def _seconds(action: Callable[[], object]) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start


def _least_seconds(action: Callable[[], object]) -> float:
    """Of two: the second finds everything compiled."""
    return min(_seconds(action) for _ in range(2))


@contextmanager
def _scratch(spark: SparkSession) -> Iterator[Path]:
    """A directory for a moment on the first of the disks that Spark spills to."""
    local = str(spark.sparkContext.getConf().get("spark.local.dir", "")).partition(",")[0]
    directory = Path(tempfile.mkdtemp(prefix="hotset-calibrate-", dir=local if Path(local or "-").is_dir() else None))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _nothing_left(context: SparkContext) -> Iterator[Callable[[], int]]:
    """Lets go of all that was stored inside; what is given back tells its bytes."""
    jsc: Any = context._jsc
    before = set(jsc.getPersistentRDDs())

    def stored_bytes() -> int:
        infos = jsc.sc().getRDDStorageInfo()
        return sum(info.memSize() + info.diskSize() for info in infos if info.id() not in before)

    try:
        yield stored_bytes
    finally:
        for number, rdd in dict(jsc.getPersistentRDDs()).items():
            if number not in before:
                rdd.unpersist(True)
