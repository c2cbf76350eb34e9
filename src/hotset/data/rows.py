"""What a job hands over to be published, as rows of Spark's in the columns of the dataset."""

from collections.abc import Callable
from typing import Any

from pyspark import RDD
from pyspark.errors import PySparkTypeError, PySparkValueError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType, _make_type_verifier

from hotset.data.columns import NAMED, by_name, differing, unlike
from hotset.data.dataset import Dataset
from hotset.data.inside import all_nullable
from hotset.data.promises import is_promised
from hotset.data.rendering import line_of, rdd_as_lines
from hotset.errors import DataError, SchemaError

LINE = "line"
LONGEST_ROW = 300


def rows_to_write(spark: SparkSession, data: DataFrame | RDD[Any], dataset: Dataset) -> tuple[DataFrame, Column | None]:
    """The rows, and for text the line that is written of each. Raises SchemaError for other columns."""
    if isinstance(data, DataFrame):
        check_columns(data, dataset)
        return data, line_of(data) if dataset.format == "text" else None
    if dataset.format != "text":
        return _typed(spark, data, _nullable(dataset)), None
    if not dataset.key and not is_promised(dataset):
        return rdd_as_lines(spark, data), by_name("value")
    schema = _nullable(dataset)
    line = unlike(LINE, schema.names)
    both = StructType([*schema.fields, StructField(line, StringType())])
    return _typed(spark, data.map(_with_line), both), by_name(line)


def check_columns(frame: DataFrame, dataset: Dataset) -> None:
    """Raises SchemaError when names, types or their order differ from the declared ones."""
    declared = [(one.name, one.dataType.simpleString()) for one in dataset.schema().fields]
    if frame.dtypes == declared:
        return
    expected, got = differing(*([f"{name} {kind}" for name, kind in one] for one in (declared, frame.dtypes)))
    if sorted(frame.dtypes) == sorted(declared):
        few = ", ".join(repr(name) for name, _ in declared) if len(declared) <= NAMED else "…"
        raise SchemaError(
            f"the order of the columns differs: declared {expected}, got {got}; "
            f"publish .select({few}), or declare them in the other order"
        )
    raise SchemaError(f"the columns differ: declared {expected}, got {got}; rename, cast or drop some")


def _nullable(dataset: Dataset) -> StructType:
    """Where Spark is told that nothing is null, it makes a 0 of None; so it is not told, and nulls are counted."""
    schema = all_nullable(dataset.schema())
    assert isinstance(schema, StructType)
    return schema


def _typed(spark: SparkSession, rows: RDD[Any], schema: StructType) -> DataFrame:
    """Each row is looked at by Python: what is of another type would become null, without a word."""
    return spark.createDataFrame(rows.map(row_checker(schema)), schema, verifySchema=False)


def row_checker(schema: StructType) -> Callable[[Any], Any]:
    """In a worker: row -> the same row. Raises DataError for a value of another type, SchemaError for other names."""
    verify, names = _make_type_verifier(schema), schema.names

    def check(row: Any) -> Any:
        # a Row is taken by the places of its values, and of a dict what is not declared would be dropped
        own = list(row) if isinstance(row, dict) else list(getattr(row, "__fields__", names))
        if own != names and not (isinstance(row, dict) and set(own) <= set(names)):
            what = "order of columns" if sorted(own) == sorted(names) else "set of columns"
            expected, got = differing(names, [*map(str, own)])
            raise SchemaError(f"a row has another {what}: declared {expected}, got {got}")
        try:
            verify(row)
        except (PySparkTypeError, PySparkValueError) as why:
            reason = str(why).partition("] ")[2] or str(why)
            raise DataError(f"a row does not fit the declared columns, got {row!r:.{LONGEST_ROW}}: {reason}") from None
        return row

    return check


def _with_line(row: Any) -> tuple[Any, ...]:
    """As `str` shows it, behind its values."""
    return (*row, str(row)) if isinstance(row, tuple) else (row, str(row))
