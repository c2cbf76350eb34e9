"""Arrow batches on their way through kernels, tasks and shuffles; rows are made of them only where somebody asks.

What stands between two exchanges is one Spark task: its kernels run one behind the other, in one worker.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession

from hotset.columnar.chunks import CHUNKS_DDL, HashSplit, Moved, from_chunks, one_chunk_each
from hotset.columnar.kernel import Kernel
from hotset.data.dataset import Dataset
from hotset.data.inside import all_nullable
from hotset.data.tally import LastReport

# of the input, not of memory: Parquet may be several times smaller than what it holds
PARTITION_BYTES = 32 * 1024**2
MOST_PARTITIONS = 1024
FILE_BYTES = 128 * 1024**2  # of Arrow's memory: what is written is smaller
Feed = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Exchanged = Callable[["Exchange"], None]


@dataclass(frozen=True)
class Exchange:
    """One shuffle of chunks, and what it moved, once it ran."""

    by: tuple[str, ...]
    partitions: int
    moved: Any  # Accumulator[Moved]

    def rows(self) -> list[int]:
        """Rows of each hash partition."""
        moved: Moved = self.moved.value
        return [sum(rows) for rows in zip(*moved.values(), strict=True)] or [0] * self.partitions


@dataclass(frozen=True)
class Batches:
    """Lazily: the batches that `feed` makes of the rows of `source`. `columns` is their Spark DDL.

    `size_bytes` is that of the inputs; `exchanged` hears of every exchange that is planned; `file_bytes` is what a file
    holds at most where they are published, in Arrow's memory.
    """

    spark: SparkSession
    source: DataFrame
    feed: Feed
    columns: str
    size_bytes: int
    exchanged: Exchanged
    file_bytes: int = FILE_BYTES

    def map(self, kernel: Kernel) -> "Batches":
        """What the kernel makes of the batches of each task: of one block, or of one hash partition."""
        return replace(self, feed=partial(_then, self.feed, kernel.function), columns=kernel.columns)

    def exchange(self, by: Sequence[str], partitions: int | None = None) -> "Batches":
        """The same rows, those with an equal key in one task: brought there by Spark's shuffle, as Arrow chunks.

        Spark schedules, spills and retries; it sees a few large rows, not the rows inside of them. Equal is what Spark
        calls equal. Raises UsageError, in the task, for a key of a nested type.
        """
        number = partitions or _partitions(self.size_bytes, self.spark.sparkContext)
        moved = self._exchange(by, number)
        return self.read_from(moved.repartitionById(number, "partition"))

    def frame(self) -> DataFrame:
        """A plain frame: here the JVM makes rows of the batches."""
        return self.source.mapInArrow(self.feed, self.columns)

    def frame_with_nulls(self) -> DataFrame:
        """The same where `not null` is not believed: Spark would break at a null, and not say where."""
        return self.source.mapInArrow(self.feed, all_nullable(Dataset(self.columns).schema()))  # type: ignore[arg-type]

    def chunks(self) -> DataFrame:
        """The batches of each partition as a few binary rows, for Spark to keep."""
        return self.source.mapInArrow(partial(_then, self.feed, one_chunk_each), CHUNKS_DDL)

    def read_from(self, chunks: DataFrame) -> "Batches":
        """These batches, out of `chunks` that Spark moved or keeps."""
        return replace(self, source=chunks, feed=from_chunks)

    def table(self) -> pa.Table:
        """All of it, here; for what is known to be small."""
        chunks = self.chunks().select("chunk").toArrow().to_batches()
        return pa.Table.from_batches(from_chunks(chunks), self.schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns in Arrow's words."""
        return Dataset(self.columns).arrow_schema()

    def _exchange(self, by: Sequence[str], partitions: int) -> DataFrame:
        moved = self.spark.sparkContext.accumulator({}, LastReport())
        self.exchanged(Exchange(tuple(by), partitions, moved))
        split = HashSplit(tuple(by), partitions, moved)
        return self.source.mapInArrow(partial(_then, self.feed, split), CHUNKS_DDL)


def _partitions(size_bytes: int, context: SparkContext) -> int:
    cores = context.defaultParallelism
    wanted = max(size_bytes // PARTITION_BYTES, 1)
    return int(min(-(-wanted // cores) * cores, MOST_PARTITIONS))


def _then(
    first: Feed, second: Callable[[Iterator[Any]], Iterable[pa.RecordBatch]], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    yield from second(first(batches))
