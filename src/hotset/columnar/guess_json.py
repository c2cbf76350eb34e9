"""The types of JSON lines that nobody declared, by some of them.

A string stays a string, and a number is one by its value, not by its text: 1.10 is 1.1. But a number of which a double
would make another one is a decimal.
"""

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from hotset.columnar.guess import Guessed, decimal_for, guess_type
from hotset.columnar.json_values import Members, Number, has_exact_double
from hotset.data.columns import quoted, quoted_if_needed
from hotset.data.guess import Guess, Role, Roles
from hotset.errors import SchemaError

WHOLE = re.compile(r"-?[0-9]+")
BIGINT = range(-(2**63), 2**63)


def guess_columns(records: Sequence[Members], roles: Roles, zone: str) -> dict[str, Guessed]:
    """name -> type and what later rows are held to, in the order in which the keys come. Raises SchemaError."""
    values: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            values.setdefault(name, []).append(value)
    return {name: _guess(name, found, roles.of(name), zone) for name, found in values.items()}


def _guess(name: str, values: list[Any], role: Role, zone: str) -> Guessed:
    values = [value for value in values if value is not None]
    if not values:
        return ("double" if role == "measure" else "string"), Guess(role, empty=True)
    if role == "time" and all(type(value) is str for value in values):
        kind, guess = guess_type(name, pa.array(values, pa.string()), "time", zone)
        return (kind, guess) if kind == "timestamp" else ("string", guess)
    return _type_of(name, values, role), Guess(role)


def _type_of(name: str, values: list[Any], role: Role) -> str:
    values = [value for value in values if value is not None]
    if not values:
        return "string"
    kinds = {_kind(value) for value in values}
    if len(kinds) > 1:
        raise SchemaError(
            f"column {name!r} has {' and '.join(sorted(kinds))}, got {_shown(values, kinds)}; say which rows are "
            f"meant: --types {quoted_if_needed(name)}=string, others are rejected"
        )
    kind = kinds.pop()
    if kind == "numbers":
        return _type_of_numbers(name, values, role)
    if kind == "arrays":
        return f"array<{_type_of(name, [one for value in values for one in value], role)}>"
    if kind == "objects":
        return _type_of_objects(name, values, role)
    return {"booleans": "boolean", "strings": "string"}[kind]


def _type_of_objects(name: str, values: list[Members], role: Role) -> str:
    inner: dict[str, list[Any]] = {}
    for value in values:
        for key, one in value.items():
            inner.setdefault(key, []).append(one)
    if not inner:
        raise SchemaError(f"column {name!r} has objects without a key, which no type holds; leave it out by --columns")
    return f"struct<{','.join(f'{quoted(key)}:{_type_of(name, found, role)}' for key, found in inner.items())}>"


def _type_of_numbers(name: str, texts: list[str], role: Role) -> str:
    whole = all(map(WHOLE.fullmatch, texts))
    if whole and all(len(text) < 40 and int(text) in BIGINT for text in texts):
        return "bigint"
    if role in ("measure", "time"):
        return "double"
    if not whole and all(map(has_exact_double, texts)):
        return "double"
    return decimal_for(name, texts)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "booleans"
    if isinstance(value, Number):
        return "numbers"
    if isinstance(value, str):
        return "strings"
    return "arrays" if isinstance(value, list) else "objects"


def _shown(values: list[Any], kinds: set[str]) -> str:
    examples = (next(value for value in values if _kind(value) == kind) for kind in sorted(kinds))
    return " and ".join(repr(str(one))[:60] if not isinstance(one, Number) else str(one)[:60] for one in examples)
