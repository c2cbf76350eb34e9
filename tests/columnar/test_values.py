"""Texts as values: what Arrow does in bulk must be what the slow reader says, one by one."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from layouts import TYPES, column

from hotset.columnar.exact import Fault, reader
from hotset.columnar.values import convert


def converted(
    kind: str, texts: Sequence[str | None], zone: str = "UTC", *, refuse_nan: bool = False
) -> tuple[list[Any], dict[int, str]]:
    values, faults = convert(pa.array(texts, pa.string()), column("c", kind), zone, refuse_nan=refuse_nan)
    return values.to_pylist(), faults


def test_whole_numbers_are_decimal_and_in_range() -> None:
    texts = [" 7 ", "-2147483648", "2147483648", "0x1F", "+1", "1.0", "", None, "007"]

    values, faults = converted("int", texts)

    assert values == [7, -2147483648, None, None, None, None, None, None, 7]
    wrong = "not of type int"
    assert faults == {2: "out of range of type int", 3: wrong, 4: wrong, 5: wrong, 6: wrong}


def test_a_double_that_is_too_large_is_not_infinity() -> None:
    values, faults = converted("double", ["1e308", "1e309", "-inf", "1e-999"])

    assert values == [1e308, None, float("-inf"), 0.0]
    assert faults == {1: "out of range of type double"}


def test_nan_and_infinities_can_be_refused() -> None:
    assert converted("double", ["nan", "1", "-Infinity"], refuse_nan=True)[1] == {0: "not finite", 2: "not finite"}


def test_decimals_lose_no_digit() -> None:
    values, faults = converted("decimal(5,2)", ["1.230", "1.234", "999.99", "1000", "1e2", "-.5"])

    assert values == [Decimal("1.23"), None, Decimal("999.99"), None, Decimal("100.00"), Decimal("-0.50")]
    assert faults == {1: "out of range of type decimal(5,2)", 3: "out of range of type decimal(5,2)"}


def test_dates_are_those_of_the_calendar() -> None:
    values, faults = converted("date", ["2024-02-29", "2023-02-29", "0001-01-01", "0000-01-01", "2023-1-1"])

    assert values == [date(2024, 2, 29), None, date(1, 1, 1), None, None]
    assert sorted(faults) == [1, 3, 4]


def test_timestamps_with_and_without_an_offset_may_mix() -> None:
    values, faults = converted("timestamp", ["2024-01-01T10:00:00.000001Z", "2024-01-01 10:00+02", "2024-01-01 10:00"])

    day = datetime(2024, 1, 1, tzinfo=UTC)
    assert values == [day.replace(hour=10, microsecond=1), day.replace(hour=8), day.replace(hour=10)]
    assert faults == {}


def test_local_times_that_a_zone_skips_or_repeats_are_told() -> None:
    _, faults = converted("timestamp", ["2023-03-12 02:30", "2023-11-05 01:30", "2023-07-01"], "America/New_York")

    assert faults == {0: "no such time in America/New_York", 1: "two such times in America/New_York"}


def test_an_offset_is_no_part_of_a_local_timestamp() -> None:
    assert converted("timestamp_ntz", ["2024-01-01 10:00Z"])[1] == {0: "not of type timestamp_ntz"}


PIECES = [
    "1",
    "-",
    "+",
    ".",
    "e5",
    "9" * 12,
    "0",
    " ",
    "x",
    "2023-02-",
    "29",
    "28",
    "T10",
    ":30",
    "Z",
    "true",
    "nan",
    "E-3",
]


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "string"])
def test_in_bulk_and_one_by_one_agree_on_random_texts(kind: str) -> None:
    chance = random.Random(kind)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(0, 4))) for _ in range(3_000)]
    exact = reader(column("c", kind), "UTC", False)

    values, faults = converted(kind, texts)

    for row, text in enumerate(texts):
        expected, reason = None, None
        try:
            expected = exact(text)
        except Fault as why:
            reason = str(why)
        assert faults.get(row) == reason, text
        assert values[row] == expected or values[row] != values[row], text
