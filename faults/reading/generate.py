"""Random datasets, and lines that nearly all fit them: what the fuzz campaign starts from."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from faults.reading.columns import Column, columns_of
from faults.reading.oracle import Rules
from faults.reading.words import (
    BOOLEAN,
    CHANGES,
    DATE,
    DECIMAL,
    NESTED,
    REAL,
    STRING,
    TIME,
    TYPES,
    WHOLE,
    WITH_LINE_ENDS,
    ZONES,
)
from hotset import Dataset

ODD = 0.05  # of the words are limits, or no values at all


@dataclass(frozen=True)
class Subject:
    """A dataset with everything that its reading depends on."""

    dataset: Dataset
    zone: str
    rules: Rules

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.dataset.columns)


def subject(random: Random) -> Subject:
    """A dataset of CSV, of CSV with `multiline`, or of JSON lines."""
    kind = random.choice(("csv", "csv", "multiline", "json"))
    kinds = TYPES + NESTED if kind == "json" else TYPES
    count = random.choice((1, 2, 3, 4, 6, 9))
    names = [f"c{number}" for number in range(count)]
    types = [random.choice(kinds) for _ in names]
    ddl = ", ".join(
        f"{name} {one}{random.choice(('', '', ' not null'))}" for name, one in zip(names, types, strict=True)
    )
    dataset = Dataset(
        ddl,
        format="json" if kind == "json" else "csv",
        on_new=random.choice(("fail", "ignore")),
        nan=random.choice(("keep", "refuse")),
        defaults=_defaults(names, types, random),
        longest_line_bytes=random.choice((4 * 1024**2,) * 5 + (300, 200, 60)),
    )
    rules: dict[str, Any] = {}
    if random.random() < 0.3:
        dataset, rules = _with_rules(dataset, random)
    return Subject(dataset if kind == "json" else _as_csv(dataset, random, kind), random.choice(ZONES), rules)


def _defaults(names: list[str], types: list[str], random: Random) -> dict[str, Any]:
    """A value for the last column, if it is of a type that needs no thought."""
    value = {"string": "by default", "int": -7, "bigint": 2**40, "double": 0.5, "boolean": True}.get(types[-1])
    return {} if value is None or random.random() < 0.6 else {names[-1]: value}


def _as_csv(dataset: Dataset, random: Random, kind: str) -> Dataset:
    quote = random.choice('""""\'') if kind == "multiline" or random.random() < 0.9 else ""
    return replace(
        dataset,
        header=random.random() < 0.6,
        separator=random.choice(",,,;\t|"),
        quote=quote,
        null=random.choice(("", "", "NA", "\\N")),
        multiline=kind == "multiline",
    )


def _with_rules(dataset: Dataset, random: Random) -> tuple[Dataset, dict[str, Callable[[dict[str, Any]], bool | None]]]:
    """One or two rules on columns of whole numbers and of strings."""
    sql: dict[str, str] = {}
    holds: dict[str, Callable[[dict[str, Any]], bool | None]] = {}
    for column in random.sample(columns_of(dataset.columns), k=1):
        name = f"{column.name} is fine"
        if column.type.name in ("tinyint", "smallint", "int", "bigint"):
            sql[name], holds[name] = f"{column.name} < 100", _below(column.name)
        elif column.type.name == "string":
            sql[name], holds[name] = f"{column.name} <> 'x'", _not_x(column.name)
    return replace(dataset, rules=sql), holds


def _below(name: str) -> Callable[[dict[str, Any]], bool | None]:
    return lambda row: None if row[name] is None else row[name] < 100


def _not_x(name: str) -> Callable[[dict[str, Any]], bool | None]:
    return lambda row: None if row[name] is None else row[name] != "x"


def header(one: Subject, random: Random) -> tuple[bytes, list[str]]:
    """A first line that names the columns, and their names; with new and missing ones where they are allowed."""
    names = [column.name for column in one.columns]
    if one.dataset.defaults and random.random() < 0.3:
        names.pop()
    if one.dataset.on_new == "ignore" and random.random() < 0.3:
        names.insert(random.randrange(len(names) + 1), "new")
    return one.dataset.separator.join(names).encode(), names or ["new"]


