"""Casts with one meaning, that of Python's constructors: int(1.9) is 1, float("1e3") is 1000.0, str(7) is "7".

A value that the type does not have raises, on both engines: a text that is no number, NaN as an integer, more digits
than a decimal has. A double becomes a decimal by rounding half to even, as long as it is below 2**53 units of the last
digit. A timestamp with a zone is read in UTC. What is not in the table is refused for both; a double as text is refused
on Spark, which writes 1e20 as 1.0E20.
"""

from collections.abc import Callable, Mapping

import narwhals as nw
from narwhals.dtypes import DType

from hotset.errors import UsageError
from hotset.rows.elements import rounded_decimal, scaled, write_unit
from hotset.rows.expressions import Expression, as_double, typed
from hotset.rows.types import MOST_DIGITS, is_float, is_integer, is_ordered

DAY = 86_400_000_000  # microseconds
BITS = {"Int8": 8, "Int16": 16, "Int32": 32, "Int64": 64}
MOST_SCALE = 18  # of a decimal made from a double: its unit has to be a decimal that int64 can be multiplied with
INTEGER_TEXT = "[ ]*[+-]?[0-9]+[ ]*"
FLOAT_TEXT = (
    "[ ]*[+-]?([0-9]+[.]?[0-9]*([eE][+-]?[0-9]+)?|[.][0-9]+([eE][+-]?[0-9]+)?"
    "|[nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)[ ]*"
)
DATE_TEXT = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME_TEXT = DATE_TEXT + "[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"

Form = Callable[[Expression, DType], str]


def cast_expression(value: Expression, dtype: DType) -> Expression:
    """The value as of this type. Raises UsageError where there is no one meaning."""
    if value.dtype == dtype and is_ordered(dtype):
        return value
    form = FORMS.get((_family(value.dtype), _family(dtype)))
    if form is None:
        raise UsageError(f"no one meaning for {value.name!r} of type {value.dtype} as {dtype}; {_ways(value.dtype)}")
    return Expression(form(value, dtype), dtype, value.name, value.dialect, value.aggregates)


def _family(dtype: DType) -> str:
    if is_integer(dtype):
        return "integer"
    if is_float(dtype):
        return "float"
    if isinstance(dtype, nw.Datetime) and is_ordered(dtype):
        return "zoned" if dtype.time_zone else "timestamp"
    return str(dtype.base_type().__name__).lower() if is_ordered(dtype) else "other"


def _ways(dtype: DType) -> str:
    to = [target for source, target in FORMS if source == _family(dtype)]
    return f"it can be cast to {', '.join(to)}" if to else "it cannot be cast"


def _guarded(value: Expression, is_fine: str, done: str, what: str) -> str:
    """The result, or an error that names the column; null stays null."""
    wrong = value.dialect.fail(f"{what} in column {value.name}")
    kind = f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN {is_fine} THEN {done}"
    return f"{kind} ELSE {wrong} END"


def _native(value: Expression, dtype: DType) -> str:
    return typed(value, dtype)


def _to_float(value: Expression, dtype: DType) -> str:
    text = as_double(value)
    return text if dtype == nw.Float64() else f"CAST({text} AS {value.dialect.type_name(dtype)})"


def _float_to_integer(value: Expression, dtype: DType) -> str:
    """Towards zero. The bounds are compared here: Spark makes the greatest int64 of 2**63, and 0 of a floored NaN."""
    number = as_double(value)
    bound = 2.0 ** (BITS[str(dtype)] - 1)
    low, high = f"CAST('{-bound!r}' AS DOUBLE)", f"CAST('{bound!r}' AS DOUBLE)"
    whole = f"(CASE WHEN {number} < 0 THEN ceil({number}) ELSE floor({number}) END)"
    is_fine = f"{number} < {high} AND ({number} >= {low} OR {number} > {low} - 1)"
    return _guarded(
        value, is_fine, f"CAST({whole} AS {value.dialect.type_name(dtype)})", f"a number that is no {dtype}"
    )


def _float_to_decimal(value: Expression, dtype: DType) -> str:
    assert isinstance(dtype, nw.Decimal)
    if dtype.scale > MOST_SCALE:
        raise UsageError(f"a float as a decimal has at most {MOST_SCALE} digits behind the point, got {dtype}")
    whole, is_small = scaled(value, dtype.scale)
    name = value.dialect.type_name
    unit = write_unit(dtype.scale, value.dialect)
    units = f"CAST(CAST({whole} AS BIGINT) AS {name(nw.Decimal(19, 0))})"
    return _guarded(
        value, is_small, f"CAST({units} * {unit} AS {name(dtype)})", f"a number with too many digits for {dtype}"
    )


