"""Aggregates over groups: each type, function and odd value on both engines, held to Python written here.

What DuckDB gives is run as SQL text on a connection of its own, as it is shipped.
"""

import math
import random
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from hotset import UsageError
from hotset.rows import functions
from hotset.rows.functions import Expression, Functions, result_type

NAN, INF = math.nan, math.inf
LEAST, GREATEST = -(2**63), 2**63 - 1
ENGINES = ("DuckDB", "Spark")
BOTH = ("DuckDB", pytest.param("Spark", marks=pytest.mark.thorough))  # Spark compiles each for seconds
Row = dict[str, Any]


def frame_of(engine: str, table: pa.Table, spark: SparkSession) -> nw.LazyFrame[Any]:
    if engine == "DuckDB":
        return nw.from_native(connection_of(table).table("rows"))
    frame = spark.createDataFrame(table)
    local = [one.name for one in table.schema if one.type == pa.timestamp("us")]
    return nw.from_native(frame.withColumns({name: F.col(name).cast("timestamp_ntz") for name in local}))


def connection_of(table: pa.Table) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("rows", table)
    return connection


def rows_of(result: nw.LazyFrame[Any], table: pa.Table) -> list[Row]:
    native: Any = result.to_native()
    if result.implementation.is_duckdb():
        found: pa.Table = connection_of(table).sql(native.sql_query()).to_arrow_table()
    else:
        found = native.toArrow()
    rows: list[Row] = found.to_pylist()
    return rows


# What plain Python says


def rank(value: Any) -> tuple[bool, Any]:
    """NaN above all numbers; texts by their code points, as Python has them."""
    is_nan = isinstance(value, float) and math.isnan(value)
    return (is_nan, 0.0 if is_nan else value)


def python_sum(values: list[Any]) -> Any:
    with localcontext(prec=100):
        return sum(values) if values else None


def python_mean(values: list[Any]) -> Any:
    with localcontext(prec=100):
        return float(sum(values) / len(values)) if values else None


def python_std(values: list[Any]) -> Any:
    if len(values) < 2:
        return None
    try:
        return statistics.stdev(map(float, values)) if all(map(math.isfinite, values)) else NAN
    except OverflowError:  # the square is too great for a double
        return INF


def python_quantile(values: list[Any], share: float) -> Any:
    if not values:
        return None
    numbers = sorted(map(float, values), key=rank)
    place = (len(numbers) - 1) * share
    low, high, part = numbers[math.floor(place)], numbers[math.ceil(place)], place - math.floor(place)
    return low if low == high or not part else low * (1 - part) + high * part


def python_pick(pairs: list[tuple[Any, Any]], *, last: bool) -> Any:
    values = [(value, order) for value, order in pairs if value is not None]
    known = [(value, rank(order)) for value, order in values if order is not None]
    if known:
        wanted = (max if last else min)(order for _, order in known)
        return min((value for value, order in known if order == wanted), key=rank)
    return min((value for value, _ in values), key=rank, default=None)


def python_corr(pairs: list[tuple[Any, Any]]) -> Any:
    both = [(float(x), float(y)) for x, y in pairs if x is not None and y is not None]
    if len(both) < 2:
        return None
    xs, ys = zip(*both, strict=True)
    if any(len(set(one)) == 1 and math.isfinite(one[0]) for one in (xs, ys)):
        return None
    if not all(map(math.isfinite, [*xs, *ys])):
        return NAN
    return statistics.correlation(xs, ys)


NUMERIC: dict[str, Callable[[list[Any]], Any]] = {
    "sum": python_sum,
    "mean": python_mean,
    "std": python_std,
    "median": lambda values: python_quantile(values, 0.5),
    "q95": lambda values: python_quantile(values, 0.95),
    "q0": lambda values: python_quantile(values, 0.0),
}
ORDERED: dict[str, Callable[[list[Any]], Any]] = {
    "length": len,
    "count": len,
    "min": lambda values: min(values, key=rank, default=None),
    "max": lambda values: max(values, key=rank, default=None),
    "distinct": lambda values: len({rank(value) for value in values}),
}


