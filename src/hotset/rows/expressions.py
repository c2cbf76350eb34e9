"""An expression: its SQL text for one engine, the type of what comes out, and arithmetic that means one thing.

Sums, differences and products of integers are int64, and overflow raises. With a float on either side they are double.
With decimals they are the decimal that holds every result; where 38 digits do not, UsageError. A quotient is always
double: x / 0 is infinite with the sign of x, 0 / 0 is NaN, as narwhals has it on both engines.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Union

import narwhals as nw
from narwhals.dtypes import DType

from hotset.errors import UsageError
from hotset.rows.dialects import Dialect
from hotset.rows.types import FLOAT64, INT64, MOST_DIGITS, is_float, is_integer, is_number

INT64_DIGITS = 19
LEAST, GREATEST = -(2**63), 2**63 - 1
Operand = Union["Expression", int, float, Decimal]


@dataclass(frozen=True)
class Expression:
    """Made by `hotset.rows.functions`. `aggregates` is None for a literal, which is both."""

    sql: str
    dtype: DType
    name: str
    dialect: Dialect
    aggregates: bool | None

    def alias(self, name: str) -> "Expression":
        return replace(self, name=name)

    def __add__(self, other: Operand) -> "Expression":
        return _combined("+", self, _expression(other, self.dialect, self.dtype))

    def __radd__(self, other: Operand) -> "Expression":
        return _combined("+", _expression(other, self.dialect, self.dtype), self)

    def __sub__(self, other: Operand) -> "Expression":
        return _combined("-", self, _expression(other, self.dialect, self.dtype))

    def __rsub__(self, other: Operand) -> "Expression":
        return _combined("-", _expression(other, self.dialect, self.dtype), self)

    def __mul__(self, other: Operand) -> "Expression":
        return _combined("*", self, _expression(other, self.dialect, self.dtype))

    def __rmul__(self, other: Operand) -> "Expression":
        return _combined("*", _expression(other, self.dialect, self.dtype), self)

    def __truediv__(self, other: Operand) -> "Expression":
        return _combined("/", self, _expression(other, self.dialect, self.dtype))

    def __rtruediv__(self, other: Operand) -> "Expression":
        return _combined("/", _expression(other, self.dialect, self.dtype), self)

    def __neg__(self) -> "Expression":
        return _combined("-", _expression(0, self.dialect, self.dtype), self).alias(self.name)


def finished(expression: Expression) -> str:
    """The text of a column that is published: of its type, -0.0 given as 0.0."""
    text, kind = expression.sql, expression.dtype
    if is_float(kind):
        return f"({text}) + CAST(0 AS {expression.dialect.type_name(kind)})"
    return text


def typed(expression: Expression, dtype: DType) -> str:
    return f"CAST({expression.sql} AS {expression.dialect.type_name(dtype)})"


def as_double(expression: Expression) -> str:
    return expression.dialect.double(expression.sql, expression.dtype)


def _expression(value: Operand, dialect: Dialect, beside: DType = INT64) -> Expression:
    if isinstance(value, Expression):
        if value.dialect.name != dialect.name:
            raise UsageError(
                f"expressions of two engines, got {dialect.name} and {value.dialect.name}; use one frame's"
            )
        return value
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(beside, nw.Decimal):
        value = Decimal(value)  # with as many digits as it has, instead of the 19 of int64
    dtype = _literal_type(value)
    text = format(value, "f") if isinstance(value, Decimal) else repr(value)
    return Expression(f"CAST('{text}' AS {dialect.type_name(dtype)})", dtype, "literal", dialect, None)


def _literal_type(value: object) -> DType:
    if isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= GREATEST:
        return INT64
    if isinstance(value, float):
        return FLOAT64
    if isinstance(value, Decimal) and value.is_finite():
        _, digits, exponent = value.as_tuple()
        scale = max(-int(exponent), 0)
        precision = max(len(digits) + max(int(exponent), 0), scale, 1)
        if precision <= MOST_DIGITS:
            return nw.Decimal(precision, scale)
    raise UsageError(f"no number to calculate with, got {value!r}; take an int of 64 bits, a float or a Decimal")


def _combined(sign: str, left: Expression, right: Expression) -> Expression:
    for one in (left, right):
        if not is_number(one.dtype):
            raise UsageError(f"{sign} takes numbers, got {one.name!r} of type {one.dtype}; cast it to a number first")
    name = right.name if left.name == "literal" else left.name
    text, dtype = _FORMS[sign](sign, left, right)
    return Expression(text, dtype, name, left.dialect, _level(left, right))


def _level(left: Expression, right: Expression) -> bool | None:
    levels = {left.aggregates, right.aggregates} - {None}
    if len(levels) > 1:
        raise UsageError(
            f"an aggregate and a value of each row in one expression, got {left.name!r} and {right.name!r}; "
            "aggregate both"
        )
    return levels.pop() if levels else None


def _plain(sign: str, left: Expression, right: Expression) -> tuple[str, DType]:
    if is_float(left.dtype) or is_float(right.dtype):
        return f"({as_double(left)} {sign} {as_double(right)})", FLOAT64
    if is_integer(left.dtype) and is_integer(right.dtype):
        return f"({typed(left, INT64)} {sign} {typed(right, INT64)})", INT64
    (digits, scale), (other_digits, other_scale) = _digits(left.dtype), _digits(right.dtype)
    if sign == "*":
        precision, fraction = digits + other_digits + 1, scale + other_scale
    else:
        fraction = max(scale, other_scale)
        precision = max(digits - scale, other_digits - other_scale) + fraction + 1
    if precision > MOST_DIGITS:
        raise UsageError(
            f"{sign} of {left.name!r} and {right.name!r} may need {precision} digits, got {left.dtype} and "
            f"{right.dtype}; a decimal has at most {MOST_DIGITS}: cast one of them to fewer digits or to double"
        )
    dtype, parts = nw.Decimal(precision, fraction), (nw.Decimal(digits, scale), nw.Decimal(other_digits, other_scale))
    text = f"({typed(left, parts[0])} {sign} {typed(right, parts[1])})"
    return f"CAST({text} AS {left.dialect.type_name(dtype)})", dtype


def _quotient(sign: str, left: Expression, right: Expression) -> tuple[str, DType]:  # noqa: ARG001
    above, below = as_double(left), as_double(right)
    by_zero = f"{above} * CAST('Infinity' AS DOUBLE)"
    return f"(CASE WHEN {below} = 0 THEN {by_zero} ELSE {above} / nullif({below}, 0) END)", FLOAT64


def _digits(dtype: DType) -> tuple[int, int]:
    return (dtype.precision, dtype.scale) if isinstance(dtype, nw.Decimal) else (INT64_DIGITS, 0)


_FORMS: dict[str, Callable[[str, Expression, Expression], tuple[str, DType]]] = {
    "+": _plain,
    "-": _plain,
    "*": _plain,
    "/": _quotient,
}
