"""Values of numpy's, of pandas' and of other subclasses as the values of Python's own types that they are.

What has no such value just the same (nanoseconds, NaT, a long double) stays as it is, for others to refuse.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

DOUBLE_BYTES = 8
FINER_THAN_PYTHONS = ("ns", "ps", "fs", "as")


def plain(value: Any) -> Any:
    """The value of Python's own type, if it is just that one."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, np.generic):
        return _of_numpy(value)
    if isinstance(value, date | timedelta):
        return _of_subclass(value)
    return value


def as_float(value: Any) -> Any:
    """A whole number too, where a double is just that number."""
    value = plain(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return float(value) if int(float(value)) == value else value
    except OverflowError:
        return value


def as_decimal(value: Any) -> Any:
    """A whole number too."""
    value = plain(value)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _of_numpy(value: np.generic) -> Any:
    if isinstance(value, np.datetime64 | np.timedelta64):
        return _time(value)
    return value.item() if value.dtype.kind in "biuf" and value.itemsize <= DOUBLE_BYTES else value


def _time(value: "np.datetime64[Any] | np.timedelta64[Any]") -> Any:
    if np.isnat(value):
        return value
    if np.datetime_data(value.dtype)[0] not in FINER_THAN_PYTHONS:
        return value.item()
    short = value.astype(f"{value.dtype.kind}8[us]")
    return short.item() if short == value else value


def _of_subclass(value: date | timedelta) -> Any:
    if value != value or any(getattr(value, name, None) for name in ("nanosecond", "nanoseconds")):
        return value
    if isinstance(value, timedelta):
        return value if type(value) is timedelta else timedelta(value.days, value.seconds, value.microseconds)
    if not isinstance(value, datetime):
        return value if type(value) is date else date(value.year, value.month, value.day)
    if type(value) is datetime:
        return value
    return datetime.combine(date(value.year, value.month, value.day), value.timetz())
