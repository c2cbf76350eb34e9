"""Results in declared columns: just the value that was returned, or an error that names value, column and type."""

import sys
from array import array
from collections import UserDict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark import cloudpickle
from pyspark.sql import Row
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from hotset import Misfit
from hotset.jobs.parallel_map.cells import cells_of
from hotset.jobs.parallel_map.results import as_columns

NINE = timezone(timedelta(hours=9))
NOON = datetime(2026, 1, 31, 12, 0, 0, 123456)
NAN, INFINITY = float("nan"), float("inf")
PAIR = T.StructType().add("n", "integer").add("text", "string")
POINT = T.StructType().add("x", "integer").add("y", "integer")
INTEGERS = T.ArrayType(T.IntegerType())


@dataclass
class Pair:
    """A result that names its values."""

    text: str
    n: int


# this is what other people's programs have
YX = namedtuple("YX", "y x")
Swapped = namedtuple("Swapped", "text n")


def columns(result: Any, struct: T.StructType, format_: str = "parquet") -> list[Any]:
    return as_columns(result, cells_of(struct, format_), to_arrow_schema(struct, timezone="UTC"))


def published(value: Any, kind: T.DataType, format_: str = "parquet", *, nullable: bool = True) -> Any:
    """The one column v as Arrow has it."""
    struct = T.StructType([T.StructField("v", kind, nullable)])
    [cell] = columns({"v": value}, struct, format_)
    return pa.array([cell], to_arrow_schema(struct, timezone="UTC")[0].type)[0].as_py()


def refused(value: Any, kind: T.DataType, format_: str = "parquet", *, nullable: bool = True) -> str:
    with pytest.raises(Misfit) as why:
        published(value, kind, format_, nullable=nullable)
    return str(why.value)


@pytest.mark.parametrize(
    "result",
    [
        {"n": 1, "text": "a"},
        (1, "a"),
        [1, "a"],
        {"text": "a", "n": 1},
        UserDict(text="a", n=1),
        Row(text="a", n=1),
        Pair("a", 1),
        Swapped("a", 1),
    ],
)
def test_results_fill_columns_by_name_or_by_order(result: Any) -> None:
    assert columns(result, PAIR) == [1, "a"]


