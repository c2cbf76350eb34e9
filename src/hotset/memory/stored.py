"""What Spark stores of a kept set, from its own storage status: levels, partitions, bytes."""

from dataclasses import dataclass
from typing import Any

from pyspark import RDD, SparkContext, StorageLevel
from pyspark.sql import DataFrame

from hotset.memory.levels import name_of
from hotset.memory.scala import each

Keepable = DataFrame | RDD[Any]


@dataclass(frozen=True)
class Stored:
    """One look at it. Spark counts rows for frames only."""

    level: str = ""
    partitions: int = 0
    partitions_stored: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0
    rows: int | None = None


def statuses(context: SparkContext) -> dict[int, Any]:
    """id -> Spark's status of every RDD of which something is stored."""
    return {int(info.id()): info for info in context._jsc.sc().getRDDStorageInfo()}


def stored(status: Any | None, partitions: int) -> Stored:
    if status is None:
        return Stored(partitions=partitions)
    return Stored(
        name_of(flags(status.storageLevel())),
        partitions,
        int(status.numCachedPartitions()),
        int(status.memSize()),
        int(status.diskSize()),
    )


def flags(level: Any) -> StorageLevel:
    """PySpark's StorageLevel of the JVM's."""
    return StorageLevel(
        level.useDisk(), level.useMemory(), level.useOffHeap(), level.deserialized(), level.replication()
    )


def storage_memory_bytes(context: SparkContext) -> int:
    """What the session can keep in memory at most; the driver counts only where it is what runs the tasks."""
    executors = list(each(context._jsc.sc().statusStore().executorList(True)))
    workers = [one for one in executors if one.id() != "driver"] or executors
    return sum(int(one.maxMemory()) for one in workers)


def persistent_ids(context: SparkContext) -> frozenset[int]:
    """Of every RDD that is persisted now, whoever did it."""
    ids = context._jsc.sc().getPersistentRDDs().keys().mkString(",")
    return frozenset(map(int, ids.split(","))) if ids else frozenset()


def rdd_name(context: SparkContext, id_: int) -> str:
    """As Spark's pages show it; a frame's is its plan."""
    rdd: Any = context._jsc.sc().getPersistentRDDs().apply(id_)
    return str(rdd.name() or rdd.toString())


def cache_manager(frame: DataFrame) -> Any:
    session: Any = frame.sparkSession._jsparkSession
    return session.sharedState().cacheManager()


def is_persisted(data: Keepable) -> bool:
    level = data.storageLevel if isinstance(data, DataFrame) else data.getStorageLevel()
    return bool(level.useMemory or level.useDisk)


def is_same(one: Any, other: Any) -> bool:
    """Whether Spark would take the one for the other; anything but frames and RDDs is the same only as itself."""
    if isinstance(one, DataFrame) and isinstance(other, DataFrame):
        return one.sameSemantics(other)
    if isinstance(one, RDD) and isinstance(other, RDD):
        return one is other or one.id() == other.id()
    return one is other


def cached_relation(frame: DataFrame) -> Any | None:
    """Spark's own entry for the plan of this frame."""
    cached = cache_manager(frame).lookupCachedData(frame._jdf)
    return cached.get().cachedRepresentation() if cached.isDefined() else None
