"""What a job can do: read, keep, publish, note, show. The only thing through which it touches the world."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw
import pyarrow as pa
from pyspark import RDD
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from hotset.columnar.dialect_cells import Hint
from hotset.columnar.kernel import Kernel
from hotset.columnar.sample import Sample
from hotset.data.at_rest import AtRest, SparkAtRest
from hotset.data.case import CaseOfNames
from hotset.data.catalog import Table
from hotset.data.dataset import Dataset, Format, Nanoseconds
from hotset.data.destination import check_apart, check_harmless, destination
from hotset.data.exact_table import exact_table, is_pandas, table_of_pandas
from hotset.data.guess import Role, Roles
from hotset.data.options import TableOptions
from hotset.data.parquet_files import ParquetFiles
from hotset.data.publish import Published, Terms, publish
from hotset.data.rows import check_columns, names_and_types
from hotset.data.table import is_written_here, write_table
from hotset.data.writing import read_back
from hotset.errors import ResourceError, UsageError
from hotset.guesses import GuessError
from hotset.inputs import Inputs
from hotset.journal import Journal
from hotset.keeping import AnyLevel, Keeping, unkept_levels
from hotset.lazy_rows import LazyRows, open_rows, under_safe_names
from hotset.learning import Learning
from hotset.memory.levels import NONE, Level, name_of
from hotset.memory.loop import Loop
from hotset.memory.ranked import Ranked
from hotset.report import model
from hotset.report.keeps import keep_warnings
from hotset.report.warned import read_warnings
from hotset.rows.at_rest import DuckDBAtRest, can_look
from hotset.rows.frames import in_order
from hotset.rows.functions import of as functions_of
from hotset.rows.group_map import GroupMap, map_frame
from hotset.rows.plan import KilledError, UseClusterError
from hotset.run_spec import RunSpec
from hotset.session.expression import filter_rows, restricted_expression, row_rules
from hotset.session.spark import Session
from hotset.session.when_needed import SessionWhenNeeded

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K", bound=DataFrame | RDD[Any] | nw.LazyFrame[Any])
MOST_ROWS = 2**31 - 1  # that Spark can take to the driver


class Run:
    """One run of one job."""

    def __init__(self, spec: RunSpec, session: SessionWhenNeeded, journal: Journal, ranked: Ranked) -> None:
        self.report = journal.report
        self._spec, self._session, self._journal, self._ranked = spec, session, journal, ranked
        self._case = CaseOfNames(lambda: session.spark if session.may_open else None, self.warn)
        self._inputs = Inputs(spec, session, journal, self.step, self._case)
        journal.begin_job()
        self._started_ms = int(time.time() * 1000)  # as Spark's own records have it
        self.renews = False
        self._lazy: LazyRows | None = None
        self._unportable = ""  # why DuckDB cannot execute the expressions of this run
        self._keeping: Keeping | None = None  # until there is a session: others persist in it as well
        session.when_open(self._start_keeping)

    def _start_keeping(self, session: Session) -> None:
        self._keeping = Keeping(
            session.spark,
            self._journal,
            self._ranked,
            Learning(session.spark, self._journal, self._spec.memory()),
            session.scratch / "k",
            self._started_ms,
            self._spec.input_bytes,
        )
        self._keeping.renews = self.renews

    def renew(self, does: bool) -> None:
        """What is kept or read once more takes the place of what was there; for whoever opened the run."""
        self.renews = self._inputs.renews = does
        if self._keeping:
            self._keeping.renews = does

    def _rows(self) -> LazyRows:
        """Who executes expressions over rows, chosen when the first is wanted."""
        if self._lazy is None:
            self._lazy = open_rows(self._spec, self._session, self._inputs, self._unportable)
        return self._lazy

    def use_cluster(self, why: UseClusterError) -> None:
        """Begins again with Spark as the engine; for whoever opened the run, who calls the job again.

        Raises UsageError or ResourceError where Spark was not to be started.
        """
        if self._spec.engine == "local" and isinstance(why, KilledError):
            raise ResourceError(f"{why}; run again with less --memory, or leave out --engine local") from None
        if self._spec.engine == "local":
            raise UsageError(f"DuckDB cannot do this alone: {why}; leave out --engine local") from None
        if self.report.publishes:
            raise ResourceError(f"{why}; outputs are published already: run again with more --memory")
        self._unportable = str(why)
        self._inputs.forget()
        self._start_over([])

    def _kept(self) -> Keeping:
        """What is kept, in the session, which is open then."""
        self._session.open()
        assert self._keeping
        return self._keeping

    @property
    def spark(self) -> SparkSession:
        """Plain Spark: RDDs, SQL and everything else it has."""
        return self._session.spark

    @property
    def cores(self) -> int:
        """How many tasks run at once."""
        return self._inputs.cores

    def dataset(
        self,
        path: str | Sequence[str],
        options: TableOptions = TableOptions(),  # noqa: B008 (frozen)
        format: Format | None = None,  # noqa: A002 (the field's own name)
        roles: Mapping[str, Role] | None = None,
        others: Role | Callable[[str], Role] = "exact",
        nanoseconds: Nanoseconds = "cut",
    ) -> Dataset:
        """What the data at `path` looks like: by its manifest, the footer of Parquet or ORC, or a sample of its lines.

        What `options` declare is taken; a job's `Params` that inherit TableOptions can be given as they are. `roles`
        say what becomes of columns, and `others` what of all others, also by name; docs/data.md has the rules.
        `nanoseconds` says what becomes of times of Parquet and ORC that are finer than a microsecond. A later row of
        CSV or JSON that a guessed type does not hold lets the job begin again, with a wider one. Raises UsageError,
        InputError, SchemaError.
        """
        return self._inputs.dataset(path, options, format, Roles(roles or {}, others), nanoseconds)

    def size_bytes(self, path: str | Sequence[str]) -> int:
        """Bytes of the input's files, as they are stored."""
        return self._inputs.size_bytes(path)

    def sample(self, dataset: Dataset, path: str | Sequence[str]) -> Sample:
        """Some ten thousand good rows from all over the input, to plan by; the driver reads them, counted nowhere."""
        return self._inputs.sample(dataset, path)

    def read(self, dataset: Dataset, path: str | Sequence[str] | Table, *, strict: bool = False) -> DataFrame:
        """The good rows of the input, with the columns of the dataset; docs/data.md says what is good.

        The others are set aside, with a reason and the place where they stand. Text is good whatever it is: invalid
        UTF-8 becomes U+FFFD and is counted; `strict` refuses it with DataError, before anything is published.
        Raises InputError for what is missing, unreadable or not what it was published as, SchemaError for other
        columns, ClusterError when the workers do not reach the files.
        """
        return self._inputs.read(dataset, path, strict=strict)

    def rows(
        self,
        path: str | Sequence[str] | pa.Table,
        dataset: Dataset | None = None,
        *,
        where: str = "",
        names: Sequence[str] = (),
    ) -> "nw.LazyFrame[Any]":
        """The good rows of the input as a narwhals frame, executed by the engine of this run; docs/data.md says which.

        Without a `dataset` it is what `run.dataset(path)` finds. `where` is a condition in Spark's SQL from outside,
        as a job's `--where`; `names` are the columns that a person could name, if the dataset has only some of them.
        Only the columns that are used are read and checked. They have names that engines take: `hotset.safe_names`
        gives them. An Arrow table is rows as well. Raises as `read` and `where` do.
        """
        if isinstance(path, pa.Table):
            table = path
            return self._made_by(lambda lazy: lazy.given(table, lambda: self.spark))
        dataset = dataset or self.dataset(path)
        filtered = partial(self.where, sql=where, names=names)
        return self._made_by(lambda lazy: lazy.rows(dataset, path, filtered, where))

    def _made_by(self, make: "Callable[[LazyRows], nw.LazyFrame[Any]]") -> "nw.LazyFrame[Any]":
        """Rows by the engine of this run; by Spark, where DuckDB refuses them before it has made any."""
        lazy = self._rows()
        try:
            rows = make(lazy)
        except UseClusterError as why:
            if lazy.is_used or self._spec.engine == "local":
                raise
            self._unportable, self._lazy = str(why), None
            lazy.close()
            return self._made_by(make)
        if not lazy.is_used:
            lazy.is_used = True
            self._journal.plan(lazy.plan.kind)
            self.warn(lazy.plan.describe())
        return rows

    def sql(
        self, text: str, tables: Mapping[str, tuple[Dataset, str | Sequence[str]]]
    ) -> "tuple[list[str], nw.LazyFrame[Any]]":
        """The columns and the rows of a query in Spark's SQL over inputs by their names, read and checked as `rows`.

        It reads these tables, and does nothing else. The rows have names that engines take. Raises UsageError for what
        is no such query, and as `rows` does.
        """
        names: list[str] = []

        def make(lazy: LazyRows) -> "nw.LazyFrame[Any]":
            names[:], rows = lazy.sql(text, tables, lambda: self.spark)
            return rows

        return names, self._made_by(make)

    def number(self, rows: "nw.LazyFrame[Any]", name: str) -> "nw.LazyFrame[Any]":
        """The rows of a scan, numbered in the order of the input from 0, in a column of that name."""
        return self._rows().number(rows, name)

    def take(self, frame: "nw.LazyFrame[Any]", rows: int, *, before: "nw.LazyFrame[Any] | None" = None) -> pa.Table:
        """The first rows of a frame, here. `before` is one that is wanted next: inputs are read for both at once.

        Raises as `publish` does for what the engine finds.
        """
        first = frame.head(rows)
        native = first.to_native()
        return native.toArrow() if isinstance(native, DataFrame) else self._rows().collect(first, before)

    def group_map(
        self,
        rows: "nw.LazyFrame[Any]",
        by: str | Sequence[str],
        function: Callable[[pa.Table], pa.Table],
        columns: str,
        *,
        order_by: str | Sequence[str] = (),
    ) -> "nw.LazyFrame[Any]":
        """What `function` makes of the rows of each group, one Arrow table each, on the engine of this run.

        `columns` are those that come out, in DDL. The rows of a group come in by `order_by`, null last, under the names
        of the frame; null is a key, and NaN is one. Raises UsageError for what is no column; who reads what comes out
        meets DataError for a group that is larger than memory, and SchemaError for a table of other columns.
        """
        keys, order = ((one,) if isinstance(one, str) else tuple(one) for one in (by, order_by))
        task = GroupMap(keys, order, function, columns)
        grouped = functions_of(rows).keyed(keys, order)
        native = grouped.to_native()
        if isinstance(native, DataFrame):
            return under_safe_names(map_frame(native, task))
        return self._rows().group_map(grouped, task)

    def map(self, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """What `function` makes of each item, in their order: in Spark's tasks, one each, or in processes here.

        For Python that makes little of much: all results come back at once. Raises what the function raises.
        """
        return self._rows().map(function, items)

    def scan(
        self,
        dataset: Dataset,
        path: str | Sequence[str],
        kernel: Kernel,
        *,
        strict: bool = False,
        look: bool = False,
    ) -> "nw.LazyFrame[Any]":
        """What `kernel` makes of the good rows of each block, or of the lines of text, as rows like those of `rows`.

        `strict` refuses text that is not valid UTF-8 as `read` does. `look` is for another look at what is read anyway:
        it stands in no books, and bad rows are left to the reading. Raises what `read` raises, and SchemaError for a
        kernel that makes other columns than it declares, when the rows are wanted.
        """
        return self._made_by(lambda lazy: lazy.scan(dataset, path, kernel, strict=strict, look=look))

    def files(self, path: str | Sequence[str]) -> tuple[Path, ...]:
        """The files of the input in the order of their paths, for a job whose workers read them by themselves.

        Like every other input they are fingerprinted, and one that changes stops the publication. Raises InputError
        for what is missing or unreadable, ClusterError when the workers do not reach them.
        """
        return self._inputs.files(path)

    def lines(self, path: str | Sequence[str], *, strict: bool = False) -> RDD[str]:
        """Lines of text as strings, for RDD programs; raises as `read` does."""
        return self._inputs.lines(path, strict=strict)

    def keep(self, name: str, data: K, level: AnyLevel | None = None, by: str | Sequence[str] = ()) -> K:
        """The same data, from now on kept: to `run.release(name)`, at the latest to the end of the run.

        Read what is given back. Its level is `level`, or else what `--level`, what conf/levels.toml or what Spark says;
        docs/caching.md has them all. `by` brings the rows of each key into one partition first: what joins and groups
        by it afterwards needs no exchange. Raises UsageError for a level that is impossible here.
        """
        columns = (by,) if isinstance(by, str) else tuple(by)
        if isinstance(data, nw.LazyFrame):
            return cast("K", self._keep_rows(name, data, level, columns))
        if isinstance(data, RDD):
            return cast("K", self._kept().rdd(name, data, level, columns))
        return cast("K", self._kept().frame(name, data, level, columns))

    def _keep_rows(
        self, name: str, rows: "nw.LazyFrame[Any]", level: AnyLevel | None, by: tuple[str, ...]
    ) -> "nw.LazyFrame[Any]":
        native = rows.to_native()
        if isinstance(native, DataFrame):
            return nw.from_native(self._kept().frame(name, native, level, by))
        if self.renews and self._lazy and name in self._lazy.kept:
            self._release_rows(self._lazy, name)
        return rows if level == NONE else self._rows().keep(name, rows, _level_name(level))

    @contextmanager
    def keeping(self, name: str, data: K, level: AnyLevel | None = None, by: str | Sequence[str] = ()) -> Iterator[K]:
        """`keep` to the end of a `with`: `with run.keeping("words", words) as words:`"""
        try:
            yield self.keep(name, data, level, by)
        except BaseException:
            with suppress(Exception):  # the JVM may have died, and the error that says so is on its way
                self._release_if_held(name)
            raise
        self._release_if_held(name)

    def _release_if_held(self, name: str) -> None:
        """It may have been released already, or be somebody else's."""
        if self._lazy and name in self._lazy.kept:
            self._release_rows(self._lazy, name)
        elif self._keeping:
            self._keeping.release_if_held(name)

    def loop(self, name: str, *, every: int = 5, level: AnyLevel | None = None, by: str | Sequence[str] = ()) -> Loop:
        """The state of an iterative job: `ranks = loop.next(better(ranks))` keeps the newest, releases the one before.

        Every `every` rounds its lineage is cut by a local checkpoint. Raises UsageError for a name that is taken.
        """
        return self._kept().loop(name, every, level, (by,) if isinstance(by, str) else tuple(by))

    def release(self, name: str) -> None:
        """Lets go of what is kept under this name. Raises UsageError when nothing is."""
        if self._lazy and name in self._lazy.kept:
            self._release_rows(self._lazy, name)
        elif self._lazy and name in self._lazy.not_kept:
            self._lazy.not_kept.remove(name)
        elif not self._session.opened:
            raise UsageError(f"nothing is kept as {name!r}")
        else:
            self._kept().release(name)

    def _release_rows(self, lazy: LazyRows, name: str) -> None:
        self._journal.keep(lazy.release(name))

    def publish(
        self,
        dataset: Dataset,
        data: "DataFrame | RDD[Any] | nw.LazyFrame[Any] | pa.Table | pd.DataFrame",
        path: str,
        *,
        partitions: Sequence[Mapping[str, Any]] | None = None,
        check: Callable[[str], None] | None = None,
        parquet: ParquetFiles | None = None,
    ) -> None:
        """All of `data` at `path`, or nothing: it appears in one step. --if-exists says what becomes of what is there.

        `partitions`, as in `[{"day": "2026-01-31"}]`, are those that replace-partitions replaces; else those in `data`.
        `check` is called with the directory in which all stands ready, and may raise: then nothing is published.
        `parquet` says how Parquet is compressed and cut into files.
        Raises OutputError, SchemaError when the columns are not the dataset's, DataError when rows are not what the
        dataset says (`not null`, `nan`, rules, key) or books do not hold, InputError when an input has changed.
        """
        if parquet and dataset.format != "parquet":
            raise UsageError(f"`parquet` is for Parquet, got {dataset.format}; leave it out")
        target = destination(path)
        check_harmless(target)
        for paths, listing in self._inputs.listed:
            check_apart(target, listing.files, paths)
        self._case.mind(dataset.schema())
        start = time.monotonic()
        with self.step(f"publish {target.name}"):
            scope = None if partitions is None else tuple(partitions)
            rules, at_rest = self._looked_at_by(dataset)
            claim = self._journal.claims.take(target)

            def last_check(version: Path) -> None:
                if check:
                    check(str(version))
                self._inputs.check_unchanged()

            terms = Terms(claim, self._journal.maker(), self._inputs.seal, last_check, at_rest, scope, rules, parquet)
            frame, write_rows = self._written_by(data, dataset, terms)
            published = publish(lambda: self.spark, frame, dataset, terms, write_rows)
        self._inputs.published(target)
        self._journal.publish(_publication(target, published, time.monotonic() - start))

    def _looked_at_by(self, dataset: Dataset) -> tuple[dict[str, Column], AtRest]:
        """The dataset's rules as Spark has them, and who looks at what is written past Spark."""
        lazy = self._lazy
        if self._spec.engine == "local" or (lazy and lazy.plan.kind == "local" and can_look(dataset, lazy.bounds.zone)):
            return {}, DuckDBAtRest(self._rows().bounds)
        rules = row_rules(self.spark, dataset.rules, dataset.schema()) if dataset.rules else {}
        return rules, SparkAtRest(lambda: self.spark, rules)

    def _written_by(
        self, data: Any, dataset: Dataset, terms: Terms
    ) -> tuple[DataFrame | RDD[Any] | None, Callable[[Path], int] | None]:
        """The rows as Spark has them, if it has to, and who writes them, where that is not Spark."""
        run_id = terms.maker.run_id
        if isinstance(data, nw.LazyFrame):
            native = data.to_native()
            if isinstance(native, DataFrame):
                is_kept = self._keeping is not None and self._keeping.has_given(native)
                return (in_order(native) if is_kept else native).toDF(*dataset.schema().names), None
            if dataset.format == "parquet" and not dataset.partition_by:
                return None, partial(self._rows().write, data, dataset, run_id=run_id, parquet=terms.parquet)
            return self._written_by(self._rows().table(data, dataset), dataset, terms)
        if is_pandas(data):
            data = table_of_pandas(data, dataset)
        if isinstance(data, pa.Table):
            return self._written_from(exact_table(data, dataset), dataset, terms)
        if not isinstance(data, DataFrame | RDD):
            raise UsageError(f"what is published is a frame, an RDD or a table, got {type(data).__name__}")
        return data, None

    def _written_from(
        self, table: pa.Table, dataset: Dataset, terms: Terms
    ) -> tuple[DataFrame | None, Callable[[Path], int] | None]:
        columns = from_arrow_schema(table.schema, prefer_timestamp_ntz=True)
        if not is_written_here(table, dataset):
            return self.spark.createDataFrame(table, columns), None
        check_columns(names_and_types(columns), dataset)
        return None, partial(write_table, table, dataset, run_id=terms.maker.run_id, parquet=terms.parquet)

    def published(self, dataset: Dataset, path: str) -> DataFrame:
        """The rows of the version that is now at `path`, as Spark's own reader has them."""
        self._case.mind(dataset.schema())
        return read_back(self.spark, dataset, destination(path))

    def head(self, dataset: Dataset, path: str, rows: int) -> pa.Table:
        """The first rows of the version that is now at `path`, for `show`; read without Spark."""
        return self._inputs.head(dataset, path, rows)

    def warn(self, text: str) -> None:
        """A sentence that the person should read: on the terminal below the summary, and in the report."""
        self._journal.warn(text)

    def note(self, **facts: Any) -> None:
        """Facts for the report and for the line of summary: `run.note(words=8)`."""
        self._journal.note(facts)

    def show(
        self,
        title: str,
        data: "DataFrame | RDD[Any] | pa.Table | nw.LazyFrame[Any]",
        rows: int,
        columns: Sequence[str] = (),
        *,
        lines: int | None = None,
    ) -> None:
        """The first `rows` of `data` as a table on the terminal and in the report; on the terminal `lines` of them."""
        if isinstance(data, nw.LazyFrame):
            with self.step(title):
                data = self.take(data, min(rows, MOST_ROWS))
        if isinstance(data, pa.Table):
            cells = (column.to_pylist() for column in data.slice(0, rows).columns)
            names, taken = tuple(columns or data.column_names), list(zip(*cells, strict=True))
        else:
            with self.step(title):
                taken = [tuple(row) for row in data.take(min(rows, MOST_ROWS))]
            names = tuple(columns) or (tuple(data.columns) if isinstance(data, DataFrame) else ())
        self._journal.show(model.Table(title, names, taken, lines))

    def expression(self, sql: str) -> Column:
        """The column of an SQL expression that came from outside: a command line, a file.

        Raises UsageError when it reaches beyond its columns; `run.spark.sql` stays plain Spark.
        """
        return restricted_expression(self.spark, sql)

    def where(self, rows: DataFrame, sql: str, names: Sequence[str] = ()) -> DataFrame:
        """The rows for which an SQL condition from outside, a job's `--where`, is true.

        `names` are the columns that a person could name, if `rows` has only some of them. Raises UsageError for what is
        no condition over the columns, or reaches beyond them.
        """
        return filter_rows(rows, self.expression(sql), "--where", sql, names or rows.columns)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Spark jobs inside bear this name, in Spark's UI and event log, on the terminal and in the report."""
        with self._journal.step(name):
            yield
        if self._keeping:
            self._keeping.look()

    def hints(self) -> list[Hint]:
        """How the inputs seem to be written, where they were read in another way; for whoever opened the run."""
        return self._inputs.hints()

    def begin_again(self, broken: GuessError) -> None:
        """Forgets what the job has done so far; for whoever opened the run, who calls it again.

        Raises `broken` where something is published already, or no wider type is known.
        """
        if self.report.publishes:
            raise broken
        self._start_over(self._inputs.begin_again(broken))

    def _start_over(self, told: list[str]) -> None:
        self._case.give_back()  # who reads again is told again
        self._close_rows()
        if self._keeping:
            self._keeping.release_all()
        self._journal.begin_again(told)

    def _close_rows(self) -> None:
        if self._lazy:
            self._lazy.close()
            self._lazy = None

    def balance(self) -> None:
        """Holds what was read against what is allowed, for whoever opened the run. Raises as `publish` does."""
        self._inputs.balance()

    def settle(self) -> None:
        """Releases what is kept and completes the record; for whoever opened the run.

        Raises nothing: what was published is published, and an incomplete record is said to be one.
        """
        steps = (
            self._settle_kept,
            self._check_kept_inputs,
            self._count_reads,
            self._inputs.close,
            self._close_rows,
            self._case.give_back,
        )
        for complete in steps:
            try:
                complete()
            except Exception as why:
                self.warn(f"the report is not complete: {type(why).__name__}: {why}")

    def _settle_kept(self) -> None:
        if self._lazy:
            for name in list(self._lazy.kept):
                self._release_rows(self._lazy, name)
        if self._keeping:
            self._keeping.settle()
        else:
            for keep in self.report.keeps:
                self._warn_all(keep_warnings(keep))
            self._warn_all(unkept_levels(self._ranked, ()))

    def _check_kept_inputs(self) -> None:
        if self._keeping:
            self._keeping.check_inputs(self._inputs.check_unchanged)

    def remember(self) -> None:
        """Leaves to later runs what this one measured of what it kept; for whoever opened it, when all went well."""
        try:
            if self._keeping:
                self._keeping.remember()
        except OSError as why:
            place = f"{why.filename} cannot be written: {why.strerror}"
            self.warn(f"what was measured is not remembered, since {place}")
        except Exception as why:
            self.warn(f"what was measured is not remembered: {type(why).__name__}: {why}")

    def _count_reads(self) -> None:
        self._inputs.count(self._keeping.reading_seconds if self._keeping else None)
        self._warn_all(read_warnings(self.report.reads))

    def _warn_all(self, warnings: Iterable[str]) -> None:
        for warning in warnings:
            self.warn(warning)


def _level_name(level: AnyLevel | None) -> str:
    if level is None or isinstance(level, str):
        return level or ""
    return level.name if isinstance(level, Level) else name_of(level)


def _publication(target: Path, published: Published, seconds: float) -> model.Publication:
    sizes = [file.bytes for file in published.files]
    return model.Publication(
        path=str(target),
        format=published.manifest.format,
        rows=sum(file.rows for file in published.files),
        files=len(sizes),
        bytes=sum(sizes),
        seconds=seconds,
        smallest_bytes=min(sizes, default=0),
        largest_bytes=max(sizes, default=0),
        version_rows=published.manifest.rows,
    )
