"""One program from start to exit."""

import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.memory import peak_pss
from bench.work import INPUT, OUTPUT, ROOT, Command

TAIL_LINES = 15


class FailedError(Exception):
    """A program did not do what it was to do: why, in words for the person."""


@dataclass(frozen=True)
class Whole:
    seconds: float
    peak_pss_bytes: int


def run_whole(
    command: Command, environment: dict[str, str], log: Path, exit_code: int = 0, timeout_s: float = 3600
) -> Whole:
    """How long it took and what it held. Raises FailedError for another exit code, or when it takes too long."""
    with log.open("wb") as said:
        begin = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        watch = peak_pss(process.pid)
        alarm = threading.Timer(timeout_s, end_tree, [process.pid])
        alarm.start()
        try:
            code = process.wait()  # without a timeout: with one, Python would look only every so often
            seconds = time.monotonic() - begin
        finally:
            alarm.cancel()
            if process.returncode is None:  # interrupted
                end_tree(process.pid)
        peak_pss_bytes = watch.stop()
    if seconds >= timeout_s:
        raise FailedError(f"was ended after {timeout_s:.0f} s; its output ends with\n{tail(log)}")
    if code != exit_code:
        raise FailedError(f"ended with exit code {code} instead of {exit_code}; its output ends with\n{tail(log)}")
    return Whole(seconds, peak_pss_bytes)


def with_paths(command: Command, source: Path | None, target: Path) -> Command:
    """The command with the paths of one timing in it: wherever INPUT and OUTPUT stand."""
    return tuple(word.replace(INPUT, str(source)).replace(OUTPUT, str(target)) for word in command)


def end_tree(root: int) -> None:
    """Kills the process and all below it; nothing if it has ended."""
    with suppress(psutil.Error):
        process = psutil.Process(root)
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.Error):
                each.kill()


def tail(log: Path) -> str:
    """The last lines that a program said."""
    return "\n".join(log.read_text("utf-8", "replace").strip().splitlines()[-TAIL_LINES:])
