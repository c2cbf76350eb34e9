import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from hotset import Dataset, OutputError, ResourceError, Run, SparkJobError, UsageError, open_run

LINES = Dataset("value string", format="text")


def record(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_a_run_that_ends_well_writes_what_it_did(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\nb\n")

    with open_run("look", report=tmp_path / "report.json") as run:
        kept = run.keep("lines", run.read(LINES, str(tmp_path / "in.txt")))
        run.note(lines=kept.count())
        run.publish(Dataset("value string"), kept, str(tmp_path / "out"))

    report = record(tmp_path / "report.json")
    assert (report["outcome"], report["exit_code"], report["error"]) == ("done", 0, None)
    assert (report["notes"], report["keeps"][0]["name"]) == ({"lines": 2}, "lines")
    assert report["reads"][0]["counts"]["read"] == 2
    assert report["publishes"][0]["rows"] == 2
    assert report["peak_memory_bytes"] > 10**8
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o600
    assert spark.range(1).count() == 1


def test_a_run_that_fails_releases_what_it_kept_and_says_what_happened(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.range(100)

    with (
        pytest.raises(SparkJobError, match="no such number") as caught,
        open_run("fail", report=tmp_path / "r.json") as run,
    ):
        run.keep("numbers", frame).count()
        frame.select(F.raise_error(F.lit("no such number"))).collect()

    report = record(tmp_path / "r.json")
    assert (report["outcome"], report["exit_code"]) == ("failed", 7)
    assert "no such number" in report["error"]
    assert caught.value.__notes__ == [f"report  {tmp_path / 'r.json'}", f"log     {tmp_path / 'r.log'}"]
    assert not spark.sparkContext._jsc.sc().getRDDStorageInfo()


def test_an_error_in_a_python_worker_is_told_in_its_own_words(spark: SparkSession, tmp_path: Path) -> None:
    def stumble(number: int) -> int:
        raise KeyError(f"no device {number}")

    with pytest.raises(SparkJobError, match="KeyError: 'no device 7'"), open_run("fail", report=tmp_path / "r.json"):
        spark.sparkContext.parallelize([7], 1).map(stumble).collect()


@pytest.mark.usefixtures("spark")
def test_a_bug_in_the_job_says_where_and_leaves_the_traceback_in_the_log(tmp_path: Path) -> None:
    with (
        pytest.raises(
            SparkJobError, match=r"ZeroDivisionError: division by zero, at .*test_lifecycle\.py:\d+"
        ) as caught,
        open_run("bug", report=tmp_path / "r.json"),
    ):
        _ = 1 / 0

    assert caught.value.exit_code == 7
    assert "Traceback" in (tmp_path / "r.log").read_text()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(("code", "outcome", "exit_code"), [(3, "failed", 3), ("no", "failed", 7), (0, "done", 0)])
def test_a_script_that_leaves_ends_as_it_asked_and_the_report_says_so(
    tmp_path: Path, code: int | str, outcome: str, exit_code: int
) -> None:
    with pytest.raises(SystemExit) as left, open_run("leave", report=tmp_path / "r.json"):
        sys.exit(code)

    assert left.value.code == code
    assert (record(tmp_path / "r.json")["outcome"], record(tmp_path / "r.json")["exit_code"]) == (outcome, exit_code)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("also_wrong", [False, True])
def test_a_report_that_cannot_be_written_is_told_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], also_wrong: bool
) -> None:
    with (
        pytest.raises(UsageError if also_wrong else OutputError) as told,
        open_run("lost", report=tmp_path / "r.json") as run,
    ):
        (tmp_path / "r.json").mkdir()
        if also_wrong:
            run.release("nothing")

    shown = capsys.readouterr().err
    assert ("lost failed in" if also_wrong else "lost done in") in shown
    assert also_wrong or f"cannot write the report {tmp_path}/r.json: it is a directory and not a file" in str(
        told.value
    )


@pytest.mark.usefixtures("spark")
def test_a_directory_that_is_removed_meanwhile_is_told_and_no_file_is_named_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("n\n1\n")
    with (
        pytest.raises(OutputError, match=rf"cannot write in {tmp_path}/rm, which was removed or closed") as told,
        open_run("gone", report=tmp_path / "rm/r.json") as run,
    ):
        shutil.rmtree(tmp_path / "rm")
        run.read(Dataset("n int", "csv"), str(tmp_path / "in.csv")).count()

    assert told.value.exit_code == 6
    assert getattr(told.value, "__notes__", []) == []


@pytest.mark.usefixtures("spark")
def test_show_takes_as_many_rows_as_there_can_be(run: Run) -> None:
    run.show("all", run.spark.range(3), 2**40)

    assert run.report.tables[-1].rows == [(0,), (1,), (2,)]


@pytest.mark.usefixtures("spark")
def test_a_disk_that_is_full_for_the_job_itself_is_no_bug(tmp_path: Path) -> None:
    with (
        pytest.raises(ResourceError, match=r"No space left on device, got it from .*test_lifecycle\.py:\d+"),
        open_run("full", report=tmp_path / "r.json"),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x" * 2**20)


def test_an_output_is_this_runs_alone_until_it_ends(run: Run, tmp_path: Path) -> None:
    with open_run("first", report=tmp_path / "r.json", if_exists="append") as first:
        first.publish(Dataset("n bigint"), first.spark.range(2).toDF("n"), str(tmp_path / "out"))
        with (
            pytest.raises(OutputError, match=r"is being made by run .* of first on "),
            open_run("second", report=tmp_path / "s.json", if_exists="append") as second,
        ):
            second.publish(Dataset("n bigint"), run.spark.range(2).toDF("n"), str(tmp_path / "out"))

    assert record(tmp_path / "s.json")["exit_code"] == 6
    assert not (tmp_path / ".out.hotset/lock").exists()


def test_open_run_refuses_a_mode_that_is_none() -> None:
    with pytest.raises(UsageError, match="if_exists is one of refuse, replace, append, replace-partitions"):
        open_run("look", if_exists="overwrite").__enter__()  # type: ignore[arg-type]


@pytest.mark.usefixtures("spark")
def test_an_error_of_ours_keeps_its_exit_code(tmp_path: Path) -> None:
    with pytest.raises(UsageError), open_run("refuse", report=tmp_path / "r.json") as run:
        run.release("nothing")

    assert record(tmp_path / "r.json")["exit_code"] == 2


def test_spark_jobs_bear_the_names_of_job_and_step(run: Run) -> None:
    tracker = run.spark.sparkContext.statusTracker()

    with run.step("count, slowly"):
        run.spark.range(10).count()

    store = run.spark.sparkContext._jsc.sc().statusStore()
    jobs = [job for job in _java_list(run, store.jobsList(None)) if job.description().isDefined()]
    ids = [job.jobId() for job in jobs if job.description().get() == "test: count, slowly"]
    tags = {tag for job in ids for tag in _java_list(run, store.job(job).jobTags())}
    assert ids
    assert {"job:test", "step:count  slowly"} <= {tag.rpartition("-")[2] if "spark-" in tag else tag for tag in tags}
    infos = [info for info in map(tracker.getJobInfo, ids) if info]
    stages = [tracker.getStageInfo(stage) for info in infos for stage in info.stageIds]
    assert {stage.name for stage in stages if stage} == {"test: count, slowly"}


def test_show_keeps_a_table_for_the_report(run: Run) -> None:
    run.show("numbers", run.spark.range(5).toDF("n"), rows=2)

    table = run.report.tables[0]
    assert (table.title, table.columns, table.rows) == ("numbers", ("n",), [(0,), (1,)])


def _java_list(run: Run, sequence: Any) -> list[Any]:
    jvm: Any = run.spark.sparkContext._jvm
    return list(jvm.scala.jdk.javaapi.CollectionConverters.asJava(sequence))


def test_settings_of_a_running_session_are_given_back(spark: SparkSession, tmp_path: Path) -> None:
    wanted = {"spark.sql.session.timeZone": "Asia/Seoul", "spark.sql.shuffle.partitions": "3"}
    before = {key: spark.conf.get(key) for key in wanted}

    with open_run("borrow", conf=wanted, report=tmp_path / "report.json") as run:
        inside = {key: run.spark.conf.get(key) for key in wanted}

    assert inside == wanted
    assert {key: spark.conf.get(key) for key in wanted} == before
