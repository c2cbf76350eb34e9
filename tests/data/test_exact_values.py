"""Python's values in declared types: the same value, or a refusal where Spark would publish another."""

import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hotset import Dataset
from hotset.data.exact_values import Misfit, exact_value

pytestmark = pytest.mark.usefixtures("spark")  # it parses the columns of datasets
NINE = timezone(timedelta(hours=9))
NOON = datetime(2026, 1, 31, 12, 0, 0, 123456)


class Color(StrEnum):
    """A text with a name."""

    RED = "red"


class Number(IntEnum):
    """A number with a name."""

    ONE = 1


def exact(kind: str, value: Any) -> Any:
    return exact_value(Dataset(f"v {kind}").schema()[0].dataType)(value)


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("tinyint", -128, -128),
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("int", Number.ONE, 1),
        ("double", 1e300, 1e300),
        ("double", np.float64(0.1), 0.1),
        ("float", 0.5, 0.5),
        ("float", 0.1, float(np.float32(0.1))),
        ("float", float("-inf"), float("-inf")),
        ("boolean", True, True),
        ("string", "눈 😀\0", "눈 😀\0"),
        ("string", Color.RED, "red"),
        ("varchar(3)", "abc", "abc"),
        ("binary", bytearray(b"\xff"), b"\xff"),
        ("decimal(5,2)", Decimal("1.50"), Decimal("1.50")),
        ("decimal(5,2)", Decimal("1.5000"), Decimal("1.50")),
        ("decimal(5,2)", Decimal("1E+2"), Decimal("100.00")),
        ("decimal(38,0)", Decimal(10**38 - 1), Decimal(10**38 - 1)),
        ("decimal(38,38)", Decimal(f"0.{'9' * 38}"), Decimal(f"0.{'9' * 38}")),
        ("date", date(1, 1, 1), date(1, 1, 1)),
        ("date", datetime(2026, 1, 31), date(2026, 1, 31)),
        ("timestamp", NOON.replace(tzinfo=NINE), NOON.replace(tzinfo=UTC) - timedelta(hours=9)),
        (
            "timestamp",
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(microseconds=1))),
            datetime(2025, 12, 31, 23, 59, 59, 999999, UTC),
        ),
        ("timestamp_ntz", NOON, NOON),
        ("interval day to second", timedelta(days=-1, microseconds=1), timedelta(days=-1, microseconds=1)),
        ("interval day", timedelta(days=2), timedelta(days=2)),
        ("time", time(1, 2, 3, 4), time(1, 2, 3, 4)),
    ],
)
def test_a_value_of_the_type_stays_the_same(kind: str, value: Any, expected: Any) -> None:
    found = exact(kind, value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("tinyint", 128, "it holds -128 to 127"),
        ("bigint", 2**63, "declare a wider type"),
        ("bigint", True, "give an int"),
        ("int", 1.0, "give an int"),
        ("int", np.int64(1), "give an int"),
        ("double", 1, "give a float"),
        ("double", Decimal(1), "give a float"),
        ("float", 1e300, "too large; declare double"),
        ("float", 3.4028235677973366e38, "too large; declare double"),
        ("boolean", 0, "give True or False"),
        ("string", 1, r"make a text of it: str\("),
        ("string", b"a", r"make a text of it: str\("),
        ("string", "\ud800", "lone surrogate, is no text"),
        ("varchar(3)", "abcd", "it is longer"),
        ("binary", "a", "give bytes"),
        ("decimal(5,2)", Decimal("1.005"), "more digits behind the point; round it"),
        ("decimal(5,2)", Decimal("1E-99"), "more digits behind the point"),
        ("decimal(5,2)", Decimal("1234.5"), "more digits; declare more"),
        ("decimal(5,2)", Decimal("NaN"), "a decimal is finite"),
        ("decimal(5,2)", Decimal("-Infinity"), "a decimal is finite"),
        ("decimal(5,2)", 1.5, "give a Decimal"),
        ("date", NOON, r"take its \.date\(\)"),
        ("date", datetime(2026, 1, 31, tzinfo=UTC), r"take its \.date\(\)"),
        ("date", pd.Timestamp("2026-01-31"), r"give a datetime\.date"),
        ("date", pd.NaT, r"give a datetime\.date"),
        ("timestamp", date(2026, 1, 31), r"give a datetime\.datetime"),
        ("timestamp", pd.Timestamp(1, tz="UTC"), r"give a datetime\.datetime"),
        ("timestamp", datetime(1, 1, 1, tzinfo=NINE), "before the year 1 or after 9999 in UTC"),
        ("timestamp", datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-9))), "after 9999 in UTC"),
        ("timestamp_ntz", NOON.replace(tzinfo=NINE), "its zone would be lost; declare timestamp"),
        ("timestamp_ntz", date(2026, 1, 31), r"give a datetime\.datetime"),
        ("interval day", timedelta(hours=25), "declare interval day to second"),
        ("interval day to second", timedelta.max, "it is too long"),
        ("time", time(1, tzinfo=UTC), "would be lost"),
        ("time(0)", time(1, microsecond=1), "would be lost"),
        ("void", 1, "it holds None only"),
        ("interval year to month", 1, "."),
    ],
)
def test_a_value_that_would_change_is_refused_with_what_to_do(kind: str, value: Any, told: str) -> None:
    with pytest.raises(Misfit, match=told):
        exact(kind, value)


@pytest.mark.usefixtures("in_new_york")
def test_a_time_without_a_zone_is_in_the_workers_own_and_may_be_there_twice() -> None:
    twice = datetime(2026, 11, 1, 1, 30)

    assert exact("timestamp", twice) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert exact("timestamp", twice.replace(fold=1)) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    with pytest.raises(Misfit, match="pass over this time; give it a zone"):
        exact("timestamp", datetime(2026, 3, 8, 2, 30))
