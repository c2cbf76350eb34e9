"""What a text means as a value of a column, one by one: slow, exact, and able to say what is wrong.

docs/data.md has the rules.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from hotset.columnar.layout import WHOLE, Column

BLANKS = " \t"  # around numbers and dates
TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WHOLE_NUMBER = re.compile(r"-?[0-9]+")
LONGEST_POWER = 9  # digits of an exponent; Python's decimals have an end, and more are as far out of every range
# With a decimal comma, points may stand between thousands; without a power of ten, lest 1.234e5 be another number.
THOUSANDS = r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?"
GROUPED = re.compile(THOUSANDS)
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE | re.ASCII)
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(DATE.pattern + r"(?:[ T]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?(%s)?)?")
ZONED = re.compile(TIME.pattern % r"Z|[+-][0-9]{2}(?::?[0-9]{2})?")
LOCAL = re.compile(TIME.pattern % r"(?!)")


NOT_NULL = "null, declared not null"
TWICE = "key given twice"
NOT_FINITE_VALUE = "not finite"
# What is wrong with a row, whatever type its column has.
TOO_FINE = "finer than a microsecond"
OF_ANY_TYPE = frozenset({NOT_NULL, TWICE, NOT_FINITE_VALUE, TOO_FINE})

# row -> reason
Faults = dict[int, str]


class Fault(ValueError):  # noqa: N818 (the data's, not ours)
    """What is wrong with one value; the message is the reason."""


def reader(column: Column, zone: str, refuse_nan: bool) -> Callable[[str], Any]:
    """text -> value. What it returns raises Fault."""
    kind = column.kind
    if column.comma:
        pointed = reader(replace(column, comma=False), zone, refuse_nan)
        return lambda text: pointed(_pointed(text, kind))
    if kind in WHOLE:
        return lambda text: _whole(text, kind)
    if kind in ("float", "double"):
        return lambda text: _floating(text, kind, refuse_nan)
    if kind.startswith("decimal"):
        return lambda text: _decimal(text, column.type, kind)
    if kind == "boolean":
        return _boolean
    if kind == "date":
        return _date
    return lambda text: _time(text, kind, zone)


def _pointed(text: str, kind: str) -> str:
    """A number with a decimal comma, with a decimal point instead and nothing between thousands."""
    if "." in text and not GROUPED.fullmatch(text.strip(BLANKS)):
        raise _not_of(kind)
    return text.replace(".", "").replace(",", ".")


def _not_of(kind: str) -> Fault:
    return Fault(f"not of type {kind}")


def _beyond(kind: str) -> Fault:
    return Fault(f"out of range of type {kind}")


def _whole(text: str, kind: str) -> int:
    text = text.strip(BLANKS)
    if not WHOLE_NUMBER.fullmatch(text):
        raise _not_of(kind)
    digits = text.removeprefix("-").lstrip("0") or "0"
    value = int(digits) * (-1 if text.startswith("-") else 1) if len(digits) < 20 else 2**63
    if not -(2 ** (WHOLE[kind] - 1)) <= value < 2 ** (WHOLE[kind] - 1):
        raise _beyond(kind)
    return value


def _floating(text: str, kind: str, refuse_nan: bool) -> float:
    text = text.strip(BLANKS)
    if NOT_FINITE.fullmatch(text):
        if refuse_nan:
            raise Fault(NOT_FINITE_VALUE)
        return float(text)
    if not NUMBER.fullmatch(text):
        raise _not_of(kind)
    value = float(text) if kind == "double" else _nearest_float(text)
    if value in (float("inf"), float("-inf")):
        raise _beyond(kind)
    return value


def _nearest_float(text: str) -> float:
    """By way of a double, as NumPy and Python go, it would be rounded twice."""
    return float(pa.scalar(text.removeprefix("+")).cast(pa.float32()).as_py())


def _decimal(text: str, kind: pa.Decimal128Type, name: str) -> Decimal:
    text = text.strip(BLANKS)
    if not NUMBER.fullmatch(text):
        raise _not_of(name)
    mantissa, _, power = text.lower().partition("e")
    power_digits = power.lstrip("+-0")[:LONGEST_POWER] if mantissa.strip("+-0.") else "0"
    minus = "-" if power.startswith("-") else ""
    sign, digits, exponent = Decimal(f"{mantissa}e{minus}{power_digits or 0}").as_tuple()
    assert isinstance(exponent, int), "a number that the pattern took is finite"
    significant = "".join(map(str, digits)).lstrip("0")
    stripped = significant.rstrip("0")
    exponent += len(significant) - len(stripped)
    if not stripped:
        return Decimal(0).scaleb(-kind.scale)
    if exponent < -kind.scale or len(stripped) + exponent > kind.precision - kind.scale:
        raise _beyond(name)
    unscaled = int(stripped) * 10 ** (exponent + kind.scale)
    return Decimal((sign, tuple(map(int, str(unscaled))), -kind.scale))


def _boolean(text: str) -> bool:
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise _not_of("boolean")


def _date(text: str) -> date:
    found = DATE.fullmatch(text.strip(BLANKS))
    try:
        return date(*map(int, found.groups()))  # type: ignore[union-attr]
    except (AttributeError, ValueError):
        raise _not_of("date") from None


def _time(text: str, kind: str, zone: str) -> datetime:
    found = (ZONED if kind == "timestamp" else LOCAL).fullmatch(text)
    if not found:
        raise _not_of(kind)
    *parts, fraction, offset = found.groups()
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        local = datetime(year, month, day, hour, minute, second, int((fraction or "").ljust(6, "0")))
    except ValueError:
        raise _not_of(kind) from None
    if kind == "timestamp_ntz":
        return local
    try:
        return _absolute(local, offset) if offset else in_one_zone(local, zone)
    except OverflowError:  # in UTC the year would be 0, or 10000
        raise _beyond(kind) from None


def _absolute(local: datetime, offset: str) -> datetime:
    written = "+0000" if offset == "Z" else offset.replace(":", "").ljust(5, "0")
    if int(written[1:3]) > 23 or int(written[3:]) > 59:
        raise _not_of("timestamp")
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[3:])) * (-1 if written[0] == "-" else 1)
    return local.replace(tzinfo=timezone(ahead)).astimezone(UTC)


def in_one_zone(local: datetime, zone: str) -> datetime:
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        there = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
        raise Fault(f"{'two such times' if there else 'no such time'} in {zone}")
    return first.astimezone(UTC)
