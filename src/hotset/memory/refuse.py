"""What a level cannot be, here and with this data: told before anything is stored, with what to do instead."""

from collections.abc import Sequence
from typing import Any

from pyspark import RDD, SparkContext
from pyspark.sql import DataFrame

from hotset.errors import UsageError
from hotset.memory.levels import PARQUET, REPLICATED, Level
from hotset.memory.stored import Keepable

NAMED = 20  # columns in a message


def check_possible(name: str, data: Keepable, level: Level) -> None:
    """Raises UsageError for what Spark would silently make something else of, or compute anew with other values."""
    context = data.context if isinstance(data, RDD) else data.sparkSession.sparkContext
    if level.storage is not None and level.storage.useOffHeap:
        _check_off_heap(name, context)
    local = context._jsc.sc().isLocal()
    copies = level.storage.replication if level.storage is not None else 1
    if copies > 1 and local:
        raise UsageError(
            f"{level.name} stores {copies} copies on {copies} executors, and {context.master} has one, got it for "
            f"{name!r}; say {level.name.removesuffix(f'_{copies}') if level.name in REPLICATED else '1 copy'}"
        )
    if level.name == PARQUET:
        _check_parquet(name, data, level, context)
    if level.storage is not None and (level.drops or not local) and not is_deterministic(data):
        computes, say = (
            ("what does not fit", "MEMORY_AND_DISK_DESER, or freeze it with LOCAL_CHECKPOINT")
            if local
            else ("what is lost with an executor", "LOCAL_CHECKPOINT, with which the run fails instead")
        )
        raise UsageError(
            f"{name!r} gives other values each time it is computed, and {level.name} computes {computes} again; "
            f"say {say}"
        )


def is_deterministic(data: Keepable) -> bool:
    """Whether computing it again gives the same rows; their order aside."""
    if isinstance(data, DataFrame):
        return bool(data._jdf.queryExecution().optimizedPlan().deterministic())
    return str(data._jrdd.rdd().outputDeterministicLevel()) != "INDETERMINATE"


def partitioned(name: str, data: Keepable, by: tuple[str, ...]) -> Keepable:
    """The same rows, those of a key in one partition: what joins and groups by it needs no exchange any more.

    The number is Spark's own for shuffles, not merged by adaptive execution: so two kept sets fit each other.
    """
    if not by:
        return data
    if isinstance(data, RDD):
        raise UsageError(f"an RDD has no columns, got {name!r} by {', '.join(by)}; say rdd.partitionBy(n)")
    missing = [column for column in by if column not in data.columns]
    if missing:
        raise UsageError(f"{name!r} has no column {missing[0]!r} to be kept by; it has {_some(data.columns)}")
    number = int(str(data.sparkSession.conf.get("spark.sql.shuffle.partitions")))
    return data.repartition(number, *(f"`{column.replace('`', '``')}`" for column in by))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")


def _check_off_heap(name: str, context: SparkContext) -> None:
    conf: Any = context.getConf()
    enabled, size = conf.get("spark.memory.offHeap.enabled", "false"), conf.get("spark.memory.offHeap.size", "0")
    if enabled.lower() != "true" or size in ("0", "0b"):
        raise UsageError(
            f"OFF_HEAP would put {name!r} on disk, since the session has no memory off the heap, got "
            f"spark.memory.offHeap.enabled={enabled} and spark.memory.offHeap.size={size}; set both"
        )


def _check_parquet(name: str, data: Keepable, level: Level, context: SparkContext) -> None:
    if isinstance(data, RDD):
        raise UsageError(f"PARQUET has columns, and {name!r} is an RDD; say DISK_ONLY")
    if level.by:
        raise UsageError(f"a PARQUET copy forgets how it was partitioned, got {level} for {name!r}; say DISK_ONLY by …")
    if not context._jsc.sc().isLocal():
        raise UsageError(
            f"PARQUET is a copy on this machine's disk, which the workers of {context.master} do not read, got it for "
            f"{name!r}; say DISK_ONLY"
        )
