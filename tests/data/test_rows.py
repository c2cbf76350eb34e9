"""What a job hands over becomes rows of the dataset, and lines of text."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row

from hotset import DataError, Dataset, Run, SchemaError
from hotset.data.rows import _as_lines
from hotset.session.failure import explain

SEVERAL = "word string, n bigint"


def lines(columns: str, *rows: Any) -> Iterator[Any]:
    return (line for (line,) in _as_lines(Dataset(columns).schema(), iter(rows), with_values=False))


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("columns", "row", "line"),
    [
        (SEVERAL, ("it's", 1), '("it\'s", 1)'),
        (SEVERAL, ["a", None], "('a', None)"),
        (SEVERAL, Row(word="a", n=1), "('a', 1)"),
        (SEVERAL, {"n": 1, "word": "a"}, "('a', 1)"),
        ("value string", "bare", "bare"),
        ("value string", ("in a tuple",), "in a tuple"),
        ("value string", Row(value="in a row"), "in a row"),
        ("value string", None, None),
        ("n bigint", 7, "7"),
        ("n bigint", (7,), "(7,)"),
    ],
)
def test_a_row_of_an_rdd_is_the_line_that_the_same_row_of_a_frame_is(columns: str, row: Any, line: str | None) -> None:
    assert list(lines(columns, row)) == [line]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("columns", "row", "error"),
    [
        (SEVERAL, ("a", "1"), DataError),
        (SEVERAL, ("a", 1, 2), DataError),
        (SEVERAL, Row(n=1, word="a"), SchemaError),
        ("value string", 7, DataError),
        ("value string", "\ud800", DataError),
    ],
)
def test_lines_are_only_made_of_rows_with_the_declared_columns(columns: str, row: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(lines(columns, row))


def test_an_rdd_is_published_with_just_its_values(run: Run, tmp_path: Path) -> None:
    dataset = Dataset("d date, x decimal(5,2), f float, s struct<a: int, b: array<struct<c: string, d: int>>>")
    rows = [(date(2026, 1, 31), Decimal("1.5"), 0.5, Row(b=[Row(d=1, c="x"), {"c": "y"}], a=2)), (None,) * 4]

    run.publish(dataset, run.spark.sparkContext.parallelize(rows, 1), str(tmp_path / "out"))

    assert [tuple(row) for row in run.published(dataset, str(tmp_path / "out")).collect()] == [
        (date(2026, 1, 31), Decimal("1.50"), 0.5, (2, [("x", 1), ("y", None)])),
        (None,) * 4,
    ]


@pytest.mark.parametrize(
    ("columns", "row", "error", "told"),
    [
        (
            "x decimal(5,2)",
            (Decimal("1.005"),),
            DataError,
            "x is decimal(5,2), got Decimal('1.005'); it has more digits",
        ),
        ("s struct<a: int>", ({"a": 1, "lost": 2},), SchemaError, "another set of fields: declared a, got a, lost"),
    ],
)
def test_what_would_change_ends_the_run_and_nothing_appears(
    run: Run, tmp_path: Path, columns: str, row: Any, error: type[Exception], told: str
) -> None:
    with pytest.raises(PySparkException) as why:
        run.publish(Dataset(columns), run.spark.sparkContext.parallelize([row], 1), str(tmp_path / "out"))

    explained = explain(why.value)
    assert isinstance(explained, error)
    assert told in str(explained)
    assert not (tmp_path / "out").exists()
