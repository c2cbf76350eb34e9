"""One input of an expression over rows: whoever executes it reads the files, or Arrow files that our readers have made.

It is read, counted and its bad rows are told once, whoever asks how often; a query that wants more columns than those
before it has the input read again, and counted as it then is.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from hotset.columnar.counts import BlockCounter, Counts, Finished
from hotset.columnar.cut import cut
from hotset.columnar.fields import fields_of
from hotset.columnar.layout import Layout
from hotset.columnar.scan import RecordScan
from hotset.data.columns import ddl
from hotset.data.dataset import Dataset
from hotset.data.forms import AsText
from hotset.data.listing import InputFile, Listing
from hotset.report import model
from hotset.rows import node
from hotset.rows.csv_source import csv_relation
from hotset.rows.duckdb_types import duckdb_type
from hotset.rows.names import safe_names
from hotset.rows.parquet_source import parquet_relation
from hotset.rows.plain_text import count_plain_records
from hotset.rows.rules import BrokenRows, Rule, any_broken, without_rules
from hotset.rows.staging import StageBlock
from hotset.source import CountedRows, RuledRows, Source, StagedRows

Fields = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where an input is staged, by whom, and where its faults are told.

    `stage` does the work of all blocks that hold something, `count` says how many rows of a source a condition is true
    of.
    """

    scratch: Path
    faults: Callable[[], Path]
    cores: int
    run_id: str
    stage: Callable[[StageBlock], Counts]
    count: Callable[[node.Source, str], int]

    def make_directories(self, name: str) -> tuple[Path, Path]:
        """For what is made of the rows, and for the faults."""
        directory, faults = self.scratch / name, self.faults() / name
        directory.mkdir(parents=True)
        return directory, faults


@dataclass(frozen=True)
class Split:
    """The files that DuckDB reads, by their fields, with the number of their rows; and those that our readers take."""

    plain: dict[Fields, list[InputFile]]
    rows: int
    others: tuple[InputFile, ...]


class TableInput:
    """An input that was listed; nothing of it is read before `bind`."""

    def __init__(
        self, name: str, dataset: Dataset, read: model.Read, listing: Listing, zone: str, rules: tuple[Rule, ...]
    ) -> None:
        self.name, self.dataset, self.read, self.listing = name, dataset, read, listing
        self._rules = rules
        self.safe = safe_names(dataset.schema().names)
        self._zone = zone
        self._doubtful: set[Path] = set()
        self._columns = {*dataset.schema().names} if rules else set()  # a rule may be about any
        self._bound: node.Source | None = None
        self._staged = 0

    def expect(self, used: Collection[str]) -> None:
        """A later query will read these columns: the next one reads them as well."""
        wanted = self._named(used)
        if not wanted <= self._columns:
            self._columns |= wanted
            self._bound = None

    def bind(self, used: Collection[str], place: Place, register: Callable[[Source], None]) -> node.Source:
        """The table of a query that reads these columns, by the names that engines know them by.

        `register` hears of what was counted. Raises InputError and SchemaError as `cut` does.
        """
        self.expect(used)
        if self._bound is None:
            layout = Layout.of(narrow(self.dataset, self._columns), self._zone)
            bound, source = self._bind(without_rules(layout), place)
            self._bound = replace(bound, unread=self._unread())  # before it is asked: there may be a doubt
            if self._rules:
                self._bound, source = self._obeying(self._bound, source, layout, place)
            if self._bound.staged is None:
                self.read.lane = "duckdb"
            register(source)
        return self._bound

    def _unread(self) -> dict[str, str]:
        """Columns of which no value is looked at; a query may hand them on to a step that drops them."""
        fields = (one for one in self.dataset.schema().fields if one.name not in self._columns)
        return {self.safe[one.name]: duckdb_type(one.dataType) for one in fields}

    def _named(self, known: Collection[str]) -> set[str]:
        return {name for name, safe in self.safe.items() if safe in known}

    def doubt(self) -> bool:
        """Leaves to our readers what DuckDB has read of its text; whether there was anything."""
        if self._bound is None or not self._bound.relations or self.dataset.format != "csv":
            return False
        self._doubtful.update(file.path for file in self.listing.files)
        self._bound = None
        return True

    def _obeying(self, bound: node.Source, source: Source, layout: Layout, place: Place) -> tuple[node.Source, Source]:
        """Without the rows that break a rule, which are counted now, and looked for where there are any."""
        broken = any_broken(self._rules)
        blocks = cut(self.listing, layout, place.cores)
        rows = BrokenRows(self._rules, blocks, layout, place.run_id, self._zone)
        return replace(bound, broken=broken), RuledRows(source, place.count(bound, broken), rows.find)

    def _bind(self, layout: Layout, place: Place) -> tuple[node.Source, Source]:
        safe = {name: self.safe[name] for name in layout.schema.names if name in self._columns}
        if direct := parquet_relation(self.listing, layout, safe):
            sql, rows = direct
            return node.Source(self.name, (sql,)), CountedRows(self.read, self.listing, rows)
        split = self._split(layout)
        relations = [
            csv_relation([file.path for file in files], fields, layout, safe) for fields, files in split.plain.items()
        ]
        if None in relations:
            split, relations = Split({}, 0, self.listing.files), []
        sqls = tuple(one for one in relations if one is not None)
        if not split.others and sqls:
            return node.Source(self.name, sqls), CountedRows(self.read, self.listing, split.rows)
        return self._stage(layout, safe, split, sqls, place)

    def _split(self, layout: Layout) -> Split:
        plain: dict[Fields, list[InputFile]] = defaultdict(list)
        others, rows = [], 0
        for file in self.listing.files:
            records = None
            if layout.dataset.format == "csv" and file.path not in self._doubtful:
                fields = fields_of(file, layout)
                records = count_plain_records(file, layout.dataset, len(fields))
            if records is None:
                others.append(file)
            else:
                plain[fields].append(file)
                rows += records
        return Split(plain, rows, tuple(others))

    def _stage(
        self, layout: Layout, safe: dict[str, str], split: Split, sqls: tuple[str, ...], place: Place
    ) -> tuple[node.Source, Source]:
        """Our readers take what DuckDB does not."""
        self._staged += 1
        directory, faults = place.make_directories(f"{self.name}-{self._staged}")
        listing = replace(self.listing, files=split.others)
        scan = RecordScan(cut(listing, layout, place.cores), layout, faults)
        stage = StageBlock(scan, layout.schema, directory, tuple(self.safe[name] for name in layout.schema.names))
        counter = BlockCounter(scan.blocks, Finished(place.stage(stage)))
        source = node.Source(self.name, sqls, directory, stage.schema, tuple(safe.values()))
        return source, StagedRows(self.read, self.listing, counter, layout, place.run_id, faults, rows=split.rows)


def narrow(dataset: Dataset, columns: Collection[str]) -> Dataset:
    """The dataset with these columns alone: the faults of others are not seen.

    Of no column at all, rows are counted by one of the files that any text fits.
    """
    if columns:
        return dataset.select(*(name for name in dataset.schema().names if name in columns))
    first = dataset.stored_fields()[0].name
    only = dataset.select(first)
    forms = {first: AsText()} if dataset.format in ("csv", "json") else {}
    return replace(only, columns=ddl({first: "string"}), forms=forms, guesses={}) if forms else only