def _decimal_to_integer(value: Expression, dtype: DType) -> str:
    """Towards zero: DuckDB's cast rounds."""
    whole = f"(CASE WHEN {value.sql} < 0 THEN ceil({value.sql}) ELSE floor({value.sql}) END)"
    return f"CAST({whole} AS {value.dialect.type_name(dtype)})"


def _decimal_to_decimal(value: Expression, dtype: DType) -> str:
    assert isinstance(dtype, nw.Decimal)
    assert isinstance(value.dtype, nw.Decimal)
    if dtype.scale >= value.dtype.scale:
        return typed(value, dtype)
    rounded = rounded_decimal(value, nw.Decimal(value.dtype.precision, dtype.scale))
    return f"CAST({rounded} AS {value.dialect.type_name(dtype)})"


def _text_to(pattern: str, what: str) -> Form:
    def form(value: Expression, dtype: DType) -> str:
        is_fine = value.dialect.matches(value.sql, pattern)
        trimmed = f"trim({value.sql})"
        return _guarded(
            value, is_fine, f"CAST({trimmed} AS {value.dialect.type_name(dtype)})", f"a text that is no {what}"
        )

    return form


def _text_to_decimal(value: Expression, dtype: DType) -> str:
    """Not rounded: more digits behind the point than the type has raise."""
    assert isinstance(dtype, nw.Decimal)
    digits = f"([0-9]{{1,{MOST_DIGITS}}}([.][0-9]{{0,{dtype.scale}}}0*)?|[.][0-9]{{1,{dtype.scale}}}0*)"
    whole = f"[0-9]{{1,{MOST_DIGITS}}}[.]?0*"
    pattern = f"[ ]*[+-]?{digits if dtype.scale else whole}[ ]*"
    return _text_to(pattern, str(dtype))(value, dtype)


def _text_to_zoned(value: Expression, dtype: DType) -> str:
    """By way of a timestamp without a zone: Spark reads no zone behind a time without seconds."""
    return cast_expression(cast_expression(value, nw.Datetime("us")), dtype).sql


def _float_to_text(value: Expression, dtype: DType) -> str:
    if value.dialect.name == "Spark":
        raise UsageError(
            f"Spark does not write floats as Python does, got {value.name!r} of type {value.dtype} as {dtype}; "
            "cast it to a decimal first"
        )
    return typed(value, dtype)


def _date_to_zoned(value: Expression, dtype: DType) -> str:
    days = f"unix_date({value.sql})" if value.dialect.name == "Spark" else f"({value.sql} - DATE '1970-01-01')"
    return value.dialect.timestamp(f"CAST({days} AS BIGINT) * {DAY}", dtype)


def _to_date(value: Expression, dtype: DType) -> str:
    """The day in UTC."""
    plain = value if _family(value.dtype) == "timestamp" else cast_expression(value, nw.Datetime("us"))
    return typed(plain, dtype)


def _other_zone(value: Expression, dtype: DType) -> str:
    """The same microseconds since 1970, with the zone UTC or without one."""
    return value.dialect.timestamp(value.dialect.micros(value.sql, value.dtype), dtype)


FORMS: Mapping[tuple[str, str], Form] = {
    ("integer", "integer"): _native,
    ("integer", "float"): _to_float,
    ("integer", "decimal"): _native,
    ("integer", "string"): _native,
    ("float", "float"): _to_float,
    ("float", "integer"): _float_to_integer,
    ("float", "decimal"): _float_to_decimal,
    ("float", "string"): _float_to_text,
    ("decimal", "integer"): _decimal_to_integer,
    ("decimal", "float"): _to_float,
    ("decimal", "decimal"): _decimal_to_decimal,
    ("decimal", "string"): _native,
    ("string", "integer"): _text_to(INTEGER_TEXT, "integer"),
    ("string", "float"): _text_to(FLOAT_TEXT, "number"),
    ("string", "decimal"): _text_to_decimal,
    ("string", "date"): _text_to(DATE_TEXT, "date"),
    ("string", "timestamp"): _text_to(TIME_TEXT, "timestamp"),
    ("string", "zoned"): _text_to_zoned,
    ("date", "string"): _native,
    ("date", "timestamp"): _native,
    ("date", "zoned"): _date_to_zoned,
    ("timestamp", "date"): _to_date,
    ("timestamp", "zoned"): _other_zone,
    ("zoned", "date"): _to_date,
    ("zoned", "timestamp"): _other_zone,
}
