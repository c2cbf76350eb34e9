"""Keep a frame or an RDD in memory for a while, know what was really stored, and let go of it."""

import time
from dataclasses import dataclass
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame

from hotset.errors import UsageError

Keepable = DataFrame | RDD[Any]


@dataclass
class Kept:
    """One entry: what was asked, and what Spark says it stores."""

    name: str
    kind: str
    level: str
    data: Any
    since: float
    partitions: int = 0
    partitions_stored: int = 0
    rows: int | None = None  # Spark counts them for frames only
    memory_bytes: int = 0
    disk_bytes: int = 0
    seconds_kept: float = 0.0


class Shelf:
    """Everything that one run keeps. What somebody else persisted is left alone."""

    def __init__(self) -> None:
        self._held: dict[str, Kept] = {}

    def keep(self, name: str, data: Keepable) -> Kept | None:
        """Persist at Spark's own default level for the kind of data. None when somebody else had persisted it."""
        if name in self._held:
            raise UsageError(f"something is kept as {name!r} already; release it first, or give another name")
        if _is_persisted(data):
            return None
        level = _persist(name, data)
        kept = Kept(name, type(data).__name__, level, data, time.monotonic())
        self._held[name] = kept
        return kept

    def release(self, name: str) -> Kept:
        """Let go of `name`, after a look at what Spark stored of it. Raises UsageError for an unknown name."""
        if name not in self._held:
            raise UsageError(f"nothing is kept as {name!r}; kept are: {', '.join(self._held) or 'none'}")
        kept = self._held.pop(name)
        kept.seconds_kept = time.monotonic() - kept.since
        _measure(kept)
        kept.data.unpersist()
        return kept

    def release_all(self) -> list[Kept]:
        return [self.release(name) for name in list(self._held)]


def _is_persisted(data: Keepable) -> bool:
    level = data.storageLevel if isinstance(data, DataFrame) else data.getStorageLevel()
    return bool(level.useMemory or level.useDisk)


def _persist(name: str, data: Keepable) -> str:
    """Persists, and gives Spark the name to show; the level in force in Spark's words."""
    if isinstance(data, RDD):
        data.setName(name).persist()
        return _level_name(data.getStorageLevel())
    # DataFrame.persist() with a name: catalog.cacheTable would do it too, but claim the name of a view for it
    jvm: Any = data.sparkSession.sparkContext._jvm
    default = data.sparkSession.conf.get("spark.sql.defaultCacheStorageLevel")
    level = jvm.org.apache.spark.storage.StorageLevel.fromString(default)
    _cache_manager(data).cacheQuery(data._jdf, jvm.scala.Some(name), level)
    data.is_cached = True
    return _level_name(data.storageLevel)


def _cache_manager(frame: DataFrame) -> Any:
    session: Any = frame.sparkSession._jsparkSession
    return session.sharedState().cacheManager()


def _stored_rdd(data: Keepable) -> Any | None:
    """The RDD that Spark's storage status lists; None for a frame that nothing has read yet."""
    if isinstance(data, RDD):
        return data._jrdd.rdd()
    cached = _cache_manager(data).lookupCachedData(data._jdf)
    builder = cached.get().cachedRepresentation().cacheBuilder() if cached.isDefined() else None
    return builder.cachedColumnBuffers() if builder and builder.isCachedColumnBuffersLoaded() else None


def _measure(kept: Kept) -> None:
    """Memory and disk from Spark's own storage status; it lists only what was really stored."""
    rdd = _stored_rdd(kept.data)
    if rdd is None:
        return
    if isinstance(kept.data, DataFrame):
        statistics = (
            _cache_manager(kept.data).lookupCachedData(kept.data._jdf).get().cachedRepresentation().computeStats()
        )
        kept.rows = int(str(statistics.rowCount().get())) if statistics.rowCount().isDefined() else None
    kept.partitions = rdd.getNumPartitions()
    for info in rdd.context().getRDDStorageInfo():
        if info.id() == rdd.id():
            kept.partitions_stored = info.numCachedPartitions()
            kept.memory_bytes = info.memSize()
            kept.disk_bytes = info.diskSize()


def _level_name(level: StorageLevel) -> str:
    """The constant's name, MEMORY_AND_DISK_DESER, if there is one."""
    for name, constant in vars(StorageLevel).items():
        if isinstance(constant, StorageLevel) and constant == level:
            return name
    return str(level)
