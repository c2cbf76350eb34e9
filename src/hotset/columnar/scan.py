"""Schedule blocks as Spark tasks: typed rows, a kernel over each, or lines for RDD programs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import RDD, Accumulator
from pyspark.sql import DataFrame, SparkSession

from hotset.columnar.blocks import Block, cut_text
from hotset.columnar.counts import BlockCounter, Counts, count_blocks
from hotset.columnar.faults import FaultFile, Unheard
from hotset.columnar.layout import Layout
from hotset.columnar.pieces import Reading
from hotset.columnar.records import PLACE_TYPES, PartCount, Records, place_of
from hotset.data.columns import ddl, differing, unlike
from hotset.data.dataset import Dataset
from hotset.data.listing import Listing
from hotset.errors import SchemaError
from hotset.row_counts import RowCounts

GATHERED_BYTES = 4 * 1024**2
Count = Callable[[tuple[PartCount, ...]], None]


@dataclass(frozen=True)
class TextScan:
    """What a kernel makes of the lines of a block."""

    blocks: tuple[Block, ...]
    function: Callable[[Iterator[bytes]], Iterable[pa.RecordBatch]]

    def read(self, number: int, count: Count) -> Iterator[pa.RecordBatch]:
        """Of the block with this number; `count` is told what it held, when all of it was read."""
        reading = Reading(self.blocks[number])
        yield from self.function(reading.text())
        _account(reading, count)


@dataclass(frozen=True)
class RecordScan:
    """What a kernel makes of the good rows of a block, or just those; the others are told in files in `faults`."""

    blocks: tuple[Block, ...]
    layout: Layout
    faults: Path | None
    function: Callable[[Iterator[pa.RecordBatch]], Iterable[pa.RecordBatch]] = iter

    def read(self, number: int, count: Count) -> Iterator[pa.RecordBatch]:
        """Of the block with this number; `count` is told what it held, when all of it was read."""
        records = Records(
            self.blocks[number], self.layout, FaultFile(self.faults, number) if self.faults else Unheard()
        )
        batches = records.batches()
        yield from self.function(batches) if self.function is iter else self.function(gather(batches))
        for _ in batches:  # what the kernel did not want is good or bad all the same
            pass
        count(tuple(records.counts))


Scan = TextScan | RecordScan


def gather(batches: Iterable[pa.RecordBatch], least_bytes: int = GATHERED_BYTES) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of so many bytes at least, but for the last.

    Of thousands of columns, a piece of a CSV has some tens of rows.
    """
    waiting: list[pa.RecordBatch] = []
    size_bytes = 0
    for batch in batches:
        waiting.append(batch)
        size_bytes += batch.nbytes
        if size_bytes >= least_bytes:
            yield _together(waiting)
            waiting, size_bytes = [], 0
    if waiting:
        yield _together(waiting)


def check_made(batches: Iterator[pa.RecordBatch], columns: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The same. Raises SchemaError for columns that were not declared."""
    for batch in batches:
        if batch.schema.names != columns.names or batch.schema.types != columns.types:
            expected, got = differing(_typed_names(columns), _typed_names(batch.schema))
            raise SchemaError(f"a kernel gives other columns: declared {expected}, got {got}; make what it declares")
        yield batch


def _typed_names(schema: pa.Schema) -> list[str]:
    return [f"{field.name} {field.type}" for field in schema]


def _together(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def scan_blocks(spark: SparkSession, scan: Scan, columns: str) -> tuple[DataFrame, BlockCounter]:
    """What the kernel makes of every block, and what will have been counted."""
    counts = count_blocks(spark.sparkContext)
    run = partial(_count_too, scan, counts)
    if scan.function is not iter:
        run = partial(_checked, run, Dataset(columns).arrow_schema())
    return _over(spark, scan.blocks, run, columns), BlockCounter(scan.blocks, counts, spark.sparkContext)


def read_rest(counter: BlockCounter, layout: Layout, faults: Path) -> None:
    """Reads the blocks that no task has read to its end, for the counts and for the faults alone."""
    assert isinstance(counter.counts, Accumulator), "what is known already has no rest"
    assert counter.context is not None, "tasks have one"
    missing = [number for number, block in enumerate(counter.blocks) if block and number not in counter.counts.value]
    run = partial(_count_too, RecordScan(counter.blocks, layout, faults), counter.counts)
    counter.context.parallelize(missing, len(missing)).foreach(partial(_consume, run))


def placed_records(spark: SparkSession, blocks: tuple[Block, ...], layout: Layout) -> DataFrame:
    """The good rows of every block once more, and behind them where each stands: part, line, text, number of block."""
    block = unlike("__block", layout.schema.names)
    run = partial(_placed, blocks, layout, block)
    place = ddl({**dict(zip(place_of(layout).names, PLACE_TYPES, strict=True)), block: "int"})
    return _over(spark, blocks, run, f"{layout.dataset.columns}, {place}")


def scan_lines(spark: SparkSession, listing: Listing) -> tuple[RDD[str], BlockCounter]:
    """The lines of text files as strings, read by the Python workers themselves. Raises InputError."""
    context = spark.sparkContext
    blocks = cut_text(listing, context.defaultParallelism)
    counts = count_blocks(context)
    numbers = context.parallelize(range(len(blocks)), len(blocks))
    return numbers.mapPartitions(partial(_lines, blocks, counts)), BlockCounter(blocks, counts, context)


def _over(spark: SparkSession, blocks: tuple[Block, ...], run: Callable[..., Any], columns: str) -> DataFrame:
    """One task for each block."""

    def of_numbers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from run(number)

    return spark.range(0, len(blocks), 1, len(blocks)).mapInArrow(of_numbers, columns)


def _count_too(scan: Scan, counts: Accumulator[Counts], number: int) -> Iterator[pa.RecordBatch]:
    """A task that runs again says the same again."""
    return scan.read(number, partial(_add, counts, number))


def _checked(
    run: Callable[[int], Iterator[pa.RecordBatch]], columns: pa.Schema, number: int
) -> Iterator[pa.RecordBatch]:
    """Spark would take columns by their places."""
    return check_made(run(number), columns)


def _add(counts: Accumulator[Counts], number: int, parts: tuple[PartCount, ...]) -> None:
    counts.add({number: parts})


def _consume(run: Callable[[int], Iterator[Any]], number: int) -> None:
    for _ in run(number):
        pass


def _placed(blocks: tuple[Block, ...], layout: Layout, block: str, number: int) -> Iterator[pa.RecordBatch]:
    for batch in Records(blocks[number], layout, FaultFile(Path(), number), placed=True).batches():
        yield batch.append_column(block, pa.repeat(pa.scalar(number, pa.int32()), batch.num_rows))


def _lines(blocks: tuple[Block, ...], counts: Accumulator[Counts], numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        reading = Reading(blocks[number])
        for piece in reading.text():
            yield from piece[:-1].decode().split("\n")
        _account(reading, partial(_add, counts, number))


def _account(reading: Reading, count: Count) -> None:
    """A block counts when it was read to its end."""
    if reading.finished:
        count((PartCount(reading.rows, RowCounts.all_good(reading.rows, reading.invalid_utf8)),))