def python_groups(groups: Sequence[Sequence[Any]], orders: Sequence[Sequence[Any]], *, is_number: bool) -> list[Row]:
    rows = []
    for at, (values, order) in enumerate(zip(groups, orders, strict=True)):
        there = [value for value in values if value is not None]
        row = {name: function(there) for name, function in (ORDERED | (NUMERIC if is_number else {})).items()}
        row |= {"k": at, "length": len(values)}
        pairs = list(zip(values, order, strict=True))
        row |= {"first": python_pick(pairs, last=False), "last": python_pick(pairs, last=True)}
        turned = [(one, value) for value, one in pairs]
        row |= {"first_by": python_pick(turned, last=False), "last_by": python_pick(turned, last=True)}
        rows.append(row)
    return rows


def all_of(f: Functions, *, is_number: bool) -> list[Expression]:
    found = [
        f.length(),
        f.count("v").alias("count"),
        f.distinct("v").alias("distinct"),
        f.min("v").alias("min"),
        f.max("v").alias("max"),
        f.first("v", "o").alias("first"),
        f.last("v", "o").alias("last"),
        f.first("o", "v").alias("first_by"),
        f.last("o", "v").alias("last_by"),
    ]
    if not is_number:
        return found
    numbers = [f.sum("v").alias("sum"), f.mean("v").alias("mean"), f.std("v").alias("std")]
    quantiles = [f.median("v").alias("median"), f.quantile("v", 0.95).alias("q95"), f.quantile("v", 0).alias("q0")]
    return [*found, *numbers, *quantiles]


def is_same(found: Any, expected: Any, size: float) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        if not math.isfinite(expected):
            return found == expected or (math.isnan(found) and math.isnan(expected))
        is_zero = found == 0 and math.copysign(1, found) < 0  # which is never published
        return abs(found - expected) <= 1e-12 * max(size, abs(expected)) and not is_zero
    return type(found) is type(expected) and bool(found == expected)


def assert_groups(found: list[Row], expected: list[Row], groups: Sequence[Sequence[Any]]) -> None:
    assert len(found) == len(expected)
    by_key = {row["k"]: row for row in found}
    wrong = []
    for row in expected:
        numbers = [value for value in groups[row["k"]] if isinstance(value, (int, float, Decimal))]
        size = sum(abs(float(value)) for value in numbers if math.isfinite(value))
        for name, value in row.items():
            if not is_same(by_key[row["k"]][name], value, size):
                wrong.append((row["k"], groups[row["k"]], name, by_key[row["k"]][name], value))
    assert wrong == []


def table_of(groups: Sequence[Sequence[Any]], kind: pa.DataType, orders: Sequence[Sequence[Any]]) -> pa.Table:
    return pa.table(
        {
            "k": pa.array([at for at, values in enumerate(groups) for _ in values], pa.int32()),
            "v": pa.array([value for values in groups for value in values], kind),
            "o": pa.array([order for values in orders for order in values], pa.int64()),
        }
    )


