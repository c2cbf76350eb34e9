"""Rows of two frames that meet, where their keys are the same value, whatever types these have.

Whole numbers of any width meet, and meet doubles that are whole and decimals of any scale; float meets double. All
others meet their own type alone: texts where their bytes are equal, timestamps where both have a zone or none has.
Null meets nothing, NaN meets NaN, -0.0 meets 0.0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import narwhals as nw
from narwhals.dtypes import DType
from pyspark.sql import functions as F

from hotset.columnar.widen import wider_digits
from hotset.data.columns import unlike
from hotset.errors import UsageError
from hotset.rows.dialects import Dialect
from hotset.rows.expressions import INT64_DIGITS, Expression, as_double, typed
from hotset.rows.groups import Groups, Rows, add_columns, check_names, filtered, framed
from hotset.rows.types import INT64, MOST_DIGITS, is_float, is_integer

How = Literal["inner", "left", "right", "full", "semi", "anti"]
LEFT, RIGHT = "l", "r"  # the sides' names in SQL
BOUND = "CAST('9223372036854775808' AS DOUBLE)"  # 2**63
WHOLE = nw.Decimal(INT64_DIGITS, 0)  # that holds every int64


def can_meet(one: DType, other: DType) -> bool:
    """Whether there is a meaning of equal for these types."""
    if one == other:
        return True
    both = {_family(one), _family(other)}
    return both in ({"integer"}, {"float"}, {"decimal"}, {"integer", "float"}, {"integer", "decimal"})


def meeting_keys(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Both keys as values that an engine compares: equal where they are the same, null where they can meet nothing.

    Raises UsageError for types that do not meet.
    """
    if not can_meet(left.dtype, right.dtype):
        raise UsageError(
            f"keys of types that do not meet, got {left.name!r} of {left.dtype} and {right.name!r} of {right.dtype}; "
            "cast one of them"
        )
    kinds = _family(left.dtype), _family(right.dtype)
    if "decimal" in kinds and left.dtype != right.dtype:
        return _decimal_keys(_as_decimal(left), _as_decimal(right))
    if kinds == ("integer", "float"):
        return left, _whole_of(right)
    if kinds == ("float", "integer"):
        return _whole_of(left), right
    return left, right


def _family(dtype: DType) -> str:
    if is_integer(dtype):
        return "integer"
    if is_float(dtype):
        return "float"
    return "decimal" if isinstance(dtype, nw.Decimal) else str(dtype)


def _whole_of(value: Expression) -> Expression:
    """int64 of a double that is whole; null of all others."""
    number = as_double(value)
    is_whole = f"{number} >= -{BOUND} AND {number} < {BOUND} AND {number} = {value.dialect.rounded(number)}"
    text = f"CASE WHEN {is_whole} THEN CAST({number} AS BIGINT) END"
    return replace(value, sql=text, dtype=INT64)


def _as_decimal(value: Expression) -> Expression:
    return replace(value, sql=typed(value, WHOLE), dtype=WHOLE) if is_integer(value.dtype) else value


