"""What DuckDB and Spark write differently, as SQL text. All else is written once, in terms of these.

Text, because narwhals has no public way to hold a native expression, because DuckDB is shipped as text anyway, and
because 300 texts are parsed in the time in which narwhals builds a few sums on Spark.
"""

from collections.abc import Sequence
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
NEGATED_DIGITS = 34  # which Spark's minus before a decimal rounds to
REVERSED = "'0123456789ABCDEF', 'FEDCBA9876543210'"
NAN = "CAST('NaN' AS DOUBLE)"
INFINITY = "CAST('Infinity' AS DOUBLE)"


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

    def quantile(self, text: str, share: float, dtype: DType) -> str:
        """Of doubles, on the line between two of them; NaN is greater than all others. `dtype` is what they were."""

    def quantiles(self, text: str, shares: Sequence[float], dtype: DType) -> list[str]:
        """The same of several shares, out of one aggregate that puts the values in order."""

    def corr(self, x: str, y: str) -> str:
        """Pearson's of two doubles: null of fewer than two pairs and of a constant, NaN of what is not finite."""

    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:
        """The value at the least or greatest order, the smaller one of several; `dtype` is the order's."""

    def micros(self, text: str, dtype: DType) -> str:
        """A timestamp as microseconds since 1970 in UTC."""

    def timestamp(self, micros: str, dtype: DType) -> str: ...
    def rounded(self, text: str) -> str:
        """A double as the nearest whole one, the even one of two."""

    def struct(self, fields: Sequence[tuple[str, str]]) -> str:
        """A value of several, by name."""

    def fail(self, message: str) -> str: ...
    def matches(self, text: str, pattern: str) -> str: ...