def line(one: Subject, names: list[str], random: Random) -> bytes:
    """One record without its line end, in the form of the dataset."""
    kinds = {column.name: column for column in one.columns}
    if one.dataset.format == "json":
        return _json_line(one.columns, random)
    cells = [_cell(one.dataset, kinds.get(name), random) for name in names]
    return one.dataset.separator.join(cells).encode()


def _cell(dataset: Dataset, column: Column | None, random: Random) -> str:
    if random.random() < 0.08:
        return dataset.nulls[0]
    text = word(column, random)
    if dataset.multiline and random.random() < 0.05:
        text = random.choice(WITH_LINE_ENDS)
    special = any(character in text for character in (dataset.separator, dataset.quote or "\n", "\n", "\r"))
    if not dataset.quote:
        return text.replace(dataset.separator, " ")
    if special or text == dataset.nulls[0] or random.random() < 0.1:
        return dataset.quote + text.replace(dataset.quote, dataset.quote * 2) + dataset.quote
    return text


def word(column: Column | None, random: Random) -> str:
    """A text that most likely is a value of the column."""
    kind, scale = (column.type.name, column.type.scale) if column else ("string", 0)
    if kind in ("tinyint", "smallint", "int", "bigint"):
        return random.choice(WHOLE) if random.random() < ODD else str(random.randrange(-120, 120))
    if kind in ("float", "double"):
        return random.choice(REAL) if random.random() < 2 * ODD else repr(random.uniform(-1e6, 1e6))
    if kind == "decimal":
        return random.choice(DECIMAL) if random.random() < 2 * ODD else f"{random.uniform(-999, 999):.{min(scale, 2)}f}"
    if kind == "boolean":
        return random.choice(BOOLEAN if random.random() < ODD else BOOLEAN[:6])
    if kind == "date":
        return random.choice(DATE) if random.random() < ODD else _day(random)
    if kind in ("timestamp", "timestamp_ntz"):
        day = random.choice(DATE if random.random() < ODD else CHANGES) if random.random() < 0.2 else _day(random)
        return day + random.choice(TIME if random.random() < ODD else TIME[:10])
    return random.choice(STRING)


def _day(random: Random) -> str:
    return f"{random.randrange(1950, 2080):04}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"


def _json_line(columns: tuple[Column, ...], random: Random) -> bytes:
    members = [(column.name, _json(column, random)) for column in columns if random.random() < 0.95]
    if random.random() < 0.03:
        members.append((random.choice(("new", "", "C0", columns[0].name)), "1"))
    random.shuffle(members)
    blank = random.choice(("", "", " ", "\t"))
    text = "{" + ",".join(f'{blank}"{key}":{blank}{value}' for key, value in members) + "}"
    return text.encode()


def _json(column: Column, random: Random) -> str:
    """A value as JSON has it; now and then one of another type."""
    if random.random() < 0.02:
        return random.choice(("null", "null", "0", '"1"', "true", "[]", "{}", "1.5", "-0", "1e400", "NaN", '"\\ud800"'))
    kind = column.type.name
    if column.type.element:
        inner = Column(column.name, column.type.element, nullable=True)
        return "[" + ",".join(_json(inner, random) for _ in range(random.randrange(4))) + "]"
    if kind == "struct":
        inner_columns = [Column(name, one, nullable=True) for name, one in column.type.fields]
        return "{" + ",".join(f'"{inner.name}":{_json(inner, random)}' for inner in inner_columns) + "}"
    text = word(column, random)
    if kind in ("tinyint", "smallint", "int", "bigint", "float", "double", "boolean"):
        return text
    if kind == "decimal" and random.random() < 0.6:
        return text
    return json.dumps(text, ensure_ascii=random.random() < 0.5)
