"""What a dataset promises, looked at by DuckDB in Parquet that is written: where no Spark is to be started."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql.types import DoubleType, FloatType

from hotset.data.columns import differing_in_case
from hotset.data.contents import data_files
from hotset.data.dataset import Dataset
from hotset.data.key import EXAMPLES as WORST
from hotset.data.key import refuse_key, tell_places
from hotset.data.manifest import PublishedFile
from hotset.data.promises import EXAMPLES, refuse_broken, show_row, tell_infinite, tell_null, tell_rule
from hotset.errors import UsageError
from hotset.rows.conditions import NotPortable
from hotset.rows.duckdb_types import identifier, quote
from hotset.rows.frames import has_nested
from hotset.rows.node import Bounds, EngineError, OutOfMemoryError, explain_memory, judge, open_database
from hotset.rows.parquet_source import nan_told
from hotset.rows.rules import translate_rules

if TYPE_CHECKING:
    import duckdb

TIMES, FILE = "(times)", "(file)"
Promise = tuple[str, str]  # what is wrong with a row that breaks it; SQL that is true of such a row, and never null


def can_look(dataset: Dataset, zone: str) -> bool:
    """Whether DuckDB can look at what is promised of these rows: they are flat Parquet, and it knows the rules."""
    try:
        translate_rules(dataset, zone)
    except NotPortable:
        return False
    return _is_flat(dataset)


def _is_flat(dataset: Dataset) -> bool:
    twins = next(differing_in_case(dataset.schema()), None)
    return dataset.format == "parquet" and not (dataset.partition_by or has_nested(dataset) or twins)


@dataclass(frozen=True)
class DuckDBAtRest:
    """Within the bounds of the run. Raises UsageError for what only Spark can look at."""

    bounds: Bounds

    def check_promises(self, dataset: Dataset, version: Path) -> None:
        self._check(dataset, version, [*_not_null(dataset), *_finite(dataset), *self._rules(dataset)])

    def check_not_null(self, dataset: Dataset, version: Path) -> None:
        self._check(dataset, version, [*_not_null(dataset)])

    def check_key(self, dataset: Dataset, version: Path, before: Sequence[PublishedFile]) -> None:
        names = [identifier(name) for name in dataset.key]
        keys, absent = ", ".join(names), " OR ".join(f"{name} IS NULL" for name in names)
        with self._opened(dataset, version) as database:
            worst = database.sql(
                f"SELECT {keys}, count(*) AS {identifier(TIMES)} FROM rows GROUP BY ALL "
                f"HAVING count(*) > 1 OR {absent} ORDER BY count(*) DESC, {keys} LIMIT {WORST}"
            ).to_arrow_table()
            if worst.num_rows:
                places = _places(database, dataset.key, worst, before) if before else [""] * worst.num_rows
                refuse_key(dataset.key, [(tuple(row.values())[:-1], row[TIMES]) for row in worst.to_pylist()], places)

    def _check(self, dataset: Dataset, version: Path, promises: Sequence[Promise]) -> None:
        if not promises:
            return
        with self._opened(dataset, version) as database:
            counts = ", ".join(f"count_if({broken})" for _, broken in promises)
            ((rows, *found),) = database.execute(f"SELECT count(*), {counts} FROM rows").fetchall()
            broken = [(promise, count) for promise, count in zip(promises, found, strict=True) if count]
            if broken:
                examples = list(_examples(database, [promise for promise, _ in broken]))
                refuse_broken([(told, count) for (told, _), count in broken], rows, examples)

    @contextmanager
    def _opened(self, dataset: Dataset, version: Path) -> "Iterator[duckdb.DuckDBPyConnection]":
        """A database with the view `rows`, of all files of the version."""
        if not _is_flat(dataset):
            raise UsageError(
                "what is promised of rows that are published is looked at without Spark in flat Parquet alone, got "
                f"format={dataset.format!r}; leave out --engine local"
            )
        try:
            with open_database(self.bounds) as database:
                _show_rows(database, dataset, version)
                yield database
        except OutOfMemoryError as why:
            raise explain_memory(why) from None
        except EngineError as why:
            raise judge(why) from None

    def _rules(self, dataset: Dataset) -> Iterator[Promise]:
        try:
            rules = translate_rules(dataset, self.bounds.zone)
        except NotPortable as why:
            raise UsageError(f"{why}; leave out --engine local") from None
        yield from ((tell_rule(rule.name, rule.sql), rule.broken) for rule in rules)


def _show_rows(database: "duckdb.DuckDBPyConnection", dataset: Dataset, version: Path) -> None:
    files = ", ".join(quote(str(file)) for file in data_files(version))
    columns = ", ".join(
        f"{nan_told(one.name, one.dataType.simpleString())} AS {identifier(one.name)}"
        for one in dataset.schema().fields
    )
    database.execute(
        f"CREATE VIEW rows AS SELECT {columns}, filename AS {identifier(FILE)} "
        f"FROM read_parquet([{files}], filename = true)"
    )


def _not_null(dataset: Dataset) -> Iterator[Promise]:
    for one in dataset.schema().fields:
        if not one.nullable:
            yield tell_null(one.name), f"{identifier(one.name)} IS NULL"


def _finite(dataset: Dataset) -> Iterator[Promise]:
    for one in dataset.schema().fields if dataset.nan == "refuse" else ():
        if isinstance(one.dataType, FloatType | DoubleType):
            yield tell_infinite(one.name), f"coalesce(NOT isfinite({identifier(one.name)}), false)"


def _examples(database: "duckdb.DuckDBPyConnection", broken: Sequence[Promise]) -> Iterator[tuple[list[str], str]]:
    """A few rows that break something: what they break, and how they look."""
    flags = ", ".join(f"{sql} AS {identifier(f'(broken {place})')}" for place, (_, sql) in enumerate(broken))
    any_of = " OR ".join(sql for _, sql in broken)
    found = database.sql(f"SELECT * EXCLUDE {identifier(FILE)}, {flags} FROM rows WHERE {any_of} LIMIT {EXAMPLES}")
    for row in found.to_arrow_table().to_pylist():
        values = tuple(row.items())
        cells, marks = values[: -len(broken)], values[-len(broken) :]
        yield (
            [told for (told, _), (_, is_broken) in zip(broken, marks, strict=True) if is_broken],
            show_row(dict(cells)),
        )


def _places(
    database: "duckdb.DuckDBPyConnection", key: Sequence[str], worst: pa.Table, before: Sequence[PublishedFile]
) -> list[str]:
    """For each of the worst keys: which file it stands in that was there before, or that all of it is new."""
    database.register("worst", worst)
    same = " AND ".join(f"rows.{identifier(name)} IS NOT DISTINCT FROM worst.{identifier(name)}" for name in key)
    names = ", ".join(f"rows.{identifier(name)}" for name in key)
    found = database.sql(f"SELECT DISTINCT {names}, {identifier(FILE)} FROM rows JOIN worst ON {same}")
    files: dict[str, list[str]] = {}
    for row in found.to_arrow_table().to_pylist():
        file = row.pop(FILE)
        files.setdefault(repr(row), []).append(file)
    return [tell_places(files.get(repr(_key_of(row, key)), []), before) for row in worst.to_pylist()]


def _key_of(row: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in key}