class DuckDB:
    name = "DuckDB"

    def quoted(self, column: str) -> str:
        return f'"{column}"'

    def type_name(self, dtype: DType) -> str:
        return _type_name(dtype, text="VARCHAR", binary="BLOB", zoned="TIMESTAMPTZ", local="TIMESTAMP")

    def double(self, text: str, dtype: DType) -> str:
        if isinstance(dtype, nw.Decimal) and dtype.precision > EXACT_DIGITS:
            return self._nearest(text)
        return f"CAST({text} AS DOUBLE)"

    def exact_sum(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"sum({text})"  # HUGEINT, or a decimal of 38 digits

    def sum_as_double(self, text: str, dtype: DType) -> str:
        return self._nearest(self.exact_sum(text, dtype))

    def quantile(self, text: str, share: float, dtype: DType) -> str:  # noqa: ARG002
        return f"quantile_cont({text}, CAST('{share!r}' AS DOUBLE))"

    def quantiles(self, text: str, shares: Sequence[float], dtype: DType) -> list[str]:  # noqa: ARG002
        every = ", ".join(f"CAST('{share!r}' AS DOUBLE)" for share in shares)
        return [f"quantile_cont({text}, [{every}])[{place}]" for place in range(1, len(shares) + 1)]

    def corr(self, x: str, y: str) -> str:
        """DuckDB's own is NaN of one pair and of a constant."""
        across, along = _spread(x, y), _spread(y, x)
        return (
            f"CASE WHEN regr_count({x}, {y}) < 2 OR {across} = 0 OR {along} = 0 THEN NULL"
            f" WHEN isnan({across}) OR isnan({along}) THEN {NAN} ELSE corr({x}, {y}) END"
        )

    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:  # noqa: ARG002
        by = f"({order}) IS NULL, {order} {'DESC' if last else 'ASC'} NULLS LAST, {text}"
        return f"first({text} ORDER BY {by}) FILTER (WHERE {text} IS NOT NULL)"

    def micros(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"epoch_us({text})"

    def timestamp(self, micros: str, dtype: DType) -> str:
        return f"{'make_timestamptz' if is_zoned(dtype) else 'make_timestamp'}({micros})"

    def rounded(self, text: str) -> str:
        return f"round_even({text}, 0)"

    def struct(self, fields: Sequence[tuple[str, str]]) -> str:
        inside = ", ".join(f"'{name}': {text}" for name, text in fields)
        return f"{{{inside}}}"

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
        return _type_name(dtype, text="STRING", binary="BINARY", zoned="TIMESTAMP", local="TIMESTAMP_NTZ")

    def double(self, text: str, dtype: DType) -> str:  # noqa: ARG002
        return f"CAST({text} AS DOUBLE)"

    def exact_sum(self, text: str, dtype: DType) -> str:
        """Of int64 in two halves, so that nothing overflows on the way: only the sum itself raises."""
        if dtype != nw.Int64():
            return f"sum({text})"
        high, low = _halves(text)
        return f"({high} * {HALF}L + {low})"

    def sum_as_double(self, text: str, dtype: DType) -> str:
        """Rounded once below 2**85, as what stands before the addition is exact."""
        if dtype != nw.Int64():
            return f"CAST(sum({text}) AS DOUBLE)"
        high, low = _halves(text)
        return f"(CAST({high} AS DOUBLE) * {HALF}D + CAST({low} AS DOUBLE))"

    def quantile(self, text: str, share: float, dtype: DType) -> str:
        """Spark adds a part of the difference: of halves, that is never too great for a double.

        Between -Infinity and a number it is NaN, and here -Infinity, as by weights. So that a NaN among the values is
        told from that one, it is an infinity for as long, and its place counts.
        """
        at = f"CAST('{share!r}' AS DOUBLE)"
        return _spark_quantile(text, at, at, "", dtype)

    def quantiles(self, text: str, shares: Sequence[float], dtype: DType) -> list[str]:
        ats = [f"CAST('{share!r}' AS DOUBLE)" for share in shares]
        every = f"array({', '.join(ats)})"
        return [_spark_quantile(text, at, every, f"[{place}]", dtype) for place, at in enumerate(ats)]

    def corr(self, x: str, y: str) -> str:
        return f"corr({x}, {y})"

    def pick(self, text: str, order: str, dtype: DType, last: bool) -> str:
        order = _reversed(order, dtype) if last else order
        row = self.struct([("n", f"({order}) IS NULL"), ("o", order), ("x", text)])
        return f"(min({row}) FILTER (WHERE {text} IS NOT NULL)).x"

    def micros(self, text: str, dtype: DType) -> str:
        if is_zoned(dtype):
            return f"unix_micros({text})"
        since = f"({text} - TIMESTAMP_NTZ'1970-01-01 00:00:00')"  # which looks at no time zone, unlike a cast
        return f"CAST(CAST(CAST({since} AS INTERVAL SECOND) AS DECIMAL(18, 6)) * 1000000 AS BIGINT)"

    def timestamp(self, micros: str, dtype: DType) -> str:
        if is_zoned(dtype):
            return f"timestamp_micros({micros})"
        return f"timestampadd(MICROSECOND, {micros}, TIMESTAMP_NTZ'1970-01-01 00:00:00')"

    def rounded(self, text: str) -> str:
        return f"rint({text})"

    def struct(self, fields: Sequence[tuple[str, str]]) -> str:
        inside = ", ".join(f"'{name}', {text}" for name, text in fields)
        return f"named_struct({inside})"

    def fail(self, message: str) -> str:
        return f"raise_error('{message}')"

    def matches(self, text: str, pattern: str) -> str:
        return f"({text}) RLIKE r'^(?:{pattern})\\z'"


def is_zoned(dtype: DType) -> bool:
    return isinstance(dtype, nw.Datetime) and dtype.time_zone is not None


def _type_name(dtype: DType, *, text: str, binary: str, zoned: str, local: str) -> str:
    if isinstance(dtype, nw.Decimal):
        return f"DECIMAL({dtype.precision}, {dtype.scale})"
    if isinstance(dtype, nw.Datetime) and dtype.time_unit == "us":
        return zoned if is_zoned(dtype) else local
    named: dict[type[DType], str] = {**TYPES, nw.String: text, nw.Binary: binary}
    found = named.get(type(dtype))
    if found is None:
        raise UsageError(
            f"a type that the engines do not share, got {dtype}; take a number, text, a date or a timestamp"
        )
    return found


def _spread(x: str, y: str) -> str:
    """DuckDB: the greatest less the least x of the rows that have both; NaN where one is NaN or all are infinite."""
    return f"(max({x}) FILTER (WHERE {y} IS NOT NULL) - min({x}) FILTER (WHERE {y} IS NOT NULL))"


def _spark_quantile(text: str, at: str, asked: str, picked: str, dtype: DType) -> str:
    """Spark: `asked` is what percentile is asked for, and `picked` takes from its answer what belongs to `at`."""
    if not is_float(dtype):
        return f"percentile({text}, {asked}){picked}"
    number = f"if(isnan({text}), {INFINITY}, {text})"
    found = f"(percentile({number} * 0.5D, {asked}){picked} * 2D)"
    next_one = f"min({number}) FILTER (WHERE {number} > -{INFINITY})"
    reaches_nan = f"ceil((count({text}) - 1) * {at}) >= count({text}) - count_if(isnan({text}))"
    return (
        f"CASE WHEN count({text}) > 0 AND {reaches_nan} THEN {NAN}"
        f" WHEN isnan({found}) AND {next_one} < {INFINITY} THEN -{INFINITY} ELSE {found} END"
    )


def _halves(text: str) -> tuple[str, str]:
    """Spark: the sum of int64 as high * 2**32 + low, with 0 <= low < 2**32."""
    high, low = f"sum(({text}) div {HALF}L)", f"sum(({text}) % {HALF}L)"  # up to 2**31 of the greatest numbers
    return f"({high} + shiftright({low}, 32))", f"({low} & {HALF - 1}L)"


def _reversed(text: str, dtype: DType) -> str:
    """Spark: a value that is the smaller, the greater the one given is; null of null."""
    if is_integer(dtype):
        return f"~({text})"
    if is_float(dtype):
        return f"if(({text}) IS NULL, NULL, named_struct('a', NOT isnan({text}), 'b', -({text})))"
    if isinstance(dtype, nw.Decimal):
        return f"-({text})" if dtype.precision <= NEGATED_DIGITS else _reversed_digits(text)
    if isinstance(dtype, nw.Boolean):
        return f"NOT ({text})"
    if isinstance(dtype, nw.Date):
        return f"~unix_date({text})"
    if isinstance(dtype, nw.Datetime):
        kind = "TIMESTAMP'1970-01-01 00:00:00Z'" if dtype.time_zone else "TIMESTAMP_NTZ'1970-01-01 00:00:00'"
        return f"{kind} - ({text})"
    # of bytes: the digits turned round, and an end that is above every digit, so that the longer text comes first
    return f"translate(hex({text}), {REVERSED}) || '~'"


def _reversed_digits(text: str) -> str:
    """Spark: of a long decimal, by its digits: they stand at the same places in every value of a type."""
    digits = f"lpad(replace(CAST({text} AS STRING), '-', ''), 40, '0')"
    return f"if(({text}) < 0, 'B' || {digits}, 'A' || translate({digits}, {REVERSED}))"
