"""Arrow batches through kernels, Spark's cache and the workers' own Parquet files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, Kernel, UsageError, open_run
from hotset.columnar import chunks
from hotset.columnar.chunks import as_chunks, from_chunks, gathered
from hotset.row_counts import RowCounts

pytestmark = pytest.mark.usefixtures("spark")
ROWS = Dataset("key string, n bigint")
SUMS = "key string, rows bigint, total bigint"


def sums(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    found = list(batches)
    if found:
        table = pa.Table.from_batches(found).group_by("key").aggregate([("n", "count"), ("n", "sum")])
        yield from table.rename_columns(["key", "rows", "total"]).to_batches()


def write_rows(directory: Path, files: int = 3, rows: int = 1_000) -> dict[str, int]:
    """Parquet files, each of two row groups; what the sums by key are."""
    directory.mkdir()
    totals: dict[str, int] = {}
    for file in range(files):
        keys = [f"key {(row * 7 + file) % 50}" for row in range(rows)]
        for row, key in enumerate(keys):
            totals[key] = totals.get(key, 0) + row
        pq.write_table(pa.table({"key": keys, "n": range(rows)}), directory / f"{file}.parquet", row_group_size=600)
    return totals


def test_kernels_run_one_behind_the_other(tmp_path: Path) -> None:
    totals = write_rows(tmp_path / "rows", files=1)
    ones = Kernel(ROWS.columns, lambda batches: (batch.slice(0, 1) for batch in batches))

    with open_run("sums", report=tmp_path / "report.json") as run:
        rows = run.batches(ROWS, str(tmp_path / "rows"))
        found = rows.map(Kernel(SUMS, sums)).table()
        firsts = rows.map(ones).map(Kernel(SUMS, sums)).table()

    table = found.group_by("key").aggregate([("total", "sum")])
    assert dict(zip(table["key"].to_pylist(), table["total_sum"].to_pylist(), strict=True)) == totals
    assert set(firsts["key"].to_pylist()) < set(totals)


def test_kept_batches_are_read_from_memory(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows")

    with open_run("keep", report=tmp_path / "report.json") as run:
        kept = run.keep("rows", run.batches(ROWS, str(tmp_path / "rows")))
        first, second = (kept.map(Kernel(SUMS, sums)).table() for _ in range(2))

    assert first.sort_by("key").equals(second.sort_by("key"))
    assert run.report.reads[0].counts == RowCounts.all_good(3_000)
    (keep,) = run.report.keeps
    assert (keep.name, keep.partitions_stored) == ("rows", keep.partitions)


def test_workers_write_what_is_published_as_parquet(tmp_path: Path) -> None:
    totals = write_rows(tmp_path / "rows")

    with open_run("sums", report=tmp_path / "report.json") as run:
        batches = run.batches(ROWS, str(tmp_path / "rows")).map(Kernel(SUMS, sums))
        run.publish(Dataset(SUMS), batches, str(tmp_path / "out"))

    found = pq.read_table(list((tmp_path / "out").glob("*.parquet")))
    table = found.group_by("key").aggregate([("total", "sum")])
    assert dict(zip(table["key"].to_pylist(), table["total_sum"].to_pylist(), strict=True)) == totals
    assert all(run.report.run_id in file.name for file in (tmp_path / "out").glob("*.parquet"))
    assert not list((tmp_path / "out").glob(".part*"))
    assert found.schema.types == [pa.string(), pa.int64(), pa.int64()]


def test_nothing_at_all_is_published_as_one_empty_file(tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": ["a"], "n": [1]}), tmp_path / "rows.parquet")

    with open_run("none", report=tmp_path / "report.json") as run:
        none = run.batches(ROWS, str(tmp_path / "rows.parquet"), Kernel(SUMS, lambda batches: iter(list(batches)[:0])))
        run.publish(Dataset(SUMS), none, str(tmp_path / "out"))

    (file,) = (tmp_path / "out").glob("*.parquet")
    assert pq.read_table(file).schema.names == ["key", "rows", "total"]


def test_batches_are_published_as_csv_by_spark(tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": ["a", "b"], "n": [1, 2]}), tmp_path / "rows.parquet")

    with open_run("csv", report=tmp_path / "report.json") as run:
        run.publish(ROWS.stored_as("csv"), run.batches(ROWS, str(tmp_path / "rows.parquet")), str(tmp_path / "out"))

    assert [file.read_text() for file in (tmp_path / "out").glob("*.csv")] == ["key,n\na,1\nb,2\n"]


def test_rules_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": ["a"], "n": [1]}), tmp_path / "rows.parquet")

    with pytest.raises(UsageError, match="no rules"), open_run("rules", report=tmp_path / "report.json") as run:
        run.batches(Dataset(ROWS.columns, rules={"n": "n > 0"}), str(tmp_path / "rows.parquet"))


def test_look_stands_in_no_books(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("key,n\na,1\nb,bad\n")

    with open_run("look", report=tmp_path / "report.json") as run:
        found = run.batches(ROWS.stored_as("csv"), str(tmp_path / "rows.csv"), look=True).table()

    assert found.to_pylist() == [{"key": "a", "n": 1}]
    assert run.report.reads == []


def test_large_tables_become_several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LARGEST_CHUNK_BYTES", 4_000)
    table = pa.table({"n": range(2_000)})

    found = list(as_chunks(table))

    assert len(found) > 3
    assert pa.Table.from_batches(from_chunks(found)).equals(table)


def test_batches_are_gathered_up_to_a_size() -> None:
    batches = pa.table({"n": range(1_000)}).to_batches(max_chunksize=100)

    tables = list(gathered(batches, 2_000))

    assert [table.num_rows for table in tables] == [300, 300, 300, 100]
