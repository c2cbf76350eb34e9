"""An output or a report of ours stands for the event log of its run."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from program import Program, rdd

from hotset.advice import advise
from hotset.advice.finding import log_of
from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest
from hotset.errors import InputError
from hotset.report.model import Report


def made(
    directory: Path, event_log: str | None, *, name: str = "out", runs: int = 1, exit_code: int | None = None
) -> Path:
    """A published version with the report of the run that made it."""
    output = directory / name
    output.mkdir()
    makers = tuple(Maker("shop", f"run-{n}", "key", "2026-11-29", "0.1.0") for n in range(runs))
    (output / MANIFEST_NAME).write_text(Manifest("id int", "parquet", 0, (), makers).as_json())
    report = Report(f"run-{runs - 1}", "shop", {}, "2026-11-29", {}, application="local-1", event_log=event_log)
    report.exit_code = exit_code
    records = directory / f".{name}.hotset"
    records.mkdir()
    report.write(records / f"run-{runs - 1}.json")
    return output


def log_at(path: Path) -> Path:
    program = Program(name="shop")
    program.job([(4.0, [], [rdd(3, "pairs", [], "MEMORY_ONLY")])], {})
    path.parent.mkdir(parents=True, exist_ok=True)
    return program.write(path)


@pytest.mark.parametrize("name", ["local-1", "local-1.zstd", "한 글 [b]", "events 100%25"])
@pytest.mark.parametrize("scheme", ["", "file:", "file://"])
def test_the_log_of_an_output_is_that_of_the_run_that_made_it(tmp_path: Path, name: str, scheme: str) -> None:
    log = log_at(tmp_path / "logs of mine" / name)
    output = made(tmp_path, f"{scheme}{log}")

    for given in (output, tmp_path / ".out.hotset/run-0.json"):
        assert log_of(given).log == log
        assert [one.path for one in advise(given).programs] == [str(log)]


@pytest.mark.parametrize(
    ("exit_code", "failed", "done_job"),
    [(0, "", "shop"), (7, "the run run-0 ended with exit code 7", ""), (None, "", "")],
)
def test_the_report_says_how_the_run_ended(tmp_path: Path, exit_code: int | None, failed: str, done_job: str) -> None:
    output = made(tmp_path, str(log_at(tmp_path / "logs/local-1")), exit_code=exit_code)

    for given in (output, tmp_path / ".out.hotset/run-0.json"):
        found = log_of(given)

        assert (found.failed, found.done_job) == (failed, done_job)


def test_the_run_that_added_last_counts_and_a_link_to_the_output_will_do(tmp_path: Path) -> None:
    log = log_at(tmp_path / "logs/local-1")
    output = made(tmp_path, str(log), runs=3)
    (tmp_path / "current").symlink_to(output)

    assert log_of(tmp_path / "current").log == log


def test_a_log_that_was_never_finished_is_found_under_the_name_that_it_has(tmp_path: Path) -> None:
    log = log_at(tmp_path / "logs/local-1.inprogress")

    assert log_of(made(tmp_path, str(tmp_path / "logs/local-1"))).log == log


@pytest.mark.parametrize(
    ("event_log", "said"),
    [
        (None, r"run run-0 of shop.* wrote no event log; .*--conf spark.eventLog.enabled=true"),
        ("hdfs://name/logs/local-1", "wrote its event log to 'hdfs://name/logs/local-1'; copy it here"),
        ("s3a://logs/local-1", "copy it here"),
        ("file:/gone/local-1", "and it is gone; give a copy, or run it again"),
    ],
)
def test_where_there_is_no_log_to_be_read_one_line_says_why(tmp_path: Path, event_log: str | None, said: str) -> None:
    output = made(tmp_path, event_log)

    for given in (output, tmp_path / ".out.hotset/run-0.json"):
        with pytest.raises(InputError, match=said) as raised:
            advise(given)
        assert "\n" not in str(raised.value)


def test_an_output_without_its_report_is_told(tmp_path: Path) -> None:
    output = made(tmp_path, None)
    (tmp_path / ".out.hotset/run-0.json").unlink()

    with pytest.raises(InputError, match="no report of the run that made"):
        advise(output)


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    output = made(tmp_path, None)
    (output / MANIFEST_NAME).write_text("{")

    with pytest.raises(InputError, match="damaged"):
        advise(output)


JSONS: dict[str, Any] = {
    "a list": [1], "a text": "x", "null": None, "no report": {"name": "x"},
    "half a report": {"run_id": "x", "job": 1}, "a report of something else": {"run_id": 7, "job": "x", "layout": "1"},
}  # fmt: skip


@pytest.mark.parametrize("content", JSONS.values(), ids=JSONS)
def test_json_that_is_no_report_is_taken_for_a_log_and_told_what_it_is(tmp_path: Path, content: Any) -> None:
    (tmp_path / "x.json").write_text(json.dumps(content))

    assert log_of(tmp_path / "x.json").log == tmp_path / "x.json"
    with pytest.raises(InputError, match="no Spark event in it"):
        advise(tmp_path / "x.json")


def test_a_log_that_is_called_json_is_a_log(tmp_path: Path) -> None:
    assert advise(log_at(tmp_path / "log.json")).programs[0].id == "app-1"


def test_the_report_has_a_place_for_the_log() -> None:
    assert {"application", "event_log"} <= asdict(Report("r", "j", {}, "", {})).keys()
