"""Rows of an RDD: each value as it is and where its name says; what Spark would change without a word is refused."""

from collections import namedtuple
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Row

from hotset import DataError, Dataset, SchemaError
from hotset.data.exact_rows import exact_row

pytestmark = pytest.mark.usefixtures("spark")  # it parses the columns of datasets


@dataclass
class Pair:
    """A row that names its values."""

    a: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Swapped:
    """The same, without a __dict__, the other way round."""

    b: Any
    a: Any


BA = namedtuple("BA", "b a")


def converted(columns: str, row: Any) -> tuple[Any, ...]:
    return exact_row(Dataset(columns).schema())(row)


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        ("n bigint", ("1",), "n is bigint, got '1'; give an int, or drop the row"),
        ("n bigint", (1.5,), "n is bigint, got 1.5"),
        ("n double", (1,), "n is double, got 1; give a float"),
        ("n int", (2**31,), "n is int, got 2147483648; it holds -2147483648 to 2147483647; declare a wider type"),
        ("n date", ("2026-01-31",), "n is date, got '2026-01-31'"),
        ("n boolean", (1,), "n is boolean, got 1; give True or False"),
        ("n int, m int", (1,), "it has 1 values; give 2"),
        ("n array<int>", (["1"],), "n[] is int, got '1'"),
        ("n array<int>", (Row(a=1),), "n is array<int>, got Row(a=1); give a list"),
        ("n array<int>", ({1},), "n is array<int>, got {1}; give a list"),
        ("n map<string, int>", ({"a": "b"},), "n[] is int, got 'b'"),
        ("n map<int, int>", ({"a": 1},), "n[key] is int, got 'a'"),
        ("n map<int, int>", ({None: 1},), "no key of a map is None"),
        ("n map<float, int>", ({0.1: 1, 0.1 + 1e-12: 2},), "two of its keys are one in this type"),
        ("n int", 1, "give a tuple, a dict, a Row or a dataclass"),
        ("n int", object, "give a tuple, a dict, a Row or a dataclass"),
        ("n string", "word", "give a tuple, a dict, a Row or a dataclass"),
        ("s struct<t: array<struct<x: decimal(5,2)>>>", (([(Decimal("1.005"),)],),), "s.t[].x is decimal(5,2), got D"),
        ("s struct<x: int>", (1,), "s is struct<x:int>, got 1; give a tuple, a dict"),
        ("s struct<x: int>", ((1, 2),), "s is struct<x:int>, got (1, 2); it has 2 values; give 1"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_row(columns: str, row: Any, told: str) -> None:
    with pytest.raises(DataError) as why:
        converted(columns, row)

    assert f"a row does not fit the declared columns, got {row!r}: " in str(why.value)
    assert told in str(why.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Row(b="1", a="x"), "a row has another order of columns: declared a, b, got b, a"),
        (BA("1", "x"), "a row has another order of columns: declared a, b, got b, a"),
        (Swapped("1", "x"), "a row has another order of columns: declared a, b, got b, a"),
        (Row(a="1", c="x"), "a row has another set of columns: declared a, b, got a, c"),
        ({"a": "1", "c": "x"}, "a row has another set of columns: declared a, b, got a, c"),
        ({"a": "1", 2: "x"}, "a row has another set of columns: declared a, b, got a, 2"),
        (Row("b", "a")("1", "x"), "a row has another order of columns"),
    ],
)
def test_a_row_with_names_of_its_own_is_not_taken_by_places(row: Any, told: str) -> None:
    with pytest.raises(SchemaError) as why:
        converted("a string, b string", row)

    assert told in str(why.value)


@pytest.mark.parametrize(
    "inner", [Row(b=1, a=2), {"b": 1, "a": 2}, BA(1, 2), Swapped(1, 2), Pair(2, 1), (2, 1), [2, 1]]
)
@pytest.mark.parametrize("depth", ["s struct<a: int, b: int>", "s array<struct<a: int, b: int>>"])
def test_what_stands_inside_is_taken_by_its_names_in_whatever_order(inner: Any, depth: str) -> None:
    is_list = "array" in depth

    assert converted(depth, ([inner] if is_list else inner,)) == ([(2, 1)] if is_list else (2, 1),)


@pytest.mark.parametrize("inner", [{"a": 1, "c": 3}, Row(a=1, b=2, c=3), Row(a=1), Row("a", "a")(1, 2), BA(1, 2)])
@pytest.mark.parametrize("place", ["s", "s.t[]", "s[]"])
def test_a_name_that_is_not_declared_is_refused_however_deep_it_stands(inner: Any, place: str) -> None:
    struct = "struct<a: int, d: int>"
    columns = {"s": struct, "s.t[]": f"struct<t: array<{struct}>>", "s[]": f"map<string, {struct}>"}[place]
    row = {"s": inner, "s.t[]": ([inner],), "s[]": {"k": inner}}[place]

    with pytest.raises(SchemaError) as why:
        converted(f"s {columns}", (row,))

    assert f"{place} of a row has another set of fields: declared a, d, got " in str(why.value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("1", None), ("1", None)),
        (["1", "x"], ("1", "x")),
        (Row(a="1", b="x"), ("1", "x")),
        (Row("1", "x"), ("1", "x")),
        (Pair("1", "x"), ("1", "x")),
        ({"b": "x", "a": "1"}, ("1", "x")),
        ({}, (None, None)),
    ],
)
def test_a_row_as_it_is_declared_has_just_its_values(row: Any, expected: tuple[Any, ...]) -> None:
    assert converted("a string, b string", row) == expected


def test_values_inside_are_the_same_or_null() -> None:
    columns = "m map<struct<d: date>, array<int>>, s struct<x: double, n: map<string, string>>"

    row = converted(columns, ({Row(d=date(2026, 1, 31)): [1, None]}, {"x": None}))

    assert row == ({(date(2026, 1, 31),): [1, None]}, (None, None))
