"""Types and terms of translated conditions: Spark's types, what each is called in DuckDB, and what casts are equal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hotset.rows.duckdb_types import IN_DUCKDB, quote

UNKNOWN: Any = object()  # the value of a term that is no literal
WIDEST = 38  # digits of the widest decimal, in both engines
EXACT_DIGITS = 15  # a decimal of so many digits becomes the same double in both engines


class NotPortable(ValueError):  # noqa: N818 (it says what the expression is, not that something failed)
    """Why an expression cannot be said in DuckDB's SQL with the same value for every row; Spark can still run it."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type of Spark's; `precision` and `scale` are a decimal's."""

    name: str
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name

    @property
    def duckdb(self) -> str:
        return str(self).upper() if self.name == "decimal" else DUCKDB_NAMES[self.name]


DUCKDB_NAMES = {name: shown for name, shown in IN_DUCKDB.items() if name != "binary"}  # which is not compared here
SYNONYMS = {
    "byte": "tinyint",
    "short": "smallint",
    "integer": "int",
    "long": "bigint",
    "real": "float",
    "dec": "decimal",
    "numeric": "decimal",
    "timestamp_ltz": "timestamp",
}
BOOLEAN, INT, BIGINT, FLOAT, DOUBLE = map(Type, ("boolean", "int", "bigint", "float", "double"))
STRING, DATE, TIMESTAMP, NTZ, VOID = map(Type, ("string", "date", "timestamp", "timestamp_ntz", "void"))
INTEGERS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}  # and the decimal digits that Spark gives them
BITS = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}
WIDER = {"tinyint": "SMALLINT", "smallint": "INTEGER", "int": "BIGINT", "bigint": "HUGEINT"}
TYPE_TEXT = re.compile(r"([a-z_]+)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?")


@dataclass(frozen=True, slots=True)
class Term:
    """A translated expression. `null` is SQL that says whether it is null, and can itself not fail; "" for never."""

    sql: str
    type: Type
    null: str
    raises: bool = False  # it fails for some values of the columns
    constant: bool = False  # no column is in it
    folded: bool = False  # lower or upper case: equal only when compared with ASCII
    value: Any = UNKNOWN  # a literal's

    @property
    def is_literal(self) -> bool:
        return self.value is not UNKNOWN


def parse_type(text: str) -> Type | None:
    """The type that Spark's DDL names; None for types whose values are not compared here."""
    found = TYPE_TEXT.fullmatch(text.strip().lower())
    if found is None:
        return None
    name = SYNONYMS.get(found[1], found[1])
    if name == "decimal":
        precision, scale = int(found[2] or 10), int(found[3] or 0)
        return Type(name, precision, scale) if max(1, scale) <= precision <= WIDEST else None
    if found[2] is not None and found[1] != "varchar":
        return None
    return STRING if found[1] == "varchar" else Type(name) if name in DUCKDB_NAMES else None


def decimal_type(precision: int, scale: int) -> Type:
    """A decimal of Spark's; raises NotPortable where Spark would cut digits off to stay within 38."""
    if precision > WIDEST:
        raise NotPortable("a decimal of more than 38 digits")
    return Type("decimal", precision, scale)


def decimal_of(kind: Type) -> Type:
    return Type("decimal", INTEGERS[kind.name], 0) if kind.name in INTEGERS else kind


def decimal_of_literal(value: Decimal) -> Type:
    _, digits, exponent = value.as_tuple()
    scale = -int(exponent)
    return decimal_type(max(len(digits) if any(digits) else 1, scale), scale)


