"""Experiments as a person starts them: real processes, real signals, nothing left behind."""

import json
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from doors import BIN, ROOT, TIMEOUT_S, Outcome, call, environment

pytestmark = pytest.mark.doors

JOB = ROOT / "tests" / "lab" / "kept_twice.py"
NOTHING_KEPT = ROOT / "tests" / "lab" / "keeps_nothing.py"


def lab(home: Path, job: str | Path, *arguments: str) -> Outcome:
    return call(BIN / "hotset", "lab", job, *arguments, cwd=home, XDG_STATE_HOME=str(home), COLUMNS="100")


def records(home: Path) -> list[dict[str, object]]:
    file = next(home.glob("hotset/lab/*/records.jsonl"))
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_level_and_alternative_is_measured_shown_and_not_measured_twice(tmp_path: Path) -> None:
    arguments = ("--output", str(tmp_path / "out"), "--rounds", "1", "--by", "numbers=k", "--apply")

    done = lab(tmp_path, JOB, *arguments)
    again = lab(tmp_path, JOB, *arguments)

    assert done.code == 0, done.err
    for label in ("NONE", "MEMORY_AND_DISK_DESER", "DISK_ONLY", "PARQUET", "OFF_HEAP", "ARROW", "by k"):
        assert label in done.out
    assert "too few rounds for a verdict" in done.out
    assert "nothing is written: not decided" in done.out
    ran = [record["option"] for record in records(tmp_path) if record["round"]]
    assert len(ran) == len(set(ran)) == 11
    assert not (tmp_path / "out").exists()
    page = next(tmp_path.glob("hotset/lab/*/page.html")).read_text()
    assert "<svg" in page
    assert "<script" not in page
    assert "round" not in again.err
    assert again.out.splitlines()[-3:] == done.out.splitlines()[-3:]


def test_what_the_verdict_says_is_what_the_next_run_does(tmp_path: Path) -> None:
    levels = ("--levels", "MEMORY_AND_DISK_DESER", "--rounds", "4", "--confidence", "0.5", "--apply")
    made = lab(tmp_path, JOB, "--output", str(tmp_path / "out"), "--rows", "20000", *levels)

    ran = call(
        BIN / "hotset", "run", JOB, "--output", tmp_path / "out", "--rows", "20000", "--report", tmp_path / "r.json",
        cwd=tmp_path,
    )  # fmt: skip

    assert (made.code, ran.code) == (0, 0), made.err + ran.err
    keep = json.loads((tmp_path / "r.json").read_text())["keeps"][0]
    if "written to" in made.out:
        assert f"{keep['asked']} is written to" in made.out
        assert "levels.toml" in keep["asked_by"]


def test_an_interrupted_experiment_keeps_what_it_has_and_leaves_no_process(tmp_path: Path) -> None:
    arguments = ["lab", str(JOB), "--output", str(tmp_path / "out"), "--levels", "DISK_ONLY", "--rounds", "400"]
    process = subprocess.Popen(
        [BIN / "hotset", *arguments],
        cwd=tmp_path,
        env=environment(XDG_STATE_HOME=str(tmp_path), TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + TIMEOUT_S
    while not any(tmp_path.glob("hotset/lab/*/records.jsonl")) or not any(one["round"] for one in records(tmp_path)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    family = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    had = len(records(tmp_path))
    resumed = lab(tmp_path, JOB, *arguments[2:-1], "2")

    assert process.returncode == 130
    assert b"the same command goes on" in told
    assert len(family) >= 2
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)
    assert not list(tmp_path.glob("hotset-*"))
    assert resumed.code == 0, resumed.err
    assert len(records(tmp_path)) >= had


def test_wrong_use_is_refused_before_anything_starts(tmp_path: Path) -> None:
    out = ("--output", str(tmp_path / "out"))
    (tmp_path / "levels.toml").write_text('[a.b]\nlevel = "DISK"\n')

    codes = {
        "unknown job": lab(tmp_path, "wordcuont", *out),
        "unknown level": lab(tmp_path, JOB, *out, "--levels", "DISK"),
        "no time": lab(tmp_path, JOB, *out, "--budget", "0m"),
        "no rounds": lab(tmp_path, JOB, *out, "--rounds", "0"),
        "no confidence": lab(tmp_path, JOB, *out, "--confidence", "1"),
        "no column": lab(tmp_path, JOB, *out, "--by", "numbers"),
        "unknown option": lab(tmp_path, JOB, *out, "--round", "3"),
        "no levels file": lab(tmp_path, JOB, *out, "--apply", "--levels-file", "levels.toml"),
    }

    assert {name: done.code for name, done in codes.items()} == dict.fromkeys(codes, 2)
    assert "Did you mean wordcount?" in codes["unknown job"].err
    assert not list(tmp_path.glob("hotset/lab"))


def test_a_job_that_keeps_nothing_is_told_so(tmp_path: Path) -> None:
    done = lab(tmp_path, NOTHING_KEPT)

    assert done.code == 0, done.err
    assert "keeps nothing" in done.out
    assert "hotset advise" in done.out


def test_a_job_that_answers_by_chance_is_refused_loudly(tmp_path: Path) -> None:
    done = lab(tmp_path, JOB, "--output", str(tmp_path / "out"), "--by-chance", "--levels", "DISK_ONLY")

    assert done.code == 5
    assert "the answer changes" in done.err


def test_a_job_that_fails_as_it_is_fails_with_its_own_code(tmp_path: Path) -> None:
    done = lab(tmp_path, "wordcount", "--input", str(tmp_path / "none.txt"), "--output", str(tmp_path / "out"))

    assert done.code == 3, done.err
