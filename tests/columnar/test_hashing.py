"""Rows with equal keys fall into one partition, whatever batch they stand in."""

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset.columnar.hashing import hashes, partition_numbers
from hotset.errors import UsageError

NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), [5, -5, None, 2**62, 5]),
        (pa.float64(), [1.5, NAN, None, 1e300, 1.5]),
        (pa.string(), ["a", "", None, "é", "a"]),
        (pa.bool_(), [True, False, None, False, True]),
        (pa.date32(), [datetime.date(2023, 1, 1), None, None, datetime.date(1, 1, 1), datetime.date(2023, 1, 1)]),
        (pa.decimal128(10, 2), [Decimal("1.10"), Decimal("-7.00"), None, Decimal("0.01"), Decimal("1.10")]),
    ],
)
def test_equal_values_have_equal_hashes_and_others_do_not(kind: pa.DataType, values: list[object]) -> None:
    found = hashes(pa.array(values, kind)).tolist()

    assert found[0] == found[4]
    assert len(set(found[:4])) == len({str(value) for value in values[:4]})


def test_values_that_spark_calls_equal_have_one_hash() -> None:
    other_nan = np.array([0xFFF8000000000123], np.uint64).view(np.float64)[0]

    found = hashes(pa.array([0.0, -0.0, NAN, other_nan, None]))

    assert found[0] == found[1]
    assert found[2] == found[3]
    assert len(set(found.tolist())) == 3


def test_whole_numbers_of_any_width_have_one_hash() -> None:
    assert hashes(pa.array([7], pa.int8())) == hashes(pa.array([7], pa.int64()))


@given(st.lists(st.text(max_size=5), max_size=30), st.integers(0, 30))
def test_hash_of_a_text_does_not_depend_on_what_stands_before_it(texts: list[str], cut: int) -> None:
    whole = pa.array(texts, pa.string())

    assert hashes(whole).tolist() == [*hashes(whole[:cut]).tolist(), *hashes(whole[cut:]).tolist()]
    assert len(set(hashes(whole).tolist())) == len(set(texts))


def test_rows_are_spread_evenly() -> None:
    batch = pa.table({"key": [f"key {number}" for number in range(20_000)], "n": list(range(20_000))})

    counts = np.bincount(partition_numbers(batch, ["key", "n"], 10), minlength=10)

    assert len(counts) == 10
    assert counts.min() > 1_800


def test_key_of_a_nested_type_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be compared"):
        hashes(pa.array([[1]]))