def _decimal_keys(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    if common := _wider(left.dtype, right.dtype):
        return _retyped(left, common), _retyped(right, common)
    scale = min(_digits(left.dtype)[1], _digits(right.dtype)[1])
    return _at_scale(left, scale), _at_scale(right, scale)


def _digits(dtype: DType) -> tuple[int, int]:
    assert isinstance(dtype, nw.Decimal)
    return dtype.precision, dtype.scale


def _wider(one: DType, other: DType) -> DType | None:
    """The decimal that holds the values of both; None where 38 digits do not."""
    (precision, scale), (others, fraction) = _digits(one), _digits(other)
    found = wider_digits((precision - scale, scale), (others - fraction, fraction))
    return nw.Decimal(sum(found), found[1]) if found else None


def _at_scale(value: Expression, scale: int) -> Expression:
    """The decimal with so many digits behind the point, as long as there were no others; else it meets nothing."""
    name, coarse = value.dialect.type_name, nw.Decimal(MOST_DIGITS, scale)
    if _digits(value.dtype)[1] == scale:
        return _retyped(value, coarse)
    cut = f"TRY_CAST({value.sql} AS {name(coarse)})"
    text = f"CASE WHEN TRY_CAST({cut} AS {name(value.dtype)}) = {value.sql} THEN {cut} END"
    return replace(value, sql=text, dtype=coarse)


def _retyped(value: Expression, dtype: DType) -> Expression:
    return replace(value, sql=typed(value, dtype), dtype=dtype)


@dataclass(frozen=True)
class Side:
    """One of two frames, its keys, and these as values that can be compared with those of the other."""

    rows: Rows
    schema: Mapping[str, DType]
    keys: tuple[str, ...]
    compared: tuple[Expression, ...]

    @cached_property
    def _columns(self) -> tuple[Expression, ...]:
        """What is compared, each under the name of a column; one is made only where types differ."""
        names = [*self.schema]
        for key, value in zip(self.keys, self.compared, strict=True):
            names.append(key if value.sql == value.dialect.quoted(key) else unlike("key", names))
        return tuple(value.alias(name) for value, name in zip(self.compared, names[len(self.schema) :], strict=True))

    @property
    def compared_names(self) -> list[str]:
        return [one.name for one in self._columns]

    def with_compared(self) -> Any:
        """The native frame, with the columns that are compared."""
        made = [one for one in self._columns if one.sql != one.dialect.quoted(one.name)]
        return add_columns(self.rows, self.schema, made).to_native()

    def counts(self) -> Rows:
        """rows -> keys(key_0, key_1, …, rows): how often each is there; none that has a null"""
        dialect = self.compared[0].dialect
        keys = [value.alias(f"key_{place}") for place, value in enumerate(self.compared)]
        there = filtered(self.rows, " AND ".join(f"{key.sql} IS NOT NULL" for key in keys))
        return Groups(there, self.schema, keys, dialect).agg(Expression("count(*)", INT64, "rows", dialect, True))


@dataclass(frozen=True)
class Meeting:
    """Two frames and the keys on which their rows meet. Made by `Functions.meet`."""

    left: Side
    right: Side
    dialect: Dialect

    def join(self, how: How = "inner", *, suffix: str = "_right", names: Sequence[str] = ()) -> Rows:
        """left rows, right rows -> joined(left columns, right columns but the keys)

        `names` are those of all columns that come out; else a right column has its own, with the suffix where the left
        has it too. A key of `right` and `full` is that of the side that has one. Raises UsageError for two columns of
        one name, and for a full join of keys that no type can hold.
        """
        cells = [*self._cells(how)]
        named = names or self._named([name for _, name in cells], suffix)
        check_names(named)
        quote = self.dialect.quoted
        met = " AND ".join(
            f"{LEFT}.{quote(one)} = {RIGHT}.{quote(other)}"
            for one, other in zip(self.left.compared_names, self.right.compared_names, strict=True)
        )
        texts = [f"{text} AS {quote(name)}" for (text, _), name in zip(cells, named, strict=True)]
        left, right = self.left.with_compared(), self.right.with_compared()
        if self.dialect.name == "DuckDB":
            return framed(left.set_alias(LEFT).join(right.set_alias(RIGHT), met, how).project(", ".join(texts)))
        joined = left.alias(LEFT).join(right.alias(RIGHT), F.expr(met), how)
        return framed(joined.selectExpr(*texts))

    def _cells(self, how: How) -> Iterator[tuple[str, str]]:
        """SQL of each column that comes out, and its name on its side."""
        quote = self.dialect.quoted
        others = dict(zip(self.left.keys, self.right.keys, strict=True))
        for name in self.left.schema:
            mine = f"{LEFT}.{quote(name)}"
            if name not in others or how not in ("right", "full"):
                yield mine, name
            elif how == "right":
                yield f"{RIGHT}.{quote(others[name])}", name
            else:
                yield self._either(name, others[name]), name
        if how not in ("semi", "anti"):
            yield from ((f"{RIGHT}.{quote(name)}", name) for name in self.right.schema if name not in self.right.keys)

    def _either(self, key: str, other: str) -> str:
        """The key of whichever side is there, in a type that holds both."""
        kinds = self.left.schema[key], self.right.schema[other]
        texts = f"{LEFT}.{self.dialect.quoted(key)}", f"{RIGHT}.{self.dialect.quoted(other)}"
        if kinds[0] == kinds[1]:
            return f"coalesce({', '.join(texts)})"
        kind = _holds_both(*kinds)
        if kind is None:
            raise UsageError(
                f"no type holds the keys {key!r} of {kinds[0]} and {other!r} of {kinds[1]}, as a full join needs; "
                "cast one of them"
            )
        return f"coalesce({', '.join(f'CAST({text} AS {self.dialect.type_name(kind)})' for text in texts)})"

    def _named(self, names: Sequence[str], suffix: str) -> list[str]:
        of_left = len(self.left.schema)
        taken = {*names[:of_left]}
        return [name + suffix if place >= of_left and name in taken else name for place, name in enumerate(names)]


def _holds_both(one: DType, other: DType) -> DType | None:
    kinds = {_family(one), _family(other)}
    if "decimal" in kinds:
        return _wider(*(WHOLE if is_integer(kind) else kind for kind in (one, other)))
    if len(kinds) > 1:
        return None
    return INT64 if kinds == {"integer"} else nw.Float64()


def meeting_of(left: Rows, right: Rows, keys: Sequence[tuple[Expression, Expression]]) -> Meeting:
    """The frames, and pairs of columns that are equal where rows meet. Raises UsageError for types that do not meet."""
    if not keys:
        raise UsageError("a join without a key; name at least one column of either side")
    pairs = [meeting_keys(*pair) for pair in keys]
    one, other = (
        Side(
            rows,
            dict(rows.collect_schema()),
            tuple(pair[place].name for pair in keys),
            tuple(pair[place] for pair in pairs),
        )
        for place, rows in enumerate((left, right))
    )
    return Meeting(one, other, keys[0][0].dialect)
