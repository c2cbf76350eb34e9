"""What a piece of text means as a value of a type, as docs/data.md has it under "How values are written"."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from faults.reading.columns import Type

WHOLE = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII)
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
BOOLEANS = {"true": True, "TRUE": True, "True": True, "false": False, "FALSE": False, "False": False}
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
FIRST, LAST = (datetime.min - EPOCH) // MICROSECOND, (datetime.max - EPOCH) // MICROSECOND
MOST_DIGITS = 400  # no number of any type has more before the point; spares the arithmetic of 1e999999999
LEAST_DIGITS = 1200  # nor do digits this far behind the point tell anything from 0, or from a tie


class WrongValueError(Exception):
    """The reason, as it stands in the quarantine."""


def from_text(text: str, kind: Type, zone: str, nan: str = "keep") -> Any:
    """The value, a timestamp as microseconds since 1970 in UTC. Raises WrongValueError."""
    if kind.name == "string":
        return text
    if kind.name == "boolean":
        if text not in BOOLEANS:
            raise _not_of(kind)
        return BOOLEANS[text]
    if kind.name in ("timestamp", "timestamp_ntz"):
        return moment(text, kind, zone)
    text = text.strip(" \t")
    if kind.name in BITS:
        return whole(text, kind)
    if kind.name in ("float", "double"):
        return floating(text, kind, nan)
    if kind.name == "decimal":
        return exact(text, kind)
    return moment(text, kind, zone)


def pointed(text: str, kind: Type) -> str:
    """A number with a decimal comma as one with a point. Raises WrongValueError where its points part no thousands."""
    if kind.name not in ("float", "double", "decimal"):
        return text
    before, comma, after = text.strip(" \t").partition(",")
    groups = before.removeprefix("+").removeprefix("-").split(".")
    if len(groups) > 1:
        well = groups[0][:1] != "0" and 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
        if not well or not ("".join(groups) + after + "0").isdecimal() or before[:2] in ("+-", "-+"):
            raise _not_of(kind)
    elif "." in after:
        raise _not_of(kind)
    return before.replace(".", "") + ("." if comma else "") + after


def whole(text: str, kind: Type) -> int:
    if not WHOLE.fullmatch(text):
        raise _not_of(kind)
    digits = text.lstrip("-").lstrip("0")
    value = int(digits or "0") if len(digits) < 30 else 10**30
    value = -value if text.startswith("-") else value
    limit = 2 ** (BITS[kind.name] - 1)
    if not -limit <= value < limit:
        raise _out_of_range(kind)
    return value


def floating(text: str, kind: Type, nan: str) -> float:
    if NOT_FINITE.fullmatch(text):
        if nan == "refuse":
            raise WrongValueError("not finite")
        return float(text)
    value = fraction(text, kind)
    size = nearest(abs(value), 24, 127) if kind.name == "float" else nearest(abs(value), 53, 1023)
    if size is None:
        raise _out_of_range(kind)
    return -float(size) if text.startswith("-") else float(size)


def nearest(value: Fraction, bits: int, largest_exponent: int) -> Fraction | None:
    """The binary floating-point number next to `value`, ties to even; None beyond the largest (IEEE 754, 4.3.1)."""
    if not value:
        return value
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    exponent -= Fraction(2) ** exponent > value
    exponent = max(exponent, 1 - largest_exponent)
    step = Fraction(2) ** (exponent - bits + 1)
    rounded = round(value / step) * step  # Fraction rounds ties to even
    return None if rounded >= Fraction(2) ** (largest_exponent + 1) else rounded


def fraction(text: str, kind: Type) -> Fraction:
    """What a number's text says exactly; if far out of every range, something else that is. Raises WrongValueError."""
    found = NUMBER.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise _not_of(kind)
    sign, before, after, power = found[1], found[2], found[3] or "", found[4] or "0"
    digits = (before + after).lstrip("0")
    if not digits:
        return Fraction(0)
    size = int(power.lstrip("+-0")[:12] or "0")  # with more digits it is as far out
    exponent = (-size if power.startswith("-") else size) - len(after)
    if exponent + len(digits) > MOST_DIGITS:
        return Fraction(10**MOST_DIGITS)
    if exponent + len(digits) < -LEAST_DIGITS:
        return Fraction(1, 10**LEAST_DIGITS)
    value = Fraction(Decimal(digits)) * Fraction(10) ** exponent
    return -value if sign == "-" else value


def exact(text: str, kind: Type) -> Decimal:
    value = fraction(text, kind) * 10**kind.scale
    if value.denominator != 1 or abs(value) >= 10**kind.precision:
        raise _out_of_range(kind)
    return Decimal(f"{value.numerator}e-{kind.scale}")


def moment(text: str, kind: Type, zone: str) -> Any:
    found = MOMENT.fullmatch(text)
    if not found or (kind.name == "date" and len(text) != len("YYYY-MM-DD")):
        raise _not_of(kind)
    day, hour, minute, second, part, offset = found.groups()
    try:
        clock = time(int(hour or 0), int(minute or 0), int(second or 0), int((part or "").ljust(6, "0")))
        local = datetime.combine(date.fromisoformat(day), clock)
    except ValueError:
        raise _not_of(kind) from None
    if kind.name == "date":
        return local.date()
    if kind.name == "timestamp_ntz":
        if offset:
            raise _not_of(kind)
        return local
    instant = (local - EPOCH - (_offset(offset, kind) if offset else _zone_offset(local, zone))) // MICROSECOND
    if not FIRST <= instant <= LAST:
        raise _out_of_range(kind)
    return instant


def _offset(text: str, kind: Type) -> timedelta:
    if text == "Z":
        return timedelta(0)
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise _not_of(kind)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def _zone_offset(local: datetime, zone: str) -> timedelta:
    """What the clocks of the zone were ahead of UTC (PEP 495: `fold` tells the two sides of a change apart)."""
    if fixed := re.fullmatch(r"[+-][0-9]{2}:[0-9]{2}", zone):
        return _offset(fixed[0], Type("timestamp"))
    there = ZoneInfo(zone)
    first = local.replace(tzinfo=there, fold=0).utcoffset()
    second = local.replace(tzinfo=there, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    if first < second:
        raise WrongValueError(f"no such time in {zone}")
    if first > second:
        raise WrongValueError(f"two such times in {zone}")
    return first


def _not_of(kind: Type) -> WrongValueError:
    return WrongValueError(f"not of type {kind}")


def _out_of_range(kind: Type) -> WrongValueError:
    return WrongValueError(f"out of range of type {kind}")
