"""Rows in files, so that they come back the same; values that a format cannot say are refused."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hotset import DataError, Dataset, Run

TEXTS = ["", None, " a ", 'q"q', '"', '""', "a,b", "\\", '\\"', "#", "'", "\t", "눈", "null", "a;b"]


def publish(run: Run, dataset: Dataset, rows: list[tuple[Any, ...]], out: Path) -> str:
    """The text of the one file that was published."""
    run.publish(dataset, run.spark.createDataFrame(rows, dataset.columns).coalesce(1), str(out))
    return next(out.rglob("part-*")).read_bytes().decode()


@pytest.mark.parametrize(("separator", "quote", "null"), [(",", '"', ""), (";", "'", ""), ("\t", '"', "NULL")])
def test_csv_holds_texts_as_another_reader_finds_them(
    run: Run, tmp_path: Path, separator: str, quote: str, null: str
) -> None:
    dataset = Dataset("n int, v string", "csv", separator=separator, quote=quote, null=null)

    written = publish(run, dataset, list(enumerate(TEXTS)), tmp_path / "out")

    rows = list(csv.reader(written.splitlines(), delimiter=separator, quotechar=quote))
    assert rows == [["n", "v"], *([str(n), null if text is None else text] for n, text in enumerate(TEXTS))]
    assert written.splitlines()[1] == f"0{separator}{quote}{quote}"
    assert written.splitlines()[2] == f"1{separator}{null}"


def test_csv_and_json_hold_times_with_microseconds_and_an_offset(run: Run, tmp_path: Path) -> None:
    columns = "t timestamp, d date, x decimal(5,2), f double, b boolean"
    moment = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
    rows = [(moment, date(2026, 1, 31), Decimal("1.50"), 0.1, True)]

    in_csv = publish(run, Dataset(columns, "csv"), rows, tmp_path / "csv")
    in_json = publish(run, Dataset(columns, "json"), rows, tmp_path / "json")

    assert in_csv == "t,d,x,f,b\n2026-01-31T12:00:00.123456Z,2026-01-31,1.50,0.1,true\n"
    assert json.loads(in_json)["t"] == "2026-01-31T12:00:00.123456Z"


def test_csv_with_multiline_holds_line_breaks(run: Run, tmp_path: Path) -> None:
    texts = ["a\nb", "a\r\nb", "a\rb", "\n"]

    publish(run, Dataset("v string, n int", "csv", multiline=True), [(text, 1) for text in texts], tmp_path / "out")

    with next((tmp_path / "out").glob("part-*")).open(newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == texts


@pytest.mark.parametrize(
    ("dataset", "value", "reason"),
    [
        (Dataset("v string", "text"), "a\nb", r"1 rows were written, got 2 in the files; a value with a line break"),
        (Dataset("v string", "text"), "a\rb", r"1 rows were written, got 2 in the files; a value with a line break"),
        (Dataset("v string", "csv"), "a\nb", "a value with a line break needs multiline=True"),
        (Dataset("v string", "csv"), None, "a single column must not be null"),
        (Dataset("v string", "csv"), "a\0b", "CSV cannot hold a NUL character, got 1 such rows"),
        (Dataset("v string", "csv", null="NA"), "NA", "CSV that writes null as 'NA' cannot hold it as a value"),
        (Dataset("v int", "csv", null="0"), 0, "CSV that writes null as '0' cannot hold it as a value"),
        (Dataset("v string", "csv", quote=""), "a,b", "CSV without quotes cannot hold separators"),
        (Dataset("v double", "json"), float("nan"), "JSON cannot hold NaN or an infinity, got 1 such rows"),
        (Dataset("v float", "json"), float("-inf"), "JSON cannot hold NaN or an infinity, got 1 such rows"),
        (Dataset("v string", "csv", quote=""), "", "CSV without quotes cannot hold separators"),
    ],
)
def test_what_a_format_cannot_say_is_refused(
    run: Run, tmp_path: Path, dataset: Dataset, value: Any, reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        publish(run, dataset, [(value,)], tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_an_empty_text_as_a_partition_would_become_null_and_is_refused(run: Run, tmp_path: Path) -> None:
    dataset = Dataset("day string, n int", partition_by=("day",))

    with pytest.raises(DataError, match="Spark makes null of an empty text in the partition column 'day'"):
        publish(run, dataset, [("", 1)], tmp_path / "out")


@pytest.mark.parametrize("file_format", ["text", "csv", "json", "parquet", "orc"])
@pytest.mark.parametrize("rows", [0, 3])
def test_files_bear_the_runs_id_and_nothing_else_is_there(
    run: Run, tmp_path: Path, file_format: Any, rows: int
) -> None:
    frame = run.spark.range(rows).selectExpr("cast(id as string) v", "id n").repartition(2)
    dataset = Dataset("v string, n bigint", file_format)

    run.publish(dataset, frame, str(tmp_path / "out {a,b} [c]*"))

    names = {path.name for path in (tmp_path / "out {a,b} [c]*").iterdir()}
    manifest = json.loads((tmp_path / "out {a,b} [c]*/_MANIFEST.json").read_text())
    assert names - {"_MANIFEST.json"} == {file["path"] for file in manifest["files"]}
    assert all(name.startswith("part-") and run.report.run_id in name for name in names - {"_MANIFEST.json"})
    assert manifest["rows"] == sum(file["rows"] for file in manifest["files"]) == rows


def test_a_small_answer_of_a_shuffle_is_one_file_in_its_order(run: Run, tmp_path: Path) -> None:
    before = str(run.spark.conf.get("spark.sql.shuffle.partitions"))
    run.spark.conf.set("spark.sql.shuffle.partitions", "7")
    try:
        counts = run.spark.range(1_000).selectExpr("id % 100 as n").distinct().orderBy("n")
        run.publish(Dataset("n bigint", "text"), counts, str(tmp_path / "out"))
    finally:
        run.spark.conf.set("spark.sql.shuffle.partitions", before)  # unset would not bring the session's own back

    (part,) = (tmp_path / "out").glob("part-*")
    assert part.read_text() == "".join(f"({n},)\n" for n in range(100))
    assert "spark.sql.adaptive.coalescePartitions.parallelismFirst" not in run.spark.conf.getAll
