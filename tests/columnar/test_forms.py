"""Values in forms of their own, held against plain Python that was written from docs/data.md."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotset.columnar.forms import read_form
from hotset.data.forms import UNITS, AsText, Form, IsoTime, PatternTime, Unit, UnitTime, WholeNumber
from hotset.errors import UsageError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SECONDS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
NINE = "2024-03-01 00:00:00.123456780"
AT = datetime(2024, 3, 1, 10, 0, 0, tzinfo=UTC)
BEYOND_DOUBLES = "beyond 9,007,199,254,740,992, where a double is no longer exact"
DAY_FIRST = r"[0-3]?[0-9]\.[01]?[0-9]\.[0-9]{4} [0-9]{2}:[0-9]{2}"


def read(values: Sequence[Any], form: Form, kind: pa.DataType | None = None) -> list[Any]:
    """What the values become; a fault as the text of its reason."""
    found, faults = read_form(pa.array(values, kind or pa.string()), form)
    assert all(found[row].as_py() is None for row in faults)
    return [faults.get(row, value) for row, value in enumerate(found.to_pylist())]


# times in ISO 8601


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        (NINE, 123456),
        (NINE + "+00:00", 123456),
        (NINE + "Z", 123456),
        ("2024-03-01T00:00:00.999999999Z", 999999),
        ("1969-12-31T23:59:59.9999999", -(1_709_251_200 * 10**6) - 1),
        ("2024-03-01", 0),
        ("2024-03-01 02:00:00+02:00", 0),
        ("2024-02-29T18:30:00-0530", 0),
        ("2024-03-01t00:00:00z", 0),
        ("2024-03-01 00:00", 0),
        ("2024-03-01T00", 0),
        ("2024-03-01 00:00:00 UTC", 0),
        ("2024-03-01 00:00:00 GMT", 0),
        ("2024-03-01 02:00:00.5 +02:00", 500_000),
        ("2024-03-01 02:00:00,123 +0200", 123_000),
        ("2024-03-01 02:00 +02", 0),
        ("2024-03-01 00:00:00,000001", 1),
        ("2024-03-01 00:00:00.1", 100_000),
    ],
)
def test_times_in_iso_8601_as_people_have_them(text: str, micros: int) -> None:
    expected = datetime(2024, 3, 1, tzinfo=UTC) + micros * MICRO

    assert read([text, None], IsoTime()) == [expected, None]


@pytest.mark.parametrize(
    "text",
    ["", "x", "2024-W10-5", "2024-061", "20240301T100000Z", "01.03.2024", "13/02/2024", "2024-02-30", "2024-03-01 25",
     "2024-03-01 Z", "2024-03-01 10:00:00.1234567890", "1709251200", "NaT", "2024-03-01 10:00:60", "10:00", "24-03-01",
     "2024-03-01 10:00:00.", "2024-03-01  10:00", "2024-03-01 10:00:00 CET", " 2024-03-01", "2024-03-01 10:00+25:00"],
)  # fmt: skip
def test_what_is_no_time_in_iso_8601_is_a_fault(text: str) -> None:
    assert read([text, "2024-03-01"], IsoTime())[0] in ("not of type timestamp", "out of range of type timestamp")


def test_times_of_a_zone_are_told_where_it_skips_or_repeats_them() -> None:
    texts = ["2024-03-01 11:00", "2024-03-31 02:30", "2024-10-27 02:30:00.123456789", "2024-10-27 02:30:00+02:00"]

    found = read(texts, IsoTime("Europe/Berlin"))

    assert found[0] == AT
    assert found[1:3] == ["no such time in Europe/Berlin", "two such times in Europe/Berlin"]
    assert found[3] == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


@given(st.lists(st.tuples(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(0, 999), st.sampled_from(
    ["", "Z", "z", " UTC", "+02:00", "-0530", "+14", " +01:00"])), min_size=1, max_size=8))  # fmt: skip
def test_iso_times_mean_what_python_says(parts: list[tuple[datetime, int, str]]) -> None:
    texts = [f"{local.isoformat(' ', 'microseconds')}{nanos:03}{offset}" for local, nanos, offset in parts]
    zones = [re.sub(r"^(?:| UTC|z|Z)$", "+00:00", offset).strip() for _, _, offset in parts]

    expected = [
        datetime.fromisoformat(f"{local.isoformat()}{zone}").astimezone(UTC)
        for (local, _, _), zone in zip(parts, zones, strict=True)
    ]

    assert read(texts, IsoTime()) == expected


# numbers since 1970


def expected_of_number(text: str, form: UnitTime) -> datetime | None:
    """By Python's fractions."""
    if not re.fullmatch(r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*", text):
        return None
    number = Fraction(text.strip(" \t"))
    if not any(first <= number < end for first, end in form.spans):
        return None
    return EPOCH + floor(number * 10**6 / SECONDS[form.unit]) * MICRO


numbers = (
    st.decimals(-(10**12), 10**20, places=9).map(str)
    | st.integers(-(10**13), 2 * 10**19).map(str)
    | st.tuples(st.integers(10**8, 10**10), st.sampled_from([1, 10**3, 10**6, 10**9])).map(lambda n: str(n[0] * n[1]))
    | st.floats(1e8, 1e10).map(repr)
    | st.sampled_from(
        ["", "x", " 1709251200 ", "1.7e9", "-1.5", "0", "nan", "1e400", "1e-400", "0x10", "1_0", "1709251200."]
    )
)


@given(
    st.lists(numbers, min_size=1, max_size=8), st.sampled_from(UNITS), st.sampled_from(["guessed", "others", "none"])
)
@example(["253402300799.9999999", "253402300800", "-62135596800", "-62135596801"], "s", "none")
def test_texts_of_numbers_are_times_by_their_digits(texts: list[str], unit: Unit, unlike: Any) -> None:
    form = UnitTime(unit, unlike)

    found = read(texts, form)

    for text, value in zip(texts, found, strict=True):
        assert (value if isinstance(value, datetime) else None) == expected_of_number(text, form), text


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(10**8, 10**10), max_size=8),
       st.sampled_from(UNITS), st.sampled_from(["guessed", "others", "none"]))  # fmt: skip
