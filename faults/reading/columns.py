"""The columns of a dataset out of their DDL, for the second reader."""

import re
from dataclasses import dataclass

SYNONYMS = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint", "real": "float"}
TOKEN = re.compile(r"\s*(`(?:[^`]|``)*`|[\w.]+|[(),<>:])")


@dataclass(frozen=True)
class Type:
    """A type as Spark names it: `decimal(5,2)`, `array<int>`."""

    name: str
    precision: int = 10
    scale: int = 0
    element: "Type | None" = None
    fields: tuple[tuple[str, "Type"], ...] = ()

    def __str__(self) -> str:
        if self.name == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.element:
            return f"array<{self.element}>"
        if self.name == "struct":
            return f"struct<{','.join(f'{name}:{kind}' for name, kind in self.fields)}>"
        return self.name


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    nullable: bool


def columns_of(ddl: str) -> tuple[Column, ...]:
    """`a int not null, b string` as columns. Raises ValueError for what this small grammar does not know."""
    tokens = TOKEN.findall(ddl)
    if "".join(tokens) != re.sub(r"\s+(?=(?:[^`]*`[^`]*`)*[^`]*$)", "", ddl):
        raise ValueError(f"not the DDL that the second reader knows, got {ddl!r}")
    found = []
    while tokens:
        name = _name(tokens.pop(0))
        kind = _type(tokens)
        nullable = [word.lower() for word in tokens[:2]] != ["not", "null"]
        del tokens[: 0 if nullable else 2]
        found.append(Column(name, kind, nullable))
        del tokens[:1]  # the comma
    return tuple(found)


def _name(token: str) -> str:
    return token[1:-1].replace("``", "`") if token.startswith("`") else token


def _type(tokens: list[str]) -> Type:
    name = tokens.pop(0).lower()
    name = SYNONYMS.get(name, name)
    if name == "array":
        del tokens[:1]  # <
        element = _type(tokens)
        del tokens[:1]  # >
        return Type(name, element=element)
    if name == "struct":
        return Type(name, fields=_fields(tokens))
    if name == "decimal" and tokens[:1] == ["("]:
        del tokens[:1]
        inside = tokens[: tokens.index(")")]
        del tokens[: len(inside) + 1]
        return Type(name, int(inside[0]), int(inside[2]) if len(inside) > 1 else 0)
    return Type(name)


def _fields(tokens: list[str]) -> tuple[tuple[str, Type], ...]:
    fields = []
    while tokens.pop(0) != ">":  # < at first, then commas
        name = _name(tokens.pop(0))
        if tokens[0] == ":":
            del tokens[:1]
        fields.append((name, _type(tokens)))
    return tuple(fields)
