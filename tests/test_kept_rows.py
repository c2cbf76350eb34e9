"""`run.keep` on DuckDB: rows are made once, read from Arrow or from what was published, and told like others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, Run, UsageError, functions_of, open_run
from hotset.rows import node

PAIR = Dataset("k string, n bigint")


@pytest.fixture
def local(tmp_path: Path) -> Any:
    with open_run("test", report=tmp_path / "records" / "report.json", engine="local") as run:
        yield run


@pytest.fixture
def rows(local: Run, tmp_path: Path) -> "nw.LazyFrame[Any]":
    pq.write_table(pa.table({"k": ["b", "a", "a"], "n": [1, 2, 3]}), tmp_path / "in.parquet")
    return local.rows(str(tmp_path / "in.parquet"))


def sums(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    functions = functions_of(rows)
    return functions.group_by("k").agg(functions.sum("n").alias("n"))


def read(out: Path) -> list[tuple[Any, ...]]:
    table = pa.concat_tables([pq.read_table(file) for file in sorted(out.glob("*.parquet"))])
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that read an input."""
    queries: list[str] = []
    run_query = node.run_query

    def counted(query: node.NodeQuery) -> node.NodeResult:
        if any("in.parquet" in relation for source in query.sources for relation in source.relations):
            queries.append(query.sql)
        return run_query(query)

    monkeypatch.setattr("hotset.node_runner.run_query", counted)
    return queries


def test_rows_are_made_once_for_several_readers(
    local: Run, tmp_path: Path, rows: "nw.LazyFrame[Any]", made: list[str]
) -> None:
    kept = local.keep("sums", sums(rows))

    few = local.take(kept.filter(nw.col("n") > 0), 10)
    local.publish(PAIR, kept, str(tmp_path / "out"))
    local.publish(Dataset("n bigint"), kept.select("n"), str(tmp_path / "other"))
    local.release("sums")

    assert few.to_pylist() == [{"k": "a", "n": 5}, {"k": "b", "n": 1}]
    assert read(tmp_path / "out") == [("a", 5), ("b", 1)]
    assert read(tmp_path / "other") == [(1,), (5,)]
    assert len(made) == 1
    (keep,) = local.report.keeps
    assert (keep.name, keep.level, keep.rows, keep.reads, keep.partitions_stored) == ("sums", "ARROW", 2, 3, 1)
    assert keep.disk_bytes > 0
    assert keep.build_seconds is not None


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_what_is_published_first_is_what_is_kept(
    local: Run, tmp_path: Path, rows: "nw.LazyFrame[Any]", made: list[str], format_: Any
) -> None:
    kept = local.keep("sums", sums(rows))

    local.publish(Dataset(PAIR.columns, format_), kept, str(tmp_path / "out"))
    local.publish(PAIR, kept.filter(nw.col("k") == "a"), str(tmp_path / "other"))

    assert read(tmp_path / "other") == [("a", 5)]
    assert len(made) == 1


def test_one_reader_costs_nothing_and_is_not_told(local: Run, tmp_path: Path, rows: "nw.LazyFrame[Any]") -> None:
    local.publish(PAIR, local.keep("sums", sums(rows)), str(tmp_path / "out"))
    local.release("sums")

    assert read(tmp_path / "out") == [("a", 5), ("b", 1)]
    assert local.report.keeps == []


def test_what_is_larger_than_the_bound_is_made_again(tmp_path: Path) -> None:
    table = pa.table({"k": [str(n) for n in range(50_000)], "n": range(50_000)})
    pq.write_table(table, tmp_path / "in.parquet")

    with open_run("test", report=tmp_path / "report.json", engine="local") as run:
        runner = run._rows()._runner
        runner.bounds = replace(runner.bounds, kept_bytes=100_000)
        rows = run.rows(str(tmp_path / "in.parquet"))
        kept = run.keep("small", run.keep("large", rows).filter(nw.col("n") < 3))
        run.take(kept, 1)
        run.publish(PAIR, kept, str(tmp_path / "out"))

    assert read(tmp_path / "out") == [("0", 0), ("1", 1), ("2", 2)]
    assert {keep.name: (keep.partitions_stored, keep.disk_bytes > 0) for keep in run.report.keeps} == {
        "large": (0, False),
        "small": (1, True),
    }
    assert any("'large' did not fit: 0 of 1 partition" in warning for warning in run.report.warnings)


def test_a_name_is_for_one_set_and_who_was_released_is_made_again(
    local: Run, tmp_path: Path, rows: "nw.LazyFrame[Any]", made: list[str]
) -> None:
    kept = local.keep("sums", sums(rows))
    assert local.keep("sums", sums(rows)) is kept
    with pytest.raises(UsageError, match="something is kept as 'sums' already"):
        local.keep("sums", rows)

    local.take(kept, 1)
    local.release("sums")
    local.publish(PAIR, kept, str(tmp_path / "out"))

    assert read(tmp_path / "out") == [("a", 5), ("b", 1)]
    assert len(made) == 2
    with pytest.raises(UsageError, match=r"this needs Spark|nothing is kept as"):
        local.release("sums")


def test_an_order_stays(local: Run, tmp_path: Path, rows: "nw.LazyFrame[Any]") -> None:
    kept = local.keep("sorted", rows.sort("n", descending=True))

    local.publish(PAIR, kept, str(tmp_path / "out"))

    assert read(tmp_path / "out") == [("a", 3), ("a", 2), ("b", 1)]


def test_a_level_of_sparks_is_told_and_means_nothing(local: Run, rows: "nw.LazyFrame[Any]") -> None:
    kept = local.keep("sums", sums(rows), "DISK_ONLY")
    assert local.keep("none", rows, "NONE") is rows

    local.take(kept, 1)
    local.release("sums")

    assert (local.report.keeps[0].asked, local.report.keeps[0].level) == ("DISK_ONLY", "ARROW")


@pytest.mark.usefixtures("spark")
def test_a_task_of_sparks_makes_them_as_well(tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": ["b", "a", "a"], "n": [1, 2, 3]}), tmp_path / "in.parquet")

    with open_run("test", report=tmp_path / "report.json") as run:
        kept = run.keep("sums", sums(run.rows(str(tmp_path / "in.parquet"))))
        assert run.take(kept, 1).num_rows == 1
        run.publish(PAIR, kept, str(tmp_path / "out"))

    assert run.report.plan == "node"
    assert read(tmp_path / "out") == [("a", 5), ("b", 1)]
    assert [(keep.name, keep.reads) for keep in run.report.keeps] == [("sums", 2)]
