"""Run SQL on one machine by DuckDB, with a bound of memory and a place to spill: in this process, or in a Spark task.

Everything that it needs is in a `NodeQuery`, which pickles; the sources are bound where it runs.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from hotset.data.parquet_files import ParquetFiles
from hotset.data.writing import nth_part
from hotset.errors import NO_ROOM, DataError, HotsetError, ResourceError
from hotset.rows.duckdb_types import NO_COLUMN, identifier, quote
from hotset.rows.plan import FEW_ROWS, SORTED
from hotset.rows.staging import SUFFIX, staged_dataset

if TYPE_CHECKING:
    import duckdb

KEPT_BATCH_ROWS = 128 * 1024
ROW_GROUP = 122_880  # rows, DuckDB's own
THREAD_BYTES = 125_000_000  # below it for each thread, DuckDB gives up where fewer would have spilled and gone on
OUT_OF_RANGE = ("OutOfRangeException", "ConversionException")


@dataclass(frozen=True)
class Source:
    """A table of the query: SQL over files, and staged Arrow files with their schema."""

    name: str
    relations: tuple[str, ...] = ()
    staged: Path | None = None
    schema: pa.Schema | None = None
    columns: tuple[str, ...] = ()  # of the staged files, those that the query wants
    broken: str = ""  # SQL that is true of rows that are set aside
    unread: Mapping[str, str] = field(default_factory=dict)  # column -> type: those that the query names in passing


@dataclass(frozen=True)
class Bounds:
    """What a query may use; `spill` is a directory for what does not fit into memory."""

    memory_bytes: int
    threads: int
    spill: Path
    zone: str
    kept_bytes: int  # of a set that is kept


@dataclass(frozen=True)
class NodeQuery:
    """`sql` over the sources; with a `target` its rows are written to that Parquet file, else they come back. They are
    written to files beside it as well, where `parquet` says how many rows a file holds.

    With `arrow` they are written to an Arrow file in that directory, unless they are more than may be kept.
    `ordered`: they have an order, which stays. Others are sorted by all columns where they are few, so that a small
    answer is the same file whenever it is made. `names` are those of the columns, where DuckDB takes two for one.
    """

    sql: str
    sources: tuple[Source, ...]
    bounds: Bounds
    target: Path | None = None
    arrow: Path | None = None
    ordered: bool = False
    names: tuple[str, ...] = ()
    parquet: ParquetFiles = field(default_factory=ParquetFiles)


@dataclass(frozen=True)
class NodeResult:
    """The rows that were written, or the rows themselves; the schema of those that were written as Arrow."""

    rows: int
    table: pa.Table | None = None
    schema: pa.Schema | None = None


class OutOfMemoryError(Exception):
    """Neither the bound of memory nor the room to spill is enough."""


class EngineError(Exception):
    """DuckDB's own words for what went wrong; `kind` is the name of its exception."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text


def run_query(query: NodeQuery) -> NodeResult:
    """Raises OutOfMemoryError, EngineError, and OSError where the disk is full."""
    with open_database(query.bounds) as database:
        database.execute(f"SET preserve_insertion_order = {str(query.ordered).lower()}")
        for source in query.sources:
            _bind(database, source)
        if query.arrow is not None:
            return _keep(database, query, query.arrow)
        return _fetch(database, query) if query.target is None else _write(database, query, query.target)


def answer_query(query: NodeQuery) -> NodeResult | Exception:
    """For a Spark task: errors of the engine are an answer, or it would be run again, and they made a text."""
    try:
        return run_query(query)
    except (OutOfMemoryError, EngineError, OSError) as why:
        return why


