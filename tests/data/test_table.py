"""A table that the driver holds is published as one file, and our own reader gets the same values back."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, open_run
from hotset.data.table import is_written_here

pytestmark = pytest.mark.usefixtures("spark")
COLUMNS = "s string, d double, t timestamp, n timestamp_ntz, b boolean, day date, i int, c decimal(10,2)"
VALUES: dict[str, list[Any]] = {
    "s": ["a", None, "", "x,y", 'a "quote"', " blank "],
    "d": [1.0, 1e22, float("inf"), None, 0.1, -0.0],
    "t": [datetime.datetime(2023, 1, 1, 1, 2, 3, 4, datetime.UTC), None] * 3,
    "n": [datetime.datetime(1850, 1, 1), None] * 3,
    "b": [True, False, None] * 2,
    "day": [datetime.date(1, 1, 1), None] * 3,
    "i": [1, None, -3, 4, 5, 6],
    "c": [Decimal("1.10"), None] * 3,
}


def table() -> pa.Table:
    return pa.Table.from_pydict(VALUES, Dataset(COLUMNS).arrow_schema())


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_values_come_back(tmp_path: Path, file_format: Any) -> None:
    dataset = Dataset(COLUMNS, file_format)

    with open_run("write", report=tmp_path / "report.json") as run:
        run.publish(dataset, table(), str(tmp_path / "out"))
        found = run.read(dataset, str(tmp_path / "out")).toArrow()

    assert found.to_pylist() == table().to_pylist()
    assert len(list((tmp_path / "out").glob("part-*"))) == 1


def test_texts_are_quoted_only_where_one_needs_it(tmp_path: Path) -> None:
    dataset = Dataset("s string, n bigint", format="csv")

    with open_run("write", report=tmp_path / "report.json") as run:
        run.publish(dataset, pa.table({"s": ["a", None], "n": [1, 2]}), str(tmp_path / "out"))

    (file,) = (tmp_path / "out").glob("part-*")
    assert file.read_text() == "s,n\na,1\n,2\n"


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        (Dataset("s string", format="csv", separator=";"), "a"),
        (Dataset("s string", format="csv", null="-"), "a"),
        (Dataset("s binary", format="json"), b"a"),
        (Dataset("s double", format="json"), float("nan")),
        (Dataset("s string", format="csv"), "\0"),
        (Dataset("s string, p string", partition_by=("p",)), "a"),
    ],
)
def test_what_arrow_would_write_otherwise_is_left_to_spark(dataset: Dataset, text: Any) -> None:
    assert not is_written_here(pa.table({"s": [text]}), dataset)


def test_json_lines_are_read_back_as_they_were(tmp_path: Path) -> None:
    table = pa.table(
        {
            "d": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
            "t": pa.array(
                [datetime.datetime(2024, 1, 31, 10, 0, 0, 5, tzinfo=datetime.UTC), None], pa.timestamp("us", "UTC")
            ),
            "n": pa.array([datetime.datetime(1850, 1, 1), None], pa.timestamp("us")),
            "day": pa.array([datetime.date(1, 1, 1), None]),
            "x": [1e300, -0.0],
            "whole": [2**63 - 1, None],
            "s": ['\0\n"é\U0001f600', ""],
            "yes": [True, None],
        }
    )
    columns = "d decimal(10,2), t timestamp, n timestamp_ntz, day date, x double, whole bigint, s string, yes boolean"
    dataset = Dataset(columns, format="json")

    with open_run("write", report=tmp_path / "report.json", engine="local") as run:
        run.publish(dataset, table, str(tmp_path / "out"))
        found = run.head(dataset, str(tmp_path / "out"), 9)

    assert found.to_pylist() == table.to_pylist()


def test_rows_of_no_table_make_an_empty_file(tmp_path: Path) -> None:
    dataset = Dataset("s string")

    with open_run("write", report=tmp_path / "report.json") as run:
        run.publish(dataset, pa.table({"s": pa.array([], pa.string())}), str(tmp_path / "out"))

    (file,) = (tmp_path / "out").glob("part-*")
    assert pq.read_table(file).num_rows == 0
