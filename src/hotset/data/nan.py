"""NaN in Parquet and ORC, which statistics of files leave out."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType, StructField

from hotset.data.columns import by_name


def may_hold_nan(rows: DataFrame) -> DataFrame:
    """The same rows; of numbers with fractions, Spark does not look at the statistics of files.

    Writers leave NaN out of these, and Spark would pass over a row group whose greatest number is 3 for `x > 5`, though
    NaN is greater than all numbers.
    """
    if not any(isinstance(one.dataType, FloatType | DoubleType) for one in rows.schema.fields):
        return rows
    return rows.select(*map(_value, rows.schema.fields))


def _value(field: StructField) -> Column:
    column = by_name(field.name)
    if not isinstance(field.dataType, FloatType | DoubleType):
        return column
    nan = F.lit(float("nan")).cast(field.dataType)
    return F.when(F.isnan(column), nan).otherwise(column).alias(field.name)