@contextmanager
def open_database(bounds: Bounds) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A database within the bounds. Raises OutOfMemoryError, EngineError, and OSError where the disk is full."""
    import duckdb  # not in every command

    with _plain_errors(), duckdb.connect(config=_settings(bounds)) as database:
        database.execute(f"SET TimeZone = {quote(bounds.zone)}")
        yield database


def _keep(database: "duckdb.DuckDBPyConnection", query: NodeQuery, directory: Path) -> NodeResult:
    """Without a schema where the rows are more than the bound allows: then nothing is left of them."""
    draft, rows = directory / f"rows.{os.getpid()}", 0
    reader = database.sql(query.sql).to_arrow_reader(KEPT_BATCH_ROWS)
    with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
            if file.tell() > query.bounds.kept_bytes:
                draft.unlink()
                return NodeResult(rows)
    draft.rename(directory / f"rows{SUFFIX}")
    return NodeResult(rows, schema=reader.schema)


def _fetch(database: "duckdb.DuckDBPyConnection", query: NodeQuery) -> NodeResult:
    table: pa.Table = database.sql(query.sql).to_arrow_table()
    if not query.ordered and table.num_rows <= FEW_ROWS:
        database.register("few", table)
        table = database.sql(f"SELECT * FROM few {SORTED}").to_arrow_table()
    return NodeResult(table.num_rows, table.rename_columns(query.names) if query.names else table)


def _write(database: "duckdb.DuckDBPyConnection", query: NodeQuery, target: Path) -> NodeResult:
    codec = f"COMPRESSION {query.parquet.compression}"
    if query.parquet.rows_per_file:
        return NodeResult(_write_several(database, query, target, codec))
    rows = _copy(database, query.sql, target, codec)
    if not query.ordered and 1 < rows <= FEW_ROWS:
        unsorted = target.with_suffix(".unsorted")
        target.rename(unsorted)
        database.execute("SET preserve_insertion_order = true")
        _copy(database, f"SELECT * FROM read_parquet({quote(str(unsorted))}) {SORTED}", target, codec)
        unsorted.unlink()
    if query.names:
        _rename(target, query.names, query.parquet)
    return NodeResult(rows)


def _write_several(database: "duckdb.DuckDBPyConnection", query: NodeQuery, first: Path, codec: str) -> int:
    """rows written to `first` and files beside it, of whole row groups; rows in an order keep it."""
    groups = -(-query.parquet.rows_per_file // ROW_GROUP)
    size = -(-query.parquet.rows_per_file // groups)
    directory = first.with_suffix(".several")
    rows = _copy(database, query.sql, directory, codec, f"ROW_GROUPS_PER_FILE {groups}", f"ROW_GROUP_SIZE {size}")
    files = sorted(directory.iterdir(), key=lambda file: int(file.stem.removeprefix("data_")))
    for number, file in enumerate(files):
        target = file.rename(nth_part(first, number))
        if query.names:
            _rename(target, query.names, query.parquet)
    directory.rmdir()
    return rows


def _rename(target: Path, names: tuple[str, ...], parquet: ParquetFiles) -> None:
    """Gives the columns of a file other names."""
    draft = target.with_suffix(".named")
    with pq.ParquetFile(target) as file:
        schema = pa.schema([field.with_name(name) for field, name in zip(file.schema_arrow, names, strict=True)])
        with pq.ParquetWriter(draft, schema, compression=parquet.codec) as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch.rename_columns(names))
    draft.rename(target)


def _copy(database: "duckdb.DuckDBPyConnection", sql: str, target: Path, *options: str) -> int:
    how = ", ".join(("FORMAT parquet", *options))
    written = database.execute(f"COPY ({sql}) TO {quote(str(target))} ({how})").fetchone()
    assert written is not None, "COPY says how many rows it wrote"
    return int(written[0])


def _settings(bounds: Bounds) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": f"{bounds.memory_bytes}B",
        "threads": max(1, min(bounds.threads, bounds.memory_bytes // THREAD_BYTES)),
        "temp_directory": str(bounds.spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _bind(database: "duckdb.DuckDBPyConnection", source: Source) -> None:
    relations = [*source.relations]
    if source.staged is not None:
        assert source.schema is not None, "staged rows have one"
        arrow = f"{source.name}_arrow"
        database.register(arrow, staged_dataset(source.staged, source.schema))
        columns = ", ".join(map(identifier, source.columns))
        relations.append(f"SELECT {columns or NO_COLUMN} FROM {identifier(arrow)}")
    columns = ", ".join(["*", *(f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in source.unread.items())])
    rows, where = " UNION ALL ".join(relations), f" WHERE NOT ({source.broken})" if source.broken else ""
    database.execute(f"CREATE VIEW {identifier(source.name)} AS SELECT {columns} FROM ({rows}){where}")


@contextmanager
def _plain_errors() -> Iterator[None]:
    """DuckDB's exceptions do not pickle, and say the same thing in several classes."""
    import duckdb

    try:
        yield
    except RuntimeError as why:
        if "Query interrupted" in str(why):  # by a signal, whose handler DuckDB has called
            raise KeyboardInterrupt from None
        raise
    except duckdb.OutOfMemoryException as why:
        raise OutOfMemoryError(_first_line(why)) from None
    except duckdb.Error as why:
        if any(sign in str(why) for sign in NO_ROOM):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise EngineError(type(why).__name__, str(why)) from None


def _first_line(why: BaseException) -> str:
    return str(why).strip().partition("\n")[0]


def explain_memory(why: OutOfMemoryError) -> ResourceError:
    """Where Spark is not to be asked."""
    return ResourceError(f"out of memory: {why}; give more with --memory, 128MB at least, or leave out --engine local")


def judge(why: EngineError) -> HotsetError:
    """What DuckDB says of values is for a person; the rest is ours to mend."""
    line = why.text.strip().partition("\n")[0]
    if why.kind in OUT_OF_RANGE:
        return DataError(f"a value does not fit its type: {line}; declare a wider one, as --types NAME=decimal(38,0)")
    return HotsetError(f"DuckDB refused a query: {line}; please report it, with the log")
