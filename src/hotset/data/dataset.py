"""What data looks like at rest: docs/data.md is the contract."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import StructField, StructType

from hotset.data.columns import ddl, type_text
from hotset.data.dataset_checks import (
    check_choice,
    check_kind,
    check_known,
    check_mapping,
    check_names,
    check_once,
    no_columns,
)
from hotset.data.encoding import codec_name
from hotset.data.forms import Form
from hotset.data.guess import Guess
from hotset.data.schema import DDLError, parse_columns
from hotset.errors import UsageError
from hotset.naming import listed

Format = Literal["text", "csv", "json", "parquet", "orc"]
OnNew = Literal["fail", "ignore"]
NaN = Literal["keep", "refuse"]
Nanoseconds = Literal["refuse", "cut"]
MIB = 1024**2
MOST_SCHEMAS = 64  # that are kept


@dataclass(frozen=True)
class Dataset:
    """Columns in Spark's DDL, as in `"word string, n bigint not null"`, the file format, and what a row must obey.

    Published as text, one string column is written as it is; several are written as Python shows a tuple, which is what
    `RDD.saveAsTextFile` gives: `('word', 3)`. Raises UsageError for fields that contradict each other.
    """

    columns: str
    format: Format = "parquet"
    rules: Mapping[str, str] = field(default_factory=dict)  # name -> SQL that must not be false
    partition_by: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    on_new: OnNew = "fail"
    defaults: Mapping[str, Any] = field(default_factory=dict)
    nan: NaN = "keep"
    nanoseconds: Nanoseconds = "refuse"  # times that are stored finer than Spark has them: bad rows, or cut off
    longest_line_bytes: int = 4 * MIB
    header: bool = True
    separator: str = ","
    quote: str = '"'
    null: str | tuple[str, ...] = ""
    multiline: bool = False
    encoding: str = "utf-8"
    decimal_comma: bool = False
    skip: int = 0
    forms: Mapping[str, Form] = field(default_factory=dict)  # how a column is written, where not in its type's own way
    guesses: Mapping[str, Guess] = field(default_factory=dict)  # column -> how its type was guessed, of undeclared ones

    def __post_init__(self) -> None:
        if not isinstance(self.columns, str) or not self.columns.strip():
            raise no_columns(self.columns)
        names = _parsed(self.columns).names
        check_once(names, self.columns)
        for field_name, choices in (("format", Format), ("on_new", OnNew), ("nan", NaN), ("nanoseconds", Nanoseconds)):
            check_choice(field_name, getattr(self, field_name), choices)
        check_names("partition_by", self.partition_by, names)
        check_names("key", self.key, names)
        if set(names) == set(self.partition_by):
            raise UsageError(f"partition_by names all columns, got {self.partition_by}; leave one for the files")
        check_mapping("rules", self.rules, '{"n is positive": "n > 0"}', str)
        check_mapping("defaults", self.defaults, '{"n": 0}')
        for field_name in ("defaults", "forms"):
            for name in getattr(self, field_name):
                check_known(field_name, name, names)
        self._check_lines()

    def _check_lines(self) -> None:
        """How lines are read and written."""
        for name, kind in (("longest_line_bytes", int), ("header", bool), ("multiline", bool), ("decimal_comma", bool)):
            check_kind(name, getattr(self, name), kind)
        if self.longest_line_bytes < 1:
            raise UsageError(f"longest_line_bytes is at least 1, got {self.longest_line_bytes}")
        codec_name(self.encoding)
        if not isinstance(self.skip, int) or self.skip < 0:
            raise UsageError(f"skip is how many lines stand before a CSV begins, got {self.skip!r}")
        if not isinstance(self.null, str | tuple) or not all(isinstance(text, str) for text in self.nulls):
            raise UsageError(f"null of a CSV is a text or a tuple of texts, got {self.null!r}")
        self._check_cells()

    def _check_cells(self) -> None:
        """How cells are told apart."""
        for name, character in (("separator", self.separator), ("quote", self.quote)):
            check_kind(name, character, str)
            if len(character) != 1 or not character.isascii() or character in "\0\r\n":
                if name == "quote" and not character:
                    continue
                raise UsageError(f"the {name} of a CSV is one ASCII character, got {character!r}")
        if self.separator == self.quote:
            raise UsageError(f"separator and quote of a CSV differ, got {self.quote!r} for both")

    @property
    def nulls(self) -> tuple[str, ...]:
        """How an unquoted cell may say that there is no value."""
        return (self.null,) if isinstance(self.null, str) else self.null

    @property
    def lines_above(self) -> int:
        """How many lines of a CSV stand before its first row."""
        return self.skip + int(self.header)

    def stored_as(self, format: Format) -> "Dataset":  # noqa: A002 (the field's own name)
        """The same columns in another file format."""
        return replace(self, format=format)

    def select(self, *names: str) -> "Dataset":
        """Only these columns, whatever others there are. Raises UsageError for one that it does not have.

        Where all of these stand in the names of directories, a column of the files comes as well: rows are counted by
        it.
        """
        schema, wanted = self.schema(), set(names)
        known = set(schema.names)
        if unknown := next((name for name in names if name not in known), None):
            raise UsageError(f"no column is called {unknown!r}; there are {listed(schema.names, unknown)}")
        if wanted and wanted <= set(self.partition_by):
            wanted.add(next(name for name in schema.names if name not in self.partition_by))
        types = {name: kind for name, kind in self.declarations().items() if name in wanted}
        return replace(
            self,
            columns=ddl(types),
            on_new="ignore",
            partition_by=tuple(name for name in self.partition_by if name in wanted),
            key=(),
            defaults={name: value for name, value in self.defaults.items() if name in wanted},
            guesses={name: guess for name, guess in self.guesses.items() if name in wanted},
            forms={name: form for name, form in self.forms.items() if name in wanted},
        )

    def schema(self) -> StructType:
        """The columns as Spark's type."""
        return _parsed(self.columns)

    def types(self) -> dict[str, str]:
        """column -> its type in Spark's DDL, without `not null`"""
        return {entry.name: type_text(entry.dataType) for entry in self.schema().fields}

    def declarations(self) -> dict[str, str]:
        """column -> its type as it is declared, with `not null` where it is so"""
        return {one.name: type_text(one.dataType) + " not null" * (not one.nullable) for one in self.schema().fields}

    def arrow_schema(self) -> pa.Schema:
        """The columns in Arrow's words; timestamps are in UTC, which is what Spark makes of them."""
        fields = self.schema().fields
        return pa.schema([pa.field(one.name, to_arrow_type(one.dataType, timezone="UTC")) for one in fields])

    def stored_fields(self) -> list[StructField]:
        """The columns that stand in the files: all but those that the directories' names hold."""
        return [one for one in self.schema().fields if one.name not in self.partition_by]


def _parsed(columns: str) -> StructType:
    """Raises UsageError for what is no DDL."""
    try:
        return _parse(columns, ntz=_timestamps() == "TIMESTAMP_NTZ")
    except DDLError as why:
        raise no_columns(columns, f": {why}") from None


@lru_cache(MOST_SCHEMAS)
def _parse(columns: str, *, ntz: bool) -> StructType:
    """Thousands of columns take a while, and are asked for again and again."""
    return parse_columns(columns, ntz=ntz)


@contextmanager
def timestamps_as(kind: str) -> Iterator[None]:
    """Meanwhile `timestamp` without more words is this, as it will be in a session that is not open yet."""
    _planned.append(kind)
    try:
        yield
    finally:
        _planned.pop()


_planned: list[str] = []


def _timestamps() -> str:
    """What a `timestamp` without more words is."""
    session = SparkSession.getActiveSession()
    return str(session.conf.get("spark.sql.timestampType")) if session else _planned[-1] if _planned else ""
