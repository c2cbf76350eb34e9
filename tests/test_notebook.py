"""A run that is held open from cell to cell."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from hotset import DataError, Dataset, InputError, OutputError, UsageError, notebook, open_run
from hotset.notebook import close_all, translate_options
from hotset.row_counts import RowCounts

NUMBERS = Dataset("n bigint", format="csv")


@pytest.fixture(autouse=True)
def _records(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    close_all()


def record(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_a_run_stays_open_until_it_is_closed(spark: SparkSession, tmp_path: Path) -> None:
    run = open_run("explore", report=tmp_path / "r.json")
    run.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "out"))
    held = (tmp_path / ".out.hotset/lock").exists()

    run.close()
    run.close()

    assert (held, (tmp_path / ".out.hotset/lock").exists()) == (True, False)
    assert (record(tmp_path / "r.json")["outcome"], record(tmp_path / "r.json")["exit_code"]) == ("done", 0)
    with pytest.raises(UsageError, match=r"the run 'explore' is closed, got run\.read; open one with hotset\.open_run"):
        run.read(NUMBERS, str(tmp_path / "out"))


def test_an_exception_in_a_cell_ends_nothing(spark: SparkSession, tmp_path: Path) -> None:
    run = open_run("explore", report=tmp_path / "r.json")
    with pytest.raises(InputError):
        run.read(NUMBERS, str(tmp_path / "nowhere.csv"))
    with pytest.raises(ZeroDivisionError):
        run.spark.sparkContext.parallelize([1 // 0])

    run.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "out"))
    run.close()

    assert record(tmp_path / "r.json")["exit_code"] == 0
    assert record(tmp_path / "r.json")["publishes"][0]["rows"] == 3


def test_a_cell_that_keeps_is_run_again(spark: SparkSession) -> None:
    with_two = [2, 3]
    run = open_run("explore")
    counts = [run.keep("numbers", spark.range(n).toDF("n")).count() for n in with_two]
    states = [run.loop("state", every=2).next(spark.range(n)).count() for n in with_two]
    run.close()

    assert (counts, states) == (with_two, with_two)
    assert [keep.name for keep in run.report.keeps] == ["numbers", "state", "numbers", "state"]


def test_in_a_with_a_name_is_taken_once_as_in_a_job(spark: SparkSession) -> None:
    with open_run("job") as run:
        run.keep("numbers", spark.range(2))
        with pytest.raises(UsageError, match="something is kept as 'numbers' already"):
            run.keep("numbers", spark.range(3))


def test_the_cell_that_opens_is_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_run("explore", report=tmp_path / "first.json")

    second = open_run("explore", report=tmp_path / "second.json")

    assert record(tmp_path / "first.json")["outcome"] == "done"
    assert "note: 'explore' was open, and is closed before it is opened again\n" in capsys.readouterr().err
    assert second.spark.range(1).count() == 1


def test_two_runs_of_different_names_are_open_at_once(spark: SparkSession, tmp_path: Path) -> None:
    first, second = open_run("first", if_exists="append"), open_run("second", if_exists="append")
    first.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "out"))

    with pytest.raises(OutputError, match=r"the output is being made by run .* of first"):
        second.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "out"))
    first.close()
    second.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "other"))
    second.close()

    assert (tmp_path / "other/_MANIFEST.json").exists()


def test_what_is_open_when_python_ends_is_closed(spark: SparkSession, tmp_path: Path) -> None:
    run = open_run("explore", report=tmp_path / "r.json")
    run.publish(NUMBERS, spark.range(3).toDF("n"), str(tmp_path / "out"))

    assert close_all() == []
    assert record(tmp_path / "r.json")["outcome"] == "done"
    assert not (tmp_path / ".out.hotset/lock").exists()
    assert notebook._open == []


def test_a_program_that_failed_is_written_down_as_one(tmp_path: Path) -> None:
    open_run("explore", report=tmp_path / "r.json")

    with pytest.raises(ValueError, match="x") as caught:
        int("x")
    wrong = close_all(caught.value)

    assert [error.exit_code for error in wrong] == [7]
    assert record(tmp_path / "r.json")["outcome"] == "failed"


def test_bad_rows_are_told_at_the_end_at_the_latest(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("n\n1\nx\n")
    run = open_run("explore")
    run.read(NUMBERS, str(tmp_path / "in.csv")).collect()

    wrong = close_all()

    assert [error.exit_code for error in wrong] == [5]
    assert "mend them and read again, allow more with max_bad=, or close() this run" in str(wrong[0])


def test_an_input_that_changed_is_read_again_from_cell_to_cell(tmp_path: Path) -> None:
    file, result = tmp_path / "in.csv", Dataset("n bigint")
    file.write_text("n\n1\nx\n")
    run = open_run("explore")
    with pytest.raises(DataError, match="1 of 2 rows"):
        run.publish(result, run.read(NUMBERS, str(file)), str(tmp_path / "one"))
    old = run.read(NUMBERS, str(file))

    file.write_text("n\n1\n2\n3\n")
    run.publish(result, run.read(NUMBERS, str(file)), str(tmp_path / "two"))

    assert [read.counts for read in run.report.reads] == [RowCounts.all_good(3)]
    with pytest.raises(InputError, match=r"in\.csv"):
        run.publish(result, old, str(tmp_path / "three"))
    run.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"max_bad": "some"}, "max_bad is not a number or a share like 0.5%, got 'some'"),
        ({"on_empty": "maybe"}, "on_empty is fail or ok, got 'maybe'"),
        ({"if_exists": "overwrite"}, "if_exists is one of refuse, replace, append, replace-partitions"),
        ({"levels": {"x": "DISC_ONLY"}}, "no storage level is called 'DISC_ONLY'; did you mean DISK_ONLY?"),
        ({"levels": {"x": 3}}, "a level is a name or a pyspark.StorageLevel, got 3"),
        ({"conf": ["spark.x=1"]}, "conf is a dict, got ['spark.x=1']"),
        ({"levels": ["x"]}, "levels is a dict, got ['x']"),
        ({"report": b"x"}, "report is a path, got b'x'"),
        ({"name": 5}, "name is a text, got 5"),
        ({"conf": {"shuffle.partitions": 3}}, "conf holds settings of Spark, got 'shuffle.partitions'; say conf={"),
    ],
)
def test_an_argument_that_is_none_is_refused_at_once(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_run(**{"name": "explore"} | arguments)

    assert said in str(refused.value)


def test_every_option_of_a_run_is_an_argument(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("n\n1\nx\n")
    conf = {"spark.sql.shuffle.partitions": 3, "spark.sql.ansi.enabled": True}

    with open_run("explore", max_bad=1, on_empty="ok", levels={"numbers": "DISK_ONLY"}, conf=conf) as run:
        kept = run.keep("numbers", run.read(NUMBERS, str(tmp_path / "in.csv")))
        assert [tuple(row) for row in kept.collect()] == [(1,)]
        assert spark.conf.get("spark.sql.shuffle.partitions") == "3"

    assert [(keep.level, keep.asked_by) for keep in run.report.keeps] == [("DISK_ONLY", "--level")]


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("allow more with --max-bad", "allow more with max_bad="),
        ("declare it: --types v=string", 'declare it: run.dataset(path, TableOptions(types=("v=string",)))'),
        ("allow more with --max-bad 3", 'allow more with max_bad="3"'),
        ("--max-bad is a number", "max_bad is a number"),
        ("take it with --on-empty ok", 'take it with on_empty="ok"'),
        ("--on-empty is fail or ok", "on_empty is fail or ok"),
        ("give --if-exists replace, or choose", 'give if_exists="replace", or choose'),
        ("got --if-exists append; leave", 'got if_exists="append"; leave'),
        ("give --if-exists replace-partitions", 'give if_exists="replace-partitions"'),
        ("give --break-lock if it is gone", "give break_lock=True if it is gone"),
        ("or leave out --strict", "or leave out strict=True"),
        ("give --report a place", "give report= a place"),
        ("with --conf spark.driver.memory=… or", 'with conf={"spark.driver.memory": "…"} or'),
        ("say --level counts=DISK_ONLY", 'say levels={"counts": "DISK_ONLY"}'),
        ("got --level for it", "got levels= for it"),
        ("give another --master", 'give another conf={"spark.master": …}'),
        ("give --master local[*]", 'give conf={"spark.master": "local[*]"}'),
        ("or choose another --output", "or choose another path"),
        ("and run the same command again", "and do the same again"),
        ("no option in it", "no option in it"),
    ],
)
def test_errors_speak_of_arguments(text: str, python: str) -> None:
    assert translate_options(text) == python
