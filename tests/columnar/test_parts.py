"""Parquet that the tasks write themselves: only what Spark's tasks report stays."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, Kernel, open_run
from hotset.columnar import parts
from hotset.columnar.parts import repetitive, write_parts

pytestmark = pytest.mark.usefixtures("spark")
ROWS = Dataset("n bigint")


def test_drafts_of_attempts_that_do_not_count_are_deleted(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(10)}), tmp_path / "rows.parquet")
    version = tmp_path / "version"

    def as_an_attempt_that_died(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        (version / ".part-00000-run-c000.parquet.99").write_bytes(b"half of it")
        yield from batches

    with open_run("write", report=tmp_path / "report.json") as run:
        batches = run.batches(ROWS, str(tmp_path / "rows.parquet"), Kernel(ROWS.columns, as_an_attempt_that_died))
        rows = write_parts(batches, version, "run")

    assert rows == 10
    assert [file.name for file in version.iterdir()] == ["part-00000-run-c000.parquet"]


def test_a_task_with_much_writes_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "TARGET_FILE_BYTES", 200_000)
    pq.write_table(pa.table({"n": range(100_000)}), tmp_path / "rows.parquet")

    with open_run("write", report=tmp_path / "report.json") as run:
        rows = write_parts(run.batches(ROWS, str(tmp_path / "rows.parquet")), tmp_path / "version", "run")

    files = sorted((tmp_path / "version").iterdir())
    assert rows == sum(pq.read_metadata(file).num_rows for file in files) == 100_000
    assert len(files) == 2


def test_columns_of_repeated_values_get_a_dictionary() -> None:
    table = pa.table({"same": ["a"] * 10, "other": range(10), "nested": [[1]] * 10})

    assert repetitive(table) == ["same"]
