"""Spark's types in DuckDB's words."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from hotset.errors import UsageError

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

SIMPLE: Mapping[type[DataType], str] = {
    BinaryType: "BLOB",
    BooleanType: "BOOLEAN",
    ByteType: "TINYINT",
    DateType: "DATE",
    DoubleType: "DOUBLE",
    FloatType: "FLOAT",
    IntegerType: "INTEGER",
    LongType: "BIGINT",
    ShortType: "SMALLINT",
    StringType: "VARCHAR",
    TimestampNTZType: "TIMESTAMP",
    TimestampType: "TIMESTAMPTZ",
}
IN_DUCKDB = {kind().simpleString(): shown for kind, shown in SIMPLE.items()}
IN_SPARK = {
    **{shown: name for name, shown in IN_DUCKDB.items()},
    "HUGEINT": "bigint",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
NO_COLUMN = '1 AS "(row)"'  # of rows that are only counted; no column has such a name
GLOB = frozenset("*?[]{}")  # signs of a pattern
NESTED: Mapping[type[DataType], Callable[..., str]] = {
    DecimalType: lambda kind: f"DECIMAL({kind.precision}, {kind.scale})",
    ArrayType: lambda kind: f"{duckdb_type(kind.elementType)}[]",
    MapType: lambda kind: f"MAP({duckdb_type(kind.keyType)}, {duckdb_type(kind.valueType)})",
    StructType: lambda kind: _struct(kind),
}


def duckdb_type(kind: DataType) -> str:
    """The type in DuckDB's SQL. Raises UsageError where DuckDB has none."""
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    if type(kind) in NESTED:
        return NESTED[type(kind)](kind)
    raise UsageError(f"DuckDB has no type for {kind.simpleString()}")


def _struct(kind: StructType) -> str:
    if len({one.name.casefold() for one in kind.fields}) < len(kind.fields):
        raise UsageError(f"DuckDB has no fields that differ in case only, as in {kind.simpleString()}")
    return f"STRUCT({', '.join(f'{identifier(one.name)} {duckdb_type(one.dataType)}' for one in kind.fields)})"


def spark_type(kind: "DuckDBPyType") -> str:
    """DuckDB's type in Spark's words; integers of 128 bits are checked to fit 64 when they are written."""
    shown, name = str(kind), kind.id
    if name == "decimal":
        return shown.lower()
    if name not in ("list", "map", "struct"):
        return IN_SPARK.get(shown, shown)
    inner: list[tuple[str, Any]] = kind.children
    if name == "struct":
        return f"struct<{','.join(f'{field}:{spark_type(one)}' for field, one in inner)}>"
    return f"{'array' if name == 'list' else 'map'}<{','.join(spark_type(one) for _, one in inner)}>"


def list_files(paths: Iterable[Path]) -> str | None:
    """The files as DuckDB's readers take them; None where DuckDB would take a name for a pattern."""
    texts = [*map(str, paths)]
    return None if any(GLOB & set(text) for text in texts) else f"[{', '.join(map(quote, texts))}]"


def identifier(name: str) -> str:
    """The name as DuckDB's SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def typed_cells(columns: Mapping[str, str], names: Iterable[str] = ()) -> str:
    """SQL of columns in their types, under their own names or others."""
    named = zip(columns.items(), [*names] or columns, strict=True)
    return ", ".join(f"CAST({identifier(column)} AS {kind}) AS {identifier(name)}" for (column, kind), name in named)


def quote(text: str) -> str:
    """The text as DuckDB's SQL has it."""
    return "'" + text.replace("'", "''") + "'"
