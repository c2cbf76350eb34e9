"""Schedule blocks as Spark tasks: typed rows, a kernel over each, or lines for RDD programs."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import RDD, Accumulator
from pyspark.sql import DataFrame, SparkSession

from hotset.columnar.batches import Batches
from hotset.columnar.blocks import Block, cut_text
from hotset.columnar.counts import BlockCounter, Counts, count_blocks
from hotset.columnar.faults import FaultFile, Unheard
from hotset.columnar.kernel import Kernel
from hotset.columnar.layout import Layout
from hotset.columnar.pieces import Reading
from hotset.columnar.records import PLACE_TYPES, PartCount, Records, place_of
from hotset.data.columns import ddl, unlike
from hotset.data.listing import Listing
from hotset.row_counts import RowCounts


def scan_text(spark: SparkSession, listing: Listing, encoding: str, kernel: Kernel) -> tuple[Batches, BlockCounter]:
    """What the kernel makes of every block of lines, and what will have been counted. Raises InputError."""
    blocks = cut_text(listing, spark.sparkContext.defaultParallelism, encoding)
    counts = count_blocks(spark.sparkContext)
    run = partial(_text_kernel, blocks, kernel.function, counts)
    return _over(spark, blocks, run, kernel.columns), BlockCounter(blocks, counts, spark.sparkContext)


def scan_records(
    spark: SparkSession,
    blocks: tuple[Block, ...],
    layout: Layout,
    faults: Path | None,
    kernel: Kernel | None,
) -> tuple[Batches, BlockCounter]:
    """What the kernel makes of the good rows of every block, or just those; the others go to files in `faults`."""
    counts = count_blocks(spark.sparkContext)
    columns = kernel.columns if kernel else layout.dataset.columns
    run = partial(_record_kernel, blocks, layout, faults, kernel.function if kernel else _as_they_are, counts)
    return _over(spark, blocks, run, columns), BlockCounter(blocks, counts, spark.sparkContext)


def read_rest(counter: BlockCounter, layout: Layout, faults: Path) -> None:
    """Reads the blocks that no task has read to its end, for the counts and for the faults alone."""
    assert isinstance(counter.counts, Accumulator), "what is known already has no rest"
    assert counter.context is not None, "tasks have one"
    missing = [number for number, block in enumerate(counter.blocks) if block and number not in counter.counts.value]
    run = partial(_record_kernel, counter.blocks, layout, faults, _as_they_are, counter.counts)
    counter.context.parallelize(missing, len(missing)).foreach(partial(_consume, run))


def placed_records(spark: SparkSession, blocks: tuple[Block, ...], layout: Layout) -> DataFrame:
    """The good rows of every block once more, and behind them where each stands: part, line, text, number of block."""
    block = unlike("__block", layout.schema.names)
    run = partial(_placed, blocks, layout, block)
    place = ddl({**dict(zip(place_of(layout).names, PLACE_TYPES, strict=True)), block: "int"})
    return _over(spark, blocks, run, f"{layout.dataset.columns}, {place}").frame()


def lines(spark: SparkSession, listing: Listing) -> tuple[RDD[str], BlockCounter]:
    """The lines of text files as strings, read by the Python workers themselves. Raises InputError."""
    context = spark.sparkContext
    blocks = cut_text(listing, context.defaultParallelism)
    counts = count_blocks(context)
    numbers = context.parallelize(range(len(blocks)), len(blocks))
    return numbers.mapPartitions(partial(_lines, blocks, counts)), BlockCounter(blocks, counts, context)


def _over(spark: SparkSession, blocks: tuple[Block, ...], run: Callable[..., Any], columns: str) -> Batches:
    """One task for each block."""

    def of_numbers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from run(number)

    return Batches(spark, spark.range(0, len(blocks), 1, len(blocks)), of_numbers, columns)


def _text_kernel(
    blocks: tuple[Block, ...],
    kernel: Callable[[Iterator[bytes]], Iterable[pa.RecordBatch]],
    counts: Accumulator[Counts],
    number: int,
) -> Iterator[pa.RecordBatch]:
    reading = Reading(blocks[number])
    yield from kernel(reading.text())
    _account(reading, number, counts)


def _record_kernel(
    blocks: tuple[Block, ...],
    layout: Layout,
    faults: Path | None,
    kernel: Callable[[Iterator[pa.RecordBatch]], Iterable[pa.RecordBatch]],
    counts: Accumulator[Counts],
    number: int,
) -> Iterator[pa.RecordBatch]:
    records = Records(blocks[number], layout, FaultFile(faults, number) if faults else Unheard())
    yield from kernel(records.batches())
    if records.finished:
        counts.add({number: tuple(records.counts)})


def _consume(run: Callable[[int], Iterator[Any]], number: int) -> None:
    for _ in run(number):
        pass


def _as_they_are(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches


def _placed(blocks: tuple[Block, ...], layout: Layout, block: str, number: int) -> Iterator[pa.RecordBatch]:
    for batch in Records(blocks[number], layout, FaultFile(Path(), number), placed=True).batches():
        yield batch.append_column(block, pa.repeat(pa.scalar(number, pa.int32()), batch.num_rows))


def _lines(blocks: tuple[Block, ...], counts: Accumulator[Counts], numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        reading = Reading(blocks[number])
        for piece in reading.text():
            yield from piece[:-1].decode().split("\n")
        _account(reading, number, counts)


def _account(reading: Reading, number: int, counts: Accumulator[Counts]) -> None:
    """A block counts when it was read to its end; a task that runs again says the same again."""
    if reading.finished:
        counts.add({number: (PartCount(reading.rows, RowCounts.all_good(reading.rows, reading.invalid_utf8)),)})