@example([-(2**63), 2**63 - 1], "ns", "others")
def test_whole_numbers_are_the_times_that_their_texts_are(values: list[int | None], unit: Unit, unlike: Any) -> None:
    form = UnitTime(unit, unlike)

    assert read(values, form, pa.int64()) == read([None if n is None else str(n) for n in values], form)


@given(
    st.lists(st.none() | st.floats() | st.floats(1e8, 1e10) | st.floats(1e11, 1e13), max_size=8), st.sampled_from(UNITS)
)
def test_doubles_are_the_times_that_their_shortest_texts_are(values: list[float | None], unit: Unit) -> None:
    texts = [None if value is None or value != value else repr(value) for value in values]

    assert read(values, UnitTime(unit), pa.float64()) == read(texts, UnitTime(unit))


@given(st.lists(st.decimals(0, 10**13, places=6), max_size=6), st.sampled_from(UNITS))
def test_decimals_are_the_times_that_their_texts_are(values: list[Decimal], unit: Unit) -> None:
    assert read(values, UnitTime(unit), pa.decimal128(20, 6)) == read(
        [f"{value:f}" for value in values], UnitTime(unit)
    )


@pytest.mark.parametrize(("number", "unit", "reason"), [
    (1709251200000, "s", "milliseconds since 1970, by its size"), (1709251200, "ms", "seconds since 1970, by its size"),
    (1709251200, "ns", "seconds since 1970, by its size"), (1709251200123456, "s", "microseconds since 1970"),
    (1709251200123456789, "ms", "nanoseconds since 1970"), (1709251200123, "us", "milliseconds since 1970"),
    (1709251200123, "ns", "milliseconds since 1970"), (0, "s", "not within 1973 to 2286"),
    (-1, "ms", "not within 1973 to 2286"), (20240301, "s", "not within 1973 to 2286"),
])  # fmt: skip
def test_a_number_of_another_unit_is_told_and_not_put_into_1970(number: int, unit: Unit, reason: str) -> None:
    assert reason in read([number], UnitTime(unit, "guessed"), pa.int64())[0]
    assert reason in read([str(number)], UnitTime(unit, "guessed"))[0]


