"""Whether the fields of a dataset make sense, as far as that can be known without Spark."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from hotset.errors import UsageError
from hotset.naming import listed

LONGEST = 300  # characters of a text in a message


def check_once(names: Sequence[str], columns: str) -> None:
    """Raises UsageError for a column that is declared twice."""
    if twice := next((name for name, count in Counter(names).items() if count > 1), None):
        raise UsageError(f"the column {twice!r} is declared twice, got {_cut(columns)}; declare it once")


def no_columns(columns: Any, reason: str = "") -> UsageError:
    """What is said of what is no list of columns."""
    example = "'word string, n bigint not null'"
    return UsageError(
        f"the columns of a dataset are written in Spark's DDL, as in {example}, got {_cut(columns)}{reason}"
    )


def _cut(columns: Any) -> str:
    return repr(columns[:LONGEST]) if isinstance(columns, str) else repr(columns)


def check_choice(field: str, value: Any, choices: Any) -> None:
    """Raises UsageError for a value that is none of the literals."""
    if value not in get_args(choices):
        raise UsageError(f"{field} is one of {', '.join(map(repr, get_args(choices)))}, got {value!r}")


def check_names(field: str, value: Any, known: Sequence[str]) -> None:
    """Raises UsageError for what is no tuple of names of columns, each once."""
    if not isinstance(value, tuple) or not all(isinstance(name, str) for name in value):
        meant = (value,) if isinstance(value, str) else _as_tuple(value)
        raise UsageError(f"{field} is a tuple of names, got {value!r}; write {field}={meant!r}")
    for name in value:
        if value.count(name) > 1:
            raise UsageError(f"{field} has {name!r} twice, got {value!r}; name it once")
        check_known(field, name, known)


def check_known(field: str, name: str, known: Sequence[str]) -> None:
    """Raises UsageError for a name that is no column."""
    if name not in known:
        raise UsageError(f"{name!r} in {field} is no column of the dataset; its columns are {listed(known, name)}")


def check_mapping(field: str, value: Any, example: str, kind: type = object) -> None:
    """Raises UsageError for what is no mapping from text."""
    if isinstance(value, Mapping) and all(isinstance(name, str) and isinstance(value[name], kind) for name in value):
        return
    raise UsageError(f"{field} is a mapping, got {value!r}; write {field}={example}")


def check_kind(field: str, value: Any, kind: type) -> None:
    """Raises UsageError for a value of another type: True is no number here."""
    if type(value) is not kind:
        names = {bool: "True or False", int: "a whole number", str: "a text"}
        raise UsageError(f"{field} is {names[kind]}, got {value!r}")


def _as_tuple(value: Any) -> tuple[Any, ...]:
    good = isinstance(value, Iterable) and not isinstance(value, Mapping)
    return tuple(name for name in value if isinstance(name, str)) if good else ("day",)
