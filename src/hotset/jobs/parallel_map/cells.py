"""What a function returned as values for the columns of --results: the same, or an error that says why it is not.

Values come in the form in which Arrow takes them: a struct as a dict, a map as pairs.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from reprlib import Repr
from typing import Any

import numpy as np
from pyspark.sql import types as T
from pyspark.sql.types import DataType, StructType

from hotset import Misfit, Misplaced, exact_value, own_names, with_place
from hotset.jobs.parallel_map.plain import as_decimal, as_float, plain

LONGEST_SHOWN = 300
NOT_IN_CSV = {"\0": "a NUL character", "\n": "a line break", "\r": "a line break"}

Cell = Callable[[Any], Any]


def cells_of(struct: StructType, format_: str) -> Callable[[Any], list[Any]]:
    """result -> a value for each column. What it returns raises Misfit.

    What has names for its values (a mapping, a Row, a named tuple, a dataclass) fills the columns by these, a list or
    tuple by its order, anything else is the only column.
    """
    names = struct.names
    cells = [_cell(field.dataType, field.name, format_, nullable=field.nullable) for field in struct.fields]

    def convert(result: Any) -> list[Any]:
        values = _in_order(result, names, "columns")
        if values is None:
            values = _in_order([result], names, "columns") or ()
        return [cell(value) for cell, value in zip(cells, values, strict=True)]

    return convert


def _in_order(record: Any, names: list[str], what: str) -> Sequence[Any] | None:
    """Its values in the order of the names, null where it has names and lacks one; nothing of what is no record."""
    own = _own(record)
    if own is not None:
        if unknown := [name for name in own if name not in names]:
            told = ", ".join(sorted(map(shown, unknown)))
            raise Misfit(
                f"none of the {what} {', '.join(names)} is called {told}; add it to --results, or leave it out"
            )
        return [own.get(name) for name in names]
    if not isinstance(record, list | tuple):
        return None
    if len(record) != len(names):
        raise Misfit(f"{len(record)} values for the {len(names)} {what} {', '.join(names)}; give as many")
    return record


def _own(record: Any) -> Mapping[Any, Any] | None:
    """The values under the names that the record itself has for them."""
    if isinstance(record, Mapping):
        return record
    names = own_names(record)
    if names is None:
        return None
    if len(set(names)) < len(names):
        raise Misfit(f"two of its values have one name, got {shown(names)}; rename one")
    values = record if isinstance(record, tuple) else [getattr(record, name) for name in names]
    return dict(zip(names, values, strict=True))


def _cell(kind: DataType, place: str, format_: str, *, nullable: bool = True) -> Cell:
    """The same for None too, and with the place in what it says."""
    told = f"{place} is {kind.simpleString():.100}"
    exact = with_place(_nested(kind, place, format_) or _flat(kind, format_), told, shown)

    def convert(value: Any) -> Any:
        if value is None and nullable:
            return None
        if value is None:
            raise Misplaced(f"{told} not null, got None; give a value, or declare it without not null")
        return exact(value)

    return convert


def _nested(kind: DataType, place: str, format_: str) -> Cell | None:
    if isinstance(kind, StructType):
        return _struct(kind, place, format_)
    if isinstance(kind, T.ArrayType):
        return _array(_cell(kind.elementType, f"{place}[]", format_, nullable=kind.containsNull))
    return _map(kind, place, format_) if isinstance(kind, T.MapType) else None


def _flat(kind: DataType, format_: str) -> Cell:
    exact, check, given = exact_value(kind), _writable(kind, format_), plain
    if isinstance(kind, T.FloatType | T.DoubleType):
        given = as_float
    elif isinstance(kind, T.DecimalType):
        given = as_decimal

    def convert(value: Any) -> Any:
        found = exact(given(value))
        check(found)
        return found

    return convert


def _writable(kind: DataType, format_: str) -> Callable[[Any], None]:
    """Raises Misfit for a value that the files cannot hold."""
    if format_ == "json" and isinstance(kind, T.FloatType | T.DoubleType):
        return _check_finite
    if format_ == "csv" and isinstance(kind, T.StringType | T.CharType | T.VarcharType):
        return _check_one_line
    return lambda _: None


def _check_finite(value: float) -> None:
    if not math.isfinite(value):
        raise Misfit("JSON has no such number; give None, or publish as parquet")


def _check_one_line(text: str) -> None:
    for character, what in NOT_IN_CSV.items():
        if character in text:
            raise Misfit(f"CSV cannot hold {what}; replace it, or publish as parquet")


def _struct(kind: StructType, place: str, format_: str) -> Cell:
    names = kind.names
    cells = [_cell(one.dataType, f"{place}.{one.name}", format_, nullable=one.nullable) for one in kind.fields]

    def convert(value: Any) -> dict[str, Any]:
        values = _in_order(value, names, "fields")
        if values is None:
            raise Misfit("give a dict, a tuple, a Row or a dataclass")
        return {name: cell(one) for name, cell, one in zip(names, cells, values, strict=True)}

    return convert


def _array(element: Cell) -> Cell:
    def convert(value: Any) -> list[Any]:
        if isinstance(value, np.ndarray) and value.ndim:
            value = value.tolist() if value.dtype.kind in "biuf" else list(value)
        if not isinstance(value, Sequence) or isinstance(value, str | bytes | bytearray | memoryview):
            raise Misfit("give a list")
        if isinstance(value, tuple) and _own(value) is not None:
            raise Misfit("give a list; its names would be lost")
        return [element(one) for one in value]

    return convert


def _map(kind: T.MapType, place: str, format_: str) -> Cell:
    """As pairs, which is how Arrow has a map, and how the function gets one."""
    key = _cell(kind.keyType, f"{place}[key]", format_, nullable=False)
    value_of = _cell(kind.valueType, f"{place}[]", format_, nullable=kind.valueContainsNull)

    def convert(value: Any) -> list[tuple[Any, Any]]:
        given = value.items() if isinstance(value, Mapping) else value
        if not isinstance(value, Mapping) and not _are_pairs(value):
            raise Misfit("give a dict")
        pairs = [(key(one), value_of(another)) for one, another in given]
        if len({_hashable(one) for one, _ in pairs}) < len(pairs):
            raise Misfit("two of its keys are one in this type; drop one, or declare a wider type")
        return pairs

    return convert


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, tuple) and len(one) == 2 for one in value)


def _hashable(key: Any) -> Any:
    """The same for keys that are the same to Spark."""
    if isinstance(key, dict | list):
        parts: Iterable[Any] = key.values() if isinstance(key, dict) else key
        return tuple(map(_hashable, parts))
    return "NaN" if key != key else key


def shown(value: Any) -> str:
    """In short, also what has no end, or no text."""
    short = Repr()
    short.maxstring = short.maxother = short.maxlong = LONGEST_SHOWN
    try:
        return short.repr(value)
    except ValueError:  # of a number with thousands of digits
        return f"a {type(value).__name__}"
