"""One line of JSON as a record, or what is wrong with it. Numbers stay texts until their column is known."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from hotset.columnar.csv_structure import invalid_text
from hotset.columnar.exact import NOT_NULL, TWICE, Fault, reader
from hotset.columnar.forms import read_form
from hotset.columnar.layout import WHOLE, Column, Layout
from hotset.data.dataset import Dataset
from hotset.data.forms import AsText, Form

NUMBERS = frozenset({*WHOLE, "float", "double"})


class Number(str):
    """A number as it is written."""


class Members(dict[str, Any]):
    """An object, and the keys that it gives more than once."""

    twice: tuple[str, ...] = ()


class Written(str):
    """The text of a value in a form of its own."""


# the values of the stored columns by name; and (column, reason) of every fault: then there is no record
Checked = tuple[dict[str, Any], list[tuple[str | None, str]]]


def check_records(raws: Sequence[bytes], layout: Layout) -> list[Checked]:
    """What each line holds. Those together cost less whose columns have forms."""
    checked = [_check_record(raw, layout) for raw in raws]
    if any(column.form for column in layout.stored):
        _read_forms(checked, layout)
    return checked


def _check_record(raw: bytes, layout: Layout) -> Checked:
    try:
        members = read_object(raw, layout.dataset)
    except Fault as why:
        return {}, [(None, str(why))]
    record: dict[str, Any] = {}
    faults: list[tuple[str | None, str]] = []
    for column in layout.stored:
        try:
            record[column.name] = _member(members, column, layout)
        except Fault as why:
            faults.append((column.name, str(why)))
    if layout.dataset.on_new == "fail":
        known = {column.name for column in layout.stored}
        faults += [(key, "undeclared key") for key in members if key not in known]
    return record, faults


def read_object(raw: bytes, dataset: Dataset) -> Members:
    """The members of a line of JSON. Raises Fault."""
    if len(raw) > dataset.longest_line_bytes:
        raise Fault(f"longer than {dataset.longest_line_bytes} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Fault(invalid_text(dataset)) from None
    if "\0" in text:
        raise Fault("a NUL character")
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_constant=_no_constant, parse_int=Number, parse_float=Number
        )
        if "\\" in text:
            _check_characters(value)
    except (ValueError, RecursionError):
        raise Fault("not valid JSON") from None
    if not isinstance(value, Members):
        raise Fault("not a JSON object")
    return value


def _members(pairs: list[tuple[str, Any]]) -> Members:
    members = Members(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        members.twice = tuple(key for key in members if keys.count(key) > 1)
        _check_characters(pairs)  # the members no longer hold all of them
    return members


def _check_characters(value: Any) -> None:
    """Raises ValueError for half of a surrogate pair, which is no character."""
    json.dumps(value, ensure_ascii=False).encode()


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _member(members: Members, column: Column, layout: Layout) -> Any:
    if column.name in members.twice:
        raise Fault(TWICE)
    if column.name not in members and column.optional:
        return column.default
    value = members.get(column.name)
    if value is None:
        if not column.nullable:
            raise Fault(NOT_NULL)
        return None
    if is_exact_double(column) and not _is_exact(value, column.type):
        raise Fault(f"more digits than {column.kind} has")
    if column.form is not None:
        return _formed(value, column, column.form)
    return _value(value, column, layout)


def is_exact_double(column: Column) -> bool:
    """Whether the column was guessed to be doubles, and is published as it is: then no digit may be lost."""
    return column.guess is not None and column.guess.role == "exact" and "double" in column.kind


def _is_exact(value: Any, kind: pa.DataType) -> bool:
    """Whether doubles have just the values of the numbers that become doubles."""
    if isinstance(value, Number):
        return not pa.types.is_floating(kind) or has_exact_double(value)
    if isinstance(value, dict) and pa.types.is_struct(kind):
        return all(_is_exact(value[one.name], one.type) for one in kind if one.name in value)
    if isinstance(value, list) and pa.types.is_list(kind):
        return all(_is_exact(one, kind.value_type) for one in value)
    return True


def has_exact_double(text: str) -> bool:
    """Whether a double has just the value of this number."""
    try:
        return Decimal(text) == Decimal(repr(float(text)))
    except ArithmeticError:  # an exponent that decimals do not have
        return False


def _formed(value: Any, column: Column, form: Form) -> Written:
    """Numbers are their digits here, as in CSV. Raises Fault."""
    if isinstance(form, AsText) and isinstance(value, bool):
        return Written(json.dumps(value))
    if not isinstance(value, str):
        raise Fault(f"not of type {column.kind}")
    return Written(value)


def _read_forms(checked: Sequence[Checked], layout: Layout) -> None:
    """Puts values for the texts of columns that have a form, and their faults to the others, by columns."""
    places = {column.name: place for place, column in enumerate(layout.stored)}
    for column in layout.stored:
        if column.form is None:
            continue
        texts = [record.get(column.name) for record, _ in checked]
        texts = [text if isinstance(text, Written) else None for text in texts]
        values, wrong = read_form(pa.array(texts, pa.string()), column.form)
        for (record, _), text, value in zip(checked, texts, values.to_pylist(), strict=True):
            if text is not None:
                record[column.name] = value
        for row, reason in wrong.items():
            faults = checked[row][1]
            faults.append((column.name, reason))
            faults.sort(key=lambda fault: places.get(fault[0] or "", len(places)))


def _value(value: Any, column: Column, layout: Layout) -> Any:
    """The value in Python's words. Raises Fault."""
    kind = column.type
    if pa.types.is_struct(kind):
        return _struct(value, column, layout)
    if pa.types.is_list(kind):
        if not isinstance(value, list):
            raise Fault(f"not of type {column.kind}")
        element = _inner(column, kind.value_type)
        return [None if one is None else _nested(one, element, column, layout) for one in value]
    if not _is_written_as(value, column.kind):
        raise Fault(f"not of type {column.kind}")
    if column.kind in ("boolean", "string"):
        return value
    return reader(column, layout.zone, layout.refuses_nan)(value)


def _is_written_as(value: Any, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in NUMBERS:
        return isinstance(value, Number)
    return isinstance(value, str) and (kind.startswith("decimal") or not isinstance(value, Number))


def _struct(value: Any, column: Column, layout: Layout) -> dict[str, Any]:
    names = [entry.name for entry in column.type]
    if not isinstance(value, Members) or set(value.twice) & set(names):
        raise Fault(f"not of type {column.kind}")
    if layout.dataset.on_new == "fail" and not set(value) <= set(names):
        raise Fault(f"not of type {column.kind}")
    return {
        entry.name: None
        if value.get(entry.name) is None
        else _nested(value[entry.name], _inner(column, entry.type), column, layout)
        for entry in column.type
    }


def _nested(value: Any, inner: Column, outer: Column, layout: Layout) -> Any:
    try:
        return _value(value, inner, layout)
    except Fault:
        raise Fault(f"not of type {outer.kind}") from None


def _inner(outer: Column, kind: pa.DataType) -> Column:
    return Column(outer.name, SPARK_NAMES.get(str(kind), str(kind).replace("decimal128", "decimal")), kind)


SPARK_NAMES = {
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float": "float",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us]": "timestamp_ntz",
    "timestamp[us, tz=UTC]": "timestamp",
}