UTC_TIMES = [
    datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2020, 1, 1, tzinfo=UTC),
]
BIG = Decimal("9" * 37)
# kind, values that stay within the type when some twenty are added, groups of their own
CASES: dict[str, tuple[pa.DataType, list[Any], list[list[Any]]]] = {
    "int8": (pa.int8(), [-128, 127, 0, 5], [[127] * 9]),
    "int16": (pa.int16(), [-32768, 32767, 0, 7], [[32767] * 9]),
    "int32": (pa.int32(), [-(2**31), 2**31 - 1, 0, 7], [[2**31 - 1] * 9]),
    "int64": (
        pa.int64(),
        [-1, 1, 0, 2**32, -(2**32), 2**53 + 1, -(2**53) - 1, 2**31, 12345678901],
        [[GREATEST, 1, -1], [GREATEST, GREATEST, LEAST, LEAST, 1], [LEAST], [GREATEST], [LEAST, 1, -1], [2**53 + 1]],
    ),
    "float32": (pa.float32(), [1.5, -2.25, NAN, -0.0, 0.0, INF, -INF, 0.0625], [[-0.0], [-0.0, -0.0]]),
    "float64": (
        pa.float64(),
        [1.5, 0.1, NAN, -0.0, 0.0, INF, -INF, 1e150, -1e-300, 5.0, 7.0, 7.0],
        [
            [1.7e308, -1.7e308],
            [INF, INF],
            [INF, -INF],
            [NAN],
            [-0.0],
            [1.7e308, 1.7e308],
            [0.1, 0.1, 0.1],
            [1.0, NAN, 2.0],
        ],
    ),
    "decimal(5,2)": (pa.decimal128(5, 2), [Decimal("1.10"), Decimal("-999.99"), Decimal("0.01"), Decimal("2.50")], []),
    "decimal(20,10)": (pa.decimal128(20, 10), [Decimal("1234567890.0123456789"), Decimal("-0.0000000001")], []),
    "decimal(38,0)": (pa.decimal128(38, 0), [BIG, -BIG, Decimal(1)], [[BIG, BIG], [Decimal("9" * 38)]]),
    "decimal(38,38)": (pa.decimal128(38, 38), [Decimal("0." + "0" * 37 + "1"), Decimal("-0.01")], []),
    "string": (pa.string(), ["", "a", "ab", "Z", "ä", "\ue000", "𝄞", "ß", "a\0b"], [["𝄞", "\ue000"]]),
    "boolean": (pa.bool_(), [True, False], [[True, True]]),
    "date": (pa.date32(), [date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)], []),
    "timestamp": (pa.timestamp("us"), [one.replace(tzinfo=None) for one in UTC_TIMES], []),
    "timestamp of UTC": (pa.timestamp("us", "UTC"), UTC_TIMES, []),
    "binary": (pa.binary(), [b"", b"\xff", b"\x00", b"ab", b"a"], []),
}
OF_NUMBERS = {name for name in CASES if name.startswith(("int", "float", "decimal"))}


