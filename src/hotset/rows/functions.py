"""The functions that a step may use over rows, with one meaning on DuckDB and on Spark: what plain Python says.

    f = functions.of(rows)
    groups = f.group_by("k", f.window_start("t", Duration("30m")).alias("start")).agg(
        f.sum("amount").alias("total"), (f.max("v1") - f.min("v2")).alias("range")
    )

The functions are bound to a frame, since the text of an expression depends on the types of its columns and on the
engine: `sum` of int64 is one thing on DuckDB and another on Spark. They give expressions of their own instead of
narwhals': narwhals has no public way to hold a native form, gives 0 for the sum of nothing, publishes a key of -0.0,
and takes seconds to build hundreds of expressions on Spark. What goes in and comes out are narwhals frames.

Aggregates leave nulls out, and of no value they are null; `length`, `count` and `distinct` are 0. NaN is one value,
greater than all others; -0.0 is 0.0 and is given as 0.0. On Spark this holds with `spark.sql.ansi.enabled`, its
default.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import narwhals as nw
from narwhals.dtypes import DType

from hotset.errors import UsageError
from hotset.rows import aggregates
from hotset.rows.casts import cast_expression
from hotset.rows.dialects import INFINITY, Dialect, DuckDB, Spark
from hotset.rows.duplicates import drop_duplicates
from hotset.rows.elements import round_expression, write_window_start
from hotset.rows.expressions import Expression, as_double
from hotset.rows.groups import Groups, add_columns, keep_largest, one_zero
from hotset.rows.joins import Meeting, meeting_of
from hotset.rows.types import FLOAT64, INT64, is_float, is_number, is_timestamp, result_type

__all__ = ["Expression", "Functions", "Groups", "of", "result_type"]

Rows = nw.LazyFrame[Any]
Column = str | Expression


def of(rows: Rows) -> "Functions":
    """The functions for these rows. Raises UsageError where neither DuckDB nor Spark runs them."""
    if rows.implementation.is_duckdb():
        return Functions(rows, DuckDB())
    if rows.implementation.is_pyspark() or rows.implementation.is_pyspark_connect():
        return Functions(rows, Spark())
    raise UsageError(f"rows of an engine that is not known, got {rows.implementation}; use DuckDB or Spark")


class Functions:
    """Made by `of`. A column is a name, or an expression over each row."""

    def __init__(self, rows: Rows, dialect: Dialect) -> None:
        self.rows, self.dialect = rows, dialect
        self.schema: dict[str, DType] = dict(rows.collect_schema())

    def column(self, name: str) -> Expression:
        """The values of a column. Raises UsageError when there is none of the name."""
        if name not in self.schema:
            raise UsageError(f"no column of this name, got {name!r}; there are {', '.join(self.schema)}")
        return Expression(self.dialect.quoted(name), self.schema[name], name, self.dialect, False)

    # Aggregates

    def length(self) -> Expression:
        """The number of rows."""
        return Expression("count(*)", INT64, "length", self.dialect, True)

    def count(self, column: Column) -> Expression:
        """The number of values that are not null."""
        value = self._value(column)
        return self._aggregate("count", value, lambda: f"count({value.sql})")

    def distinct(self, column: Column) -> Expression:
        """The number of different values that are not null."""
        value = self._value(column)
        return self._aggregate("distinct", value, lambda: f"count(DISTINCT {value.sql})")

    def sum(self, column: Column) -> Expression:
        """Of integers int64, of floats double, of decimals ten digits wider. What does not fit in raises."""
        value = self._value(column)
        return self._aggregate("sum", value, lambda: aggregates.write_sum(value))

    def mean(self, column: Column) -> Expression:
        """Double. Of integers and decimals to the same bit everywhere."""
        value = self._value(column)
        return self._aggregate("mean", value, lambda: aggregates.write_mean(value))

    def min(self, column: Column) -> Expression:
        """Texts are compared by their code points."""
        value = self._value(column)
        return self._aggregate("min", value, lambda: aggregates.write_extreme("min", value))

    def max(self, column: Column) -> Expression:
        value = self._value(column)
        return self._aggregate("max", value, lambda: aggregates.write_extreme("max", value))

    def std(self, column: Column) -> Expression:
        """The standard deviation of a sample, double: null of fewer than two, NaN where one is NaN or infinite."""
        value = self._value(column)
        return self._aggregate("std", value, lambda: aggregates.write_std(value))

    def median(self, column: Column) -> Expression:
        """The value in the middle, or the mean of the two there; double, exact."""
        value = self._value(column)
        return self._aggregate("median", value, lambda: aggregates.write_quantile(value, 0.5))

    def quantile(self, column: Column, share: float) -> Expression:
        """What this share of the values is below, on the line between two of them; double, exact."""
        if not 0 <= share <= 1:
            raise UsageError(f"a quantile is a share of 0 to 1, got {share}; write 0.95 for 95 %")
        value = self._value(column)
        return self._aggregate("quantile", value, lambda: aggregates.write_quantile(value, float(share)))

    def quantiles(self, column: Column, shares: Sequence[float]) -> list[Expression]:
        """The same of several shares; the values are put in order once for all of them."""
        value, each = self._value(column), [self.quantile(column, share) for share in shares]
        together = self.dialect.quantiles(as_double(value), [float(share) for share in shares], value.dtype)
        return [replace(one, sql=text) for one, text in zip(each, together, strict=True)]

    def first(self, column: Column, by: Column) -> Expression:
        """The value where `by` is least; the smaller one of several. A null `by` counts only where all are null."""
        return self._pick("first", column, by)

    def last(self, column: Column, by: Column) -> Expression:
        """The value where `by` is greatest; the smaller one of several. A null `by` counts only where all are null."""
        return self._pick("last", column, by)

    def corr(self, column: Column, other: Column) -> Expression:
        """Pearson's, of the rows that have both: null of fewer than two and of a constant, NaN of NaN and infinity."""
        one, two = self._value(column), self._value(other)
        result_type("corr", two.dtype, two.name)
        return self._aggregate("corr", one, lambda: aggregates.write_corr(one, two))

    # Of each value

    def window_start(self, time: Column, every: timedelta) -> Expression:
        """When the window began that the time is in; windows follow one another from 1970-01-01 00:00 UTC on."""
        value = self._value(time)
        return Expression(write_window_start(value, every), value.dtype, value.name, self.dialect, False)

    def micros(self, time: Column) -> Expression:
        """Microseconds since 1970-01-01 00:00 UTC, int64; of a time without a zone, as if it were UTC."""
        value = self._operand(time)
        if not is_timestamp(value.dtype):
            raise UsageError(f"micros takes a timestamp, got {value.name!r} of type {value.dtype}; cast it first")
        return replace(value, sql=self.dialect.micros(value.sql, value.dtype), dtype=INT64)

    def finite(self, column: Column) -> Expression:
        """The number as a double; null where it is NaN or infinite."""
        value = self._operand(column)
        if not is_number(value.dtype):
            raise UsageError(f"finite takes a number, got {value.name!r} of type {value.dtype}; cast it first")
        number = as_double(value)
        text = f"CASE WHEN abs({number}) < {INFINITY} THEN {number} END"  # NaN is less than nothing
        return replace(value, sql=text if is_float(value.dtype) else number, dtype=FLOAT64)

    def round(self, column: Column, digits: int = 0) -> Expression:
        """As Python's `round`: the even one of two equally near. Floats give double, decimals one of so many digits."""
        return round_expression(self._operand(column), digits)

    def cast(self, column: Column, dtype: DType | type[DType]) -> Expression:
        """As Python's constructors: int(1.9) is 1. A value that the type has not raises; see hotset.rows.casts."""
        return cast_expression(self._operand(column), dtype() if isinstance(dtype, type) else dtype)

    # Frames

    def with_columns(self, *expressions: Expression) -> Rows:
        """rows -> rows with these columns, in the place of those of the same name or behind all others"""
        return add_columns(self.rows, self.schema, expressions)

    def group_by(self, *keys: Column) -> Groups:
        """Null is a key, NaN is one, -0.0 is 0.0. Without a key all rows are one group, even where there is none."""
        return Groups(self.rows, self.schema, [self._operand(key) for key in keys], self.dialect)

    def keyed(self, keys: Sequence[str], others: Sequence[str]) -> Rows:
        """rows -> rows, to be taken by these keys; 0.0 is a key for -0.0. Raises UsageError for what is no column."""
        for name in (*keys, *others):
            self.column(name)
        if not keys:
            raise UsageError("groups without a key; name at least one column")
        return one_zero(self.rows, self.schema, keys, self.dialect)

    def largest(self, n: int, column: str, by: Iterable[str] = ()) -> Rows:
        """rows -> the n rows of each group with the greatest values; not those that have none.

        Of equal values come first those with the smaller values in the other columns, in the order of the frame, null
        last.
        """
        keys = [self.column(name) for name in by]
        return keep_largest(self.rows, self.schema, self.column(column), n, keys)

    def drop_duplicates(self, by: Iterable[str], copies: str) -> Rows:
        """rows -> rows(…, copies): of the rows of each key the least, and how many others there were

        Rows are compared by their other columns, in the order of the frame, null last. Null is a key.
        """
        return drop_duplicates(self.rows, self.schema, [self.column(name) for name in by], copies, self.dialect)

    def meet(self, right: Rows, on: Mapping[str, str]) -> Meeting:
        """The rows beside those of another frame, for `join`; `on` says which column is equal to which of the other's.

        Raises UsageError for types that do not meet; hotset.rows.joins says which do.
        """
        other = of(right)
        return meeting_of(self.rows, right, [(self.column(one), other.column(two)) for one, two in on.items()])

    def _operand(self, column: Column) -> Expression:
        return self.column(column) if isinstance(column, str) else column

    def _value(self, column: Column) -> Expression:
        value = self._operand(column)
        if value.aggregates:
            raise UsageError(f"an aggregate of an aggregate, got {value.name!r}; group twice")
        return value

    def _pick(self, function: str, column: Column, by: Column) -> Expression:
        value, order = self._value(column), self._value(by)
        result_type(function, order.dtype, order.name)
        is_last = function == "last"
        return self._aggregate(function, value, lambda: aggregates.write_pick(value, order, last=is_last))

    def _aggregate(self, function: str, value: Expression, write: Callable[[], str]) -> Expression:
        dtype = result_type(function, value.dtype, value.name)  # refuses before anything is written
        return Expression(write(), dtype, value.name, self.dialect, True)
