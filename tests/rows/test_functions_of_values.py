"""What is done with each value, on both engines, held to Python: rounding, casts and windows of time."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from hotset import UsageError
from hotset.rows import functions
from hotset.units import Duration

ENGINES = ("DuckDB", "Spark")
BOTH = ("DuckDB", pytest.param("Spark", marks=pytest.mark.thorough))  # Spark compiles each for seconds
NAN, INF = math.nan, math.inf
LOCAL, ZONED = nw.Datetime("us"), nw.Datetime("us", "UTC")


def frame_of(engine: str, table: pa.Table, spark: SparkSession) -> nw.LazyFrame[Any]:
    if engine == "DuckDB":
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("rows", table)
        return nw.from_native(connection.table("rows"))
    frame = spark.createDataFrame(table)
    local = [one.name for one in table.schema if one.type == pa.timestamp("us")]
    return nw.from_native(frame.withColumns({name: F.col(name).cast("timestamp_ntz") for name in local}))


def values_of(rows: nw.LazyFrame[Any]) -> dict[str, list[Any]]:
    native: Any = rows.to_native()
    table = native.to_arrow_table() if rows.implementation.is_duckdb() else native.toArrow()
    columns: dict[str, list[Any]] = table.sort_by("at").to_pydict()
    return columns


def column_of(values: list[Any], kind: pa.DataType) -> pa.Table:
    return pa.table({"at": list(range(len(values))), "v": pa.array(values, kind)})


def assert_same(found: list[Any], expected: list[Any], given: list[Any]) -> None:
    wrong = [
        case
        for case in zip(given, found, expected, strict=True)
        if type(case[1]) is not type(case[2]) or text_of(case[1]) != text_of(case[2])
    ]
    assert wrong == []


def text_of(value: Any) -> str:
    """Of the very value: a decimal with its scale, a time with its zone; a zero has no sign."""
    return str(abs(value) if isinstance(value, (float, Decimal)) and value == 0 else value)


def doubles() -> list[Any]:
    """Ties, near ties, ends, and numbers of every size."""
    source = random.Random(5)
    ties = [source.randint(-(10**6), 10**6) / 10**places + sign for places in range(1, 8) for sign in (0, 0.5, 1e-9)]
    sizes = [source.uniform(-1, 1) * 10.0**power for power in range(-20, 25) for _ in range(3)]
    halves = [one / 8 for one in range(-41, 41)] + [one / 1000 + 0.0005 for one in range(0, 3000, 7)]
    ends = [2.0**52 + 0.5, 2.0**51 + 0.5, 2.0**53 - 1, 2.0**53 + 2, 5e-324, 1.7e308, -1.7e308]
    return [None, NAN, INF, -INF, 2.675, 1.005, 0.5, 1.5, 2.5, -0.5, -0.4, *ties, *sizes, *halves, *ends]


@pytest.mark.parametrize("engine", BOTH)
def test_floats_are_rounded_as_python_rounds_them(spark: SparkSession, engine: str) -> None:
    given = doubles()
    f = functions.of(frame_of(engine, column_of(given, pa.float64()), spark))
    places = (0, 1, 2, 3, 6, 10, 15)

    found = values_of(f.with_columns(*(f.round("v", one).alias(f"to_{one}") for one in places)))

    for one in places:
        expected = [round(v, one) if v is not None and math.isfinite(v) else v for v in given]
        assert_same(found[f"to_{one}"], expected, given)


@pytest.mark.parametrize("engine", BOTH)
def test_decimals_are_rounded_to_even(spark: SparkSession, engine: str) -> None:
    given = [Decimal(one).scaleb(-3) for one in (*range(-3000, 3000, 25), 9999999, -9999999)] + [None]
    f = functions.of(frame_of(engine, column_of(given, pa.decimal128(7, 3)), spark))

    rows = f.with_columns(*(f.round("v", places).alias(f"to_{places}") for places in (0, 1, 2, 3)))

    found = values_of(rows)
    for places in (0, 1, 2, 3):
        unit = Decimal(1).scaleb(-places)
        expected = [None if one is None else one.quantize(unit, ROUND_HALF_EVEN) for one in given]
        assert_same(found[f"to_{places}"], expected, given)
        assert rows.collect_schema()[f"to_{places}"] == nw.Decimal(7, places)


WHOLE = [0, 7, -7, 2**53 + 1, 2**63 - 1, -(2**63), None]
FLOATS = [0.0, 1.9, -1.9, 2.5, 1e15, -123456789.75, None]
EXACT = [Decimal("1.90"), Decimal("-1.90"), Decimal("0.05"), Decimal("-0.05"), Decimal("12345678901234567890.55"), None]
TIMES = [datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1), datetime(2020, 2, 29, 12, 30), None]
AWARE = [one and one.replace(tzinfo=UTC) for one in TIMES]
DATES = [date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31), None]
TEXTS = [" 12 ", "+7", "-0", "9223372036854775807", None]
NUMBERS = ["1.5", "1e3", ".5", "5.", "-inf", "NaN", "Infinity", " 2 ", "1e400", "-0.1E-3", None]
CENTS = Decimal("0.01")

CASTS: list[tuple[pa.DataType, list[Any], Any, Any]] = [
    (pa.int64(), WHOLE, nw.Float64(), float),
    (pa.int64(), WHOLE, nw.Decimal(21, 2), lambda v: Decimal(v).quantize(CENTS)),
    (pa.int64(), WHOLE, nw.String(), str),
    (pa.int64(), [1, -128, None], nw.Int8(), int),
    (pa.float64(), FLOATS, nw.Int64(), int),
    (pa.float64(), [1.005, 0.125, 2.675, -0.375, 1e13, None], nw.Decimal(20, 2), lambda v: Decimal(v).quantize(CENTS)),
    (pa.float64(), [0.5, 1.5, -2.5, None], nw.Decimal(5, 0), lambda v: Decimal(v).quantize(Decimal(1))),
    (pa.float32(), [0.5, None], nw.Float64(), float),
    (pa.decimal128(22, 2), EXACT, nw.Int64(), None),
    (pa.decimal128(22, 2), EXACT, nw.Float64(), float),
    (pa.decimal128(22, 2), EXACT, nw.Decimal(30, 1), lambda v: v.quantize(Decimal("0.1"))),
    (pa.decimal128(22, 2), EXACT, nw.Decimal(30, 3), lambda v: v.quantize(Decimal("0.001"))),
    (pa.decimal128(22, 2), EXACT, nw.String(), lambda v: format(v, "f")),
    (pa.string(), TEXTS, nw.Int64(), int),
    (pa.string(), NUMBERS, nw.Float64(), float),
    (pa.string(), ["1.5", "-.25", "7", "1.500", " 2. ", None], nw.Decimal(5, 2), lambda v: Decimal(v).quantize(CENTS)),
    (pa.string(), ["1969-12-31", "2024-02-29", None], nw.Date(), date.fromisoformat),
    (pa.string(), ["1969-12-31 23:59:59.999999", "2024-02-29T10:00", None], LOCAL, datetime.fromisoformat),
    (
        pa.string(),
        ["1969-12-31 23:59:59.500000", "2021-03-14 02:30", None],
        ZONED,
        lambda v: datetime.fromisoformat(v + "+00:00"),
    ),
    (pa.date32(), DATES, nw.String(), str),
    (pa.date32(), DATES, LOCAL, lambda v: datetime(v.year, v.month, v.day)),
    (pa.date32(), DATES, ZONED, lambda v: datetime(v.year, v.month, v.day, tzinfo=UTC)),
    (pa.timestamp("us"), TIMES, nw.Date(), datetime.date),
    (pa.timestamp("us"), TIMES, ZONED, lambda v: v.replace(tzinfo=UTC)),
    (pa.timestamp("us", "UTC"), AWARE, nw.Date(), datetime.date),
    (pa.timestamp("us", "UTC"), AWARE, LOCAL, lambda v: v.replace(tzinfo=None)),
]


@pytest.mark.parametrize("engine", BOTH)
def test_casts_mean_what_pythons_constructors_do(spark: SparkSession, engine: str) -> None:
    longest = max(len(values) for _, values, _, _ in CASTS)
    columns = {
        f"v{at}": pa.array([*values, *[None] * (longest - len(values))], kind)
        for at, (kind, values, _, _) in enumerate(CASTS)
    }
    table = pa.table({"at": list(range(longest)), **columns})
    f = functions.of(frame_of(engine, table, spark))
    fine = {at: case for at, case in enumerate(CASTS) if case[3]}

    rows = f.with_columns(*(f.cast(f"v{at}", dtype) for at, (_, _, dtype, _) in fine.items()))

    found = values_of(rows)
    for at, (_, values, dtype, python) in fine.items():
        expected = [None if value is None else python(value) for value in values]
        assert_same(found[f"v{at}"][: len(values)], expected, values)
        assert rows.collect_schema()[f"v{at}"] == dtype


RAISING = [
    (pa.float64(), NAN, nw.Int64()),
    (pa.float64(), 2.0**63, nw.Int64()),
    (pa.float64(), -INF, nw.Int64()),
    (pa.float64(), 1e300, nw.Decimal(38, 2)),
    (pa.float64(), 1e6, nw.Decimal(5, 2)),
    (pa.int64(), 128, nw.Int8()),
    (pa.int64(), 1000, nw.Decimal(5, 2)),
    (pa.decimal128(22, 2), Decimal("99999999999999999999.99"), nw.Int64()),
    (pa.string(), "1.5", nw.Int64()),
    (pa.string(), "1_000", nw.Int64()),
    (pa.string(), "0x10", nw.Int64()),
    (pa.string(), "", nw.Int64()),
    (pa.string(), "9223372036854775808", nw.Int64()),
    (pa.string(), "1.5d", nw.Float64()),
    (pa.string(), "1.505", nw.Decimal(5, 2)),
    (pa.string(), "2021-02-30", nw.Date()),
    (pa.string(), "2021-2-3", nw.Date()),
    (pa.string(), "tomorrow", LOCAL),
    (pa.string(), "2021-02-03 10:00+01:00", ZONED),
    (pa.string(), "12\n", nw.Int64()),
]


@pytest.mark.parametrize(
    ("engine", "step"),
    [("DuckDB", 1), ("Spark", 5), pytest.param("Spark", 1, marks=pytest.mark.thorough)],
)
def test_what_a_type_does_not_have_raises(spark: SparkSession, engine: str, step: int) -> None:
    columns = {f"v{at}": pa.array([value], kind) for at, (kind, value, _) in enumerate(RAISING)}
    f = functions.of(frame_of(engine, pa.table({"at": [0], **columns}), spark))

    for at in range(0, len(RAISING), step):
        one = f.with_columns(f.cast(f"v{at}", RAISING[at][2])).select("at", f"v{at}")
        with pytest.raises(Exception, match=r"(?i)column v|out of range|overflow|out_of_range|date|malformed|INT64"):
            values_of(one)


def test_casts_without_one_meaning_are_refused(spark: SparkSession) -> None:
    table = pa.table({"at": [1], "d": [date(2020, 1, 1)], "x": [1.5], "b": [True]})
    here, there = (functions.of(frame_of(engine, table, spark)) for engine in ENGINES)

    with pytest.raises(UsageError, match="no one meaning for 'd' of type Date as Int64; it can be cast to string"):
        here.cast("d", nw.Int64)
    with pytest.raises(UsageError, match="it cannot be cast"):
        here.cast("b", nw.Int64)
    with pytest.raises(UsageError, match="Spark does not write floats as Python does, got 'x'"):
        there.cast("x", nw.String)
    assert values_of(here.with_columns(here.cast("x", nw.String)))["x"] == ["1.5"]
    with pytest.raises(UsageError, match="round takes 0 to 15 digits, got -1"):
        here.round("x", -1)
    with pytest.raises(UsageError, match="window_start takes a timestamp of microseconds, got 'd'"):
        here.window_start("d", timedelta(days=1))
    with pytest.raises(UsageError, match="a duration above none"):
        here.window_start(here.cast("d", LOCAL), timedelta(0))


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize("engine", BOTH)
def test_windows_begin_at_the_epoch(spark: SparkSession, engine: str, zone: str | None) -> None:
    source = random.Random(1)
    epoch = datetime(1970, 1, 1)
    times = [epoch + timedelta(microseconds=source.randint(-(5 * 10**16), 10**17)) for _ in range(60)]
    given = [*times, epoch, epoch - timedelta(microseconds=1), epoch + timedelta(minutes=30), datetime(1, 2, 1), None]
    f = functions.of(frame_of(engine, column_of(given, pa.timestamp("us", zone)), spark))
    widths = [Duration(text) for text in ("30m", "7m", "1us", "1d", "90s", "36h")]

    found = values_of(f.with_columns(*(f.window_start("v", one).alias(f"w{at}") for at, one in enumerate(widths))))

    for at, width in enumerate(widths):
        starts = [one and epoch + (one - epoch) // width * width for one in given]
        assert found[f"w{at}"] == [one and (one.replace(tzinfo=UTC) if zone else one) for one in starts]


@pytest.mark.parametrize("engine", BOTH)
def test_times_are_microseconds_since_1970(spark: SparkSession, engine: str) -> None:
    given = [
        datetime(1970, 1, 1),
        datetime(1969, 12, 31, 23, 59, 59, 999999),
        datetime(9999, 12, 31),
        datetime(1, 1, 1),
        None,
    ]
    epoch = datetime(1970, 1, 1)
    micros = [None if one is None else (one - epoch) // timedelta(microseconds=1) for one in given]
    for zone in (None, "UTC"):
        f = functions.of(frame_of(engine, column_of(given, pa.timestamp("us", zone)), spark))

        assert values_of(f.with_columns(f.micros("v").alias("v")))["v"] == micros

    with pytest.raises(UsageError, match="micros takes a timestamp, got 'at' of type Int64; cast it first"):
        f.micros("at")


@pytest.mark.parametrize("engine", BOTH)
def test_only_finite_numbers_stay(spark: SparkSession, engine: str) -> None:
    given = [None, NAN, INF, -INF, -0.0, 1.5, 1.7976931348623157e308, 5e-324]
    f = functions.of(frame_of(engine, column_of(given, pa.float64()), spark))
    whole = functions.of(frame_of(engine, column_of([None, 2**53, -1], pa.int64()), spark))
    fine = functions.of(frame_of(engine, column_of([None, Decimal("1.10")], pa.decimal128(38, 20)), spark))

    found = values_of(f.with_columns(f.finite("v").alias("v")))["v"]

    assert_same(found, [None, None, None, None, 0.0, *given[5:]], given)
    assert values_of(whole.with_columns(whole.finite("v").alias("v")))["v"] == [None, 2.0**53, -1.0]
    assert values_of(fine.with_columns(fine.finite("v").alias("v")))["v"] == [None, 1.1]
    with pytest.raises(UsageError, match="finite takes a number"):
        functions.of(frame_of(engine, column_of(["a"], pa.string()), spark)).finite("v")
