"""Arrow batches as a few large binary rows, which Spark keeps without looking into them."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark import TaskContext

CHUNKS_DDL = "chunk binary"
CHUNKS = pa.schema([("chunk", pa.binary())])
GATHERED_BYTES = 64 * 1024**2
LARGEST_CHUNK_BYTES = 256 * 1024**2  # a row of Spark's ends at 2 GiB


def this_task() -> TaskContext:
    """The task that a kernel runs in."""
    context = TaskContext.get()
    assert context is not None, "kernels run in Spark's tasks"
    return context


def to_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches as rows of CHUNKS."""
    for table in gathered(batches, GATHERED_BYTES):
        yield from as_chunks(table)


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


def as_chunks(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """One row of CHUNKS, or several where the table is too large for one."""
    if table.nbytes > LARGEST_CHUNK_BYTES and table.num_rows > 1:
        half = table.num_rows // 2
        yield from as_chunks(table.slice(0, half))
        yield from as_chunks(table.slice(half))
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    chunk = sink.getvalue()
    ends = pa.py_buffer(np.array([0, chunk.size], np.int32))
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, ends, chunk])
    yield pa.RecordBatch.from_arrays([whole], schema=CHUNKS)


def from_chunks(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches that stand in the chunks."""
    for row in rows:
        for chunk in row.column("chunk"):
            yield from pa.ipc.open_stream(chunk.as_buffer())
