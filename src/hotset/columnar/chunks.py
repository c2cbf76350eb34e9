"""Arrow batches as a few large binary rows, which Spark shuffles, spills and keeps without looking into them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark import Accumulator, TaskContext

from hotset.columnar.hashing import partition_numbers

CHUNKS_DDL = "partition int, chunk binary"
CHUNKS = pa.schema([("partition", pa.int32()), ("chunk", pa.binary())])
GATHERED_BYTES = 64 * 1024**2  # cut into partitions at once; what a task holds, twice, besides its kernel's own
LARGEST_CHUNK_BYTES = 256 * 1024**2  # a row of Spark's ends at 2 GiB

# partition of the source -> rows of each hash partition
Moved = dict[int, list[int]]


@dataclass(frozen=True)
class HashSplit:
    """Cuts batches into chunks of one hash partition each."""

    by: tuple[str, ...]
    partitions: int
    moved: Accumulator[Moved]

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = np.zeros(self.partitions, np.int64)
        for pieces in gathered(batches, GATHERED_BYTES):
            table = pieces.combine_chunks()  # rows are picked several times as fast from one piece
            numbers = partition_numbers(table, self.by, self.partitions)
            counts = np.bincount(numbers, minlength=self.partitions)
            rows += counts
            order = np.argsort(numbers.astype(np.uint8) if self.partitions <= 256 else numbers, kind="stable")
            table, starts = table.take(pa.array(order)), np.cumsum(counts) - counts
            for number in np.flatnonzero(counts).tolist():
                yield from as_chunks(table.slice(starts[number], counts[number]), number)
        self.moved.add({this_task().partitionId(): rows.tolist()})


def this_task() -> TaskContext:
    """The task that a kernel runs in."""
    context = TaskContext.get()
    assert context is not None, "kernels run in Spark's tasks"
    return context


def one_chunk_each(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches as chunks, whatever partition they are in."""
    for table in gathered(batches, GATHERED_BYTES):
        yield from as_chunks(table, 0)


def gathered(batches: Iterable[pa.RecordBatch], most_bytes: int) -> Iterator[pa.Table]:
    """The same rows as tables of about this size, of many pieces; the last one is smaller."""
    waiting: list[pa.RecordBatch] = []
    size_bytes = 0
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
            size_bytes += batch.nbytes
        if size_bytes >= most_bytes:
            yield pa.Table.from_batches(waiting)
            waiting, size_bytes = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def as_chunks(table: pa.Table, partition: int) -> Iterator[pa.RecordBatch]:
    """One row of CHUNKS, or several where the table is too large for one."""
    if table.nbytes > LARGEST_CHUNK_BYTES and table.num_rows > 1:
        half = table.num_rows // 2
        yield from as_chunks(table.slice(0, half), partition)
        yield from as_chunks(table.slice(half), partition)
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    chunk = sink.getvalue()
    ends = pa.py_buffer(np.array([0, chunk.size], np.int32))
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, ends, chunk])
    arrays = [pa.array([partition], pa.int32()), whole]
    yield pa.RecordBatch.from_arrays(arrays, schema=CHUNKS)


def from_chunks(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches that stand in the chunks."""
    for row in rows:
        for chunk in row.column("chunk"):
            yield from pa.ipc.open_stream(chunk.as_buffer())
