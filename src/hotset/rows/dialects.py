"""What DuckDB and Spark write differently, as SQL text. All else is written once, in terms of these.

Text, because narwhals has no public way to hold a native expression, because DuckDB is shipped as text anyway, and
because 300 texts are parsed in the time in which narwhals builds a few sums on Spark.
"""

from typing import Protocol

import narwhals as nw
from narwhals.dtypes import DType

from hotset.errors import UsageError
from hotset.rows.types import is_float, is_integer

TYPES: dict[type[DType], str] = {
    nw.Int8: "TINYINT",
    nw.Int16: "SMALLINT",
    nw.Int32: "INT",
    nw.Int64: "BIGINT",
    nw.Float32: "FLOAT",
}
TYPES |= {nw.Float64: "DOUBLE", nw.Boolean: "BOOLEAN", nw.Date: "DATE"}
EXACT_DIGITS = 15  # so many of an integer, and any power of ten up to 22, are exact as doubles
HALF = 2**32


class Dialect(Protocol):
    name: str

    def quoted(self, column: str) -> str: ...
    def type_name(self, dtype: DType) -> str: ...
    def double(self, text: str, dtype: DType) -> str:
        """The number as the double that is nearest to it."""

    def exact_sum(self, text: str, dtype: DType) -> str:
        """The sum of integers or of decimals, of a type that holds it whatever the order."""

    def sum_as_double(self, text: str, dtype: DType) -> str:
        """The same sum as the double that is nearest to it."""

    def quantile(self, text: str, share: float) -> str: ...
    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:
        """The value at the least or greatest order, the smaller one of several; `dtype` is the order's."""

    def micros(self, text: str, dtype: DType) -> str:
        """A timestamp as microseconds since 1970 in UTC."""

    def timestamp(self, micros: str, dtype: DType) -> str: ...
    def rounded(self, text: str) -> str:
        """A double as the nearest whole one, the even one of two."""

    def fail(self, message: str) -> str: ...
    def matches(self, text: str, pattern: str) -> str: ...


