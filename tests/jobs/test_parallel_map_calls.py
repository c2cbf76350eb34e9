"""Calls in a process of their own: what raises, hangs or crashes is one item's failure, and the others have results."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from hotset.jobs.parallel_map.attempt import Done, Failure, Outcome, Task
from hotset.jobs.parallel_map.calls import Caller

ITEMS = ["a", "bad", "c"]


def outcomes(function: Callable[[Any], Any], items: Any = ITEMS, retries: int = 0, timeout_s: float = 0) -> Any:
    with Caller(Task(function, json.dumps, retries, timeout_s)) as caller:
        return [one for told in caller.outcomes(items) for one in told]


def on_bad(do: Callable[[], Any]) -> Callable[[str], str]:
    """What is done with the item `bad`; the others come back in upper case."""
    return lambda item: do() if item == "bad" else item.upper()


def only_bad_failed(found: list[Outcome]) -> Failure:
    first, failed, last = found
    assert (first, last) == (Done('"A"'), Done('"C"'))
    assert isinstance(failed, Failure)
    return failed


def loop_in_python() -> None:
    while True:
        pass


def loop_that_catches_all() -> None:
    while True:
        with suppress(BaseException):
            time.sleep(10)


def loop_in_c() -> int:
    return sum(range(10**12))


def block_the_signal() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(60)


def raise_error() -> None:
    raise ValueError("no such thing: 말")


def crash() -> None:
    ctypes.string_at(0)


def test_results_are_in_the_order_of_the_items() -> None:
    assert outcomes(lambda n: n * n, range(5)) == [Done("0"), Done("1"), Done("4"), Done("9"), Done("16")]


def test_no_items_need_no_process() -> None:
    assert outcomes(str.upper, []) == []


def test_an_error_is_told_with_its_traceback_and_without_our_frames() -> None:
    failed = only_bad_failed(outcomes(on_bad(raise_error)))

    assert failed.error == "ValueError: no such thing: 말"
    assert failed.traceback.startswith("Traceback (most recent call last):\n")
    assert "in raise_error" in failed.traceback
    assert "src/hotset" not in failed.traceback


def test_sys_exit_and_what_cannot_be_shaped_are_failures() -> None:
    assert only_bad_failed(outcomes(on_bad(lambda: sys.exit(3)))).error == "SystemExit: 3"
    assert "not JSON serializable" in only_bad_failed(outcomes(on_bad(object))).error


@pytest.mark.parametrize("hang", [loop_in_python, loop_that_catches_all, loop_in_c])
def test_what_hangs_is_ended_in_python_and_in_c_and_told_where_it_was(hang: Callable[[], Any]) -> None:
    failed = only_bad_failed(outcomes(on_bad(hang), timeout_s=0.2))

    assert failed.error == "TimeoutError: took longer than 0.2 s"
    assert f"in {hang.__name__}" in failed.traceback


def test_what_blocks_the_signal_is_killed_a_little_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotset.jobs.parallel_map.calls.GRACE_S", 0.2)

    failed = only_bad_failed(outcomes(on_bad(block_the_signal), timeout_s=0.2))

    assert failed.error == "TimeoutError: took longer than 0.2 s"


@pytest.mark.parametrize(("end", "told"), [(lambda: os._exit(7), "exit code 7"), (crash, "SIGSEGV")])
def test_a_crash_is_one_items_failure(end: Callable[[], Any], told: str) -> None:
    assert (
        only_bad_failed(outcomes(on_bad(end))).error
        == f"ProcessEnded: the process that called the function ended by {told}"
    )


def test_a_crash_is_told_by_where_it_was() -> None:
    assert "in crash" in only_bad_failed(outcomes(on_bad(crash))).traceback


def test_retries_are_counted_over_errors_and_crashes(tmp_path: Path) -> None:
    tries = tmp_path / "tries"

    def third_time_lucky(item: str) -> int:
        with tries.open("a") as file:
            file.write(item)
        count = len(tries.read_text())
        if count == 1:
            raise ValueError
        if count == 2:
            os._exit(1)
        return count

    assert outcomes(third_time_lucky, ["x"], retries=2) == [Done("3")]
    tries.unlink()
    (failed,) = outcomes(third_time_lucky, ["x"], retries=1)
    assert (failed.attempts, failed.error[:12]) == (2, "ProcessEnded")


def test_results_that_were_not_told_before_a_crash_are_not_lost() -> None:
    found = outcomes(lambda n: os._exit(1) if n % 10 == 9 else n, range(40))

    assert [isinstance(one, Failure) for one in found] == [n % 10 == 9 for n in range(40)]


def test_what_an_item_started_ends_with_its_process() -> None:
    def start_and_hang(_: str) -> None:
        subprocess.run(["sleep", "4321"], check=True)

    outcomes(start_and_hang, ["x"], timeout_s=0.3)

    assert [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "4321"]] == []
