"""Memory of a process and its children, measured on processes that hold a known amount."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

import hotset.report.peak as peak_module
from hotset.report.peak import PeakMemory

HELD = 100_000_000
HOLD = f"held = b'x' * {HELD}; print('ready', flush=True); input()"


def parent_of(program: str) -> str:
    """A program that runs `program` as its child until it is told to end."""
    start = f"child = subprocess.Popen([sys.executable, '-c', {program!r}], stdin=subprocess.PIPE)"
    return f"import subprocess, sys; {start}; input(); child.communicate(b'\\n')"


def start(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def wait_until(peak: PeakMemory, seen: int) -> None:
    """Returns when the watcher has seen so much; at the latest after 20 s, and the test's own assertion fails."""
    deadline = time.monotonic() + 20
    while peak.bytes < seen and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(params=[HOLD, parent_of(HOLD), parent_of(parent_of(HOLD))], ids=["itself", "child", "grandchild"])
def holder(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A process that holds 100 MB, itself or further down."""
    process = start(request.param)
    yield process
    process.communicate("\n")


def test_peak_counts_the_process_and_its_children(holder: subprocess.Popen[str]) -> None:
    peak = PeakMemory(holder.pid).stop()

    assert HELD <= peak < 2 * HELD


def test_peak_is_remembered_when_the_memory_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak_module, "INTERVAL_S", 0.01)
    process = start(f"{HOLD}; del held; print('free', flush=True); input()")
    assert process.stdin is not None
    assert process.stdout is not None

    peak = PeakMemory(process.pid)
    wait_until(peak, HELD)
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    time.sleep(0.2)  # twenty looks at a process that holds little

    assert psutil.Process(process.pid).memory_info().rss < HELD
    assert peak.stop() >= HELD
    process.communicate("\n")


def test_peak_of_a_process_that_has_ended_is_what_was_seen() -> None:
    process = start(HOLD)
    peak = PeakMemory(process.pid)
    wait_until(peak, HELD)
    process.communicate("\n")

    assert HELD <= peak.stop() < 2 * HELD
