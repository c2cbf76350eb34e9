"""What a run on DuckDB keeps: the rows of a frame, made once, and read from then on out of files that are mapped.

They are made when somebody first reads them. Where that is a publication of just these rows as Parquet, the published
file is what is kept, by a hard link, and nothing is made twice. What is larger than the bound is not kept: every reader
makes it again, and the report says so.
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from hotset.report import model
from hotset.rows.duckdb_types import quote, typed_cells
from hotset.rows.node import NodeResult, Source
from hotset.rows.staging import SUFFIX, write_arrow

LEVEL = "ARROW"  # of storage, beside those of Spark
Frame = nw.LazyFrame[Any]
Make = Callable[[str, Path], NodeResult]


@dataclass(eq=False)
class KeptRows:
    """One kept frame: `given` makes its rows, `frame` reads them from a table of the catalog.

    `columns` are its own, by the names that engines know them by, with their types in DuckDB.
    """

    name: str
    table: str
    given: Frame
    frame: Frame
    sql: str
    columns: Mapping[str, str]
    directory: Path
    asked: str = ""
    source: Source | None = None  # once they are made
    rows: int | None = None
    build_seconds: float | None = None
    reads: int = 0
    too_large: bool = False
    since: float = field(default_factory=time.monotonic)

    @property
    def is_made(self) -> bool:
        return self.source is not None

    @property
    def select(self) -> str:
        """SQL of the rows, in the types that the columns have in the catalog."""
        return f"SELECT {typed_cells(self.columns)} FROM ({self.sql})"

    def bind(self, make: Make) -> Source:
        """Where readers find the rows. `make` writes them to a directory as Arrow; too many give no schema."""
        if self.source is None and not self.too_large:
            started = time.monotonic()
            self.directory.mkdir(parents=True)
            made = make(self.select, self.directory)
            self.build_seconds = time.monotonic() - started
            if made.schema is None:
                self.too_large = True
            else:
                self._keep(made.rows, made.schema)
        return self.source or Source(self.table, (self.select,))

    def store(self, table: pa.Table, seconds: float) -> None:
        """The rows are here already: they were made for somebody in the driver."""
        self.directory.mkdir(parents=True)
        named = table.rename_columns([*self.columns])
        write_arrow(named, self.directory)
        self.build_seconds, self.reads = seconds, self.reads + 1
        self._keep(named.num_rows, named.schema)

    def link(self, file: Path, names: Sequence[str], rows: int) -> None:
        """The rows were written to this file as Parquet, in columns with these names: it is what is kept now."""
        self.reads += 1
        with suppress(OSError):  # another file system: then they are made when they are wanted again
            os.link(file, self._link)
            cells = typed_cells(dict(zip(names, self.columns.values(), strict=True)), [*self.columns])
            self.source = Source(self.table, (f"SELECT {cells} FROM read_parquet([{quote(str(self._link))}])",))
            self.rows = rows

    @property
    def cost_nothing(self) -> bool:
        """Whether nothing was made for it, and nobody has read it twice."""
        return self.reads == 1 and self.build_seconds is None

    def remove(self) -> None:
        """The files; the rows are as if they had not been kept."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self._link.unlink(missing_ok=True)

    def line(self) -> model.Keep:
        """For the report."""
        files = [self._link] if self._link.exists() else [*self.directory.glob(f"*{SUFFIX}")]
        return model.Keep(
            name=self.name,
            kind="rows",
            level=LEVEL,
            partitions=1,
            partitions_stored=int(self.is_made),
            rows=self.rows,
            memory_bytes=0,
            disk_bytes=sum(file.stat().st_size for file in files),
            seconds=time.monotonic() - self.since,
            asked=self.asked,
            build_seconds=self.build_seconds,
            reads=self.reads,
            full_reads=self.reads,
        )

    def _keep(self, rows: int, schema: pa.Schema) -> None:
        self.rows = rows
        self.source = Source(self.table, staged=self.directory, schema=schema, columns=tuple(self.columns))

    @property
    def _link(self) -> Path:
        return self.directory.with_suffix(".parquet")
