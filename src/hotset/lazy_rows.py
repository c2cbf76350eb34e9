"""Rows of a run as narwhals frames, on the engine of this run: made, executed, written.

On DuckDB a frame is a plan over empty tables until somebody wants its rows; then its inputs are bound, and its SQL is
run in this process or in one Spark task. On Catalyst it is a plain DataFrame.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import narwhals as nw
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from hotset.columnar.kernel import Kernel
from hotset.data.columns import differing_in_case
from hotset.data.dataset import Dataset
from hotset.data.parquet_files import ParquetFiles
from hotset.data.rows import check_columns
from hotset.data.writing import part_name
from hotset.errors import UsageError
from hotset.inputs import Inputs
from hotset.kept_rows import KeptRows
from hotset.mapped_rows import MappedRows
from hotset.node_runner import LocalRunner, TaskRunner
from hotset.report.model import Keep
from hotset.rows.catalog import Catalog, sql_of
from hotset.rows.condition_types import parse_type
from hotset.rows.conditions import NotPortable, translate
from hotset.rows.duckdb_types import duckdb_type, identifier, spark_type
from hotset.rows.group_map import GroupMap
from hotset.rows.names import own_names, safe_names
from hotset.rows.node import Bounds, EngineError, NodeQuery, NodeResult, OutOfMemoryError, Source, explain_memory, judge
from hotset.rows.numbering import number_frame
from hotset.rows.plan import FEW_ROWS, Plan, UseClusterError, choose_plan
from hotset.rows.rules import Rule, translate_rules
from hotset.rows.select import Column as TableColumn
from hotset.rows.select import Relation, translate_query
from hotset.rows.staging import map_arrow
from hotset.run_spec import RunSpec
from hotset.scan_input import GivenInput, ScanInput
from hotset.session.query import check_query, run_query
from hotset.session.when_needed import SessionWhenNeeded
from hotset.table_input import Place, TableInput

Frame = nw.LazyFrame[Any]
WIDE = {"HUGEINT": "BIGINT"}  # sums of whole numbers, which are published as that


class LazyRows:
    """The frames of one run; `plan` says who executes them, `runner` where."""

    def __init__(self, plan: Plan, inputs: Inputs, runner: LocalRunner, spec: RunSpec) -> None:
        self.plan, self._is_alone = plan, spec.engine == "local"
        self._inputs, self._runner, self._run_id = inputs, runner, spec.run_id
        self._catalog = Catalog(runner.bounds.zone)
        self._tables: dict[str, TableInput | ScanInput | GivenInput] = {}
        self._scans: list[Frame] = []  # which are made once by themselves
        self.kept: dict[str, KeptRows] = {}  # by name
        self.not_kept: set[str] = set()  # names of what need not be kept, or cannot
        self._released: dict[str, KeptRows] = {}  # by table: frames of them are still in somebody's hands
        self._mapped: dict[str, MappedRows] = {}  # by table
        self.is_used = False  # whether somebody has got a frame

    @property
    def bounds(self) -> Bounds:
        """What DuckDB may use."""
        return self._runner.bounds

    def rows(
        self, dataset: Dataset, path: str | Sequence[str], filtered: Callable[[DataFrame], DataFrame], where: str
    ) -> Frame:
        """The good rows, under names that engines take; `filtered` are those for which `where` is true, by Spark.

        Raises as `Inputs.read` does, and UseClusterError for what DuckDB is not asked to do.
        """
        if self.plan.kind == "cluster":
            frame = self._inputs.read(dataset, path, strict=False)
            return under_safe_names(filtered(frame) if where else frame)
        rows = self._input(f"rows_{len(self._tables)}", dataset, path)
        return self._filtered(rows, where, dataset) if where else rows

    def _input(self, name: str, dataset: Dataset, path: str | Sequence[str]) -> Frame:
        """The input as a table of this name."""
        table = self._inputs.table(name, dataset, path, self._rules(dataset))
        self._tables[name] = table
        return self._add(name, dataset.schema())

    def sql(
        self, text: str, tables: Mapping[str, tuple[Dataset, str | Sequence[str]]], spark: Callable[[], SparkSession]
    ) -> tuple[list[str], Frame]:
        """The columns and the rows of a query, over inputs by their names.

        Raises UseClusterError for a query that is left to Spark, and UsageError for what Spark does not take either.
        """
        if self.plan.kind == "cluster":
            check_query(spark(), text, [*tables])
            frames = {name: self._inputs.read(*one, strict=False) for name, one in tables.items()}
            rows = run_query(spark(), text, frames)
            return rows.columns, under_safe_names(rows)
        known = {name: f"rows_{len(self._tables) + place}" for place, name in enumerate(tables)}
        relations = {name: _relation(known[name], dataset) for name, (dataset, _) in tables.items()}
        try:
            relation = translate_query(text, relations, self.bounds.zone)
        except NotPortable as why:
            raise UseClusterError(f"the query is left to Spark: {why}") from None
        for name, (dataset, path) in tables.items():
            self._input(known[name], dataset, path)
        names = [column.name for column in relation.columns]
        safe = safe_names(names)
        cells = (f"{identifier(one.known)} AS {identifier(safe[one.name])}" for one in relation.columns)
        return names, self._catalog.query(f"SELECT {', '.join(cells)} FROM ({relation.sql})")

    def scan(self, dataset: Dataset, path: str | Sequence[str], kernel: Kernel, *, strict: bool, look: bool) -> Frame:
        """What the kernel makes of every block, under names that engines take. Raises as `Inputs.scan` does."""
        if self.plan.kind == "cluster":
            one = self._inputs.look if look else partial(self._inputs.scan, strict=strict)
            return under_safe_names(one(dataset, path, kernel))
        with _left_to_spark():  # before anything is made: what is read may come out of another scan
            for field in dataset.schema().fields:
                duckdb_type(field.dataType)
        table = self._inputs.scanned(f"scan_{len(self._tables)}", dataset, path, kernel, strict=strict, look=look)
        self._tables[table.name] = table
        scan = self._add(table.name, Dataset(kernel.columns).schema())
        self._scans.append(scan)
        return scan

    def given(self, table: pa.Table, spark: Callable[[], SparkSession]) -> Frame:
        """Rows that are here."""
        if self.plan.kind == "cluster":
            return under_safe_names(spark().createDataFrame(table))
        safe = safe_names(table.column_names)
        named = table.rename_columns([*safe.values()])
        given = GivenInput(f"given_{len(self._tables)}", named)
        self._tables[given.name] = given
        return self._add(given.name, from_arrow_schema(named.schema, prefer_timestamp_ntz=True))

    def number(self, frame: Frame, name: str) -> Frame:
        """The rows with their numbers, in the order in which a scan has them."""
        native = frame.to_native()
        if isinstance(native, DataFrame):
            return nw.from_native(number_frame(native, name))
        numbered: Frame = nw.from_native(native.select(f"*, row_number() OVER () - 1 AS {identifier(name)}"))
        return numbered

    def _add(self, name: str, schema: StructType) -> Frame:
        """Raises UseClusterError for a type that only Spark has."""
        with _left_to_spark():
            return self._catalog.add(name, schema)

    def _rules(self, dataset: Dataset) -> tuple[Rule, ...]:
        """Raises UseClusterError for one that only Spark knows."""
        try:
            return translate_rules(dataset, self.bounds.zone, safe_names(dataset.schema().names))
        except NotPortable as why:
            raise UseClusterError(str(why)) from None

    def _filtered(self, frame: Frame, where: str, dataset: Dataset) -> Frame:
        """Raises UseClusterError for a condition that only Spark knows, or that is none: Spark says what is wrong."""
        types = dataset.types()
        try:
            condition = translate(where, types, self._runner.bounds.zone, safe_names(list(types)))
        except NotPortable as why:
            raise UseClusterError(f"--where is left to Spark: {why}") from None
        if condition.type.name != "boolean":
            raise UseClusterError("--where is no condition")
        filtered: Frame = nw.from_native(frame.to_native().filter(condition.sql))
        return filtered

    def collect(self, frame: Frame, before: Frame | None) -> pa.Table:
        """All rows. What `before` reads is read for it as well: it is executed next. Raises as `write` does."""
        if before is not None:
            for name, columns in self._catalog.explain(sql_of(before)).used.items():
                if name in self._tables:
                    self._tables[name].expect(columns)
        table = self._execute(sql_of(frame)).table
        assert table is not None, "without a target the rows come back"
        return table

    def table(self, frame: Frame, dataset: Dataset) -> pa.Table:
        """All rows in the columns of the dataset. Raises as `write` does."""
        kept, started = self._first_read(frame), time.monotonic()
        sql, names = published_sql(kept.given if kept else frame, dataset)
        table = self._fetch(sql)
        table = table.rename_columns(names) if names else table
        if kept:
            kept.store(table, time.monotonic() - started)
        return table

    def _fetch(self, sql: str) -> pa.Table:
        """All rows, out of a file that is mapped: what comes back from a Spark task itself has a bound."""
        directory = Path(mkdtemp(prefix="fetched-", dir=self._runner.scratch))
        rows = self._make_all(sql, directory)
        assert rows.schema is not None, "there is no bound of what is written"
        table = map_arrow(directory, rows.schema)
        is_ordered = self._catalog.explain(sql).ordered
        return table if is_ordered or rows.rows > FEW_ROWS else self._catalog.sort(table)

    def write(
        self, frame: Frame, dataset: Dataset, version: Path, run_id: str, parquet: ParquetFiles | None = None
    ) -> int:
        """rows written as Parquet to `version`, which is there then, in the columns of the dataset.

        Raises SchemaError for other columns, DataError for a value that does not fit its type, ResourceError for too
        little memory, UseClusterError where there is too little of it and Spark could do it.
        """
        kept = self._first_read(frame)
        sql, names = published_sql(kept.given if kept else frame, dataset)
        version.mkdir()
        file = version / part_name(0, run_id, 0, "parquet")
        rows = self._execute(sql, file, names, parquet=parquet or ParquetFiles()).rows
        if kept and not names and not parquet:
            kept.link(file, dataset.schema().names, rows)
        return rows

    def group_map(self, frame: Frame, task: GroupMap) -> Frame:
        """What comes out, made when somebody first reads it."""
        schema, columns = Dataset(task.columns).schema(), stored_types(frame)
        table = f"mapped_{len(self._mapped)}"
        made = self._add(table, schema)
        known = tuple(safe_names(schema.names).values())
        place, bounds = self._runner.scratch / table, self._runner.bounds
        self._mapped[table] = MappedRows(table, sql_of(frame), columns, known, task, place, bounds)
        return made

    def map(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """What comes of each item, in their order."""
        return self._runner.map(function, items)

    # what is kept

    def keep(self, name: str, frame: Frame, asked: str) -> Frame:
        """The same rows, made once; `asked` is a level of Spark's, which means nothing here.

        Rows in an order are not kept: files have none. A scan is made only once by itself. Raises UsageError for a name
        that something else has.
        """
        sql = sql_of(frame)
        if known := self.kept.get(name):
            if sql in (known.sql, sql_of(known.frame)):
                return known.frame
            raise UsageError(f"something is kept as {name!r} already; release it first, or give another name")
        if self._catalog.explain(sql).ordered or any(one is frame for one in self._scans):
            self.not_kept.add(name)
            return frame
        columns = stored_types(frame)
        table = f"kept_{len(self.kept) + len(self._released)}"
        read = self._catalog.create(table, columns)
        self.kept[name] = KeptRows(name, table, frame, read, sql, columns, self._runner.scratch / table, asked)
        return read

    def release(self, name: str) -> Keep | None:
        """Lets go of what is kept; who reads it again makes it again. None where there is nothing to tell."""
        kept = self.kept.pop(name)
        self._released[kept.table] = kept
        line = None if kept.cost_nothing else kept.line()
        kept.remove()
        kept.source, kept.too_large = None, True
        return line

    def _first_read(self, frame: Frame) -> KeptRows | None:
        """The kept rows that are just these, while nobody has read them."""
        unread = (one for one in self.kept.values() if not one.is_made and not one.too_large)
        return next((one for one in unread if one.frame is frame), None)

    def close(self) -> None:
        """Removes what was staged."""
        self._runner.close()

    def _execute(
        self,
        sql: str,
        target: Path | None = None,
        names: tuple[str, ...] = (),
        arrow: Path | None = None,
        bounds: Bounds | None = None,
        parquet: ParquetFiles = ParquetFiles(),  # noqa: B008 (frozen)
    ) -> NodeResult:
        ordered, runner = self._catalog.explain(sql).ordered, self._runner
        while True:
            inputs, kept, mapped = self._read_by(sql)
            try:
                made = [*(self._bind_mapped(one) for one in mapped), *(one.bind(self._make) for one in reversed(kept))]
                sources = (*self._bind(inputs), *made)
                bound = bounds or runner.bounds
                result = runner.run(NodeQuery(sql, sources, bound, target, arrow, ordered, names, parquet))
            except OutOfMemoryError as why:
                raise self._too_little(why) from None
            except EngineError as why:
                if not [name for name in inputs if self._tables[name].doubt()]:
                    raise judge(why) from None
                continue
            for one in kept:
                one.reads += 1
            return result

    def _make(self, sql: str, directory: Path) -> NodeResult:
        return self._execute(sql, arrow=directory)

    def _make_all(self, sql: str, directory: Path) -> NodeResult:
        """All of it, however much that is."""
        return self._execute(sql, arrow=directory, bounds=replace(self._runner.bounds, kept_bytes=sys.maxsize))

    def _bind_mapped(self, mapped: MappedRows) -> Source:
        return mapped.bind(self._make_all, self._runner.map_groups)

    def _read_by(self, sql: str) -> tuple[dict[str, set[str]], list[KeptRows], list[MappedRows]]:
        """The inputs that a query reads, with their columns; what it reads of what is kept, the uppermost first; and
        of what functions have made of groups.

        What is too large to be kept is made within the query, of the inputs that it needs.
        """
        inputs: dict[str, set[str]] = {}
        kept: list[KeptRows] = []
        mapped: dict[str, MappedRows] = {}
        tables = {one.table: one for one in self.kept.values()} | self._released
        pending = [sql]
        while pending:
            for name, columns in self._catalog.explain(pending.pop()).used.items():
                if name in self._mapped:
                    mapped[name] = self._mapped[name]
                    continue
                if name not in tables:
                    inputs.setdefault(name, set()).update(columns)
                    continue
                one = tables[name]
                one.bind(self._make)
                if one.too_large:
                    pending.append(one.select)
                kept = [*(other for other in kept if other is not one), one]
        return inputs, kept, [*mapped.values()]

    def _bind(self, inputs: Mapping[str, set[str]]) -> tuple[Source, ...]:
        runner, faults = self._runner, self._inputs.faults_directory
        cores = runner.bounds.threads
        place = Place(runner.scratch, faults, cores, self._run_id, runner.stage, self._count)
        return tuple(self._tables[name].bind(used, place, self._inputs.register) for name, used in inputs.items())

    def _count(self, source: Source, condition: str) -> int:
        sql = f"SELECT count_if({condition}) AS n FROM {identifier(source.name)}"
        table = self._runner.run(NodeQuery(sql, (source,), self._runner.bounds)).table
        assert table is not None, "without a target the rows come back"
        return int(table["n"][0].as_py())

    def _too_little(self, why: OutOfMemoryError) -> Exception:
        if not self._is_alone:
            return UseClusterError(f"DuckDB ran out of memory, and of disk to spill to: {why}")
        return explain_memory(why)


@contextmanager
def _left_to_spark() -> Iterator[None]:
    """Raises UseClusterError for a type that only Spark has."""
    try:
        yield
    except UsageError as why:
        raise UseClusterError(str(why)) from None


def _relation(table: str, dataset: Dataset) -> Relation:
    """Raises UseClusterError for a type that only Spark has."""
    safe, types = safe_names(dataset.schema().names), dataset.types()
    with _left_to_spark():
        for one in dataset.schema().fields:
            duckdb_type(one.dataType)
    columns = (TableColumn(name, safe[name], parse_type(kind)) for name, kind in types.items())
    return Relation(f"SELECT * FROM {identifier(table)}", tuple(columns))


def under_safe_names(frame: DataFrame) -> Frame:
    """The frame under names that engines take."""
    safe = safe_names(frame.columns)
    rows: Frame = nw.from_native(frame.toDF(*safe.values()))  # by place: names may differ in case only
    return rows


def stored_types(frame: Frame) -> dict[str, str]:
    """column -> its type in DuckDB, as it is written to files"""
    relation = frame.to_native()
    kinds = (WIDE.get(str(kind), str(kind)) for kind in relation.types)
    return dict(zip(relation.columns, kinds, strict=True))


def open_rows(spec: RunSpec, session: SessionWhenNeeded, inputs: Inputs, unportable: str) -> LazyRows:
    """Of a run, by the plan that fits it; `unportable` is why DuckDB cannot execute what it wants. Starts nothing."""
    plan = choose_plan(
        spec.engine,
        workers_are_here=session.workers_are_here(),
        level="--level" if spec.levels else "the lab" if spec.forced_levels else "",
        spark_is_there=session.is_there(),
        unportable=unportable,
    )
    zone, memory = session.setting("spark.sql.session.timeZone"), spec.memory_bytes
    runner = LocalRunner(zone, memory) if plan.kind == "local" else TaskRunner(session, zone, memory)
    return LazyRows(plan, inputs, runner, spec)


def published_sql(frame: Frame, dataset: Dataset) -> tuple[str, tuple[str, ...]]:
    """The rows in the columns of the dataset, by their places; and the names of these, where DuckDB takes two for one.

    Raises SchemaError for other columns.
    """
    relation, schema = frame.to_native(), dataset.schema()
    names = own_names(relation.columns, schema.names)
    check_columns([(name, spark_type(kind)) for name, kind in zip(names, relation.types, strict=True)], dataset)
    twins = next(differing_in_case(schema), None) is not None
    known = safe_names(schema.names) if twins else {name: name for name in schema.names}
    cells = (
        f"CAST({identifier(column)} AS {duckdb_type(one.dataType)}) AS {identifier(known[one.name])}"
        for column, one in zip(relation.columns, schema.fields, strict=True)
    )
    return f"SELECT {', '.join(cells)} FROM ({sql_of(frame)})", tuple(schema.names) if twins else ()
