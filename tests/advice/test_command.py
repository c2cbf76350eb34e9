"""`hotset advise` as a person runs it."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import Program, rdd

from hotset.advice import advise as judge
from hotset.commands import app
from hotset.errors import InputError, UsageError
from hotset.eventlog.codecs import plain_chunks
from hotset.memory.placed import load_placements

LOGS = Path(__file__).parents[1] / "eventlog/logs"


def advise(*arguments: object) -> None:
    app(["advise", *map(str, arguments)], exit_on_error=False, print_error=False, result_action="return_value")


def read_once(path: Path, *, tags: str) -> Path:
    """A log of a cache that nothing reads again."""
    program = Program(tags=tags)
    kept = rdd(3, "pairs", [2], "MEMORY_ONLY")
    program.job([(4.0, [], [rdd(4, "PythonRDD", [3]), kept, rdd(2, "ParallelCollectionRDD", [])])], {})
    return program.write(path)


def test_the_terminal_has_the_verdict_its_figures_and_its_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    advise(read_once(tmp_path / "log", tags="job:shop,step:report"))

    shown = capsys.readouterr().out
    assert "REMOVE pairs" in shown
    assert "built once and read by nothing else" in shown
    assert "step report, collect at job.py:12, job 0" in shown


def test_json_has_the_same_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    advise(read_once(tmp_path / "log", tags=""), "--json")

    verdict = json.loads(capsys.readouterr().out)["verdicts"][0]
    assert (verdict["kind"], verdict["subject"], verdict["uses"]) == ("REMOVE", "pairs", 1)
    assert verdict["saving_seconds"]["high"] <= 0


def report_of(log: Path, **ended: object) -> Path:
    """What `hotset run` writes of the run that wrote the log."""
    report = log.with_name("report.json")
    report.write_text(json.dumps({"run_id": "run-1", "job": "shop", "layout": 1, "event_log": str(log), **ended}))
    return report


def test_applied_advice_is_a_line_for_later_runs_of_the_job(tmp_path: Path) -> None:
    log = read_once(tmp_path / "log", tags="job:shop,step:report")

    advise(report_of(log, exit_code=0), "--apply", "--levels-file", tmp_path / "levels.toml")

    (placement,) = load_placements(tmp_path / "levels.toml")
    assert (placement.job, placement.name, str(placement.level)) == ("shop", "pairs", "NONE")
    assert placement.by == "hotset advise"


def test_what_nothing_read_is_not_applied_from_a_log_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = read_once(tmp_path / "log", tags="job:shop,step:report")

    advise(log, "--apply", "--levels-file", tmp_path / "levels.toml")

    assert (
        "not written: pairs: nothing read it, and a log does not show whether its run failed" in capsys.readouterr().out
    )
    assert not (tmp_path / "levels.toml").exists()


@pytest.mark.parametrize("exit_code", [1, 7, 130])
def test_of_a_run_that_failed_it_is_said_and_no_cache_of_it_is_superfluous(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], exit_code: int
) -> None:
    log = read_once(tmp_path / "log", tags="job:shop,step:report")

    advise(report_of(log, exit_code=exit_code), "--apply", "--levels-file", tmp_path / "levels.toml")

    shown = capsys.readouterr().out
    assert "TRY pairs" in shown
    assert "REMOVE" not in shown
    assert f"the run run-1 ended with exit code {exit_code}; what would have come after that is not in it" in shown
    assert not (tmp_path / "levels.toml").exists()


LEVELS_FILES = {
    "a number": ("shop = 3\n", r"\[shop\] is a table of \[job.name\], got 3"),
    "a list": ('[[shop]]\nlevel = "NONE"\n', r"\[shop\] is a table"),
    "an unknown key": ('[shop.pairs]\nlevel = "NONE"\nnote = "by hand"\n', "has no key 'note'"),
    "another job's line": ("[x.y]\nmeasured = ''\n", r"\[x.y\] has no level"),
}


@pytest.mark.parametrize(("text", "said"), LEVELS_FILES.values(), ids=LEVELS_FILES)
def test_a_levels_file_that_no_run_could_follow_is_refused_before_a_log_is_read(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "levels.toml").write_text(text)

    with pytest.raises(UsageError, match=said):
        advise(tmp_path / "no log", "--apply", "--levels-file", tmp_path / "levels.toml")

    assert (tmp_path / "levels.toml").read_text() == text


def test_a_pipe_as_levels_file_is_neither_waited_for_nor_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    log = read_once(tmp_path / "log", tags="job:shop,step:report")

    with pytest.raises(UsageError, match="is a named pipe"):
        advise(report_of(log, exit_code=0), "--apply", "--levels-file", tmp_path / "pipe")

    assert (tmp_path / "pipe").is_fifo()


def test_what_is_not_ours_is_not_applied_and_the_reason_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    advise(read_once(tmp_path / "log", tags=""), "--apply", "--levels-file", tmp_path / "levels.toml")

    assert "not written: pairs: not from a job of `hotset run`" in capsys.readouterr().out
    assert not (tmp_path / "levels.toml").exists()


def test_a_name_that_would_move_the_cursor_is_shown_as_an_escape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Program(name="\x1b[2Jshop")
    program.job([(4.0, [], [rdd(3, "pa\x1b[2J[red]irs", [], "MEMORY_ONLY")])], {})

    advise(program.write(tmp_path / "log"))

    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert r"pa\x1b[2J[red]irs" in shown


def test_a_log_that_is_none_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\x00\x01\x02\n" * 5000)

    with pytest.raises(InputError) as raised:
        advise(tmp_path / "noise")

    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


@given(places=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(48, 57)), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_of_a_log_with_wrong_numbers_something_is_said_or_it_is_refused(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, int]]
) -> None:
    text = bytearray(b"".join(plain_chunks(LOGS / "dataframe_example-4.3.0.zstd")))
    digits = [place for place, byte in enumerate(text) if 48 <= byte <= 57]
    for where, digit in places:
        text[digits[int(len(digits) * where)]] = digit
    log = tmp_path_factory.mktemp("wrong") / "log"
    log.write_bytes(text)

    try:
        advice = judge(log)
    except InputError:  # of another Spark, or a job that starts twice
        return

    assert advice.verdicts
    assert all(verdict.saving_seconds.low <= verdict.saving_seconds.high for verdict in advice.verdicts)
