"""Rows that a function of Python's makes of groups, for a run on DuckDB: made once, when somebody first reads them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hotset.rows.duckdb_types import identifier, typed_cells
from hotset.rows.group_map import PARTS_PER_CORE, GroupMap, MapGroups, known_schema, split_groups
from hotset.rows.node import Bounds, NodeResult, Source

Make = Callable[[str, Path], NodeResult]
MapAll = Callable[[MapGroups], None]


@dataclass(eq=False)
class MappedRows:
    """`sql` makes the rows that go in, with `columns` of these types in DuckDB; `table` is what comes out.

    `known` are the columns that come out, by the names that the engine knows them by.
    """

    table: str
    sql: str
    columns: dict[str, str]
    known: tuple[str, ...]
    task: GroupMap
    directory: Path
    bounds: Bounds
    source: Source | None = None  # once they are made

    def bind(self, make: Make, map_all: MapAll) -> Source:
        """Where readers find what came out. `make` writes rows to a directory as Arrow, `map_all` does all parts."""
        if self.source is None:
            groups, made = self.directory / "groups", self.directory / "made"
            groups.mkdir(parents=True)
            made.mkdir()
            self._map(make(self._by_group, groups), groups, made, map_all)
            shutil.rmtree(groups)
            schema = known_schema(self.task.columns, self.known)
            self.source = Source(self.table, staged=made, schema=schema, columns=self.known)
        return self.source

    def _map(self, rows: NodeResult, groups: Path, made: Path, map_all: MapAll) -> None:
        assert rows.schema is not None, "there is no bound of what is written"
        names = tuple(self.columns)
        cores = self.bounds.threads
        parts = split_groups(groups, rows.schema, names, self.task.by, cores * PARTS_PER_CORE)
        task = replace(self.task, most_bytes=self.bounds.memory_bytes // cores)
        work = MapGroups(groups, rows.schema, names, made, self.known, parts, task)
        map_all(work)

    @property
    def _by_group(self) -> str:
        """SQL of the rows, those of a group one after the other."""
        order = ", ".join(f"{identifier(name)} NULLS LAST" for name in (*self.task.by, *self.task.order_by))
        return f"SELECT {typed_cells(self.columns)} FROM ({self.sql}) ORDER BY {order}"
