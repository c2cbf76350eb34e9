"""Values of numpy's and pandas' as Python's own, where these are just the same."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hotset.jobs.parallel_map.plain import as_decimal, as_float, plain


class Day(date):
    """A subclass that others make of a date."""


class Moment(datetime):
    """A subclass that others make of a datetime."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int8(1), 1),
        (np.array(2), 2),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float16(0.5), 0.5),
        (np.bool_(False), False),
        (np.datetime64("2026-01-31"), date(2026, 1, 31)),
        (np.datetime64(1_000, "ns"), datetime(1970, 1, 1, 0, 0, 0, 1)),
        (np.timedelta64(5, "s"), timedelta(seconds=5)),
        (pd.Timestamp("2026-01-31"), datetime(2026, 1, 31)),
        (pd.Timedelta(microseconds=1), timedelta(microseconds=1)),
        (Day(2026, 1, 31), date(2026, 1, 31)),
        (Moment(2026, 11, 1, 1, 30, fold=1), datetime(2026, 11, 1, 1, 30, fold=1)),
        ("a", "a"),
    ],
)
def test_a_value_that_python_has_is_pythons(value: Any, expected: Any) -> None:
    found = plain(value)

    assert (found, type(found)) == (expected, type(expected))
    assert getattr(found, "fold", 0) == getattr(expected, "fold", 0)


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64(1, "ns"),
        np.datetime64("NaT"),
        np.timedelta64("NaT"),
        np.longdouble("1.1"),
        pd.Timestamp(1),
        pd.NaT,
    ],
)
def test_a_value_that_python_has_not_stays_what_it_is(value: Any) -> None:
    assert plain(value) is value


def test_whole_numbers_are_floats_and_decimals_where_nothing_is_lost() -> None:
    assert [as_float(value) for value in (1, 2**53 + 1, 10**400, True, "1")] == [1.0, 2**53 + 1, 10**400, True, "1"]
    assert type(as_float(1)) is float
    assert type(as_float(2**53 + 1)) is int
    assert [as_decimal(value) for value in (1, np.int8(2), True, 1.5)] == [Decimal(1), Decimal(2), True, 1.5]
