"""The SQL text of what is done with each value: windows of time, and rounding.

Rounding of doubles is Python's `round`: to the nearest decimal of the exact value, the even one of two. Neither engine
has it (Spark rounds the shortest text of the number, DuckDB the product), so it is written in arithmetic of doubles,
which is the same on both: the product with 10**digits and, after T. J. Dekker (1971, "A floating-point technique for
extending the available precision"), the error of this product.
"""

from datetime import timedelta

import narwhals as nw

from hotset.errors import UsageError
from hotset.rows.dialects import Dialect
from hotset.rows.expressions import Expression, as_double, typed
from hotset.rows.types import FLOAT64, is_integer, is_number, is_timestamp

SPLIT = 134217729.0  # 2**27 + 1 cuts a double into two halves of 26 bits
WHOLE = 9007199254740992.0  # 2**53: what is above has no digits left to round
MOST_PLACES = 15


def write_window_start(time: Expression, every: timedelta) -> str:
    if not is_timestamp(time.dtype):
        raise UsageError(
            f"window_start takes a timestamp of microseconds, got {time.name!r} of type {time.dtype}; cast it first"
        )
    width = every // timedelta(microseconds=1)
    if width <= 0:
        raise UsageError(f"window_start takes a duration above none, got {every}; take a microsecond or more")
    micros = time.dialect.micros(time.sql, time.dtype)
    since_start = f"((({micros}) % {width} + {width}) % {width})"  # not negative, before 1970 as well
    return time.dialect.timestamp(f"({micros}) - {since_start}", time.dtype)


def round_expression(value: Expression, digits: int) -> Expression:
    if not is_number(value.dtype):
        raise UsageError(f"round takes a number, got {value.name!r} of type {value.dtype}; cast it to a number first")
    if not 0 <= digits <= MOST_PLACES:
        raise UsageError(f"round takes 0 to {MOST_PLACES} digits, got {digits}; divide first to round to tens")
    if is_integer(value.dtype):
        return value
    if isinstance(value.dtype, nw.Decimal):
        return _rounded_decimal(value, digits)
    whole, is_small = scaled(value, digits)
    number = as_double(value)
    text = f"CASE WHEN {is_small} THEN {whole} / {_number(10.0**digits)} ELSE {number} END"
    return Expression(text, FLOAT64, value.name, value.dialect, value.aggregates)


def scaled(value: Expression, digits: int) -> tuple[str, str]:
    """value * 10**digits, rounded to the nearest whole number, a double; and whether the number is small enough."""
    x, scale = as_double(value), 10.0**digits
    product = f"({x} * {_number(scale)})"
    nearest = value.dialect.rounded(product)
    is_small = f"abs({product}) < {_number(WHOLE)}"
    if digits == 0:
        return nearest, is_small
    split = f"({x} * {_number(SPLIT)})"
    high = f"({split} - ({split} - {x}))"
    low = f"({x} - {high})"
    scale_high = SPLIT * scale - (SPLIT * scale - scale)
    scale_low = scale - scale_high
    a, b = _number(scale_high), _number(scale_low)
    error = f"((({high} * {a} - {product}) + {high} * {b} + {low} * {a}) + {low} * {b})"
    tie = f"abs({product} - {nearest}) = CAST(0.5 AS DOUBLE)"
    floor = f"CAST(floor({product}) AS DOUBLE)"
    text = (
        f"CASE WHEN {tie} AND {error} > 0 THEN {floor} + {_number(1.0)}"
        f" WHEN {tie} AND {error} < 0 THEN {floor} ELSE {nearest} END"
    )
    return f"({text})", is_small


def _rounded_decimal(value: Expression, digits: int) -> Expression:
    kind = value.dtype
    assert isinstance(kind, nw.Decimal)
    if digits >= kind.scale:
        return value
    dtype = nw.Decimal(kind.precision, digits)
    text = rounded_decimal(value, dtype)
    return Expression(text, dtype, value.name, value.dialect, value.aggregates)


def rounded_decimal(value: Expression, dtype: nw.Decimal) -> str:
    """Half to even, of a decimal with more digits behind the point: the engines' `round` goes away from zero."""
    away = f"CAST(round({value.sql}, {dtype.scale}) AS {value.dialect.type_name(dtype)})"
    step = write_unit(dtype.scale, value.dialect)
    wide = value.dialect.type_name(value.dtype)
    half = _step(dtype.scale + 1, 5)
    is_tie = f"({value.sql} % {step}) IN (CAST('{half}' AS {wide}), CAST('-{half}' AS {wide}))"
    is_odd = f"right(CAST({away} AS {value.dialect.type_name(nw.String())}), 1) IN ('1', '3', '5', '7', '9')"
    nearer = f"CASE WHEN {away} > 0 THEN {away} - {step} ELSE {away} + {step} END"
    text = f"CASE WHEN {is_tie} AND {is_odd} THEN {nearer} ELSE {away} END"
    return typed(Expression(text, dtype, value.name, value.dialect, value.aggregates), dtype)


def write_unit(places: int, dialect: Dialect) -> str:
    """The decimal 10**-places."""
    return f"CAST('{_step(places)}' AS {dialect.type_name(nw.Decimal(max(places, 1), places))})"


def _step(places: int, digit: int = 1) -> str:
    return f"0.{'0' * (places - 1)}{digit}" if places else str(digit)


def _number(value: float) -> str:
    return f"CAST('{value!r}' AS DOUBLE)"
