"""Of rows that share a key the least is taken, on both engines, whatever order they come in; held to Python."""

import math
import random
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from hotset import UsageError
from hotset.rows import functions

NAN = math.nan
BOTH = ("DuckDB", pytest.param("Spark", marks=pytest.mark.thorough))
SCHEMA = pa.schema([("best", pa.string()), ("times", pa.int64()), ("x", pa.float64()), ("n", pa.int32())])
CHOICES: dict[str, list[Any]] = {
    "best": [None, "a", "b"],
    "times": [1, 2],
    "x": [None, NAN, -0.0, 0.0, 1.5, math.inf],
    "n": [None, -1, 0, 1],
}


def frame_of(engine: str, table: pa.Table, spark: SparkSession) -> nw.LazyFrame[Any]:
    if engine == "Spark":
        return nw.from_native(spark.createDataFrame(table))
    connection = duckdb.connect()
    connection.register("rows", table)
    return nw.from_native(connection.table("rows"))


def rows_of(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    native: Any = frame.to_native()
    table = native.to_arrow_table() if frame.implementation.is_duckdb() else native.toArrow()
    return [tuple(map(told, row.values())) for row in table.to_pylist()]


def told(value: Any) -> Any:
    """NaN that equals itself; 0.0 for -0.0."""
    return "NaN" if value != value else value + 0.0 if isinstance(value, float) else value


def rank(value: Any) -> tuple[bool, bool, Any]:
    """Null behind NaN, and that behind every number."""
    odd = value is None or value != value
    return value is None, odd, 0 if odd else told(value)


def python_rows(rows: list[dict[str, Any]], keys: list[str]) -> list[tuple[Any, ...]]:
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(told(row[name]) for name in keys), []).append(row)
    others = [name for name in SCHEMA.names if name not in keys]
    least = [min(group, key=lambda row: [rank(row[name]) for name in others]) for group in groups.values()]
    return [(*map(told, one.values()), len(group) - 1) for one, group in zip(least, groups.values(), strict=True)]


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("keys", [["best", "times"], ["x"], ["n", "best"], list(SCHEMA.names)], ids="-".join)
def test_the_least_row_of_each_key_is_taken(spark: SparkSession, engine: str, keys: list[str]) -> None:
    chance = random.Random(7)
    rows = [{name: chance.choice(values) for name, values in CHOICES.items()} for _ in range(60)]
    f = functions.of(frame_of(engine, pa.Table.from_pylist(rows, SCHEMA), spark))

    found = rows_of(f.drop_duplicates(keys, "copies"))

    assert sorted(found, key=repr) == sorted(python_rows(rows, keys), key=repr)


@pytest.mark.parametrize("engine", BOTH)
def test_of_no_rows_none_is_taken(spark: SparkSession, engine: str) -> None:
    frame = frame_of(engine, SCHEMA.empty_table(), spark)

    taken = functions.of(frame).drop_duplicates(["n"], "copies")

    assert rows_of(taken) == []
    assert taken.collect_schema().names() == [*SCHEMA.names, "copies"]


def test_what_cannot_be_told_apart_is_refused(spark: SparkSession) -> None:
    f = functions.of(frame_of("DuckDB", pa.table({"k": [1], "l": [[1]]}), spark))

    with pytest.raises(UsageError, match="duplicates cannot be told apart: 'l' has no order; select the others first"):
        f.drop_duplicates(["k"], "copies")
    with pytest.raises(UsageError, match="there is no key; name a column"):
        functions.of(frame_of("DuckDB", pa.table({"k": [1]}), spark)).drop_duplicates([], "copies")
    with pytest.raises(UsageError, match="two columns of one name, got 'k'"):
        f.drop_duplicates(["k"], "k")
