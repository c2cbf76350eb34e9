"""Rows that Python made, in the columns of a dataset: each value as it is and where its name says, or refused.

A tuple is taken by its places; whatever has names of its own by these: a dict, a Row, a named tuple, a dataclass. A
name that is not declared is refused, however deep it stands. What a dict lacks is null.
"""

import dataclasses
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql.types import ArrayType, DataType, MapType, StructType

from hotset.data.columns import differing
from hotset.data.exact_values import Exact, Misfit, exact_value, with_place
from hotset.errors import DataError, SchemaError

LONGEST_ROW = 300


def exact_row(schema: StructType) -> Callable[[Any], tuple[Any, ...]]:
    """row -> its values in the order of the columns. It raises DataError for a value, SchemaError for other names."""
    names = schema.names
    values = [_inside(field.dataType, field.name) for field in schema.fields]

    def convert(row: Any) -> tuple[Any, ...]:
        try:
            own = row if type(row) is tuple and len(row) == len(names) else _in_order(row, names)
            return tuple([exact(one) for exact, one in zip(values, own, strict=True)])
        except Misfit as why:
            raise DataError(
                f"a row does not fit the declared columns, got {_shown(row)}: {why}, or drop the row"
            ) from None

    return convert


def is_record(row: Any) -> bool:
    """Whether it has several values: in places, or under names."""
    return isinstance(row, tuple | list | dict) or own_names(row) is not None


def own_names(record: Any) -> list[Any] | None:
    """The names that it has itself for its values."""
    if isinstance(record, dict):
        return list(record)
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return [field.name for field in dataclasses.fields(record)]
    names = getattr(record, "__fields__", None) or getattr(record, "_fields", None)
    return list(names) if isinstance(record, tuple) and names else None


def _in_order(row: Any, names: list[str]) -> Sequence[Any]:
    """The values of a row; what has an order of its own has to have the declared one."""
    own = own_names(row)
    if own is not None and not isinstance(row, dict) and own != names and sorted(map(str, own)) == sorted(names):
        raise _other("order", "a row", "columns", names, own)
    return _by_name(row, own, names, "a row", "columns")


def _by_name(record: Any, own: list[Any] | None, names: list[str], place: str, what: str) -> Sequence[Any]:
    """The values in the order of the declared names, or as they stand where the record has no names."""
    if own is None:
        return _by_place(record, names)
    is_whole = set(own) <= set(names) if isinstance(record, dict) else sorted(map(str, own)) == sorted(names)
    if not is_whole:
        raise _other("set", place, what, names, own)
    if isinstance(record, dict):
        return [record.get(name) for name in names]
    values = record if isinstance(record, tuple) else [getattr(record, name) for name in own]
    return values if own == names else [values[own.index(name)] for name in names]


def _by_place(record: Any, names: list[str]) -> Sequence[Any]:
    if not isinstance(record, tuple | list):
        raise Misfit("give a tuple, a dict, a Row or a dataclass")
    if len(record) != len(names):
        raise Misfit(f"it has {len(record)} values; give {len(names)}")
    return record


def _other(how: str, place: str, what: str, names: list[str], own: list[Any]) -> SchemaError:
    expected, got = differing(names, [*map(str, own)])
    told = f"{place} has another {how} of {what}: declared {expected}, got {got}"
    return SchemaError(f"{told}; {'declare' if how == 'set' else 'give'} them so, or give a tuple of the values")


def _inside(kind: DataType, place: str) -> Exact:
    """The same for None too, and with the place in what it says."""
    told = f"{place} is {kind.simpleString():.100}"
    exact = with_place(_nested(kind, place) or exact_value(kind), told, _shown)
    return lambda value: None if value is None else exact(value)


def _nested(kind: DataType, place: str) -> Exact | None:
    if isinstance(kind, StructType):
        return _struct(kind, place)
    if isinstance(kind, ArrayType):
        return _array(_inside(kind.elementType, f"{place}[]"))
    return _map(kind, place) if isinstance(kind, MapType) else None


def _struct(kind: StructType, place: str) -> Exact:
    names = kind.names
    fields = [_inside(field.dataType, f"{place}.{field.name}") for field in kind.fields]

    def convert(value: Any) -> tuple[Any, ...]:
        values = _by_name(value, own_names(value), names, f"{place} of a row", "fields")
        return tuple([exact(one) for exact, one in zip(fields, values, strict=True)])

    return convert


def _array(element: Exact) -> Exact:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple | array) or own_names(value) is not None:
            raise Misfit("give a list")
        return [element(one) for one in value]

    return convert


def _map(kind: MapType, place: str) -> Exact:
    key, value_of = _inside(kind.keyType, f"{place}[key]"), _inside(kind.valueType, f"{place}[]")

    def convert(value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise Misfit("give a dict")
        if None in value:
            raise Misfit("no key of a map is None; drop it")
        pairs = {_hashable(key(one)): value_of(another) for one, another in value.items()}
        if len(pairs) != len(value):
            raise Misfit("two of its keys are one in this type; declare a wider one")
        return pairs

    return convert


def _hashable(key: Any) -> Any:
    return tuple(map(_hashable, key)) if isinstance(key, list | tuple) else key


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_ROW else f"{text[:LONGEST_ROW]}…"
