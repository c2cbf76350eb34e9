"""Results as JSON text, and the columns of --results: what cannot be is an item's failure, or refused beforehand."""

import json
from typing import Any

import pytest

from hotset import UsageError
from hotset.jobs.parallel_map.results import as_json, results_of


@pytest.mark.parametrize(
    "result",
    [
        {1: "a", "1": "b"},
        {None: 1, "null": 2},
        {True: 1, "true": 2},
        {1.5: 1, "1.5": 2},
        [{"a": {"b": [{0: 0, "0": 0}]}}],
    ],
)
def test_keys_that_json_cannot_tell_apart_are_refused(result: Any) -> None:
    with pytest.raises(ValueError, match=r"in JSON two keys of a dict would both be '.*'; make texts of them"):
        as_json(result)


@pytest.mark.parametrize("result", [{1: "a", "2": "b"}, {"a": {"a": 1}}, [{"a": 1}, {"a": 2}], "{1: 1, 1: 2}", {}])
def test_keys_that_differ_are_json(result: Any) -> None:
    [text] = as_json(result)

    assert json.loads(text) == json.loads(json.dumps(result))


@pytest.mark.usefixtures("spark")  # it parses the columns
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("item int", "may not name a column 'item'"),
        ("__x int", "may not name a column '__x'"),
        ("v varchar(3)", "a type that is not published, got varchar(3) in the column 'v' of --results"),
        ("v variant", "a type that is not published, got variant"),
        ("v void", "a type that is not published, got void"),
        ("v array<struct<x: time>>", "a type that is not published, got time(6)"),
        ("v map<string, interval year to month>", "a type that is not published, got interval year to month"),
    ],
)
def test_columns_that_cannot_be_are_refused(columns: str, told: str) -> None:
    with pytest.raises(UsageError) as why:
        results_of(columns, "parquet")

    assert told in str(why.value)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("kind", ["array<int>", "map<string, int>", "struct<a: int>", "binary"])
def test_csv_has_no_place_for_some_types(kind: str) -> None:
    with pytest.raises(
        UsageError, match=r"CSV has no such values, got .* in the column 'v' of --results; give --format"
    ):
        results_of(f"v {kind}", "csv")


@pytest.mark.usefixtures("spark")
def test_columns_of_failures_may_be_null() -> None:
    results = results_of("n int not null, s struct<x: int not null>", "parquet")

    assert results.declared == "n int not null, s struct<x: int not null>"
    assert results.nullable == "`n` int, `s` struct<x:int>"
    assert all(field.nullable and field.type.num_fields in (0, 1) for field in results.schema)
