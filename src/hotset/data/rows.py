"""What a job hands over to be published, as rows of Spark's in the columns of the dataset."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pyspark import RDD
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from hotset.data.columns import by_name, differing, unlike
from hotset.data.dataset import Dataset
from hotset.data.exact_rows import exact_row, is_record
from hotset.data.inside import all_nullable
from hotset.data.promises import is_promised
from hotset.data.rendering import line_of
from hotset.errors import SchemaError
from hotset.naming import NAMED

LINE = "line"


def rows_to_write(spark: SparkSession, data: DataFrame | RDD[Any], dataset: Dataset) -> tuple[DataFrame, Column | None]:
    """The rows, and for text the line that is written of each. Raises SchemaError for other columns."""
    if isinstance(data, DataFrame):
        check_columns(data.dtypes, dataset)
        return data, line_of(data) if dataset.format == "text" else None
    if dataset.format != "text":
        return _typed(spark, data, _nullable(dataset)), None
    schema, with_values = _nullable(dataset), bool(dataset.key) or is_promised(dataset)
    line = unlike(LINE, schema.names)
    written = StructType([*(schema.fields if with_values else ()), StructField(line, StringType())])
    lines = data.mapPartitions(partial(_as_lines, schema, with_values=with_values))
    return spark.createDataFrame(lines, written, verifySchema=False), by_name(line)


def check_columns(columns: Sequence[tuple[str, str]], dataset: Dataset) -> None:
    """Raises SchemaError when names, types or their order differ from the declared ones."""
    declared = names_and_types(dataset.schema())
    if columns == declared:
        return
    expected, got = differing(*([f"{name} {kind}" for name, kind in one] for one in (declared, columns)))
    if sorted(columns) == sorted(declared):
        few = ", ".join(repr(name) for name, _ in declared) if len(declared) <= NAMED else "…"
        raise SchemaError(
            f"the order of the columns differs: declared {expected}, got {got}; "
            f"publish .select({few}), or declare them in the other order"
        )
    raise SchemaError(f"the columns differ: declared {expected}, got {got}; rename, cast or drop some")


def names_and_types(schema: StructType) -> list[tuple[str, str]]:
    """As DataFrame.dtypes has them."""
    return [(one.name, one.dataType.simpleString()) for one in schema.fields]


def _nullable(dataset: Dataset) -> StructType:
    """Where Spark is told that nothing is null, it makes a 0 of None; so it is not told, and nulls are counted."""
    schema = all_nullable(dataset.schema())
    assert isinstance(schema, StructType)
    return schema


def _typed(spark: SparkSession, rows: RDD[Any], schema: StructType) -> DataFrame:
    """Each row is looked at by Python: Spark would change some values, and make null of others, without a word."""
    return spark.createDataFrame(rows.mapPartitions(partial(_exact, schema)), schema, verifySchema=False)


def _exact(schema: StructType, rows: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    return map(exact_row(schema), rows)


def _as_lines(schema: StructType, rows: Iterator[Any], *, with_values: bool) -> Iterator[tuple[Any, ...]]:
    """The line of each row, behind its values if these are wanted.

    One text is written as it is, several values as Python shows a tuple; a row may be the one value itself.
    """
    exact, is_one = exact_row(schema), len(schema) == 1
    is_text = is_one and isinstance(schema[0].dataType, StringType)
    for row in rows:
        bare = is_one and not is_record(row)
        values = exact((row,) if bare else row)
        line = values[0] if is_text else str(values[0] if bare else values)
        yield (*values, line) if with_values else (line,)
