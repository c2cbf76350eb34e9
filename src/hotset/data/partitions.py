"""The values that stand in the names of directories, as Spark writes them: `day=2026-01-31/part-0`."""

from pathlib import PurePath
from urllib.parse import unquote

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"

Partition = dict[str, str | None]


def partition_of(path: str | PurePath) -> Partition:
    """`day=2026-01-31/part-0` -> {"day": "2026-01-31"}; directories without a name before a `=` say nothing.

    Of one name twice the inner directory counts. `a=b=c` is `b=c` of `a`, and `a=` the empty text.
    """
    pairs = (name.partition("=") for name in PurePath(path).parts[:-1])
    return {
        _decoded(name): None if value == NULL_PARTITION else _decoded(value)
        for name, equals, value in pairs
        if equals and name
    }


def _decoded(text: str) -> str:
    """`a%2Fb` -> `a/b`. What is no UTF-8 when it is decoded was not encoded, and stays as it stands."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
