"""Put a frame or an RDD where a level says, and take it away again."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark import RDD
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from hotset.errors import UsageError
from hotset.hadoop import hadoop_path, hadoop_pattern
from hotset.memory.levels import LOCAL_CHECKPOINT, NONE, PARQUET, Level
from hotset.memory.stored import Keepable, cache_manager, cached_relation

PRIVATE = 0o700


@dataclass(frozen=True, eq=False)
class Placed:
    """What is to be read from now on, and what Spark stores of it."""

    data: Keepable
    level: Level
    checkpoint: Any | None = None  # the JVM's RDD
    copy: Path | None = None
    copy_bytes: int = 0

    @property
    def outlives_release(self) -> bool:
        """Whether what is derived from it can be read only as long as it is there, so that it stays to the end."""
        return self.checkpoint is not None or self.copy is not None

    def rdd(self) -> Any | None:
        """The RDD that Spark's storage status lists; None for a frame that nothing has read yet."""
        if self.level.storage is None:
            return self.checkpoint
        if isinstance(self.data, RDD):
            return self.data._jrdd.rdd()
        relation = cached_relation(self.data)
        builder = relation.cacheBuilder() if relation is not None else None
        return builder.cachedColumnBuffers() if builder and builder.isCachedColumnBuffersLoaded() else None

    def rows(self) -> int | None:
        """As Spark counted them while it stored them; frames only."""
        if self.level.storage is None or isinstance(self.data, RDD):
            return None
        relation = cached_relation(self.data)
        rows = relation.computeStats().rowCount() if relation is not None else None
        return int(str(rows.get())) if rows is not None and rows.isDefined() else None

    def remove(self) -> None:
        if self.copy is not None:
            shutil.rmtree(self.copy, ignore_errors=True)
        elif self.checkpoint is not None:
            self.checkpoint.unpersist(False)
        elif self.level.storage is not None:
            self.data.unpersist()


def place(name: str, data: Keepable, level: Level, copies: Path) -> Placed:
    """Persists under this name, as Spark's pages show it; or does what stands in the level's place."""
    if level.name == NONE:
        return Placed(data, level)
    if isinstance(data, RDD):
        return _place_rdd(name, data, level)
    if level.name == LOCAL_CHECKPOINT:
        frozen = data.localCheckpoint()
        rdd = frozen._jdf.queryExecution().logical().rdd()
        rdd.setName(name)
        return Placed(frozen, level, checkpoint=rdd)
    if level.name == PARQUET:
        return _copy(name, data, level, copies)
    assert level.storage is not None, level
    # DataFrame.persist() with a name: catalog.cacheTable would do it too, but claim the name of a view for it
    jvm: Any = data.sparkSession.sparkContext._jvm
    storage = data.sparkSession.sparkContext._getJavaStorageLevel(level.storage)
    cache_manager(data).cacheQuery(data._jdf, jvm.scala.Some(name), storage)
    data.is_cached = True
    return Placed(data, level)


def _place_rdd(name: str, rdd: RDD[Any], level: Level) -> Placed:
    if level.name == PARQUET:
        raise UsageError(f"PARQUET has columns, and {name!r} is an RDD; say DISK_ONLY")
    rdd.setName(name)
    if level.name == LOCAL_CHECKPOINT:
        rdd.localCheckpoint()
        rdd.is_checkpointed = True  # so that no later function is put into one worker with those before it
        return Placed(rdd, level, checkpoint=rdd._jrdd.rdd())
    assert level.storage is not None, level
    rdd.persist(level.storage)
    return Placed(rdd, level)


def _copy(name: str, frame: DataFrame, level: Level, copies: Path) -> Placed:
    """A copy on a disk of this machine. Raises UsageError for columns that Parquet does not have."""
    copies.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    number = sum(1 for _ in copies.iterdir())
    copy = copies / f"k{number}"
    try:
        frame.write.parquet(hadoop_path(copy))
        read = frame.sparkSession.read.schema(frame.schema).parquet(hadoop_pattern(copy))
    except AnalysisException as why:
        reason = str(why).splitlines()[0]
        raise UsageError(f"{name!r} cannot be kept as PARQUET: {reason}; say DISK_ONLY") from None
    size = sum(file.stat().st_size for file in copy.iterdir() if file.suffix == ".parquet")
    return Placed(read, level, copy=copy, copy_bytes=size)
