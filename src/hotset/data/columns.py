"""Columns by their names, whatever characters those hold."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StructField, StructType

from hotset.naming import NAMED, visible

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quoted(name: str) -> str:
    """The name as SQL and DDL have it: a dot in it is no field of a struct."""
    return "`" + name.replace("`", "``") + "`"


def quoted_if_needed(name: str) -> str:
    """The name as DDL and --types take it."""
    return name if PLAIN.fullmatch(name) else quoted(name)


def by_name(name: str) -> Column:
    """The column of just this name."""
    return F.col(quoted(name))


def ddl(types: Mapping[str, str | DataType]) -> str:
    """Names and types in Spark's DDL: {"n": "int not null"} -> "`n` int not null"."""
    texts = {name: type_text(kind) if isinstance(kind, DataType) else kind for name, kind in types.items()}
    return ", ".join(f"{quoted(name)} {text}" for name, text in texts.items())


def type_text(kind: DataType) -> str:
    """The type in DDL. Its own `simpleString` puts no quotes around the odd names of fields."""
    if isinstance(kind, StructType):
        return f"struct<{','.join(map(_field_text, kind.fields))}>"
    if isinstance(kind, ArrayType):
        return f"array<{type_text(kind.elementType)}>"
    if isinstance(kind, MapType):
        return f"map<{type_text(kind.keyType)},{type_text(kind.valueType)}>"
    return kind.simpleString()


def _field_text(field: StructField) -> str:
    return f"{quoted_if_needed(field.name)}:{type_text(field.dataType)}"


def unlike(name: str, names: Iterable[str]) -> str:
    """The name, behind as many underscores as make it none of these, in whatever case."""
    taken = {one.casefold() for one in names}
    while name.casefold() in taken:
        name = f"_{name}"
    return name


def names_within(kind: DataType) -> Iterator[str]:
    """The names of columns and of fields, at any depth."""
    if isinstance(kind, StructType):
        for one in kind.fields:
            yield one.name
            yield from names_within(one.dataType)
    elif isinstance(kind, ArrayType):
        yield from names_within(kind.elementType)
    elif isinstance(kind, MapType):
        yield from names_within(kind.keyType)
        yield from names_within(kind.valueType)


def differing_in_case(kind: DataType) -> Iterator[tuple[str, str]]:
    """Pairs of columns, or of fields of a struct, whose names differ in nothing but case."""
    if isinstance(kind, StructType):
        folded: dict[str, str] = {}
        for one in kind.fields:
            other = folded.setdefault(one.name.casefold(), one.name)
            if other != one.name:
                yield other, one.name
            yield from differing_in_case(one.dataType)
    elif isinstance(kind, ArrayType):
        yield from differing_in_case(kind.elementType)
    elif isinstance(kind, MapType):
        yield from differing_in_case(kind.keyType)
        yield from differing_in_case(kind.valueType)


def differing(one: Sequence[str], other: Sequence[str]) -> tuple[str, str]:
    """Two lists for a message: whole where they are short, else from the first difference on, and cut."""
    pairs = enumerate(zip(one, other, strict=False))
    first = next((place for place, (this, that) in pairs if this != that), min(len(one), len(other)))
    start = 0 if max(len(one), len(other)) <= NAMED else first
    before = f"({start:,} alike) " if start else ""
    return before + _cut(one[start:]), before + _cut(other[start:])


def _cut(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - NAMED:,} more" if len(texts) > NAMED else ""
    return ", ".join(map(visible, texts[:NAMED])) + more