def literal(value: Any, kind: Type) -> Term:
    """A literal whose type DuckDB cannot take for another one."""
    if value is None:
        return Term("NULL", VOID, "TRUE", constant=True, value=None)
    if kind == BOOLEAN:
        sql = str(value).upper()
    elif kind == STRING:
        sql = quote(value)
    elif kind.name in ("date", "timestamp_ntz"):
        sql = f"{kind.duckdb} {quote(value.isoformat(*[' '] * (kind == NTZ)))}"
    elif kind == TIMESTAMP:
        sql = f"make_timestamptz(CAST({(value - datetime(1970, 1, 1)) // timedelta(microseconds=1)} AS BIGINT))"
    else:
        text = quote(repr(value)) if kind in (FLOAT, DOUBLE) else f"{value:f}" if isinstance(value, Decimal) else value
        sql = f"CAST({text} AS {kind.duckdb})"
    return Term(sql, kind, "", constant=True, value=value)


def parse_instant(text: str, kind: Type) -> Term:
    """A date or timestamp literal; only the forms that Spark and DuckDB read alike."""
    time = r"( \d\d:\d\d:\d\d(\.\d{1,6})?)?" if kind != DATE else ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d" + time, text, re.ASCII) is None:
        raise NotPortable(f"{quote(text)} is not a {kind} in its full form")
    try:
        return literal(date.fromisoformat(text) if kind == DATE else datetime.fromisoformat(text), kind)
    except ValueError:
        raise NotPortable(f"{quote(text)} is no {kind}") from None


def common_type(terms: Sequence[Term], pick_literals: bool = False) -> Type:
    """The type that Spark brings all of them to; `pick_literals`: an integer literal counts as its own digits."""
    kinds = list(dict.fromkeys(term.type for term in terms if term.type != VOID))
    if not kinds:
        raise NotPortable("NULL without a type")
    if pick_literals and any(kind.name == "decimal" for kind in kinds):
        kinds = [decimal_of_literal(Decimal(t.value)) if is_integer_literal(t) else t.type for t in terms]
        kinds = [kind for kind in kinds if kind != VOID]
    found = kinds[0]
    for kind in kinds[1:]:
        found = wider_type(found, kind)
    return found


def is_integer_literal(term: Term) -> bool:
    return term.is_literal and term.type.name in INTEGERS


def wider_type(one: Type, other: Type) -> Type:
    """The wider one of two types in Spark's ANSI mode. Raises NotPortable where there is none, or not an equal one."""
    if one == other:
        return one
    names = {one.name, other.name}
    if names <= INTEGERS.keys():
        return max(one, other, key=lambda kind: BITS[kind.name])
    if names <= INTEGERS.keys() | {"decimal"}:
        one, other = decimal_of(one), decimal_of(other)
        scale = max(one.scale, other.scale)
        return decimal_type(max(one.precision - one.scale, other.precision - other.scale) + scale, scale)
    if names <= INTEGERS.keys() | {"decimal", "float", "double"}:
        return DOUBLE
    if names <= {"date", "timestamp"}:
        return TIMESTAMP
    if names <= {"date", "timestamp_ntz"}:
        return NTZ
    raise NotPortable(f"{one} and {other} together")


def convert(term: Term, kind: Type, zone: str) -> Term:
    """The term as a wider type, the way Spark casts without being asked."""
    if term.type == kind:
        return term
    if term.type == VOID:
        return replace(term, sql=f"CAST(NULL AS {kind.duckdb})", type=kind, value=UNKNOWN)
    if term.is_literal and kind == DOUBLE:
        return literal(float(term.value), DOUBLE)
    if term.type.name == "decimal" and kind == DOUBLE and term.type.precision > EXACT_DIGITS:
        raise NotPortable(f"{term.type} as double")
    if kind == TIMESTAMP:
        check_zone(zone, "a date as a timestamp")
        return replace(term, sql=f"make_timestamptz(epoch_us(CAST({term.sql} AS TIMESTAMP)))", type=kind)
    value = term.value if term.type.name in INTEGERS and kind.name in INTEGERS else UNKNOWN
    return replace(term, sql=f"CAST({term.sql} AS {kind.duckdb})", type=kind, value=value)


def check_zone(zone: str, what: str) -> None:
    if zone.upper() != "UTC":
        raise NotPortable(f"{what} depends on the time zone, and {zone} is not UTC")
