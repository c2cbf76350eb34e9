"""A guessed type is held to every later row: the run begins again with a wider one, or says what to declare."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Run, SchemaError, UsageError, open_run
from hotset.job import find_job
from hotset.run import call_main

MANY = 300_000  # rows: the last of them stands where no sample looks


def published(run: Run, job: str, output: Path, **params: Any) -> list[dict[str, Any]]:
    found = find_job(job)
    call_main(found, run, found.params(output=str(output), **params))
    return [row for file in sorted(output.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def write_rows(file: Path, usual: str, last: str, head: str = "k,v\n") -> Path:
    file.write_text(head + usual * MANY + last)
    return file


@pytest.mark.parametrize(
    ("usual", "last", "key"),
    [
        ("5,1\n", "00501,1\n", "00501"),
        ("5,1\n", "12345678901234567890,1\n", "12345678901234567890"),
        ("5,1\n", "+5,1\n", "+5"),
        ("5,1\n", "a,1\n", "a"),
        ("1.1,1\n", "1.10,1\n", "1.10"),
        ("1.5,1\n", "1e3,1\n", "1e3"),
        ("true,1\n", "True,1\n", "True"),
        ("2026-01-31,1\n", "2026-01-31 10:00,1\n", "2026-01-31 10:00"),
        ("2026-01-31 10:00,1\n", "2026-01-31T10:00,1\n", "2026-01-31T10:00"),
        ("5,1\n", " 5,1\n", " 5"),
    ],
)
def test_a_later_key_that_would_become_another_is_read_as_text(
    run: Run, tmp_path: Path, usual: str, last: str, key: str
) -> None:
    file = write_rows(tmp_path / "rows.csv", usual, last)

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0)

    assert {row["k"]: row["rows"] for row in groups} == {usual.partition(",")[0]: MANY, key: 1}
    assert f"rows.csv:{MANY + 2}, so the run began again: k is read as string" in run.report.warnings[0]
    assert [read.guessed for read in run.report.reads] == [{"k": "string"}]


def test_a_later_measure_with_a_fraction_is_added_up(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "a,1\n", "b,2.50\n")

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("v:sum",), top=0)

    assert groups == [{"k": "a", "v_sum": float(MANY)}, {"k": "b", "v_sum": 2.5}]


def test_a_later_measure_that_is_none_says_what_to_declare(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "a,1\n", "b,N/A\n")

    with pytest.raises(UsageError, match=r"no sum of 'v', which is string: .*rows.csv:300002 has 'b,N/A'.*--types v="):
        published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("v:sum",))

    assert not (tmp_path / "out").exists()


def test_declared_types_are_not_widened(tmp_path: Path, run: Run) -> None:
    file = write_rows(tmp_path / "rows.csv", "5,1\n", "005,1\n")

    groups = published(
        run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0, types=("k=bigint",)
    )

    assert groups == [{"k": 5, "rows": MANY + 1}]


@pytest.mark.parametrize(
    ("usual", "last", "types", "values"),
    [
        ('{"k": 5}\n', '{"k": 12345678901234567890}\n', ["decimal128(38, 0)"], {5, 12345678901234567890}),
        ('{"k": 5}\n', '{"k": 1.5}\n', ["double"], {5.0, 1.5}),
    ],
)
def test_a_later_number_of_json_keeps_its_value(
    run: Run, tmp_path: Path, usual: str, last: str, types: list[str], values: set[float]
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", usual, last, head="")

    groups = published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",), top=0)

    assert {row["k"] for row in groups} == values
    schema = pq.read_schema(next((tmp_path / "out").glob("*.parquet")))
    assert [str(schema.field("k").type)] == types


@pytest.mark.parametrize(
    ("usual", "last"),
    [
        ('{"k": 1.5}\n', '{"k": 0.12345678901234567891}\n'),
        ('{"k": 1.5}\n', '{"k": 12345678901234567890}\n'),
        ('{"k": "a"}\n', '{"k": 5}\n'),
        ('{"k": true}\n', '{"k": 1}\n'),
        ('{"k": {"a": 1}}\n', '{"k": {"a": 12345678901234567890}}\n'),
    ],
)
def test_what_has_no_wider_type_in_json_ends_before_anything_is_published(
    run: Run, tmp_path: Path, usual: str, last: str
) -> None:
    file = write_rows(tmp_path / "rows.jsonl", usual, last, head="")

    with pytest.raises(SchemaError, match=rf"'k' .*rows.jsonl:{MANY + 1} has .*--types k="):
        published(run, "group", tmp_path / "out", input=(str(file),), by=("k",), agg=("*:count",))

    assert not (tmp_path / "out").exists()


def test_a_run_that_nobody_begins_again_says_what_to_declare(run: Run, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", "5,1\n", "005,1\n")

    run.read(run.dataset(str(file)), str(file)).count()

    with pytest.raises(
        SchemaError, match=r"'k' bigint, but .*rows.csv:300002 has '005,1'; declare it: --types k=string"
    ):
        run.balance()


def test_both_sides_of_a_join_are_held_to_their_guesses(run: Run, tmp_path: Path) -> None:
    left = write_rows(tmp_path / "left.csv", "5,1\n", "6,01\n")
    (tmp_path / "right.csv").write_text("k,w\n6,1.10\n5,1.1\n")

    rows = published(run, "join", tmp_path / "out", left=(str(left),), right=(str(tmp_path / "right.csv"),), on=("k",))

    assert len(rows) == MANY + 1
    assert {(row["v"], row["w"]) for row in rows} == {("1", "1.1"), ("01", "1.10")}


@pytest.mark.usefixtures("spark")
def test_a_key_without_a_value_has_the_type_of_the_other_side(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("a,b\n1,x\n2,y\n")
    pq.write_table(pa.table({"a": pa.nulls(0), "c": pa.nulls(0)}), tmp_path / "right.parquet")

    sides = {"left": (str(tmp_path / "left.csv"),), "right": (str(tmp_path / "right.parquet"),)}
    with open_run("join", report=tmp_path / "report.json", on_empty="ok") as run:
        rows = published(run, "join", tmp_path / "out", **sides, on=("a",), how="left")

    assert rows == [{"a": 1, "b": "x", "c": None}, {"a": 2, "b": "y", "c": None}]
