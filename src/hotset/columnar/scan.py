"""Schedule blocks as Spark tasks: a kernel over each, or its lines for RDD programs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark import RDD, Accumulator
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from hotset.columnar.blocks import Block, cut_parquet, cut_text
from hotset.columnar.pieces import Reading
from hotset.data.dataset import Dataset
from hotset.data.listing import Listing
from hotset.data.text import AccumulatedLines, PerPart
from hotset.errors import UsageError


@dataclass(frozen=True)
class Kernel:
    """A pure function from a block to Arrow batches, and the columns of the batches in Spark's DDL.

    The function gets the block as pieces: of text, `bytes` of whole lines in valid UTF-8, each line ended by one
    `\\n`; of Parquet, a `pyarrow.RecordBatch` with the columns of the dataset. It is tested by calling it.
    """

    columns: str
    function: Callable[[Iterator[Any]], Iterable[pa.RecordBatch]]


def scan(spark: SparkSession, listing: Listing, dataset: Dataset, kernel: Kernel) -> tuple[DataFrame, AccumulatedLines]:
    """What the kernel makes of every block, and what will have been counted.

    Raises InputError and SchemaError as the cutting does, UsageError for a format that is not scanned.
    """
    cores = spark.sparkContext.defaultParallelism
    if dataset.format == "text":
        blocks, pieces = cut_text(listing, cores), Reading.text
    elif dataset.format == "parquet":
        declared: Any = StructType.fromDDL(dataset.columns)
        blocks = cut_parquet(listing, declared.names, cores)
        pieces = partial(Reading.row_groups, columns=to_arrow_schema(declared))
    else:
        raise UsageError(f"run.scan takes text and parquet, got {dataset.format!r}; use run.spark.read")
    counter = AccumulatedLines(spark, listing, len(blocks))
    run = partial(_run_kernel, blocks, pieces, kernel.function, counter.accumulator)
    numbers = spark.range(0, len(blocks), 1, len(blocks))
    return numbers.mapInArrow(run, kernel.columns), counter


def lines(spark: SparkSession, listing: Listing) -> tuple[RDD[str], AccumulatedLines]:
    """The lines of text files as strings, read by the Python workers themselves. Raises InputError as `scan` does."""
    context = spark.sparkContext
    blocks = cut_text(listing, context.defaultParallelism)
    counter = AccumulatedLines(spark, listing, len(blocks))
    numbers = context.parallelize(range(len(blocks)), len(blocks))
    return numbers.mapPartitions(partial(_lines, blocks, counter.accumulator)), counter


def _run_kernel(
    blocks: tuple[Block, ...],
    pieces: Callable[[Reading], Iterator[Any]],
    kernel: Callable[[Iterator[Any]], Iterable[pa.RecordBatch]],
    accumulator: Accumulator[PerPart],
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for number in batch.column(0).to_pylist():
            reading = Reading(blocks[number])
            yield from kernel(pieces(reading))
            _account(reading, number, accumulator)


def _lines(blocks: tuple[Block, ...], accumulator: Accumulator[PerPart], numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        reading = Reading(blocks[number])
        for piece in reading.text():
            yield from piece[:-1].decode().split("\n")
        _account(reading, number, accumulator)


def _account(reading: Reading, number: int, accumulator: Accumulator[PerPart]) -> None:
    """A block counts when it was read to its end; a task that runs again says the same again."""
    if reading.finished:
        accumulator.add({number: (reading.rows, reading.invalid_utf8)})