# patterns


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%d.%m.%Y %H:%M", "01.03.2024 10:00"),
        ("%d.%m.%Y %H:%M", "1.3.2024 10:00"),
        ("%m/%d/%Y %I:%M:%S %p", "03/01/2024 10:00:00 am"),
        ("%m/%d/%y %I %p", "3/1/24 10 AM"),
        ("%Y%m%d%H%M%S", "20240301100000"),
        ("%Y%m%dT%H%M%S.%f", "20240301T100000.000000999"),
        ("%d-%b-%Y %H:%M:%S", "01-MAR-2024 10:00:00"),
        ("%d %B %Y %H.%M", "1 march 2024 10.00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-03-01T12:00:00+02:00"),
        ("%Y/%m/%d %H:%M:%S.%f %z", "2024/03/01 04:30:00.0 -0530"),
        ("%d/%b/%Y:%H:%M:%S %z", "01/Mar/2024:10:00:00 +0000"),
        ("100%% %Y|%m|%d (%H)", "100% 2024|03|01 (10)"),
        ("%H:%M %d.%m.%y", "10:00 01.03.24"),
    ],
)
def test_times_as_a_pattern_has_them(pattern: str, text: str) -> None:
    assert read([text, None, "x" + text, text + "\n"], PatternTime(pattern)) == [
        AT, None, f"not a time like {pattern}", f"not a time like {pattern}",
    ]  # fmt: skip


PATTERNS = [
    "%d.%m.%Y %H:%M:%S.%f",
    "%Y-%m-%d %I:%M:%S.%f %p",
    "%b %d %Y %H:%M:%S.%f",
    "%d %B %Y %H.%M.%S,%f",
    "%Y%m%d%H%M%S%f",
]


@given(st.sampled_from(PATTERNS), st.lists(st.datetimes(datetime(1000, 1, 1)), min_size=1, max_size=6))
def test_patterns_mean_what_python_says(pattern: str, times: list[datetime]) -> None:
    texts = [time.strftime(pattern) for time in times]
    assert [datetime.strptime(text, pattern) for text in texts] == times

    assert read(texts, PatternTime(pattern)) == [time.replace(tzinfo=UTC) for time in times]


@given(st.lists(st.text("0123456789. :", max_size=14) | st.from_regex(DAY_FIRST, fullmatch=True), max_size=6))
def test_what_python_refuses_is_a_fault(texts: list[str]) -> None:
    pattern = "%d.%m.%Y %H:%M"

    for text, value in zip(texts, read(texts, PatternTime(pattern)), strict=True):
        try:
            assert value == datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            assert value == f"not a time like {pattern}"


