"""A session is opened by whoever needs it first, and known of before."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from hotset import Dataset, OutputError, Run, UsageError
from hotset.lifecycle import running
from hotset.run_spec import RunSpec
from hotset.session.settings import Ask
from hotset.session.spark import Session
from hotset.session.when_needed import SessionWhenNeeded


def unopened(*asks: Ask) -> SessionWhenNeeded:
    def fail(_rows_pass: bool) -> Session:
        raise AssertionError("nothing needs it")

    return SessionWhenNeeded(fail, asks)


def test_it_opens_once_and_tells_all_who_listen(spark: SparkSession, tmp_path: Path) -> None:
    opened: list[Session] = []

    def make(_rows_pass: bool) -> Session:
        return Session(spark, "running session", (), tmp_path)

    session = SessionWhenNeeded(make, ())
    session.when_open(opened.append)
    assert not opened
    assert session.opened is None

    assert session.spark is session.spark is spark
    session.when_open(opened.append)

    assert opened == [session.opened, session.opened]
    assert session.setting("spark.sql.session.timeZone") == spark.conf.get("spark.sql.session.timeZone")


def test_settings_are_known_before_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyspark.SparkContext._active_spark_context", None)

    assert unopened().setting("spark.sql.session.timeZone") == "UTC"
    assert unopened(Ask("spark.sql.session.timeZone", "Asia/Seoul", "me")).setting("spark.sql.session.timeZone") == (
        "Asia/Seoul"
    )


@pytest.mark.parametrize(
    ("asks", "here"),
    [
        ((), True),
        ((Ask("spark.master", "local[2]", "me"),), True),
        ((Ask("spark.master", "spark://host:7077", "me"),), False),
        ((Ask("spark.pyspark.python", "/usr/bin/other", "me"),), False),
    ],
)
def test_where_the_workers_will_be_is_known_before_it_is_open(
    monkeypatch: pytest.MonkeyPatch, asks: tuple[Ask, ...], here: bool
) -> None:
    monkeypatch.setattr("pyspark.SparkContext._active_spark_context", None)

    assert unopened(*asks).workers_are_here() is here


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """A run in which whoever opens a session fails."""

    def fail(_: Any) -> Session:
        raise AssertionError("a session was opened")

    monkeypatch.setattr("hotset.lifecycle.open_session", fail)
    return RunSpec("closed", "run-1", tmp_path / ".records" / "report.json", needs_spark=False)


@pytest.mark.usefixtures("spark")
def test_a_table_of_few_rows_is_published_without_a_session(closed: RunSpec, tmp_path: Path) -> None:
    def publish(run: Run, dataset: Dataset) -> None:
        run.publish(dataset, pa.table({"n": [1, 2]}), str(tmp_path / "out"))

    with running(closed) as run:
        with run.step("publish"):
            publish(run, Dataset("n bigint", "csv"))
        run.note(rows=2)

    assert [part.read_text() for part in (tmp_path / "out").glob("part-*")] == ["n\n1\n2\n"]
    assert (run.report.outcome, run.report.master, run.report.start_up_seconds) == ("done", None, None)
    with pytest.raises(OutputError), running(closed) as again:
        publish(again, Dataset("n bigint", "csv"))


@pytest.mark.usefixtures("spark")
def test_what_files_look_like_is_said_without_a_session(closed: RunSpec, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,when\n007,2026-01-31\n")

    with running(closed) as run:
        found = run.dataset(str(tmp_path / "in.csv"))
        with pytest.raises(UsageError):
            found.select("nothing")

    assert found.types() == {"id": "string", "when": "date"}
