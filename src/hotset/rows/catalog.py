"""The tables of a run as the driver knows them: their columns and no row, so that a plan can be made and looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa
from pyspark.sql.types import StructType

from hotset.rows.duckdb_types import duckdb_type, identifier, quote
from hotset.rows.names import safe_names
from hotset.rows.plan import SORTED

# With them, a plan does not show which columns a table is read with: filters would stand in the scan, and a table that
# is known to be empty would not be read at all.
HIDING = "filter_pushdown,statistics_propagation,empty_result_pullup"


class Catalog:
    """Empty tables."""

    def __init__(self, zone: str) -> None:
        import duckdb  # not in every command

        self._database = duckdb.connect()
        self._explained: dict[str, Explained] = {}
        self._database.execute(f"SET TimeZone = {quote(zone)}")
        self._database.execute(f"SET disabled_optimizers = '{HIDING}'")

    def add(self, name: str, schema: StructType) -> nw.LazyFrame[Any]:
        """The table, under names that engines take. Raises UsageError for a type that DuckDB does not have."""
        safe = safe_names(schema.names)
        return self.create(name, {safe[one.name]: duckdb_type(one.dataType) for one in schema.fields})

    def create(self, name: str, columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """The table, of columns with their types in DuckDB."""
        named = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns.items())
        self._database.execute(f"CREATE TABLE {identifier(name)} ({named})")
        return nw.from_native(self._database.table(name))

    def query(self, sql: str) -> nw.LazyFrame[Any]:
        """The rows of a query over these tables."""
        return nw.from_native(self._database.sql(sql))

    def sort(self, table: pa.Table) -> pa.Table:
        """A few rows by all columns, null last, as a query that has no order gives them."""
        self._database.register("few", table)
        rows = self._database.sql(f"SELECT * FROM few {SORTED}").to_arrow_table()
        self._database.unregister("few")
        return rows

    def explain(self, sql: str) -> "Explained":
        """How DuckDB would execute the query; asked once for each text, since no table ever changes."""
        if sql not in self._explained:
            self._explained[sql] = self._explain(sql)
        return self._explained[sql]

    def _explain(self, sql: str) -> "Explained":
        found = self._database.execute(f"EXPLAIN (FORMAT json) {sql}").fetchone()
        assert found is not None, "EXPLAIN has one row"
        root: dict[str, Any] = json.loads(found[1])[0]
        return Explained(_columns_used(root), _is_ordered(root))


@dataclass(frozen=True)
class Explained:
    """table -> the columns of it that a query reads; and whether its rows come in an order."""

    used: Mapping[str, set[str]]
    ordered: bool


def _columns_used(root: dict[str, Any]) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += node["children"]
        if node["name"].strip() == "SEQ_SCAN":
            facts = node["extra_info"]
            columns = facts.get("Projections", [])
            table = facts["Table"].rpartition(".")[2]
            used.setdefault(table, set()).update([columns] if isinstance(columns, str) else columns)
    return used


def _is_ordered(root: dict[str, Any]) -> bool:
    """Whether nothing but projections and limits stands above the sorting."""
    node = root
    while node["children"] and node["name"].strip() in ("PROJECTION", "LIMIT", "STREAMING_LIMIT"):
        node = node["children"][0]
    return node["name"].strip() in ("ORDER_BY", "TOP_N")


def sql_of(frame: nw.LazyFrame[Any]) -> str:
    """The query that makes the rows of the frame, whose native side is a relation of DuckDB's."""
    return str(frame.to_native().sql_query())
