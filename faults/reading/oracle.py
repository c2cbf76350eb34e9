"""What reading a file must give: a second reader of CSV and JSON lines in plain Python, slow and obvious.

Written from docs/data.md. Where that leaves a question open, the answer stands here in a comment.
"""

import bz2
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from faults.reading.columns import Column, columns_of
from faults.reading.objects import Written, object_of, undeclared, value_of
from faults.reading.records import Cell, MalformedError, Record, cells_of, fault_of, records_of
from faults.reading.values import WrongValueError, from_text, pointed
from hotset import Dataset

RAW_CHARACTERS = 1000  # a longer line is not compared as a whole

# suffix -> the first bytes of what may bear it
CONTAINERS = {
    ".gz": b"\x1f\x8b",
    ".bz2": b"BZh",
    ".zst": b"\x28\xb5\x2f\xfd",
    ".xz": b"\xfd7zXZ\0",
    ".zip": b"PK\x03\x04",
    ".parquet": b"PAR1",
    ".orc": b"ORC",
}
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")

Row = tuple[Any, ...]
Rules = Mapping[str, Callable[[dict[str, Any]], bool | None]]


@dataclass(frozen=True)
class Fault:
    """One record of the quarantine, but for the run and the file."""

    line: int
    column: str
    rule: str
    reason: str
    raw: str


@dataclass
class Reading:
    """What must come out of one file."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    records: int = 0
    blank: int = 0


class RefusedError(Exception):
    """The file is refused as a whole, with this exit code."""

    def __init__(self, exit_code: int, why: str) -> None:
        super().__init__(why)
        self.exit_code = exit_code


def read(dataset: Dataset, name: str, content: bytes, zone: str = "UTC", rules: Rules | None = None) -> Reading:
    """Rows, faults and counts of one file. Raises RefusedError."""
    content = _plain(name, content)
    if content.startswith(WIDE) and dataset.encoding == "utf-8":
        raise RefusedError(4, "UTF-16 or UTF-32")
    reader = _Reader(dataset, columns_of(dataset.columns), zone, rules or {})
    return reader.read(content)


def _plain(name: str, content: bytes) -> bytes:
    """The content, decompressed. A file of no bytes that bears a container's name is not what its name says."""
    for suffix, magic in CONTAINERS.items():
        if name.endswith(suffix) != content.startswith(magic):
            raise RefusedError(3, f"the name and the first bytes disagree about {suffix}")
    try:
        if name.endswith(".gz"):
            return gzip.decompress(content)
        return bz2.decompress(content) if name.endswith(".bz2") else content
    except (OSError, EOFError, ValueError, zlib.error) as why:
        raise RefusedError(3, str(why)) from None


class _Reader:
    def __init__(self, dataset: Dataset, columns: tuple[Column, ...], zone: str, rules: Rules) -> None:
        self.dataset, self.columns, self.zone, self.rules = dataset, columns, zone, rules
        self.names = [column.name for column in columns]  # of the cells of each record of the file at hand
        self.found = Reading()

    def read(self, content: bytes) -> Reading:
        records = records_of(self.dataset, content)
        if self.dataset.format == "csv" and self.dataset.header:
            self._take_header(next(records, None), content)
        for record in records:
            if not record.bytes and (len(self.names) > 1 or self.dataset.format != "csv"):
                self.found.blank += 1
            else:
                self.found.records += 1
                self._take(record)
        return self.found

    def _take_header(self, header: Record | None, content: bytes) -> None:
        """A file of nothing needs none."""
        if header is None and content.removeprefix(b"\xef\xbb\xbf"):
            raise RefusedError(4, "no line is left for the header")
        if header is not None:
            self.names = self._names(header)

    def _names(self, header: Record) -> list[str]:
        """The names in the header, which are the declared ones but for what may be missing or new."""
        try:
            if fault_of(header, self.dataset) or header.malformed:
                raise RefusedError(4, "the header is no line of CSV")
            names = [cell.text for cell in cells_of(_text(header), self.dataset)]
        except MalformedError as why:
            raise RefusedError(4, f"the header is no line of CSV: {why}") from None
        declared = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise RefusedError(4, "a column twice")
        known = [name for name in names if name in declared]
        if known != names and self.dataset.on_new != "ignore":
            raise RefusedError(4, "a column that is not declared")
        if known != [name for name in declared if name in known or name not in self.dataset.defaults]:
            raise RefusedError(4, "another order, or one missing")
        if not known:
            raise RefusedError(4, "no declared column is there")
        return names

    def _take(self, record: Record) -> None:
        if reason := fault_of(record, self.dataset) or record.malformed:
            self._set_aside(record, [("", reason)])
            return
        try:
            values = self._json(record) if self.dataset.format == "json" else self._csv(record)
        except MalformedError as why:
            self._set_aside(record, [("", str(why))])
            return
        row, faults = {}, []
        for name, value in values:
            if isinstance(value, WrongValueError):
                faults.append((name, str(value)))
            else:
                row[name] = value
        if faults:
            self._set_aside(record, faults)
        elif broken := [name for name, holds in self.rules.items() if holds(row) is False]:
            for name in broken:
                self.found.faults.append(Fault(record.line, "", name, self.dataset.rules[name], _raw(record)))
        else:
            self.found.rows.append(tuple(row[column.name] for column in self.columns))

    def _csv(self, record: Record) -> Iterator[tuple[str, Any]]:
        cells = cells_of(_text(record), self.dataset)
        if len(cells) != len(self.names):
            raise MalformedError(f"{len(cells)} fields, expected {len(self.names)}")
        there = dict(zip(self.names, cells, strict=True))
        return ((column.name, self._cell(column, there.get(column.name))) for column in self.columns)

    def _cell(self, column: Column, cell: Cell | None) -> Any:
        if cell is None:
            return self.dataset.defaults[column.name]
        if not cell.quoted and cell.text in self.dataset.nulls:
            return None if column.nullable else WrongValueError("null, declared not null")
        try:
            text = pointed(cell.text, column.type) if self.dataset.decimal_comma else cell.text
            return from_text(text, column.type, self.zone, self.dataset.nan)
        except WrongValueError as wrong:
            return wrong

    def _json(self, record: Record) -> Iterator[tuple[str, Any]]:
        found = object_of(_text(record))
        there, twice = dict(found.pairs), found.twice()
        values = [(column.name, self._member(column, there, twice)) for column in self.columns]
        if self.dataset.on_new != "ignore":
            # a key that is not declared and given twice is one fault, of which the first reason is told
            values += [(key, WrongValueError("undeclared key")) for key in undeclared(found, self.columns)]
        return iter(values)

    def _member(self, column: Column, there: Mapping[str, Any], twice: set[str]) -> Any:
        if column.name in twice:
            return WrongValueError("key given twice")
        if column.name not in there and column.name in self.dataset.defaults:
            return self.dataset.defaults[column.name]
        try:
            value = value_of(there.get(column.name), column.type, self._written())
        except WrongValueError as wrong:
            return wrong
        return value if value is not None or column.nullable else WrongValueError("null, declared not null")

    def _written(self) -> Written:
        return Written(self.zone, self.dataset.nan, self.dataset.on_new)

    def _set_aside(self, record: Record, faults: list[tuple[str, str]]) -> None:
        self.found.faults += [Fault(record.line, column, "", reason, _raw(record)) for column, reason in faults]


def _text(record: Record) -> str:
    return record.bytes.encode("latin-1").decode()


def _raw(record: Record) -> str:
    return record.raw[:RAW_CHARACTERS]
