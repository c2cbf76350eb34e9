"""Number the rows of a frame in their order, from 0."""

from collections.abc import Iterator, Mapping
from functools import partial

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame

from hotset.data.columns import ddl, type_text

COUNTS = pa.schema([("part", pa.int32()), ("rows", pa.int64())])


def number_frame(frame: DataFrame, name: str) -> DataFrame:
    """The frame with a column of that name behind the others. Its rows are counted for that, by a Spark job."""
    counts: dict[int, int] = dict(map(tuple, frame.mapInArrow(_count, "part int, rows bigint").collect()))
    starts, start = {}, 0
    for part in sorted(counts):
        starts[part], start = start, start + counts[part]
    columns = {one.name: type_text(one.dataType) for one in frame.schema.fields}
    return frame.mapInArrow(partial(_number, name=name, starts=starts), ddl({**columns, name: "bigint"}))


def _count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    rows = sum(batch.num_rows for batch in batches)
    yield pa.RecordBatch.from_arrays([pa.array([_part()], pa.int32()), pa.array([rows], pa.int64())], schema=COUNTS)


def _number(batches: Iterator[pa.RecordBatch], name: str, starts: Mapping[int, int]) -> Iterator[pa.RecordBatch]:
    start = starts[_part()]
    for batch in batches:
        end = start + batch.num_rows
        yield batch.append_column(name, pa.array(range(start, end), pa.int64()))
        start = end


def _part() -> int:
    context = TaskContext.get()
    assert context is not None, "tasks have one"
    return context.partitionId()
