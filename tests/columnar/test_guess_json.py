"""Guessed types of JSON lines: strings stay strings, numbers keep their values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset import Dataset, SchemaError
from hotset.columnar.guess_json import guess_columns
from hotset.columnar.json_values import read_object
from hotset.data.guess import Role, Roles


def guessed(lines: list[str], role: Role = "exact") -> str:
    objects = [read_object(line.encode(), Dataset("c string", "json")) for line in lines]
    return guess_columns(objects, Roles(others=role), "UTC")["c"][0]


@pytest.mark.parametrize(
    ("values", "exact", "measure"),
    [
        (["1", "-2"], "bigint", "bigint"),
        (["9007199254740993", "9223372036854775807"], "bigint", "bigint"),
        (["12345678901234567890", "1"], "decimal(38,0)", "double"),
        (["1.5", "2"], "double", "double"),
        (["1.10", "1e3"], "double", "double"),
        (["0.1234567890123456789", "1"], "decimal(38,19)", "double"),
        (["12345678901234567890", "0.5"], "decimal(38,1)", "double"),
        (["true", "false", "null"], "boolean", "boolean"),
        (['"1"', '"2"'], "string", "string"),
        (['"2026-01-31"', '"2026-01-31T10:00:00Z"'], "string", "string"),
        (['"true"'], "string", "string"),
        (["null"], "string", "double"),
        (["[1, 2]", "[]"], "array<bigint>", "array<bigint>"),
        (["[]"], "array<string>", "array<string>"),
        (
            ['{"a": 1}', '{"b c": [1.5]}'],
            "struct<`a`:bigint,`b c`:array<double>>",
            "struct<`a`:bigint,`b c`:array<double>>",
        ),
        (['{"id": 12345678901234567890}'], "struct<`id`:decimal(38,0)>", "struct<`id`:double>"),
    ],
)
def test_types_hold_the_values(values: list[str], exact: str, measure: str) -> None:
    lines = [f'{{"c": {value}}}' for value in values]

    assert (guessed(lines), guessed(lines, "measure")) == (exact, measure)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1", '"a"'], "column 'c' has numbers and strings, got 1 and 'a'"),
        (["1", "true"], "booleans and numbers"),
        (["[1]", "1"], "arrays and numbers"),
        (["1" * 39], "more digits than a type has"),
        (["1e400"], "more digits than a type has"),
        (["1e99999999999999999999"], "more digits than a type has"),
        (["{}"], "objects without a key"),
    ],
)
def test_what_no_type_holds_is_told(values: list[str], told: str) -> None:
    with pytest.raises(SchemaError, match=told):
        guessed([f'{{"c": {value}}}' for value in values])


def test_times_of_readings_are_told_from_strings() -> None:
    assert guessed(['{"c": "2026-01-31T10:00:00Z"}'], "time") == "timestamp"
    assert guessed(['{"c": "31.01.2026"}'], "time") == "string"
    assert guessed(['{"c": 1700000000}'], "time") == "bigint"


@given(
    st.lists(st.one_of(st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)), min_size=1)
)
def test_different_numbers_have_different_values(numbers: list[float]) -> None:
    lines = [f'{{"c": {json.dumps(number)}}}' for number in numbers]
    try:
        kind = guessed(lines)
    except SchemaError:
        return

    values = {int(number) if kind == "bigint" else float(number) for number in numbers}

    assert kind.startswith("decimal") or len(values) == len(set(numbers))
