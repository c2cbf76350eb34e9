"""What a table takes: in files by codec, and in memory as pandas, Arrow and Spark have it."""

import time
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema

from hotset import Codec, Dataset, Run, spark_paths
from hotset.jobs.compact.kernel import Changes, narrowed

CODECS: tuple[Codec, ...] = ("none", "lz4", "snappy", "zstd")  # those that cost more to read stand behind
NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
}
MOST_IN_SPARK = 200  # columns
LINES = 20  # of a table on the terminal
WORTH_IT = 0.97  # a codec has to be so much smaller than those before it


def sizes_by_codec(table: pa.Table) -> dict[Codec, int]:
    """codec -> bytes of the table as Parquet"""
    sizes: dict[Codec, int] = {}
    for name in CODECS:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression=name)
        sizes[name] = sink.getvalue().size
    return sizes


def best_codec(sizes: Mapping[Codec, int]) -> Codec:
    """The smallest, unless a cheaper one is nearly as small."""
    best = CODECS[0]
    for name in CODECS[1:]:
        if sizes[name] < sizes[best] * WORTH_IT:
            best = name
    return best


def few_values(table: pa.Table) -> list[str]:
    """The columns of text that a dictionary makes smaller: each value stands there twice or more."""
    texts = [name for name in table.column_names if pa.types.is_string(table[name].type)]
    return [name for name in texts if pc.count_distinct(table[name]).as_py() * 2 <= table.num_rows]


def in_arrow(table: pa.Table, dictionaries: Sequence[str]) -> int:
    """bytes, these columns as dictionaries"""
    return int(_with_dictionaries(table, dictionaries).nbytes)


def in_pandas(table: pa.Table, dictionaries: Sequence[str] = (), *, nullable: bool = False) -> int:
    """bytes, these columns as categories; whole numbers with gaps `nullable`, or as doubles, which is usual"""
    frame = _with_dictionaries(table, dictionaries)
    series = [
        column.to_pandas(types_mapper=NULLABLE.get if nullable and column.null_count else None, date_as_object=False)
        for column in frame.columns
    ]
    return sum(int(one.memory_usage(index=False, deep=True)) for one in series)


def _with_dictionaries(table: pa.Table, names: Sequence[str]) -> pa.Table:
    wanted = set(names)
    columns = [
        column.combine_chunks().dictionary_encode() if name in wanted else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.table(columns, table.column_names)


@dataclass(frozen=True)
class Look:
    """A sample of the rows before and after, and about how many rows there are."""

    before: pa.Table
    after: pa.Table
    rows: int

    def whole(self, size: int, table: pa.Table) -> int:
        """bytes of the sample -> about those of all rows"""
        return size * self.rows // max(int(table.num_rows), 1)


def look(run: Run, paths: Sequence[str], usual: Dataset, stored: Dataset, changes: Changes) -> Look:
    sample = run.sample(stored, paths)
    narrow = narrowed(iter(sample.table.to_batches()), changes)
    schema = pa.schema([(name, change.after) for name, change in changes.items()])
    columns = [pa.RecordBatch.from_arrays(batch.columns[:-1], schema=schema) for batch in narrow]  # without the hash
    return Look(run.sample(usual, paths).table, pa.Table.from_batches(columns, schema), sample.rows)


def is_wide(columns: Sized) -> bool:
    """Whether there are so many that Spark compiles for longer than it reads."""
    return len(columns) > MOST_IN_SPARK


def in_spark(run: Run, name: str, table: pa.Table) -> int:
    """bytes in Spark's cache"""
    # its own schema: Spark takes a second for each thousand columns to make the same one
    run.keep(name, run.spark.createDataFrame(table, from_arrow_schema(table.schema, prefer_timestamp_ntz=True))).count()
    run.release(name)
    return int(run.report.keeps.pop().memory_bytes or 0)  # it was kept to be measured: no caching of this run


def in_memory(run: Run, seen: Look) -> list[tuple[str, int, int]]:
    """what, bytes before, bytes after; of all rows, by the sample"""
    few = few_values(seen.after)
    figures = [
        ("in memory, pandas", in_pandas(seen.before), in_pandas(seen.after, few, nullable=True)),
        ("in memory, Arrow", in_arrow(seen.before, ()), in_arrow(seen.after, few)),
    ]
    if not is_wide(seen.before.column_names) and run.report.plan != "local":
        cached = in_spark(run, "before", seen.before), in_spark(run, "after", seen.after)
        figures.append(("in memory, Spark's cache", *cached))
    return [(what, seen.whole(one, seen.before), seen.whole(other, seen.after)) for what, one, other in figures]


def ms_to_scan(open_rows: Callable[[], DataFrame]) -> int | None:
    """All rows and columns; the better of two, since the first one also compiles. None where Spark cannot read them."""
    try:
        rows = open_rows()
        return round(1000 * min(_seconds(rows) for _ in range(2)))
    except (
        PySparkException,
        Py4JError,
    ):  # what our readers take, or a type of another program: this is a figure, not the result
        return None


def _seconds(rows: DataFrame) -> float:
    start = time.monotonic()
    rows.write.format("noop").mode("overwrite").save()
    return time.monotonic() - start


def as_spark_reads(run: Run, usual: Dataset, paths: Sequence[str]) -> DataFrame:
    """The input by Spark's own reader, past the run's books: it is only timed."""
    options = {"recursiveFileLookup": "true"}  # what stands in directories' names need not be alike
    if usual.format == "csv":
        options |= {"header": str(usual.header).lower(), "sep": usual.separator}
    return run.spark.read.schema(usual.schema()).format(usual.format).options(**options).load(spark_paths(paths))


def show(run: Run, title: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """A small table, whole; of a longer one the beginning on the terminal."""
    run.show(title, pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), len(rows), lines=LINES)
