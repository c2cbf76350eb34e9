"""Sizes are in bytes or in rows, and say which."""

import pytest
from bench.sizes import SIZES, parse_sizes
from bench.work import Unit

from hotset.errors import UsageError


@pytest.mark.parametrize(
    ("text", "label", "rows"),
    [
        ("10Mrows", "10M rows", 10_000_000),
        ("1.5k rows", "1.5k rows", 1_500),
        ("2Grows", "2G rows", 2_000_000_000),
        ("12 ROWS", "12 rows", 12),
    ],
)
def test_rows_are_counted_in_thousands_and_labelled(text: str, label: str, rows: int) -> None:
    assert parse_sizes(text, "rows") == {label: rows}


def test_several_sizes_keep_their_order() -> None:
    assert list(parse_sizes("1Mrows,30Mrows,10Mrows", "rows")) == ["1M rows", "30M rows", "10M rows"]
    assert parse_sizes("30MB,1kB", "bytes") == {"30MB": 30_000_000, "1kB": 1_000}


@pytest.mark.parametrize("text", ["300MB", "10M", "0rows", "1.5rows", "-1rows", "rows", "1Trows", ""])
def test_what_is_no_number_of_rows_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"got '.*'; write one .*: 10Mrows"):
        parse_sizes(text, "rows")


def test_rows_are_no_bytes() -> None:
    with pytest.raises(UsageError, match="not a size in whole bytes, got '10Mrows'"):
        parse_sizes("10Mrows", "bytes")


@pytest.mark.parametrize("unit", list(SIZES))
def test_the_usual_and_the_quick_size_are_sizes(unit: Unit) -> None:
    (usual,) = parse_sizes(SIZES[unit].usual, unit).values()
    (quick,) = parse_sizes(SIZES[unit].quick, unit).values()

    assert quick < SIZES[unit].small < usual
