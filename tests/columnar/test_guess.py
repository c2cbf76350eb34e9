"""Guessed types of CSV: what becomes of a column decides, and different texts stay different."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset.columnar.guess import KINDS, guess_type
from hotset.columnar.layout import Column
from hotset.columnar.values import convert
from hotset.data.guess import Role

# texts, and their type where they are keys or published as they are, are added up, or are compared
TEXTS = {
    "whole numbers": (["1", "-20", "0"], "bigint", "bigint", "bigint"),
    "ids of 20 digits": (["12345678901234567890", "12345678901234567891"], "string", "double", "decimal(38,0)"),
    "leading zeros beyond 64 bits": (["0000123456789012345678901"], "string", "double", "string"),
    "postal codes": (["01234", "98101"], "string", "bigint", "string"),
    "zeros of different lengths": (["007", "12"], "string", "bigint", "bigint"),
    "phone numbers": (["+12025550101", "+442079460000"], "string", "double", "string"),
    "a phone with plus beside one without": (["+12025550101", "12025550101"], "string", "double", "double"),
    "zeros before a fraction": (["007.1", "7.1"], "string", "double", "double"),
    "zeros after a fraction": (["1.10", "1.1"], "string", "double", "double"),
    "a measure of three digits": (["282.670", "280.100"], "string", "double", "double"),
    "exponents": (["1e3", "1000"], "string", "double", "double"),
    "a point behind": (["5.", "5"], "string", "double", "double"),
    "a point before": ([".5", "0.5"], "string", "double", "double"),
    "whole and with .0": (["1", "1.0"], "string", "double", "double"),
    "as pandas writes": (["1.0", "2.5"], "double", "double", "double"),
    "shortest": (["1", "2.5"], "double", "double", "double"),
    "minus nothing": (["-0", "0"], "string", "bigint", "bigint"),
    "more digits than a double has": (["0.12345678901234567", "0.12345678901234568"], "string", "double", "double"),
    "hexadecimal": (["0x1A", "0x2B"], "string", "string", "string"),
    "hexadecimal that looks like an exponent": (["1e5", "12ab"], "string", "string", "string"),
    "an exponent beyond all": (["1e999", "2e999"], "string", "string", "string"),
    "blanks": ([" 1", "1"], "string", "bigint", "bigint"),
    "underscores": (["1_000"], "string", "string", "string"),
    "thousands": (["1,234"], "string", "string", "string"),
    "booleans": (["true", "false"], "boolean", "boolean", "boolean"),
    "booleans in two cases": (["true", "True"], "string", "boolean", "boolean"),
    "zero, one and true": (["0", "1", "true"], "string", "string", "string"),
    "days": (["2026-01-31", "2024-02-29"], "date", "date", "date"),
    "days that are none": (["2026-02-30"], "string", "string", "string"),
    "days without separators": (["20260131"], "bigint", "bigint", "bigint"),
    "times": (["2026-01-31 10:00:00", "2026-01-31 11:00:00"], "timestamp", "timestamp", "timestamp"),
    "times in two patterns": (["2026-01-31T10:00:00", "2026-01-31 10:00:00"], "string", "timestamp", "timestamp"),
    "times with offsets": (["2026-01-31T10:00:00+02:00"], "string", "timestamp", "timestamp"),
    "nine digits of a second": (["2026-01-31T10:00:00.123456789"], "string", "string", "string"),
    "a day and a time": (["2026-01-31", "2026-01-31 10:00"], "string", "timestamp", "timestamp"),
    "a large whole number beside a fraction": (["9007199254740993", "0.5"], "string", "double", "decimal(38,1)"),
    "a large whole number beside an exponent": (["9007199254740993", "1e5"], "string", "double", "decimal(38,0)"),
    "a large whole number beside a zero in front": (
        ["12345678901234567890", "09"],
        "string",
        "double",
        "decimal(38,0)",
    ),
    "a large whole number that a double is": (["9007199254740992", "0.5"], "double", "double", "double"),
    "texts": (["a", ""], "string", "string", "string"),
    "nothing": ([None, None], "string", "double", "double"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_role_decides(name: str) -> None:
    texts, *expected = TEXTS[name]
    roles: tuple[Role, ...] = ("exact", "measure", "ordered")

    found = [guess_type("c", pa.array(texts, pa.string()), role, "UTC")[0] for role in roles]

    assert found == expected


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["1", "1,234"], "'1,234' is no number"),
        (["1", "N/A"], "'N/A' is no number"),
        (["1.1", "1.10"], "'1.10' would not be written so as a number"),
        (["1", "007"], "'007' would not be written so as a number"),
        (["1,234", "12,345"], "'1,234' is no number"),
        (["12 %", "3 %"], "'12 %' is no number"),
        (["a", "b"], ""),
        (["a1", "b2"], ""),
    ],
)
def test_text_says_what_keeps_it_from_being_numbers(texts: list[str], why: str) -> None:
    assert guess_type("c", pa.array(texts), "exact", "UTC")[1].why == why


NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.from_regex(r"[+-]?0{0,3}[0-9]{1,22}(\.[0-9]{0,20})?(e[+-]?[0-9]{1,3})?", fullmatch=True),
)
OTHERS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["true", "True", "FALSE", "2026-01-31", "2026-01-31T10:00:00Z", "0x1F", "1,5", ""]),
    st.datetimes().map(str),
    st.dates().map(str),
)


@given(st.one_of(st.lists(NUMBERS), st.lists(OTHERS), st.lists(st.one_of(NUMBERS, OTHERS, st.none()))))
def test_exact_types_keep_different_texts_different_and_the_reader_takes_them(texts: list[str | None]) -> None:
    kind, guess = guess_type("c", pa.array(texts, pa.string()), "exact", "UTC")
    column = Column("c", kind, KINDS.get(kind, pa.string()), guess=guess)

    values, faults = convert(pa.array(texts, pa.string()), column, "UTC", refuse_nan=False)

    different = {text for text in texts if text is not None}
    keys = {"nan" if value != value else value for value in values.drop_null().to_pylist()}
    assert faults == {}
    assert len(keys) == len(different)


@given(st.lists(st.one_of(NUMBERS, OTHERS, st.none())), st.sampled_from(["measure", "ordered", "time"]))
def test_whatever_is_guessed_reads_its_own_sample(texts: list[str | None], role: Role) -> None:
    kind, guess = guess_type("c", pa.array(texts, pa.string()), role, "UTC")
    types = {**KINDS, "decimal(38,0)": pa.decimal128(38, 0)}

    _, faults = convert(
        pa.array(texts, pa.string()),
        Column("c", kind, types.get(kind, pa.string()), guess=guess),
        "UTC",
        refuse_nan=False,
    )

    assert faults == {}


@pytest.mark.parametrize(
    ("texts", "exact", "measure"),
    [
        (["1,5", "2,25"], "double", "double"),
        (["1,50", "2,25"], "string", "double"),
        (["1.234,5", "2,5"], "string", "double"),
        (["1.234", "2"], "string", "double"),
        (["1", "2"], "bigint", "bigint"),
        (["1.5"], "string", "string"),
    ],
)
def test_numbers_with_a_decimal_comma(texts: list[str], exact: str, measure: str) -> None:
    roles: tuple[Role, ...] = ("exact", "measure")

    found = [guess_type("c", pa.array(texts), role, "UTC", comma=True)[0] for role in roles]

    assert found == [exact, measure]
