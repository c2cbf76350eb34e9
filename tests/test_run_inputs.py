"""What a run reads: good rows, bad rows set aside, and books that balance before anything is published."""

import gzip
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

from hotset import DataError, Dataset, InputError, OutputError, Run, SchemaError, UsageError, open_run, table
from hotset.columnar import blocks
from hotset.row_counts import RowCounts

pytestmark = pytest.mark.usefixtures("spark")
READINGS = Dataset("id int not null, x double", format="csv")


def tolerant(tmp_path: Path, max_bad: str = "100%", on_empty: str = "fail") -> AbstractContextManager[Run]:
    return open_run("test", report=tmp_path / "records" / "report.json", max_bad=max_bad, on_empty=on_empty)


def quarantine(run: Run) -> list[dict[str, Any]]:
    path = run.report.quarantine
    return [json.loads(line) for line in Path(path).read_text().splitlines()] if path else []


def test_rows_are_good_or_in_the_quarantine_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n\nb,1\n3,c\n")

    with tolerant(tmp_path) as run:
        rows = run.read(READINGS, str(tmp_path / "a.csv")).collect()

    assert [tuple(row) for row in rows] == [(1, 0.5)]
    read = run.report.reads[0]
    assert read.counts == RowCounts(read=3, good=1, rejected=2, blanks=1)
    found = [(one["file"], one["line"], one["raw"], one["column"], one["reason"]) for one in quarantine(run)]
    file = str(tmp_path / "a.csv")
    assert found == [(file, 4, "b,1", "id", "not of type int"), (file, 5, "3,c", "x", "not of type double")]
    assert {one["run"] for one in quarantine(run)} == {run.report.run_id}


def test_one_bad_row_is_too_many_unless_it_is_allowed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\nb,1\n")
    rows = run.read(READINGS, str(tmp_path / "a.csv"))

    with pytest.raises(DataError, match=r"1 of 2 rows of .*a\.csv are bad, allowed are 0") as failed:
        run.publish(Dataset("id int, x double"), rows, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()
    assert failed.value.__notes__[0] == f"bad     {tmp_path}/a.csv:3  id: not of type int  b,1"
    assert quarantine(run)


@pytest.mark.parametrize("format_", ["parquet", "orc"])
def test_nan_is_greater_than_all_numbers_whatever_statistics_say(run: Run, tmp_path: Path, format_: Any) -> None:
    table = pa.table(
        {"x": [1.0, float("nan"), 3.0], "y": pa.array([1.0, float("nan"), 3.0], pa.float32()), "n": [1, 2, 3]}
    )
    write = pq.write_table if format_ == "parquet" else orc.write_table
    write(table, tmp_path / f"rows.{format_}")

    rows = run.read(Dataset("x double, y float, n bigint", format=format_), str(tmp_path / f"rows.{format_}"))

    assert rows.dtypes == [("x", "double"), ("y", "float"), ("n", "bigint")]
    assert [row["n"] for row in rows.where("x > 5").collect()] == [2]
    assert [row["n"] for row in rows.where("y = float('NaN')").collect()] == [2]
    assert [row["n"] for row in rows.where("n > 2").collect()] == [3]


@pytest.mark.parametrize("how", ["limit", "never", "rule"])
def test_what_no_plan_wants_is_checked_before_anything_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(blocks, "LEAST_BYTES", 100)
    (tmp_path / "a.csv").write_text("id,x\n" + "1,1\n" * 200 + ("b,1\n3,c\n" if how != "rule" else "7,1\n9,1\n"))
    rules = {"small": "id < 5"} if how == "rule" else {}
    dataset = Dataset(READINGS.columns, format="csv", rules=rules)

    with tolerant(tmp_path, max_bad="1") as run:
        rows = run.read(dataset, str(tmp_path / "a.csv"))
        few = rows.where("1 = 0") if how == "never" else rows.limit(1)
        with pytest.raises(DataError, match=r"2 of 202 rows of .* are bad, allowed are 1"):
            run.publish(Dataset("id int, x double"), few, str(tmp_path / "out"))
        assert [one["line"] for one in quarantine(run)] == [202, 203]

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("allowed", "fails"), [("2", False), ("1", True), ("20%", False), ("19.9%", True)])
def test_the_limit_is_what_is_still_allowed(tmp_path: Path, allowed: str, fails: bool) -> None:
    (tmp_path / "a.csv").write_text("id,x\n" + "1,1\n" * 8 + "b,1\n" * 2)

    try:
        with tolerant(tmp_path, max_bad=allowed) as run:
            run.read(READINGS, str(tmp_path / "a.csv")).count()
        failed = False
    except DataError:
        failed = True

    assert failed == fails


