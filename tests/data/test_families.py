"""Objects of a column: of two kinds Arrow would make one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hotset import SchemaError
from hotset.data.families import check_alike

NOON = datetime(2026, 1, 31, 12)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, "a"], "the column 'v' mixes values of int and str; cast it to one of them"),
        ([NOON, NOON.replace(tzinfo=UTC)], "the column 'v' mixes values of datetime and datetime with a zone"),
        ([["a", b"b"]], r"the column 'v' mixes, in v\[\], values of bytes and str"),
        ([["a"], [b"b"]], r"in v\[\], values of bytes and str"),
        ([[date(2026, 1, 31), NOON]], r"in v\[\], values of date and datetime"),
        ([{"x": {"y": NOON}}, {"x": {"y": date(2026, 1, 1)}}], r"in v\.x\.y, values of date and datetime"),
        ([np.array([NOON, date(2026, 1, 31)], dtype=object)], r"in v\[\], values of date and datetime"),
        ([[True, 1]], r"in v\[\], values of bool and int"),
    ],
)
def test_values_of_two_kinds_are_refused_with_the_place(values: list[Any], told: str) -> None:
    with pytest.raises(SchemaError, match=told):
        check_alike("v", values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["a", None, float("nan"), pd.NA, pd.NaT],
        [Decimal(1), Decimal("NaN"), Decimal("sNaN")],
        [[1, 2.5, None, float("nan")]],
        [{"x": 1, "y": "a"}, {"x": None}, {"y": "b"}],
        [np.array([1, 2]), [3]],
        [(1,), [2]],
    ],
)
def test_values_of_one_kind_and_missing_ones_are_taken(values: list[Any]) -> None:
    check_alike("v", values)
