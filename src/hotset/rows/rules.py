"""The rules of a dataset on DuckDB: a row that makes one false is set aside, and told with its place in the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hotset.columnar.blocks import Block
from hotset.columnar.counts import BlockCounter, Finished
from hotset.columnar.faults import FaultFile
from hotset.columnar.layout import Layout
from hotset.columnar.places import Places
from hotset.columnar.records import Records, place_of
from hotset.data.dataset import Dataset
from hotset.data.quarantine import SetAside
from hotset.rows.conditions import NotPortable, translate
from hotset.rows.duckdb_types import identifier, quote
from hotset.rows.names import safe_names

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Rule:
    """A rule, its SQL of Spark's, and SQL of DuckDB's that is true of a row that breaks it, and never null."""

    name: str
    sql: str
    broken: str


def translate_rules(dataset: Dataset, zone: str, known: dict[str, str] | None = None) -> tuple[Rule, ...]:
    """The rules over columns with the names that DuckDB knows them by; null is not false.

    Raises NotPortable for one that only Spark knows, or that is no condition: Spark says what is wrong.
    """
    return tuple(_translate(name, sql, dataset, zone, known) for name, sql in dataset.rules.items())


def _translate(name: str, sql: str, dataset: Dataset, zone: str, known: dict[str, str] | None) -> Rule:
    try:
        term = translate(sql, dataset.types(), zone, known)
    except NotPortable as why:
        raise NotPortable(f"the rule {name!r} ({sql}) is left to Spark: {why}") from None
    if term.type.name != "boolean":
        raise NotPortable(f"the rule {name!r} ({sql}) is no condition")
    return Rule(name, sql, f"NOT coalesce({term.sql}, true)")


def any_broken(rules: Sequence[Rule]) -> str:
    """SQL that is true of a row that breaks one of them."""
    return " OR ".join(f"({rule.broken})" for rule in rules)


@dataclass(frozen=True)
class BrokenRows:
    """Reads an input once more, to say which of its rows break the rules."""

    rules: tuple[Rule, ...]
    blocks: tuple[Block, ...]
    layout: Layout
    run_id: str
    zone: str

    def find(self) -> Iterator[SetAside]:
        """Raises InputError for a file that cannot be read."""
        import duckdb  # not in every command

        counter = BlockCounter(self.blocks, Finished({}))  # lines above are counted where they are wanted
        places = Places(counter, self.layout.dataset.format, self.run_id)
        with duckdb.connect() as database:
            database.execute(f"SET TimeZone = {quote(self.zone)}")
            for number, block in enumerate(self.blocks):
                for batch in Records(block, self.layout, FaultFile(Path(), number), placed=True).batches():
                    yield from self._of_batch(database, batch, number, places)

    def _of_batch(
        self, database: "duckdb.DuckDBPyConnection", batch: pa.RecordBatch, number: int, places: Places
    ) -> Iterator[SetAside]:
        names = self.layout.schema.names
        safe, place = safe_names(names), [identifier(name) for name in place_of(self.layout).names]
        known = [*(safe[name] for name in names), *batch.schema.names[len(names) :]]
        database.register("batch", pa.Table.from_batches([batch]).rename_columns(known))
        columns = ", ".join([*place, *(rule.broken for rule in self.rules)])
        found = database.execute(f"SELECT {columns} FROM batch WHERE {any_broken(self.rules)}").fetchall()
        for part, line, raw, *flags in sorted(found, key=lambda row: row[:2]):
            for rule, is_broken in zip(self.rules, flags, strict=True):
                if is_broken:
                    yield places.placed(number, part, line, raw, None, rule.name, rule.sql)


def without_rules(layout: Layout) -> Layout:
    """The layout of rows that are read whatever the rules say."""
    return replace(layout, dataset=replace(layout.dataset, rules={}))
