"""How many rows a join will make, before it makes them: by the counts of the keys on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from hotset import DataError, Dataset, Kernel, Pairing, Run, by_name
from hotset.jobs.join_kernel import (
    NOTHING,
    PAIRS_DDL,
    WORST,
    Held,
    How,
    count_keys,
    count_met,
    count_pairs,
    numbered,
    worst_pairs,
)

DEFAULT_TIMES = 10  # the rows of both sides
Paths = tuple[tuple[str, ...], tuple[str, ...]]
Datasets = tuple[Dataset, Dataset]


@dataclass(frozen=True)
class Pairs:
    """What meets: rows of each side that do, pairs of them, the worst keys (key, left, right), most rows of a key."""

    left: int
    right: int
    pairs: int
    largest_key: int
    worst: tuple[tuple[str, int, int], ...]

    def rows(self, how: How, rows: tuple[int, int]) -> int:
        """How many rows will come out, of sides with so many."""
        alone_left = max(rows[0] - self.left, 0) if how in ("left", "full") else 0
        alone_right = max(rows[1] - self.right, 0) if how in ("right", "full") else 0
        return self.pairs + alone_left + alone_right


def refuse_more(pairs: Pairs, how: How, rows: tuple[int, int], most: int) -> None:
    """Raises DataError, with the worst keys, when more than `most` rows would come out."""
    coming = pairs.rows(how, rows)
    if coming <= most:
        return
    worst = "; ".join(f"{key}: {left:,} x {right:,} rows" for key, left, right in pairs.worst[:WORST])
    raise DataError(
        f"the join would make {coming:,} rows, allowed are {most:,}; its worst keys are {worst}. "
        f"Join on more columns, drop duplicates, or allow more by --max-rows"
    )


def pairs_by_exchange(run: Run, datasets: Datasets, paths: Paths, on: tuple[str, ...]) -> Pairs:
    """Counted by key on both sides, and the counts brought together."""
    kernel = Kernel("", partial(count_keys, on=on))
    left, right = (
        run.batches(dataset.select(*on), path, kernel, look=True) for dataset, path in zip(datasets, paths, strict=True)
    )
    with run.step("count the rows to come"):
        pairing = Pairing(PAIRS_DDL, partial(count_pairs, on=on))
        found = left.exchange_with(right, numbered(on), pairing).table()
    return _summed(found.to_pylist())


def pairs_by_held(run: Run, dataset: Dataset, path: tuple[str, ...], held: Held, side: int) -> Pairs:
    """Counted by streaming the keys of the other side past the one that is held."""
    shared = run.spark.sparkContext.broadcast(held)

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return count_met(batches, shared.value)

    with run.step("count the rows to come"):
        met = run.batches(dataset.select(*held.on), path, Kernel("place bigint, rows bigint", count), look=True).table()
    shared.unpersist()
    counted = met.group_by("place").aggregate([("rows", "sum")])
    counted = counted.filter(pa.compute.not_equal(counted["place"], NOTHING))
    places, streamed = (np.from_dlpack(column.combine_chunks()) for column in counted.columns)
    ours = held.counts(places)
    rows = held.rows(places, np.ones(len(places), np.int64))
    keys = held.table.select(list(held.on)).take(pa.array(rows))
    both = (streamed, ours) if side else (ours, streamed)
    return _summed([row for batch in worst_pairs(keys, *both) for row in batch.to_pylist()])


def pairs_in_catalyst(left: DataFrame, right: DataFrame, on: tuple[str, ...]) -> Pairs:
    """Counted by Spark."""
    keys = numbered(on)
    both = _counted(left, on, "ours").join(_counted(right, on, "theirs"), keys, "inner")
    both = both.withColumn("pairs", F.col("ours") * F.col("theirs"))
    sums = both.agg(*(F.sum(name) for name in ("ours", "theirs", "pairs")), F.max("ours")).take(1)[0]
    worst = both.orderBy(F.desc("pairs")).take(WORST)
    left_rows, right_rows, pairs, largest = (int(value or 0) for value in sums)
    told = tuple((_shown([row[key] for key in keys]), int(row["ours"]), int(row["theirs"])) for row in worst)
    return Pairs(left_rows, right_rows, pairs, largest, told)


def _counted(side: DataFrame, on: tuple[str, ...], name: str) -> DataFrame:
    """side -> counts(0, 1, …, name): the rows of each key, whose columns are numbered"""
    keys = (by_name(column).alias(key) for column, key in zip(on, numbered(on), strict=True))
    return side.groupBy(*keys).agg(F.count(F.lit(1)).cast("double").alias(name))


def _shown(values: list[Any]) -> str:
    return ", ".join(map(repr, values))


def _summed(found: list[dict[str, Any]]) -> Pairs:
    """Of each partition its worst keys, and a row without key for all of them."""
    sums = [row for row in found if row["key"] is None]
    keys = sorted((row for row in found if row["key"] is not None), key=lambda row: -row["pairs"])
    worst = tuple((row["key"], int(row["ours"]), int(row["theirs"])) for row in keys[:WORST])
    left, right, pairs = (int(sum(row[name] for row in sums)) for name in ("ours", "theirs", "pairs"))
    return Pairs(left, right, pairs, int(max((row["largest"] for row in sums), default=0)), worst)
