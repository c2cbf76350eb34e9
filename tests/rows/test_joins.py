"""Rows that meet: each pair of types, on both engines, held to what Python's own == says of the values."""

from decimal import Decimal
from itertools import product
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from hotset import UsageError
from hotset.rows import functions
from hotset.rows.joins import Meeting, can_meet

NAN, INF = float("nan"), float("inf")
BOTH = ("DuckDB", pytest.param("Spark", marks=pytest.mark.thorough))  # Spark compiles each for seconds
Table = dict[str, tuple[pa.DataType, list[Any]]]
VALUES: Table = {
    "i8": (pa.int8(), [0, 1, -1, 127, None]),
    "i64": (pa.int64(), [0, 1, 127, 2**53 + 1, 2**63 - 1, -(2**63), None]),
    "f32": (pa.float32(), [0.0, 1.0, 0.5, NAN, INF, None]),
    "f64": (pa.float64(), [-0.0, 1.0, 1.5, 2.0**53, 2.0**63, -(2.0**63), NAN, -INF, None]),
    "d2": (pa.decimal128(10, 2), [Decimal("1.00"), Decimal("1.50"), Decimal("127.00"), None]),
    "d30": (pa.decimal128(38, 30), [Decimal(1), Decimal("1.5"), Decimal("1.5") + Decimal(10) ** -30, None]),
    "d38": (pa.decimal128(38, 0), [Decimal(1), Decimal(10) ** 37, Decimal(2**63 - 1), None]),
}


@pytest.fixture
def frames(request: pytest.FixtureRequest) -> Any:
    """A function that gives two frames of an engine."""

    def make(engine: str, left: pa.Table, right: pa.Table) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
        if engine == "DuckDB":
            connection = duckdb.connect()
            connection.register("one", left)
            connection.register("other", right)
            return nw.from_native(connection.table("one")), nw.from_native(connection.table("other"))
        spark: SparkSession = request.getfixturevalue("spark")
        return nw.from_native(spark.createDataFrame(left)), nw.from_native(spark.createDataFrame(right))

    return make


def rows_of(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    native: Any = frame.to_native()
    table: pa.Table = native.to_arrow_table() if frame.implementation.is_duckdb() else native.toArrow()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def meet(one: nw.LazyFrame[Any], other: nw.LazyFrame[Any], **on: str) -> Meeting:
    return functions.of(one).meet(other, on)


def is_met(one: Any, other: Any) -> bool:
    return one is not None and (one == other or (one != one and other is not None and other != other))


@pytest.mark.parametrize("engine", BOTH)
def test_values_meet_where_python_calls_them_equal(frames: Any, engine: str) -> None:
    columns = {name: pa.array(values, kind) for name, (kind, values) in VALUES.items()}
    for one, other in product(VALUES, VALUES):
        if {one[0], other[0]} == {"f", "d"}:  # 0.1 as a decimal has fifty-five digits
            continue
        left, right = (pa.table({"k": columns[name], "n": range(len(columns[name]))}) for name in (one, other))

        met = rows_of(meet(*frames(engine, left, right), k="k").join(names=["k", "n", "m"]))

        pairs = product(enumerate(VALUES[one][1]), enumerate(VALUES[other][1]))
        expected = [(n, m) for (n, value), (m, another) in pairs if is_met(value, another)]
        assert sorted((row["n"], row["m"]) for row in met) == expected, (one, other)


@pytest.mark.parametrize("engine", BOTH)
def test_keys_of_full_and_right_joins_are_of_the_side_that_has_one(frames: Any, engine: str) -> None:
    left = pa.table({"k": pa.array([1, 2], pa.int32()), "key": ["a", "b"]})
    right = pa.table({"id": pa.array([Decimal("2.00"), Decimal("3.50")]), "key": ["x", "y"]})

    meeting = meet(*frames(engine, left, right), k="id")

    rows = {how: sorted(map(tuple, map(dict.values, rows_of(meeting.join(how))))) for how in ("right", "full")}
    assert rows["right"] == [(Decimal("2.00"), "b", "x"), (Decimal("3.50"), None, "y")]
    assert rows["full"] == [(Decimal(1), "a", None), *rows["right"]]
    assert meeting.join("full").collect_schema().names() == ["k", "key", "key_right"]


@pytest.mark.parametrize("engine", BOTH)
def test_rows_of_each_key_are_counted_without_nulls(frames: Any, engine: str) -> None:
    left = pa.table({"a": [1, 1, None, 2], "b": [1.0, 1.0, 1.0, -0.0]})
    right = pa.table({"a": [1.0, 1.5, NAN], "b": [1.0, 1.0, 1.0]})

    meeting = meet(*frames(engine, left, right), a="a", b="b")

    counts = [sorted(tuple(row.values()) for row in rows_of(side.counts())) for side in (meeting.left, meeting.right)]
    assert counts == [[(1, 1.0, 2), (2, 0.0, 1)], [(1, 1.0, 1)]]


@pytest.mark.parametrize(("one", "other"), [("f64", "d2"), ("text", "i64"), ("flag", "i8"), ("day", "time")])
def test_types_without_a_common_meaning_do_not_meet(frames: Any, one: str, other: str) -> None:
    kinds = {name: kind for name, (kind, _) in VALUES.items()}
    kinds |= {"text": pa.string(), "flag": pa.bool_(), "day": pa.date32(), "time": pa.timestamp("us")}
    left, right = frames("DuckDB", *(pa.table({"k": pa.array([], kinds[name])}) for name in (one, other)))

    assert not can_meet(left.collect_schema()["k"], right.collect_schema()["k"])
    with pytest.raises(UsageError, match="keys of types that do not meet, got 'k' of"):
        meet(left, right, k="k")


def test_what_no_type_holds_is_no_full_join(frames: Any) -> None:
    left, right = frames("DuckDB", pa.table({"k": [1]}), pa.table({"k": [1.0]}))

    with pytest.raises(UsageError, match="no type holds the keys 'k' of Int64 and 'k' of Float64"):
        meet(left, right, k="k").join("full")


def test_names_are_told_apart_or_refused(frames: Any) -> None:
    table = pa.table({"k": [1], "v": [2], "v_right": [3]})
    meeting = meet(*frames("DuckDB", table, table), k="k")

    assert meeting.join("semi").columns == ["k", "v", "v_right"]
    assert meeting.join(suffix="_2").columns == ["k", "v", "v_right", "v_2", "v_right_2"]
    with pytest.raises(UsageError, match="two columns of one name, got 'v_right'"):
        meeting.join()
    with pytest.raises(UsageError, match="a join without a key"):
        functions.of(meeting.left.rows).meet(meeting.right.rows, {})
