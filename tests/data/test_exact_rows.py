"""Rows of an RDD: what Spark would take without a word is refused where it is not what is declared."""

from typing import Any

import pytest
from pyspark.sql import Row

from hotset import DataError, Dataset, SchemaError
from hotset.data.rows import row_checker

pytestmark = pytest.mark.usefixtures("spark")  # it parses the columns of datasets


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("n bigint", ("1",)),
        ("n bigint", (1.5,)),
        ("n double", (1,)),
        ("n int", (2**31,)),
        ("n date", ("2026-01-31",)),
        ("n boolean", (1,)),
        ("n int, m int", (1,)),
        ("n array<int>", (["1"],)),
        ("n map<string, int>", ({"a": "b"},)),
        ("n int", 1),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_row(columns: str, row: Any) -> None:
    with pytest.raises(DataError) as why:
        row_checker(Dataset(columns).schema())(row)

    assert f"a row does not fit the declared columns, got {row!r}: " in str(why.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Row(b="1", a="x"), "a row has another order of columns: declared a, b, got b, a"),
        (Row(a="1", c="x"), "a row has another set of columns: declared a, b, got a, c"),
        ({"a": "1", "c": "x"}, "a row has another set of columns: declared a, b, got a, c"),
        (Row("b", "a")("1", "x"), "a row has another order of columns"),
    ],
)
def test_a_row_with_names_of_its_own_is_not_taken_by_places(row: Any, told: str) -> None:
    with pytest.raises(SchemaError) as why:
        row_checker(Dataset("a string, b string").schema())(row)

    assert told in str(why.value)


@pytest.mark.parametrize("row", [("1", None), ["1", "x"], Row(a="1", b="x"), Row("1", "x"), {"b": "x", "a": "1"}, {}])
def test_a_row_as_it_is_declared_stays_as_it_is(row: Any) -> None:
    assert row_checker(Dataset("a string, b string").schema())(row) is row
