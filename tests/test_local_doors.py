"""Runs without Spark that are interrupted, or killed in part: in order, nothing left, no process either."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doors import BIN, environment, report_of

pytestmark = pytest.mark.doors
CODES = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("one two three four\n" * 8_000_000)
    return tmp_path / "words.txt"


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """Many different keys: DuckDB has to do with them for a while."""
    keys = np.random.default_rng(7).random(5_000_000)
    pq.write_table(pa.table({"k": keys, "v": keys}), tmp_path / "numbers.parquet")
    return tmp_path / "numbers.parquet"


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "hotset"), "run", *map(str, arguments)],
        env=environment(HOTSET_WORDCOUNT_ENGINE=None),
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def check_nothing_is_left(out: Path, code: int, err: str) -> None:
    assert f"ERROR {code} interrupted" in err
    assert not out.exists()
    assert report_of(out)["outcome"] == "interrupted"
    assert list(out.parent.glob(".out.hotset/*.staging")) == []


@pytest.mark.parametrize(("number", "code"), CODES)
def test_a_query_of_duckdb_is_interrupted(numbers: Path, number: signal.Signals, code: int) -> None:
    out = numbers.parent / "out"
    process = started("group", "--input", numbers, "--by", "k", "--agg", "v:mean", "--output", out)
    wait_for(process, lambda: list(numbers.parent.glob(".out.hotset/*.staging")))
    time.sleep(0.3)

    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == code, err
    check_nothing_is_left(out, code, err)


@pytest.mark.parametrize(("number", "code"), CODES)
def test_processes_that_read_are_interrupted(words: Path, number: signal.Signals, code: int) -> None:
    out = words.parent / "out"
    process = started("wordcount", "--input", words, "--output", out)
    wait_for(process, lambda: workers(process))
    children = workers(process)

    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == code, err
    check_nothing_is_left(out, code, err)
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_no_process_outlives_a_run_that_is_killed(words: Path) -> None:
    process = started("wordcount", "--input", words, "--output", words.parent / "out")
    wait_for(process, lambda: workers(process))
    children = workers(process)

    process.kill()
    process.communicate(timeout=30)

    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert not (words.parent / "out").exists()


def test_a_process_that_is_killed_leaves_the_work_to_spark(words: Path) -> None:
    out = words.parent / "out"
    process = started("wordcount", "--input", words, "--output", out)
    wait_for(process, lambda: workers(process))

    workers(process)[0].kill()
    _, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    assert report_of(out)["plan"] == "cluster"
    assert any("a process of this run was killed" in line for line in report_of(out)["warnings"])
    assert report_of(out)["notes"]["words"] == 32_000_000


def test_without_spark_a_process_that_is_killed_ends_the_run(words: Path) -> None:
    out = words.parent / "out"
    process = started("wordcount", "--input", words, "--output", out, "--engine", "local")
    wait_for(process, lambda: workers(process))

    workers(process)[0].kill()
    _, err = process.communicate(timeout=60)

    assert process.returncode == 8, err
    assert "ERROR 8 a process of this run was killed" in err
    assert not out.exists()
