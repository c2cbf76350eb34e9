"""Python's values in the declared type of a column: just that value, or a word on why it is none of the type's.

Spark would round a decimal, make infinity of a number that is too large for a float, cut the time off a date and the
offset off a local time, and put U+FFFD for half a character: each without a word.
"""

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import partial
from typing import Any

from pyspark.errors import PySparkTypeError, PySparkValueError
from pyspark.sql import types as T
from pyspark.sql.types import DataType, _make_type_verifier

# value -> the same as Spark shall have it; never called for None. What it returns raises Misfit.
Exact = Callable[[Any], Any]
NONE_LEFT = timedelta(0)
MICROSECOND = timedelta(microseconds=1)
# the last field that an interval has -> what it is counted in
FIELDS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), MICROSECOND)
BITS: dict[type[DataType], int] = {T.ByteType: 8, T.ShortType: 16, T.IntegerType: 32, T.LongType: 64}
FLOAT = "<f"  # of a set size, and so with a look at the range


class Misfit(ValueError):  # noqa: N818 (the data's, not ours)
    """What to do about a value that its type does not hold; the message is the advice."""


class Misplaced(Misfit):
    """One that says where the value stands."""


def with_place(exact: Exact, told: str, shown: Callable[[Any], str]) -> Exact:
    """The same, and what it raises begins with `told`, the place and its type, and the value as it is shown."""

    def convert(value: Any) -> Any:
        try:
            return exact(value)
        except Misplaced:
            raise
        except Misfit as why:
            raise Misplaced(f"{told}, got {shown(value)}; {why}") from None

    return convert


def exact_value(kind: DataType) -> Exact:
    """value -> that value, of a type without others inside."""
    if isinstance(kind, T.CharType | T.VarcharType):
        return partial(_short_text, kind.length)
    if isinstance(kind, T.DecimalType):
        return partial(_decimal, *_decimal_terms(kind))
    if type(kind) in BITS:
        most = 2 ** (BITS[type(kind)] - 1)
        return partial(_whole, -most, most - 1)
    if isinstance(kind, T.DayTimeIntervalType):
        return partial(_interval, FIELDS[kind.endField])
    if isinstance(kind, T.TimeType):
        return partial(_time_of_day, 10 ** (6 - kind.precision))
    simple = next((exact for type_, exact in SIMPLE.items() if isinstance(kind, type_)), None)
    return simple or partial(_as_spark_says, _make_type_verifier(kind))


def _whole(least: int, most: int, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Misfit("give an int")
    if not least <= value <= most:
        raise Misfit(f"it holds {least} to {most}; declare a wider type")
    return int(value)


def _double(value: Any) -> float:
    if not isinstance(value, float):
        raise Misfit("give a float")
    return float(value)


def _float(value: Any) -> float:
    """The nearest one, as for every float that is written with a point."""
    try:
        nearest: float = struct.unpack(FLOAT, struct.pack(FLOAT, _double(value)))[0]
    except OverflowError:
        raise Misfit("it is too large; declare double") from None
    return nearest


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit("give True or False")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("make a text of it: str(…)")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Misfit("half a character, a lone surrogate, is no text; replace it") from None
    return str.__str__(value)


def _short_text(most: int, value: Any) -> str:
    if len(_text(value)) > most:
        raise Misfit("it is longer; declare string")
    return _text(value)


def _binary(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray):
        raise Misfit("give bytes")
    return bytes(value)


def _decimal_terms(kind: T.DecimalType) -> tuple[Context, Decimal]:
    return Context(prec=kind.precision, traps=[InvalidOperation, Inexact]), Decimal((0, (1,), -kind.scale))


def _decimal(context: Context, last_digit: Decimal, value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise Misfit("give a Decimal")
    if not value.is_finite():
        raise Misfit("a decimal is finite; give None for what is no number")
    try:
        return value.quantize(last_digit, context=context)
    except Inexact:
        raise Misfit("it has more digits behind the point; round it, or declare more") from None
    except InvalidOperation:
        raise Misfit("it has more digits; declare more") from None


def _date(value: Any) -> date:
    if type(value) is datetime:
        if value.tzinfo is not None or value.time() != time():
            raise Misfit("it has a time or a zone, which a date has not; take its .date()")
        return value.date()
    if type(value) is not date:
        raise Misfit("give a datetime.date")
    return value


def _timestamp(value: Any) -> datetime:
    """A datetime without a zone is in that of the worker, as for Python and Spark."""
    if type(value) is not datetime:
        raise Misfit("give a datetime.datetime")
    try:
        absolute = value.astimezone(UTC)
        there = value.utcoffset() is not None or absolute.astimezone().replace(tzinfo=None) == value
    except (OverflowError, ValueError, OSError):
        raise Misfit("it is before the year 1 or after 9999 in UTC, or there is no telling; give it a zone") from None
    if not there:
        raise Misfit("the clocks of the worker's zone pass over this time; give it a zone")
    return absolute


def _local_time(value: Any) -> datetime:
    if type(value) is not datetime:
        raise Misfit("give a datetime.datetime")
    if value.tzinfo is not None:
        raise Misfit("its zone would be lost; declare timestamp, or .replace(tzinfo=None)")
    return value


def _time_of_day(unit: int, value: Any) -> time:
    if type(value) is not time:
        raise Misfit("give a datetime.time")
    if value.tzinfo is not None or value.microsecond % unit:
        raise Misfit("it has a zone, or more digits behind the second, which would be lost")
    return value


def _interval(unit: timedelta, value: Any) -> timedelta:
    if type(value) is not timedelta:
        raise Misfit("give a datetime.timedelta")
    if value % unit != NONE_LEFT or not -(2**63) <= value // MICROSECOND < 2**63:
        raise Misfit("it is too long, or has a part that this interval has not; declare interval day to second")
    return value


def _nothing(value: Any) -> None:  # noqa: ARG001
    raise Misfit("it holds None only; declare the type")


def _as_spark_says(verify: Callable[[Any], None], value: Any) -> Any:
    """Of types that are Spark's alone."""
    try:
        verify(value)
    except (PySparkTypeError, PySparkValueError, AssertionError) as why:
        raise Misfit(str(why).partition("] ")[2] or str(why)) from None
    return value


SIMPLE: dict[type[DataType], Exact] = {
    T.StringType: _text,
    T.DoubleType: _double,
    T.FloatType: _float,
    T.BooleanType: _boolean,
    T.BinaryType: _binary,
    T.DateType: _date,
    T.TimestampType: _timestamp,
    T.TimestampNTZType: _local_time,
    T.NullType: _nothing,
}
