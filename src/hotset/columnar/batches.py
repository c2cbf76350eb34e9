"""Arrow batches on their way through kernels, one behind the other in one worker; rows are made of them where asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from hotset.columnar.chunks import CHUNKS_DDL, from_chunks, to_chunks
from hotset.columnar.kernel import Kernel
from hotset.data.dataset import Dataset
from hotset.data.inside import all_nullable

FILE_BYTES = 128 * 1024**2  # of Arrow's memory: what is written is smaller
Feed = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Batches:
    """Lazily: the batches that `feed` makes of the rows of `source`. `columns` is their Spark DDL.

    `file_bytes` is what a file holds at most where they are published, in Arrow's memory.
    """

    spark: SparkSession
    source: DataFrame
    feed: Feed
    columns: str
    file_bytes: int = FILE_BYTES

    def map(self, kernel: Kernel) -> "Batches":
        """What the kernel makes of the batches of each task: a block each."""
        return replace(self, feed=partial(_then, self.feed, kernel.function), columns=kernel.columns)

    def frame(self) -> DataFrame:
        """A plain frame: here the JVM makes rows of the batches."""
        return self.source.mapInArrow(self.feed, self.columns)

    def frame_with_nulls(self) -> DataFrame:
        """The same where `not null` is not believed: Spark would break at a null, and not say where."""
        return self.source.mapInArrow(self.feed, all_nullable(Dataset(self.columns).schema()))  # type: ignore[arg-type]

    def chunks(self) -> DataFrame:
        """The batches of each partition as a few binary rows, for Spark to keep."""
        return self.source.mapInArrow(partial(_then, self.feed, to_chunks), CHUNKS_DDL)

    def read_from(self, chunks: DataFrame) -> "Batches":
        """These batches, out of `chunks` that Spark keeps."""
        return replace(self, source=chunks, feed=from_chunks)

    def table(self) -> pa.Table:
        """All of it, here; for what is known to be small."""
        chunks = self.chunks().select("chunk").toArrow().to_batches()
        return pa.Table.from_batches(from_chunks(chunks), self.schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns in Arrow's words."""
        return Dataset(self.columns).arrow_schema()


def _then(
    first: Feed, second: Callable[[Iterator[Any]], Iterable[pa.RecordBatch]], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    yield from second(first(batches))