def test_what_a_mapping_lacks_is_null() -> None:
    assert columns({"n": 1}, PAIR) == [1, None]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (1, "1 values for the 2 columns n, text; give as many"),
        ((1,), "1 values for the 2 columns n, text"),
        ((1, "a", 2), "3 values for the 2 columns n, text"),
        (None, "1 values for the 2 columns n, text"),
        ({"m": 1}, "none of the columns n, text is called 'm'; add it to --results"),
        ({"n": 1, 2: 3}, "is called 2; add it"),
        (YX(1, 2), "is called 'x', 'y'; add it"),
        (Row("n", "n")(1, 2), "two of its values have one name"),
        (("1", "a"), "n is int, got '1'; give an int"),
        ((1.5, "a"), "n is int, got 1.5; give an int"),
        ((True, "a"), "n is int, got True; give an int"),
        ((2**40, "a"), "n is int, got 1099511627776; it holds -2147483648 to 2147483647"),
        ((10**5000, "a"), "n is int, got a int; it holds"),
        ((1, 2), "text is string, got 2; make a text of it"),
        ((1, b"a"), "text is string, got b'a'; make a text of it"),
        ((object(), "a"), "n is int, got <object object"),
    ],
)
def test_results_that_do_not_fit_their_columns_say_why(result: Any, told: str) -> None:
    with pytest.raises(Misfit) as why:
        columns(result, PAIR)

    assert told in str(why.value)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ([1, None, 3], INTEGERS, [1, None, 3]),
        (range(3), INTEGERS, [0, 1, 2]),
        (array("i", [1, 2]), INTEGERS, [1, 2]),
        (np.array([1, 2], dtype="int8"), INTEGERS, [1, 2]),
        (np.array([[1], [2]]), T.ArrayType(INTEGERS), [[1], [2]]),
        (np.array([1, None], dtype=object), INTEGERS, [1, None]),
        ({"x": 1, "y": None}, POINT, {"x": 1, "y": None}),
        ({"y": 2}, POINT, {"x": None, "y": 2}),
        ((1, 2), POINT, {"x": 1, "y": 2}),
        (YX(2, 1), POINT, {"x": 1, "y": 2}),
        (Row(y=2, x=1), POINT, {"x": 1, "y": 2}),
        ([YX(2, 1)], T.ArrayType(POINT), [{"x": 1, "y": 2}]),
        ({1: "a"}, T.MapType(T.IntegerType(), T.StringType()), [(1, "a")]),
        ([(1, "a")], T.MapType(T.IntegerType(), T.StringType()), [(1, "a")]),
        ({"k": YX(2, 1)}, T.MapType(T.StringType(), POINT), [("k", {"x": 1, "y": 2})]),
        (np.int64(5), T.ByteType(), 5),
        (np.bool_(True), T.BooleanType(), True),
        (np.float32(0.1), T.DoubleType(), 0.10000000149011612),
        (0.1, T.FloatType(), 0.10000000149011612),
        (2**53, T.DoubleType(), float(2**53)),
        (-INFINITY, T.FloatType(), -INFINITY),
        (1, T.DecimalType(5, 2), Decimal("1.00")),
        (Decimal("1.50000"), T.DecimalType(5, 2), Decimal("1.50")),
        (np.datetime64("2026-01-31"), T.DateType(), date(2026, 1, 31)),
        (np.datetime64("2026-01-31T12:00:00.123456", "us"), T.TimestampNTZType(), NOON),
        (np.datetime64("2026-01-31T12:00:00.123456000", "ns"), T.TimestampNTZType(), NOON),
        (np.timedelta64(1, "D"), T.DayTimeIntervalType(), timedelta(days=1)),
        (pd.Timestamp(NOON), T.TimestampNTZType(), NOON),
        (pd.Timestamp(NOON, tz="Asia/Seoul"), T.TimestampType(), NOON.replace(tzinfo=NINE)),
        (pd.Timedelta(days=1), T.DayTimeIntervalType(), timedelta(days=1)),
        (NOON.replace(tzinfo=NINE), T.TimestampType(), NOON.replace(tzinfo=NINE)),
        (None, INTEGERS, None),
    ],
)
def test_a_value_is_published_as_it_is(value: Any, kind: T.DataType, expected: Any) -> None:
    assert published(value, kind) == expected


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        ([1.5], INTEGERS, "v[] is int, got 1.5; give an int"),
        ([2.0], INTEGERS, "v[] is int, got 2.0"),
        (np.array([1.5]), INTEGERS, "v[] is int, got 1.5"),
        ({1}, INTEGERS, "v is array<int>, got {1}; give a list"),
        (b"ab", INTEGERS, "v is array<int>, got b'ab'; give a list"),
        (YX(1, 2), INTEGERS, "give a list; its names would be lost"),
        ({"x": 1.7}, POINT, "v.x is int, got 1.7"),
        ({"x": 1, "z": 9}, POINT, "v is struct<x:int,y:int>, got {'x': 1, 'z': 9}; none of the fields x, y is called"),
        (Row(x=1, z=9), POINT, "is called 'z'"),
        ((1, 2, 3), POINT, "3 values for the 2 fields x, y"),
        (5, POINT, "v is struct<x:int,y:int>, got 5; give a dict"),
        ([{"x": 1, "z": 9}], T.ArrayType(POINT), "v[] is struct<x:int,y:int>, got"),
        ({"a": 1.5}, T.MapType(T.StringType(), T.IntegerType()), "v[] is int, got 1.5"),
        ({1: 1}, T.MapType(T.StringType(), T.IntegerType()), "v[key] is string, got 1"),
        ({None: 1}, T.MapType(T.StringType(), T.IntegerType()), "v[key] is string not null, got None"),
        ([("a", 1), ("a", 2)], T.MapType(T.StringType(), T.IntegerType()), "two of its keys are one"),
        ({0.1: 1, 0.1 + 1e-12: 2}, T.MapType(T.FloatType(), T.IntegerType()), "two of its keys are one"),
        ({float("nan"): 1, NAN: 2}, T.MapType(T.DoubleType(), T.IntegerType()), "two of its keys are one"),
        ([1, 2], T.MapType(T.StringType(), T.IntegerType()), "v is map<string,int>, got [1, 2]; give a dict"),
        (1e300, T.FloatType(), "v is float, got 1e+300; it is too large; declare double"),
        (10**400, T.DoubleType(), "v is double, got 1000"),
        (2**53 + 1, T.DoubleType(), "v is double, got 9007199254740993"),
        (2**24 + 1.5, T.IntegerType(), "give an int"),
        (Decimal("1.005"), T.DecimalType(5, 2), "v is decimal(5,2), got Decimal('1.005'); it has more digits"),
        (1000, T.DecimalType(5, 2), "v is decimal(5,2), got 1000; it has more digits"),
        (NOON, T.DateType(), "it has a time or a zone"),
        (NOON.replace(tzinfo=NINE), T.TimestampNTZType(), "its zone would be lost"),
        (pd.Timestamp(1, tz="UTC"), T.TimestampType(), "give a datetime.datetime"),
        (pd.NaT, T.TimestampType(), "v is timestamp, got NaT; give a datetime.datetime"),
        (np.datetime64("NaT"), T.TimestampNTZType(), "give a datetime.datetime"),
        (np.datetime64(1, "ns"), T.TimestampNTZType(), "give a datetime.datetime"),
        (np.datetime64(10**6, "Y"), T.TimestampNTZType(), "give a datetime.datetime"),
        (np.longdouble("1.1"), T.DoubleType(), "give a float"),
        ("a\ud800", T.StringType(), "lone surrogate"),
        ("a", T.BinaryType(), "v is binary, got 'a'; give bytes"),
    ],
)
def test_a_value_that_would_change_is_refused_with_its_column_and_type(value: Any, kind: T.DataType, told: str) -> None:
    assert told in refused(value, kind)