@pytest.mark.parametrize("text", ["-1", "some", "101%", "5 %", ""])
def test_a_limit_that_is_none_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="max_bad is not a number or a share"), open_run("x", max_bad=text):
        pass


def test_what_was_set_aside_is_published_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\nb,1\n")
    out = tmp_path / "out"

    with tolerant(tmp_path) as run:
        run.publish(Dataset("id int, x double"), run.read(READINGS, str(tmp_path / "a.csv")), str(out))

    manifest = json.loads((out / "_MANIFEST.json").read_text())
    assert manifest["quarantine"][0]["records"] == 1
    assert run.report.quarantine == str(out / manifest["quarantine"][0]["path"])
    assert [one["line"] for one in quarantine(run)] == [3]
    assert (manifest["rows"], manifest["inputs"][0]["rows"], manifest["inputs"][0]["set_aside"]) == (1, 2, 1)
    assert [path.name for path in (tmp_path / "records").glob("*.quarantine.json")] == []


def test_a_rule_sets_rows_aside_even_where_a_plan_saw_only_some(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n2,-1\n3,\n4,-2\n")
    ruled = Dataset("id int, x double", format="csv", rules={"x is positive": "x > 0"})

    with tolerant(tmp_path) as run:
        rows = run.read(ruled, str(tmp_path / "a.csv"))
        first = rows.limit(1).collect()
        both = rows.collect()

    assert len(first) == 1
    assert [row.id for row in both] == [1, 3]
    assert [(one["line"], one["rule"], one["reason"]) for one in quarantine(run)] == [
        (3, "x is positive", "x > 0"),
        (5, "x is positive", "x > 0"),
    ]
    assert run.report.reads[0].counts == RowCounts(4, 2, 2)


def test_a_rule_that_no_row_breaks_costs_no_second_reading(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n2,1\n")
    ruled = Dataset("id int, x double", format="csv", rules={"x is positive": "x > 0"})

    run.read(ruled, str(tmp_path / "a.csv")).collect()
    tracker = run.spark.sparkContext.statusTracker()
    before = len(tracker.getJobIdsForGroup(None))
    run.balance()

    assert len(tracker.getJobIdsForGroup(None)) == before
    assert run.report.quarantine is None


def test_a_rule_is_an_expression_and_reaches_nothing_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,0.5\n")
    hostile = Dataset("id int, x double", format="csv", rules={"r": "reflect('java.lang.System', 'exit', 1) = ''"})

    with pytest.raises(UsageError, match="may not call reflect"):
        run.read(hostile, str(tmp_path / "a.csv"))


def test_lines_are_true_wherever_a_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCKS_PER_CORE", 3)
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)
    lines = [f"{n},{'x' if n % 97 == 0 else n}" for n in range(5_000)]
    (tmp_path / "a.csv").write_text("id,x\r\n" + "\r\n".join(lines))

    with tolerant(tmp_path) as run:
        assert run.read(READINGS, str(tmp_path / "a.csv")).count() == 5_000 - 52
        assert (run.report.reads[0].blocks or 0) > 4

    assert sorted(one["line"] for one in quarantine(run)) == [n + 2 for n in range(0, 5_000, 97)]


def test_what_was_not_read_to_the_end_is_told_and_not_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCKS_PER_CORE", 3)
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)
    (tmp_path / "a.csv").write_text("id,x\n" + "1,2\n" * 5_000)

    with open_run("test", report=tmp_path / "records" / "report.json") as run:
        run.read(READINGS, str(tmp_path / "a.csv")).limit(3).collect()

    assert any(warning.startswith("partly read: ") for warning in run.report.warnings)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("x,id", "another order"),
        ("id,y", "'x' is missing, 'y' is new"),
        ("id,x,x", "'x' twice"),
        ("id", "'x' is missing"),
        ("id,x,z", "'z' is new"),
        ('id,"x', "the header is no CSV"),
    ],
)
def test_a_header_that_differs_is_refused_with_what_differs(run: Run, tmp_path: Path, header: str, told: str) -> None:
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text("id,x\n1,2\n")
    (tmp_path / "other.csv").write_text(f"{header}\n1,2\n")

    with pytest.raises(SchemaError, match=rf"other\.csv.*{told}"):
        run.read(READINGS, str(tmp_path))


