"""A line of JSON as values of columns, as docs/data.md has it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from faults.reading.columns import Column, Type
from faults.reading.records import MalformedError
from faults.reading.values import WrongValueError, from_text

WHOLE = re.compile(r"-?[0-9]+")
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    text: str


@dataclass(frozen=True)
class Object:
    """Keys and values in their order, repeated ones among them."""

    pairs: tuple[tuple[str, Any], ...]

    def twice(self) -> set[str]:
        keys = [key for key, _ in self.pairs]
        return {key for key in keys if keys.count(key) > 1}


def object_of(text: str) -> Object:
    """The object that the line is. Raises MalformedError."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: Object(tuple(pairs)),
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse,
        )
        _check_text(value)
    except (ValueError, RecursionError):
        raise MalformedError("not valid JSON") from None
    if not isinstance(value, Object):
        raise MalformedError("not a JSON object")
    return value


@dataclass(frozen=True)
class Written:
    """What the meaning of a value depends on beside its type."""

    zone: str
    nan: str
    on_new: str


def value_of(value: Any, kind: Type, written: Written) -> Any:
    """The value of a column. Raises WrongValueError."""
    nested = kind.element is not None or kind.name == "struct"
    try:
        return None if value is None else _inside(value, kind, written)
    except TypeError:
        raise WrongValueError(f"not of type {kind}") from None
    except WrongValueError:
        if not nested:
            raise
        # whatever is wrong inside an array or a struct is said of the whole column
        raise WrongValueError(f"not of type {kind}") from None


def undeclared(found: Object, columns: tuple[Column, ...]) -> list[str]:
    """Keys that are no column, in the order in which they stand."""
    declared = {column.name for column in columns}
    return list(dict.fromkeys(key for key, _ in found.pairs if key not in declared))


def _inside(value: Any, kind: Type, written: Written) -> Any:
    if kind.element is not None:
        return [value_of(one, kind.element, written) for one in _must_be(list, value)]
    if kind.name == "struct":
        return _struct(_must_be(Object, value), kind, written)
    if kind.name == "boolean":
        return _must_be(bool, value)
    if kind.name in ("string", "date", "timestamp", "timestamp_ntz"):
        return from_text(_must_be(str, value), kind, written.zone)
    text = value.text if isinstance(value, Number) else _must_be(str, value) if kind.name == "decimal" else None
    if text is None or (kind.name not in ("float", "double", "decimal") and not WHOLE.fullmatch(text)):
        raise TypeError
    return from_text(text, kind, written.zone, written.nan)


def _struct(found: Object, kind: Type, written: Written) -> dict[str, Any]:
    names, there = [name for name, _ in kind.fields], dict(found.pairs)
    if found.twice() & set(names) or (written.on_new != "ignore" and not set(there) <= set(names)):
        raise TypeError
    return {name: value_of(there.get(name), inner, written) for name, inner in kind.fields}


def _must_be(wanted: type, value: Any) -> Any:
    if type(value) is not wanted:
        raise TypeError
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _check_text(value: Any) -> None:
    """Raises ValueError for an unpaired surrogate in any string, keys included."""
    if isinstance(value, str) and SURROGATE.search(value):
        raise ValueError("unpaired surrogate")
    if isinstance(value, list):
        for one in value:
            _check_text(one)
    if isinstance(value, Object):
        for key, one in value.pairs:
            _check_text(key)
            _check_text(one)