def test_null_where_none_may_be_is_refused_however_deep_it_stands() -> None:
    strict = T.StructType([T.StructField("x", T.IntegerType(), nullable=False)])

    assert refused(None, T.IntegerType(), nullable=False).startswith("v is int not null, got None; give a value")
    assert refused({}, strict).startswith("v.x is int not null, got None")
    assert refused([{"x": None}], T.ArrayType(strict)).startswith("v[].x is int not null, got None")
    assert published(None, strict) is None


@pytest.mark.parametrize(
    ("value", "kind", "format_", "told"),
    [
        (NAN, T.DoubleType(), "json", "v is double, got nan; JSON has no such number"),
        ([1.5, -INFINITY], T.ArrayType(T.FloatType()), "json", "v[] is float, got -inf; JSON has no such number"),
        ({NAN: 1}, T.MapType(T.DoubleType(), T.IntegerType()), "json", "v[key] is double, got nan"),
        ("a\0b", T.StringType(), "csv", r"v is string, got 'a\x00b'; CSV cannot hold a NUL character"),
        ("a\nb", T.StringType(), "csv", r"CSV cannot hold a line break"),
        ("a\rb", T.StringType(), "csv", r"CSV cannot hold a line break"),
    ],
)
def test_a_value_that_the_files_cannot_hold_is_refused(value: Any, kind: T.DataType, format_: str, told: str) -> None:
    assert told in refused(value, kind, format_)
    assert repr(columns((value,), T.StructType([T.StructField("v", kind)]))) is not None


@given(st.floats(width=64), st.integers())
def test_numbers_come_back_as_they_were_or_are_refused(number: float, whole: int) -> None:
    for value in (number, whole):
        for kind in (T.DoubleType(), T.LongType(), T.DecimalType(20, 3)):
            try:
                found = published(value, kind)
            except Misfit:
                continue
            assert found == value or (found != found and value != value)


def test_a_time_is_the_same_moment() -> None:
    assert published(NOON.replace(tzinfo=NINE), T.TimestampType()) == NOON.replace(tzinfo=UTC) - timedelta(hours=9)


def test_whatever_the_types_what_makes_cells_travels_to_workers_with_its_code() -> None:
    kinds = (
        *(T.ByteType(), T.LongType(), T.FloatType(), T.DoubleType(), T.DecimalType(5, 2), T.BooleanType()),
        *(T.StringType(), T.BinaryType(), T.DateType(), T.TimestampType(), T.TimestampNTZType()),
        *(T.DayTimeIntervalType(), INTEGERS, POINT, T.MapType(T.StringType(), T.FloatType())),
    )
    struct = T.StructType([T.StructField(f"c{place}", kind) for place, kind in enumerate(kinds)])
    modules = [sys.modules[name] for name in sys.modules if name.partition(".")[0] == "hotset"]
    by_value: Callable[[ModuleType], None] = cloudpickle.register_pickle_by_value
    dumps: Callable[[Any], bytes] = cloudpickle.dumps
    by_name: Callable[[ModuleType], None] = cloudpickle.unregister_pickle_by_value
    try:
        for module in modules:
            by_value(module)
        travelled = cloudpickle.loads(dumps([cells_of(struct, name) for name in ("json", "csv")]))
    finally:
        for module in modules:
            by_name(module)

    assert [cells([None] * len(kinds)) for cells in travelled] == [[None] * len(kinds)] * 2
