"""What a frame is, whoever executes it."""

from typing import Any

import narwhals as nw
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, StructType

from hotset.data.columns import by_name, type_text
from hotset.data.dataset import Dataset
from hotset.rows.duckdb_types import spark_type
from hotset.rows.plan import FEW_ROWS


def columns_of(frame: nw.LazyFrame[Any]) -> list[str]:
    """The types of its columns, in Spark's DDL."""
    native = frame.to_native()
    if isinstance(native, DataFrame):
        return [type_text(one.dataType) for one in native.schema.fields]
    return [spark_type(kind) for kind in native.types]


def has_nested(dataset: Dataset) -> bool:
    """Whether a value holds others: only Spark compares those."""
    return any(isinstance(one.dataType, ArrayType | StructType) for one in dataset.schema().fields)


def in_order(frame: DataFrame) -> DataFrame:
    """A small answer sorted by all columns, null last, as DuckDB gives it; it is looked at once more for that."""
    if frame.count() > FEW_ROWS:
        return frame
    return frame.coalesce(1).orderBy(*(by_name(name).asc_nulls_last() for name in frame.columns))