def groups_of(name: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """Groups of nulls, of one row, of odd values, and of random ones of all; and an order with nulls and ties."""
    _, pool, special = CASES[name]
    source = random.Random(name)
    some = [source.choices([*pool, None], k=source.randint(1, 8)) for _ in range(60)]
    groups = [[None], [None, None], [pool[0]], [pool[0], None], *special, *some]
    return groups, [source.choices([1, 2, 2, 3, None, LEAST, GREATEST], k=len(values)) for values in groups]


def cases() -> list[Any]:
    """Spark compiles each of them for seconds: the ones that differ most are run for every commit."""
    often = {"int64", "float64"}
    return [
        pytest.param(engine, name, marks=[] if engine == "DuckDB" or name in often else pytest.mark.thorough)
        for engine in ENGINES
        for name in CASES
    ]


@pytest.mark.parametrize(("engine", "name"), cases())
def test_every_aggregate_of_every_type_is_what_python_says(spark: SparkSession, engine: str, name: str) -> None:
    groups, orders = groups_of(name)
    table = table_of(groups, CASES[name][0], orders)
    f = functions.of(frame_of(engine, table, spark))

    found = rows_of(f.group_by("k").agg(*all_of(f, is_number=name in OF_NUMBERS)), table)

    assert_groups(found, python_groups(groups, orders, is_number=name in OF_NUMBERS), groups)


def arrow_type(dtype: Any) -> pa.DataType:
    """What Parquet holds of a promised type."""
    if isinstance(dtype, nw.Decimal):
        return pa.decimal128(dtype.precision, dtype.scale)
    if isinstance(dtype, nw.Datetime):
        return pa.timestamp("us", dtype.time_zone)
    plain = {"Int8": pa.int8(), "Int16": pa.int16(), "Int32": pa.int32(), "Int64": pa.int64(), "Float32": pa.float32()}
    more = {
        "Float64": pa.float64(),
        "String": pa.string(),
        "Boolean": pa.bool_(),
        "Date": pa.date32(),
        "Binary": pa.binary(),
    }
    return (plain | more)[str(dtype)]


FUNCTION_OF = {"q95": "quantile", "q0": "quantile"}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("engine", BOTH)
def test_published_types_are_those_promised(spark: SparkSession, tmp_path: Path, engine: str, name: str) -> None:
    table = table_of([[CASES[name][1][0]]], CASES[name][0], [[1]])
    f = functions.of(frame_of(engine, table, spark))
    result = f.group_by().agg(*all_of(f, is_number=name in OF_NUMBERS))
    names = [one for one in result.collect_schema().names() if not one.endswith("_by")]
    dtype = f.schema["v"]

    types = {one: result.collect_schema()[one] for one in names}
    assert types == {one: result_type(FUNCTION_OF.get(one, one), dtype) for one in names}

    if engine == "DuckDB":
        file = str(tmp_path / "groups.parquet")
        text = result.to_native().sql_query()
        connection_of(table).execute(f"COPY ({text}) TO '{file}' (FORMAT parquet)")
        written = pq.read_schema(file)
        assert {one: written.field(one).type for one in names} == {one: arrow_type(types[one]) for one in names}


@pytest.mark.parametrize("engine", BOTH)
def test_of_no_row_aggregates_are_null_and_counts_0(spark: SparkSession, engine: str) -> None:
    table = table_of([], pa.int64(), [])
    f = functions.of(frame_of(engine, table, spark))

    (row,) = rows_of(f.group_by().agg(*all_of(f, is_number=True), f.corr("v", "o").alias("corr")), table)
    assert {name for name, value in row.items() if value == 0} == {"length", "count", "distinct"}
    assert {value for value in row.values() if value != 0} == {None}
    assert rows_of(f.group_by("k").agg(f.length()), table) == []


OVERFLOWS: list[tuple[pa.DataType, list[Any]]] = [
    (pa.int64(), [GREATEST, 1]),
    (pa.int64(), [LEAST, -1]),
    (pa.int64(), [GREATEST] * 3),
    (pa.decimal128(38, 0), [Decimal("9" * 38), Decimal(1)]),
    (pa.decimal128(38, 2), [Decimal("9" * 36)] * 2),
]


@pytest.mark.parametrize(
    ("engine", "at"),
    [("DuckDB", at) for at in range(len(OVERFLOWS))]
    + [
        pytest.param("Spark", at, marks=pytest.mark.thorough if at in (1, 2, 4) else []) for at in range(len(OVERFLOWS))
    ],
)
def test_a_sum_that_does_not_fit_raises(spark: SparkSession, engine: str, at: int) -> None:
    kind, values = OVERFLOWS[at]
    table = table_of([values], kind, [[1] * len(values)])
    f = functions.of(frame_of(engine, table, spark))

    total = f.group_by("k").agg(f.sum("v"))

    with pytest.raises(Exception, match=r"(?i)overflow|out of range|out_of_range|does not fit"):
        rows_of(total, table)


@pytest.mark.parametrize("engine", BOTH)
def test_means_of_integers_and_decimals_are_the_exact_sum_over_the_count(spark: SparkSession, engine: str) -> None:
    source = random.Random(7)
    whole = [[source.randint(LEAST, GREATEST) for _ in range(9)] for _ in range(40)]
    table = table_of(whole, pa.int64(), whole)
    exact = [[Decimal(source.randint(-(10**27), 10**27)).scaleb(-9) for _ in range(9)] for _ in range(40)]
    table = table.append_column("d", pa.array([one for values in exact for one in values], pa.decimal128(28, 9)))
    f = functions.of(frame_of(engine, table, spark))

    found = rows_of(f.group_by("k").agg(f.mean("v"), f.mean("d")), table)

    expected = {at: (float(sum(whole[at])) / 9, float(sum(exact[at])) / 9) for at in range(40)}
    assert {row["k"]: (row["v"], row["d"]) for row in found} == expected


@pytest.mark.parametrize("engine", BOTH)
def test_corr_takes_the_rows_that_have_both(spark: SparkSession, engine: str) -> None:
    source = random.Random(3)
    pool: list[Any] = [1.0, 2.0, 0.1, None, 5.5, -3.0]
    some: list[list[list[Any]]] = [[source.choices(pool, k=2) for _ in range(source.randint(1, 6))] for _ in range(40)]
    odd: list[list[list[Any]]] = [
        [[1.0, 2.0], [NAN, 3.0], [2.0, 5.0]],
        [[INF, 1.0], [INF, 2.0]],
        [[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]],
    ]
    odd += [[[0.1, NAN], [0.1, 2.0]], [[NAN, NAN]], [[1.0, 2.0], [2.0, 4.0], [None, NAN]], [[INF, 1.0], [1.0, 2.0]]]
    groups = [[(one, two) for one, two in pairs] for pairs in [*odd, *some]]
    pairs = [(at, *pair) for at, values in enumerate(groups) for pair in values]
    table = pa.table({name: [row[at] for row in pairs] for at, name in enumerate(("k", "x", "y"))})
    f = functions.of(frame_of(engine, table, spark))

    found = {row["k"]: row["r"] for row in rows_of(f.group_by("k").agg(f.corr("x", "y").alias("r")), table)}

    wrong = [at for at, values in enumerate(groups) if not is_same(found[at], python_corr(values), 1.0)]
    assert [(groups[at], found[at], python_corr(groups[at])) for at in wrong] == []


@pytest.mark.parametrize(
    "name", ["float64", "decimal(5,2)", "string", "boolean", "date", "timestamp", "timestamp of UTC"]
)
@pytest.mark.parametrize("engine", BOTH)
def test_keys_of_every_type(spark: SparkSession, engine: str, name: str) -> None:
    kind, pool, _ = CASES[name]
    values = [*pool, None, *pool, None]
    table = pa.table({"k": pa.array(values, kind), "v": list(range(len(values)))})
    f = functions.of(frame_of(engine, table, spark))

    found = rows_of(f.group_by("k").agg(f.length(), f.sum("v")), table)

    expected: dict[Any, list[int]] = {}
    for at, value in enumerate(values):
        expected.setdefault(None if value is None else rank(value), []).append(at)
    assert len(found) == len(expected)
    for row in found:
        places = expected[None if row["k"] is None else rank(row["k"])]
        assert (row["length"], row["v"]) == (len(places), sum(places))
        assert not (row["k"] == 0 and str(row["k"]) == "-0.0")


@pytest.mark.parametrize("engine", BOTH)
def test_arithmetic_over_aggregates(spark: SparkSession, engine: str) -> None:
    columns = {
        "k": pa.array([1, 1, 2], pa.int32()),
        "i": pa.array([7, 5, 0], pa.int32()),
        "x": pa.array([1.5, 0.25, 0.0]),
        "d": pa.array([Decimal("1.10"), Decimal("2.25"), Decimal("0.00")], pa.decimal128(10, 2)),
    }
    table = pa.table(columns)
    f = functions.of(frame_of(engine, table, spark))

    result = f.group_by("k").agg(
        (f.max("i") - f.min("x")).alias("range"),
        (f.sum("i") / f.count("i")).alias("mean"),
        (f.sum("i") / f.sum("x")).alias("by_zero"),
        (-f.sum("i") * 2 + 1).alias("whole"),
        (f.max("d") * 3 - f.min("d")).alias("exact"),
        (f.sum("d") / 2).alias("half"),
        (1 - f.max("x")).alias("rest"),
        ratio=(f.max("i") + 1) / (f.min("x") * 0),
    )
    found = sorted(rows_of(result, table), key=lambda row: int(row["k"]))

    one = {"range": 6.75, "mean": 6.0, "by_zero": 12 / 1.75, "whole": -23, "half": 1.675, "rest": -0.5, "ratio": INF}
    assert found[0] == {"k": 1, "exact": Decimal("5.65"), **one}
    assert math.isnan(found[1].pop("by_zero"))
    two = {"range": 0.0, "mean": 0.0, "whole": 1, "half": 0.0, "rest": 1.0, "ratio": INF}
    assert found[1] == {"k": 2, "exact": Decimal("0.00"), **two}


@pytest.mark.parametrize("engine", BOTH)
def test_arithmetic_overflow_raises(spark: SparkSession, engine: str) -> None:
    table = table_of([[GREATEST]], pa.int64(), [[1]])
    f = functions.of(frame_of(engine, table, spark))

    for one in (f.max("v") + 1, f.max("v") * 2, -f.max("v") - 2):
        with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
            rows_of(f.group_by("k").agg(one), table)


@pytest.mark.parametrize("engine", BOTH)
def test_the_largest_rows_of_each_group(spark: SparkSession, engine: str) -> None:
    rows: list[tuple[Any, ...]] = [
        ("a", 1.0, 5, "x"),
        ("a", 3.0, 2, "y"),
        ("a", 3.0, 1, "z"),
        ("a", NAN, 0, "n"),
        ("a", None, 9, "null"),
    ]
    rows += [(None, 2.0, None, "q"), (None, 2.0, 4, "r"), ("b", None, 1, "s"), ("c", -0.0, 2, "t"), ("c", 0.0, 1, "u")]
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(("k", "x", "n", "s"))})
    f = functions.of(frame_of(engine, table, spark))

    two = {(row["k"], row["s"]) for row in rows_of(f.largest(2, "x", by=["k"]), table)}
    one = {(row["k"], row["s"]) for row in rows_of(f.largest(1, "x", by=["k"]), table)}
    all_rows = [row["s"] for row in rows_of(f.largest(3, "s"), table)]

    assert two == {("a", "n"), ("a", "z"), (None, "r"), (None, "q"), ("c", "u"), ("c", "t")}
    assert one == {("a", "n"), (None, "r"), ("c", "u")}
    assert sorted(all_rows) == ["x", "y", "z"]


