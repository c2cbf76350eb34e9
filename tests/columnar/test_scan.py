"""Kernels over blocks as Spark tasks: what is read is counted, once, and only when it was read to its end."""

import gzip
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from hotset import ClusterError, DataError, Dataset, InputError, Kernel, Run, UsageError, open_run
from hotset.columnar import blocks, reach
from hotset.data.listing import list_inputs
from hotset.errors import SchemaError
from hotset.row_counts import RowCounts
from hotset.session.failure import explain

LINES = Dataset("value string", format="text")
PAIRS = Dataset("key string, n bigint", format="parquet", on_new="ignore")


def line_lengths(pieces: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
    for piece in pieces:
        yield pa.record_batch({"length": pa.array([len(line) for line in piece[:-1].split(b"\n")], pa.int64())})


def taken(run: Run, rows: nw.LazyFrame[Any]) -> list[int]:
    """The one column, in any order."""
    (values,) = run.take(rows, 10**6).to_pydict().values()
    return sorted(values)


LENGTHS = Kernel("length bigint", line_lengths)


@pytest.fixture
def many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCKS_PER_CORE", 3)
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)


@pytest.mark.usefixtures("many_blocks")
def test_a_kernel_sees_every_block_and_the_report_counts_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"".join(b"x" * (number % 50) + b"\n" for number in range(2_000)))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"\xff\nok", mtime=0))

    lengths = run.scan(LINES, str(tmp_path), LENGTHS)

    found = taken(run, lengths)
    assert (len(found), sum(found)) == (2_002, 40 * sum(range(50)) + 3 + 2)
    run.settle()
    read = run.report.reads[-1]
    assert (read.lane, read.counts) == ("columnar", RowCounts.all_good(2_002, invalid_utf8=1))
    assert read.blocks == read.blocks_read == 6


def test_a_scan_that_is_read_twice_counts_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")

    lengths = run.scan(LINES, str(tmp_path), LENGTHS)
    assert taken(run, lengths) == taken(run, lengths) == [3, 3]
    run.settle()

    assert run.report.reads[-1].counts == RowCounts.all_good(2)


@pytest.mark.hotset(levels={"lengths": "NONE"})
@pytest.mark.usefixtures("many_blocks")
def test_what_was_not_consumed_is_said_to_be_partly_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("some line\n" * 2_000)

    run.take(run.scan(LINES, str(tmp_path), LENGTHS), 1)
    run.settle()

    read = run.report.reads[-1]
    assert read.blocks_read is None or read.blocks_read < (read.blocks or 0)
    assert any(warning.startswith("partly read: ") for warning in run.report.warnings)


@pytest.mark.usefixtures("many_blocks")
def test_lines_for_rdds_are_counted_the_same_way(run: Run, tmp_path: Path) -> None:
    lines = [f"{number} {'x' * (number % 300)}" for number in range(500)]
    (tmp_path / "in.txt").write_bytes(b"".join(line.encode() + b"\r\n" for line in lines))

    read = run.lines(str(tmp_path)).collect()
    run.settle()

    assert sorted(read) == sorted(lines)
    assert (run.report.reads[-1].lane, run.report.reads[-1].counts) == ("columnar", RowCounts.all_good(500))


def sums(batches: Iterator[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    total = sum(pc.sum(batch["n"]).as_py() for batch in batches)
    return [pa.record_batch({"n": pa.array([total], pa.int64())})]


@pytest.mark.usefixtures("many_blocks")
def test_parquet_is_scanned_by_row_groups(run: Run, tmp_path: Path) -> None:
    table = pa.table({"n": pa.array(range(1_000), pa.int32()), "key": ["k"] * 1_000, "other": [0.5] * 1_000})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=100)

    parts = run.scan(PAIRS, str(tmp_path), Kernel("n bigint", sums))

    assert sum(taken(run, parts)) == sum(range(1_000))
    run.settle()
    assert run.report.reads[-1].counts == RowCounts.all_good(1_000)


def test_a_parquet_file_without_a_declared_column_is_refused(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1], "other": ["x"]}), tmp_path / "in.parquet")

    with pytest.raises(
        SchemaError, match=r"in\.parquet: the columns differ \('key' is missing\): expected key, n, got n, other"
    ):
        run.scan(PAIRS, str(tmp_path), Kernel("n bigint", sums))


