"""Rows that are made here: numbered in the order of the input, mapped, given, and written to files of a size."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, Kernel, ParquetFiles, Run, UsageError, functions_of, open_run
from hotset.columnar import blocks

WAYS: dict[str, dict[str, Any]] = {"local": {"engine": "local"}, "node": {}, "cluster": {"levels": {"x": "NONE"}}}
ROWS = Dataset("n bigint, text string", format="csv")

pytestmark = pytest.mark.usefixtures("spark")


@contextmanager
def opened(tmp_path: Path, way: str) -> Iterator[Run]:
    with open_run("test", report=tmp_path / "report.json", **WAYS[way]) as run:
        yield run


def write_files(directory: Path) -> int:
    """Files of different sizes, whose rows are numbered over all of them; how many rows there are."""
    directory.mkdir()
    start = 0
    for name, number in (("a", 3), ("b", 700), ("c", 200)):
        lines = "".join(f"{n},{'x' * (n % 50)}\n" for n in range(start, start + number))
        (directory / f"{name}.csv").write_text(f"n,text\n{lines}")
        start += number
    return start


@pytest.mark.parametrize("way", WAYS)
def test_rows_of_a_scan_are_numbered_in_the_order_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)
    total = write_files(tmp_path / "in")

    with opened(tmp_path, way) as run:
        rows = run.number(run.scan(ROWS, str(tmp_path / "in"), Kernel(ROWS.columns, iter)), "number")
        found = run.take(rows.sort("number"), total + 1).to_pydict()

    assert found["number"] == found["n"] == list(range(total))


@pytest.mark.parametrize("way", WAYS)
def test_a_second_look_stands_in_no_books(tmp_path: Path, way: str) -> None:
    (tmp_path / "in.csv").write_text("n,text\n1,a\nbad,b\n3,c\n")

    with open_run("test", report=tmp_path / "report.json", max_bad="1", **WAYS[way]) as run:
        rows, again = (
            run.scan(ROWS, str(tmp_path / "in.csv"), Kernel(ROWS.columns, iter), look=look) for look in (False, True)
        )
        assert [run.take(one.sort("n"), 10)["n"].to_pylist() for one in (rows, again)] == [[1, 3], [1, 3]]
        run.balance()
        (read,) = run.report.reads

    assert read.counts
    assert (read.counts.read, read.counts.good, read.counts.rejected) == (3, 2, 1)


@pytest.mark.parametrize("way", WAYS)
def test_a_scan_is_kept_and_released_by_its_name(tmp_path: Path, way: str) -> None:
    (tmp_path / "in.csv").write_text("n,text\n1,a\n")

    with opened(tmp_path, way) as run:
        rows = run.keep("rows", run.scan(ROWS, str(tmp_path / "in.csv"), Kernel(ROWS.columns, iter)))
        assert run.take(rows, 9).num_rows == run.take(rows, 9).num_rows == 1
        run.release("rows")
        with pytest.raises(UsageError, match="rows"):
            run.release("rows")


@pytest.mark.parametrize("way", WAYS)
def test_a_table_that_is_here_is_rows(tmp_path: Path, way: str) -> None:
    table = pa.table({"a.b": ["x", "y", "x"], "n": pa.array([1, 2, None], pa.int64())})

    with opened(tmp_path, way) as run:
        f = functions_of(run.rows(table))
        found = run.take(f.group_by("c0").agg(f.sum("n").alias("n")), 10).to_pylist()
        assert run.report.plan == way

    assert sorted(found, key=str) == [{"c0": "x", "n": 1}, {"c0": "y", "n": 2}]


@pytest.mark.parametrize("way", WAYS)
def test_results_of_items_come_in_their_order(tmp_path: Path, way: str) -> None:
    with opened(tmp_path, way) as run:
        found = run.map(lambda n: (n * n, os.getpid()), range(20))
        assert run.map(str, []) == []
        assert run.cores >= 1

    assert [square for square, _ in found] == [n * n for n in range(20)]


@pytest.mark.parametrize("way", [*WAYS, "table"])
def test_files_are_compressed_and_cut_as_is_said(tmp_path: Path, way: str) -> None:
    table = pa.table({"n": [(n * 7919) % 20_011 for n in range(20_011)], "N": [1] * 20_011})
    result = Dataset("n bigint, N bigint")

    with opened(tmp_path, "node" if way == "table" else way) as run:
        rows = table.sort_by("n") if way == "table" else run.rows(table).sort("c0")
        run.publish(result, rows, str(tmp_path / "out"), parquet=ParquetFiles("zstd", 6_000))
        with pytest.raises(UsageError, match="`parquet` is for Parquet, got csv"):
            run.publish(result.stored_as("csv"), rows, str(tmp_path / "csv"), parquet=ParquetFiles())

    parts = sorted((tmp_path / "out").glob("part-*"))
    assert len(parts) in (3, 4)  # DuckDB's row groups are of whole vectors
    assert [n for part in parts for n in pq.read_table(part)["n"].to_pylist()] == list(range(20_011))
    assert {pq.ParquetFile(part).metadata.row_group(0).column(0).compression for part in parts} == {"ZSTD"}