class DuckDB:
    name = "DuckDB"

    def quoted(self, column: str) -> str:
        return f'"{column}"'

    def type_name(self, dtype: DType) -> str:
        zoned = isinstance(dtype, nw.Datetime) and dtype.time_zone
        return _type_name(dtype, text="VARCHAR", binary="BLOB", timestamp="TIMESTAMPTZ" if zoned else "TIMESTAMP")

    def double(self, text: str, dtype: DType) -> str:
        if isinstance(dtype, nw.Decimal) and dtype.precision > EXACT_DIGITS:
            return self._nearest(text)
        return f"CAST({text} AS DOUBLE)"

    def exact_sum(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"sum({text})"  # HUGEINT, or a decimal of 38 digits

    def sum_as_double(self, text: str, dtype: DType) -> str:
        return self._nearest(self.exact_sum(text, dtype))

    def quantile(self, text: str, share: float) -> str:
        return f"quantile_cont({text}, CAST('{share!r}' AS DOUBLE))"

    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:  # noqa: ARG002
        by = f"({order}) IS NULL, {order} {'DESC' if last else 'ASC'} NULLS LAST, {text}"
        return f"first({text} ORDER BY {by}) FILTER (WHERE {text} IS NOT NULL)"

    def micros(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"epoch_us({text})"

    def timestamp(self, micros: str, dtype: DType) -> str:
        zoned = isinstance(dtype, nw.Datetime) and dtype.time_zone
        return f"{'make_timestamptz' if zoned else 'make_timestamp'}({micros})"

    def rounded(self, text: str) -> str:
        return f"round_even({text}, 0)"

    def fail(self, message: str) -> str:
        return f"error('{message}')"

    def matches(self, text: str, pattern: str) -> str:
        return f"regexp_full_match({text}, '{pattern}')"

    def _nearest(self, text: str) -> str:
        """By way of text: a cast of 38 digits rounds twice."""
        return f"CAST(CAST({text} AS VARCHAR) AS DOUBLE)"


class Spark:
    name = "Spark"

    def quoted(self, column: str) -> str:
        return f"`{column}`"

    def type_name(self, dtype: DType) -> str:
        zoned = isinstance(dtype, nw.Datetime) and dtype.time_zone
        return _type_name(dtype, text="STRING", binary="BINARY", timestamp="TIMESTAMP" if zoned else "TIMESTAMP_NTZ")

    def double(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"CAST({text} AS DOUBLE)"

    def exact_sum(self, text: str, dtype: DType) -> str:
        """The sum of int64 in two halves, neither of which overflows below two thousand million rows."""
        if dtype != nw.Int64():
            return f"sum({text})"
        high, low = f"sum(({text}) div {HALF})", f"sum(({text}) % {HALF})"
        return f"(CAST({high} AS DECIMAL(20, 0)) * CAST({HALF} AS DECIMAL(10, 0)) + {low})"

    def sum_as_double(self, text: str, dtype: DType) -> str:
        return f"CAST({self.exact_sum(text, dtype)} AS DOUBLE)"

    def quantile(self, text: str, share: float) -> str:
        """Of the halves: the difference of two numbers may be more than a double holds, and that of halves is not."""
        return f"(percentile(({text}) * CAST(0.5 AS DOUBLE), CAST('{share!r}' AS DOUBLE)) * CAST(2 AS DOUBLE))"

    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:
        order = _reversed(order, dtype) if last else order
        row = f"named_struct('n', ({order}) IS NULL, 'o', {order}, 'x', {text})"
        return f"(min({row}) FILTER (WHERE {text} IS NOT NULL)).x"

    def micros(self, text: str, dtype: DType) -> str:
        if isinstance(dtype, nw.Datetime) and dtype.time_zone:
            return f"unix_micros({text})"
        since = f"({text} - TIMESTAMP_NTZ'1970-01-01 00:00:00')"  # which looks at no time zone, unlike a cast
        return f"CAST(CAST(CAST({since} AS INTERVAL SECOND) AS DECIMAL(18, 6)) * 1000000 AS BIGINT)"

    def timestamp(self, micros: str, dtype: DType) -> str:
        if isinstance(dtype, nw.Datetime) and dtype.time_zone:
            return f"timestamp_micros({micros})"
        return f"timestampadd(MICROSECOND, {micros}, TIMESTAMP_NTZ'1970-01-01 00:00:00')"

    def rounded(self, text: str) -> str:
        return f"rint({text})"

    def fail(self, message: str) -> str:
        return f"raise_error('{message}')"

    def matches(self, text: str, pattern: str) -> str:
        return f"({text}) RLIKE r'^(?:{pattern})\\z'"


def _type_name(dtype: DType, *, text: str, binary: str, timestamp: str) -> str:
    if isinstance(dtype, nw.Decimal):
        return f"DECIMAL({dtype.precision}, {dtype.scale})"
    if isinstance(dtype, nw.Datetime) and dtype.time_unit == "us":
        return timestamp
    named: dict[type[DType], str] = {**TYPES, nw.String: text, nw.Binary: binary}
    found = named.get(type(dtype))
    if found is None:
        raise UsageError(
            f"a type that the engines do not share, got {dtype}; take a number, text, a date or a timestamp"
        )
    return found


def _reversed(text: str, dtype: DType) -> str:
    """Spark: a value that is the smaller, the greater the one given is; null of null."""
    if is_integer(dtype):
        return f"~({text})"
    if is_float(dtype):
        return f"if(({text}) IS NULL, NULL, named_struct('a', NOT isnan({text}), 'b', -({text})))"
    if isinstance(dtype, nw.Decimal):
        return f"-({text})"
    if isinstance(dtype, nw.Boolean):
        return f"NOT ({text})"
    if isinstance(dtype, nw.Date):
        return f"~unix_date({text})"
    if isinstance(dtype, nw.Datetime):
        kind = "TIMESTAMP'1970-01-01 00:00:00Z'" if dtype.time_zone else "TIMESTAMP_NTZ'1970-01-01 00:00:00'"
        return f"{kind} - ({text})"
    # of bytes: the digits turned round, and an end that is above every digit, so that the longer text comes first
    return f"translate(hex({text}), '0123456789ABCDEF', 'FEDCBA9876543210') || '~'"