@pytest.mark.parametrize("engine", BOTH)
def test_quantiles_of_several_shares_are_those_of_each(spark: SparkSession, engine: str) -> None:
    values: list[list[float | None]] = [
        [None],
        [1.0],
        [NAN, 2.0],
        [-INF, 0.5, INF, None],
        [float(one) for one in range(21)],
    ]
    table = pa.table(
        {"k": [key for key, of in enumerate(values) for _ in of], "v": [one for of in values for one in of]}
    )
    f, shares = functions.of(frame_of(engine, table, spark)), (0.0, 0.5, 0.95, 1.0)

    together = [one.alias(f"t{place}") for place, one in enumerate(f.quantiles("v", shares))]
    alone = [f.quantile("v", share).alias(f"a{place}") for place, share in enumerate(shares)]
    found = rows_of(f.group_by("k").agg(*together, *alone), table)

    assert len(found) == len(values)
    assert all(repr(row[f"t{place}"]) == repr(row[f"a{place}"]) for row in found for place in range(len(shares)))


@pytest.mark.parametrize("engine", BOTH)
def test_groups_by_windows_of_time(spark: SparkSession, engine: str) -> None:
    times = [datetime(1970, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1, 0, 6, 59), None]
    table = pa.table({"t": pa.array(times, pa.timestamp("us")), "v": [1, 2, 4, 8]})
    f = functions.of(frame_of(engine, table, spark))

    found = rows_of(f.group_by(f.window_start("t", timedelta(minutes=7)).alias("start")).agg(f.sum("v")), table)

    assert {row["start"]: row["v"] for row in found} == {times[0]: 5, datetime(1969, 12, 31, 23, 53): 2, None: 8}