def test_a_kernel_gets_the_good_rows_of_csv(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("key,n\na,1\nb,x\nc,3\n")

    with pytest.raises(DataError, match=r"1 of 3 rows of .*in\.csv are bad, allowed are 0"):
        total = run.scan(PAIRS.stored_as("csv"), str(tmp_path / "in.csv"), Kernel("n bigint", sums))
        assert taken(run, total) == [4]
        run.balance()


def test_a_kernel_beside_rules_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a kernel obeys no rules"):
        run.scan(Dataset("n bigint", rules={"positive": "n > 0"}), str(tmp_path), LENGTHS)


def test_what_only_hadoop_decompresses_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.snappy").write_bytes(b"x")

    with pytest.raises(ClusterError, match=r"only Hadoop reads; decompress it, .*or have Spark read"):
        run.scan(LINES, str(tmp_path), LENGTHS)


def test_an_input_that_vanishes_while_it_is_read_is_an_input_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    lengths = run.scan(LINES, str(tmp_path), LENGTHS)
    (tmp_path / "in.txt").unlink()

    with pytest.raises(Exception, match="vanished") as failed:
        run.take(lengths, 1)
    told = explain(failed.value)
    assert isinstance(told, InputError)
    assert str(told) == f"the input {tmp_path}/in.txt vanished while it was read; nothing was published"


def test_workers_with_another_python_are_asked_what_they_lack(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    monkeypatch.setattr(run.spark.sparkContext, "pythonExec", str(bare / "bin" / "python"))

    with pytest.raises(ClusterError, match=r"lacks a library: No module named .*; give .*, or have Spark read"):
        run.scan(LINES, str(tmp_path / "in.txt"), LENGTHS)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node", "cluster"])
def test_other_columns_than_the_declared_ones_are_refused(tmp_path: Path, way: str) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    engine, levels = ("local" if way == "local" else "spark"), {"x": "NONE"} if way == "cluster" else {}
    with open_run("test", report=tmp_path / "report.json", engine=engine, levels=levels) as run:  # type: ignore[arg-type]
        rows = run.scan(LINES, str(tmp_path / "in.txt"), Kernel("size bigint", line_lengths))
        with pytest.raises(Exception, match=r"(?s)size.*length") as told:
            run.take(rows, 1)

    assert way == "cluster" or isinstance(explain(told.value) or told.value, SchemaError)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node", "cluster"])
def test_what_a_kernel_does_not_want_is_checked_all_the_same(tmp_path: Path, way: str) -> None:
    def first(batches: Iterator[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        return [pa.record_batch({"n": next(batches)["n"].slice(0, 1)})]

    lines = "".join(f"k,{number}\n" for number in range(100_000))
    (tmp_path / "in.csv").write_text(f"key,n\n{lines}k,x\n")
    engine, levels = ("local" if way == "local" else "spark"), {"x": "NONE"} if way == "cluster" else {}
    pairs = PAIRS.stored_as("csv")
    with open_run("test", report=tmp_path / "report.json", engine=engine, levels=levels) as run:  # type: ignore[arg-type]
        rows = run.scan(pairs, str(tmp_path / "in.csv"), Kernel("n bigint", first))
        assert taken(run, rows) == [0]
        with pytest.raises(DataError, match=r"1 of 100,001 rows of .*in\.csv are bad"):
            run.balance()


def test_workers_that_do_not_reach_a_file_say_which(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    files = list_inputs([str(tmp_path)]).files
    (tmp_path / "in.txt").unlink()

    (reason,) = reach._look(files, [0])

    assert reason == f"the workers do not reach {tmp_path}/in.txt"
