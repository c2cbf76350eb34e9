"""What a frame is, whoever executes it."""

from typing import Any

import narwhals as nw
from pyspark.sql import DataFrame

from hotset.rows.duckdb_types import spark_type


def columns_of(frame: nw.LazyFrame[Any]) -> list[str]:
    """The types of its columns, in Spark's DDL."""
    native = frame.to_native()
    if isinstance(native, DataFrame):
        return [kind for _, kind in native.dtypes]
    return [spark_type(str(kind)) for kind in native.types]