def test_new_columns_are_ignored_and_missing_ones_filled_where_the_dataset_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("z,id\nq,1\n")
    dataset = Dataset("id int, x double", format="csv", on_new="ignore", defaults={"x": 0.5})

    assert [tuple(row) for row in run.read(dataset, str(tmp_path)).collect()] == [(1, 0.5)]


@pytest.mark.parametrize(
    ("name", "content", "error", "told"),
    [
        ("a.csv", gzip.compress(b"id,x\n1,2\n", mtime=0), InputError, "is gzip by its first bytes"),
        ("a.csv.gz", b"id,x\n1,2\n", InputError, "is not gzip by its first bytes"),
        ("a.parquet", b"id,x\n1,2\n", InputError, "is not Parquet by its first bytes"),
        ("a.csv.gz", gzip.compress(b"id,x\n" + b"1,2\n" * 999, mtime=0)[:-9], InputError, "cannot read"),
        ("a.csv", "id,x\n1,2\n".encode("utf-16"), SchemaError, "UTF-16 by its byte-order mark"),
        ("a.csv", b"", InputError, "no record in"),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused(
    run: Run, tmp_path: Path, name: str, content: bytes, error: type[Exception], told: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Exception, match=told) as failed:
        run.read(READINGS, str(tmp_path)).count()
    assert isinstance(failed.value, error) or error.__name__ in str(failed.value)


def test_a_header_without_a_row_is_no_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n")
    assert run.read(READINGS, str(tmp_path)).count() == 0

    with pytest.raises(InputError, match=r"no record in .*; give another input, or take it with --on-empty ok"):
        run.balance()


def test_an_input_without_a_record_can_be_taken(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n")

    with tolerant(tmp_path, on_empty="ok") as run:
        assert run.read(READINGS, str(tmp_path / "a.csv")).count() == 0


def write_rows(path: Path, format_: str, rows: pa.Table) -> None:
    if format_ == "orc":
        orc.write_table(rows, path)
    else:
        pq.write_table(rows, path, row_group_size=2)


@pytest.mark.parametrize("format_", ["parquet", "orc"])
def test_rows_of_columnar_files_are_checked_too(tmp_path: Path, format_: Any) -> None:
    rows = pa.table({"id": pa.array([1, None, 3], pa.int32()), "x": [0.5, 1.0, float("nan")]})
    write_rows(tmp_path / f"a.{format_}", format_, rows)
    dataset = Dataset("id bigint not null, x double", format=format_, nan="refuse")

    with tolerant(tmp_path) as run:
        good = run.read(dataset, str(tmp_path / f"a.{format_}")).collect()

    assert [tuple(row) for row in good] == [(1, 0.5)]
    reasons = [(one["row"], one["column"], one["reason"]) for one in quarantine(run)]
    assert reasons == [(1, "id", "null, declared not null"), ((0 if format_ == "parquet" else 2), "x", "not finite")]


@pytest.mark.parametrize("format_", ["parquet", "orc"])
def test_other_types_in_columnar_files_are_refused(run: Run, tmp_path: Path, format_: Any) -> None:
    write_rows(tmp_path / f"a.{format_}", format_, pa.table({"id": ["1"], "x": [0.5]}))

    with pytest.raises(SchemaError, match=r"column 'id' is string, declared int"):
        run.read(Dataset("id int, x double", format=format_), str(tmp_path))


@pytest.mark.parametrize("format_", ["parquet", "orc"])
def test_a_columnar_file_that_is_cut_off_is_refused(run: Run, tmp_path: Path, format_: Any) -> None:
    path = tmp_path / f"a.{format_}"
    write_rows(path, format_, pa.table({"id": pa.array([1], pa.int32()), "x": [0.5]}))
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(InputError, match=rf"a\.{format_}"):
        run.read(Dataset("id int, x double", format=format_), str(tmp_path))


def test_partitions_stand_in_the_names_of_directories(tmp_path: Path) -> None:
    dataset = Dataset("id int, day date, place string", format="csv", partition_by=("day", "place"))

    with tolerant(tmp_path) as run:
        frame = run.spark.sql("select 1 id, date'2024-01-31' day, 'a b/c' place union all select 2, null, 'é'")
        run.publish(dataset, frame, str(tmp_path / "out"))
        back = run.read(dataset, str(tmp_path / "out")).collect()
        expected = frame.collect()

    assert sorted(map(tuple, back), key=str) == sorted(map(tuple, expected), key=str)


def test_a_published_version_that_was_tampered_with_is_not_read(run: Run, tmp_path: Path) -> None:
    run.publish(Dataset("id bigint"), run.spark.range(5).toDF("id"), str(tmp_path / "out"))
    part = next((tmp_path / "out").glob("part-*"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)

    with pytest.raises(InputError, match=r"is damaged: part-"):
        run.read(Dataset("id bigint"), str(tmp_path / "out"))


def test_a_table_of_the_catalog_is_read_and_not_published_to(run: Run) -> None:
    run.spark.range(3).toDF("id").createOrReplaceTempView("numbers")

    assert run.read(Dataset("id bigint"), table("numbers")).count() == 3
    with pytest.raises(SchemaError, match=r"the columns differ: declared id int, got id bigint"):
        run.read(Dataset("id int"), table("numbers"))
    with pytest.raises(UsageError, match=r"rules are not looked at in a table"):
        run.read(Dataset("id bigint", rules={"r": "id > 0"}), table("numbers"))
    with pytest.raises(OutputError, match=r"table"):
        run.publish(Dataset("id bigint"), run.spark.range(3).toDF("id"), table("numbers"))  # type: ignore[arg-type]


def test_a_rule_shortens_no_line_of_text(tmp_path: Path) -> None:
    long = "é" * 100_000
    (tmp_path / "a.txt").write_text(f"{long}\nbad\n\n")
    lines = Dataset("value string", format="text", rules={"not bad": "value <> 'bad'"})

    with tolerant(tmp_path) as run:
        values = [row.value for row in run.read(lines, str(tmp_path / "a.txt")).collect()]

    assert values == [long, ""]
    assert [(one["line"], one["raw"]) for one in quarantine(run)] == [(2, "bad")]


def test_files_that_the_job_reads_itself_are_watched(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00")
    rows = run.spark.createDataFrame([(1,)], "n int")

    (found,) = run.files(str(tmp_path / "a.bin"))
    found.write_bytes(b"\x00\x01")

    with pytest.raises(InputError, match="changed while it was read"):
        run.publish(Dataset("n int"), rows, str(tmp_path / "out"))