def test_a_pattern_without_offset_is_local_in_the_zone() -> None:
    texts = ["01.07.2024 12:00", "31.03.2024 02:30", "27.10.2024 02:30"]

    found = read(texts, PatternTime("%d.%m.%Y %H:%M", "Europe/Berlin"))

    assert found[0] == datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert found[1:] == ["no such time in Europe/Berlin", "two such times in Europe/Berlin"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("%Q.%m.%Y", "'%Q'"), ("%s", "--time-unit s"), ("%Y-%m-%d %Z", "--time-zone"), ("%Y-%j", "'%j'"), ("%x", "'%x'"),
     ("%c", "'%c'"), ("%G-W%V-%u", "'%G'"), ("%d.%m", "no whole date"), ("%H:%M", "no whole date"), ("%Y %", "'%'"),
     ("%Y-%m-%d %I", "half day"), ("%Y-%m-%d %H %p", "half day"), ("%Y %y-%m-%d", "twice"), ("%m %b %Y", "twice"),
     ("%Y-%m-%d %M", "leaves out"), ("%Y-%m-%d %H.%f", "leaves out"), ("", "no whole date"), ("iso", "no whole date")],
)  # fmt: skip
def test_patterns_that_are_not_read_are_refused_by_name(pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        PatternTime(pattern)


def test_zones_that_are_none_are_refused() -> None:
    for zone in ("Nowhere", "+02:00", "", "Europe/../UTC", "CEST "):
        with pytest.raises(UsageError, match="no time zone"):
            IsoTime(zone)


# what Parquet and ORC hold


@pytest.mark.parametrize(
    ("values", "kind", "form", "expected"),
    [
        ([AT.replace(tzinfo=None), None], pa.timestamp("s"), IsoTime(), [AT, None]),
        ([1_709_287_200_000_000_999, -1], pa.timestamp("ns"), IsoTime(), [AT, EPOCH - MICRO]),
        ([1_709_287_200_000_000_999, None], pa.timestamp("ns", "UTC"), IsoTime("Asia/Tokyo"), [AT, None]),
        ([AT], pa.timestamp("ms", "America/New_York"), IsoTime(), [AT]),
        ([datetime(2024, 3, 1, 11)], pa.timestamp("us"), IsoTime("Europe/Berlin"), [AT]),
        ([date(2024, 3, 1)], pa.date32(), IsoTime(), [datetime(2024, 3, 1, tzinfo=UTC)]),
        ([date(2024, 3, 1)], pa.date64(), IsoTime("Asia/Tokyo"), [datetime(2024, 2, 29, 15, tzinfo=UTC)]),
        (["2024-03-01 10:00"], pa.large_string(), IsoTime(), [AT]),
        (["2024-03-01 10:00"] * 2, pa.dictionary(pa.int8(), pa.string()), IsoTime(), [AT, AT]),
        ([20240301], pa.int32(), PatternTime("%Y%m%d"), [datetime(2024, 3, 1, tzinfo=UTC)]),
        ([1_709_287_200], pa.int32(), UnitTime("s"), [AT]),
        ([1_709_287_200], pa.uint32(), UnitTime("s"), [AT]),
        ([1_709_287_200_000_000_000], pa.uint64(), UnitTime("ns"), [AT]),
        ([float("nan"), 1_709_287_200.0], pa.float64(), UnitTime("s"), [None, AT]),
        ([1.0, None, float("nan"), -3.0], pa.float64(), WholeNumber(), [1, None, None, -3]),
        ([1.5, 2.0**53, float("inf")], pa.float64(), WholeNumber(),
         ["not a whole number", BEYOND_DOUBLES, BEYOND_DOUBLES]),
        ([1.0, 2.0**24], pa.float32(), WholeNumber(), [1, "beyond 16,777,216, where a float is no longer exact"]),
        ([Decimal("7.00"), Decimal("7.50")], pa.decimal128(5, 2), WholeNumber(), [7, "not a whole number"]),
        (["1.0", "2", " 3. ", "4.5", "x", "9" * 20, "1e3"], pa.string(), WholeNumber(),
         [1, 2, 3, "not a whole number", "not a whole number", "out of range of type bigint", "not a whole number"]),
        ([2**64 - 1], pa.uint64(), AsText(), ["18446744073709551615"]),
    ],
)  # fmt: skip
def test_stored_values_mean_what_their_types_say(
    values: list[Any], kind: pa.DataType, form: Form, expected: list[Any]
) -> None:
    assert read(values, form, kind) == expected
