"""Which kinds of values stand among the objects of a column: of two kinds Arrow would make one, and change the values.

A date becomes of a datetime, UTC of a time without a zone, a text of bytes.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hotset.errors import SchemaError

# the first that fits: a bool is an int, and a datetime a date
FAMILIES = (bool, int, float, str, bytes, Decimal, datetime, date, time, timedelta, dict, list | tuple)
NUMBERS = {"int", "float"}  # of these Arrow makes doubles where that holds them all
MISSING = ("NAType", "NaTType")


def check_alike(name: str, values: Iterable[Any], inside: str = "") -> None:
    """Raises SchemaError for a column, or what stands inside of its lists and dicts, that mixes kinds of values.

    `inside` is the way there, as in `[].x`.
    """
    there = [value for value in values if not _is_missing(value)]
    families = {_family(value) for value in there}
    if len(families) > 1 and not (inside and families <= NUMBERS):
        where = f"the column {name!r} mixes" if not inside else f"the column {name!r} mixes, in {name}{inside},"
        raise SchemaError(f"{where} values of {' and '.join(sorted(families))}; cast it to one of them")
    for part, its_values in _parts(there):
        check_alike(name, its_values, inside + part)


def _parts(values: list[Any]) -> Iterator[tuple[str, Iterable[Any]]]:
    """What stands inside of lists and dicts; an array of numpy has one kind of values, if it is not one of objects."""
    lists = [value for value in values if isinstance(value, list | tuple) or _is_array_of_objects(value)]
    if lists:
        yield "[]", (one for value in lists for one in value)
    dicts = [value for value in values if isinstance(value, dict)]
    for key in dict.fromkeys(key for value in dicts for key in value):
        yield f".{key}", [value[key] for value in dicts if key in value]


def _is_array_of_objects(value: Any) -> bool:
    return type(value).__name__ == "ndarray" and value.dtype == object


def _is_missing(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_nan()
    return value is None or type(value).__name__ in MISSING or (isinstance(value, float) and value != value)


def _family(value: Any) -> str:
    plain = value.item() if type(value).__module__ == "numpy" and value.ndim == 0 else value
    if type(plain).__name__ == "ndarray":
        return "list"
    if isinstance(plain, datetime) and plain.tzinfo is not None:
        return "datetime with a zone"
    return next((_name(kind) for kind in FAMILIES if isinstance(plain, kind)), type(value).__name__)


def _name(kind: Any) -> str:
    return str(getattr(kind, "__name__", "list"))