def test_what_is_no_aggregate_or_has_none_is_refused() -> None:
    table = pa.table({"k": [1], "s": ["a"], "l": pa.array([[1]]), "u": pa.array([1], pa.uint32())})
    f = functions.of(nw.from_native(connection_of(table).table("rows")))

    with pytest.raises(UsageError, match=r"sum takes .* got column 's' of type String; cast it first, or take one of"):
        f.sum("s")
    with pytest.raises(UsageError, match="mean takes"):
        f.mean("u")
    with pytest.raises(UsageError, match="max takes"):
        f.max("l")
    with pytest.raises(UsageError, match="no aggregate of this name"):
        result_type("mode", nw.Int64())
    with pytest.raises(UsageError, match="no column of this name, got 'x'; there are k, s"):
        f.sum("x")
    with pytest.raises(UsageError, match="an aggregate is wanted here, got 'k'"):
        f.group_by("k").agg(f.column("k"))
    with pytest.raises(UsageError, match="two columns of one name, got 'k'"):
        f.group_by("k").agg(f.sum("k"))
    with pytest.raises(UsageError, match="an aggregate of an aggregate"):
        f.sum(f.sum("k"))
    with pytest.raises(UsageError, match="an aggregate and a value of each row"):
        f.sum("k") + f.column("k")
    with pytest.raises(UsageError, match="cannot break ties, got 'l'"):
        f.largest(1, "k")
    with pytest.raises(UsageError, match="a share of 0 to 1, got 95"):
        f.quantile("k", 95)
