"""Spark's types in DuckDB's words."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

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
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from hotset.errors import UsageError

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
    StructType: lambda kind: (
        f"STRUCT({', '.join(f'{identifier(one.name)} {duckdb_type(one.dataType)}' for one in kind.fields)})"
    ),
}


def duckdb_type(kind: DataType) -> str:
    """The type in DuckDB's SQL. Raises UsageError where DuckDB has none."""
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    if type(kind) in NESTED:
        return NESTED[type(kind)](kind)
    raise UsageError(f"DuckDB has no type for {kind.simpleString()}; leave out --engine local")


def spark_type(kind: str) -> str:
    """A type as DuckDB shows it, in Spark's words; integers of 128 bits are checked to fit 64 when they are written."""
    if kind.endswith("[]"):
        return f"array<{spark_type(kind[:-2])}>"
    if kind.startswith("DECIMAL"):
        return kind.lower()
    return IN_SPARK.get(kind, kind)


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
