"""A program under fire: a process, all that it has started, and what it said."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from bench.work import ROOT

TRIAL = "FAULTS_TRIAL"
LONGEST_S = 300
LAST_BREATH_S = 15  # for what lost its parent to notice
LOOK_S = 0.1


class Program:
    """A running process. Everything that it starts inherits its mark in the environment, and is found by it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path, cwd: Path = ROOT) -> None:
        self.log = log
        self._mark = f"{TRIAL}={log}".encode()
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env=environment | {TRIAL: str(log)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait(self, longest_s: float = LONGEST_S) -> int:
        """Its exit code. One that does not end is ended, which no assertion forgives."""
        try:
            return self._process.wait(longest_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """SIGKILL for Python, the JVM and all workers."""
        for process in (self._process.pid, *(found.pid for found in self.members())):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def kill_half(self, half: str) -> bool:
        """SIGKILL for `python`, the driver's, or `java` alone; False where there is none."""
        found = [member for member in self.members() if _is(member, half, self._process.pid)]
        for member in found[:1]:
            with suppress(psutil.Error):
                member.kill()
        return bool(found)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def members(self) -> list[psutil.Process]:
        """Everything alive that bears the mark."""
        return list(_marked(self._mark))

    def orphans(self) -> list[str]:
        """What is still there some time after the program has ended; then it is ended too."""
        until = time.monotonic() + LAST_BREATH_S
        while (left := self.members()) and time.monotonic() < until:
            time.sleep(LOOK_S)
        names = [_name(member) for member in left]
        for member in left:
            with suppress(psutil.Error):
                member.kill()
        return names

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


def _marked(mark: bytes) -> Iterator[psutil.Process]:
    for pid in psutil.pids():
        with suppress(OSError, psutil.Error):
            if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    yield process


def _is(process: psutil.Process, half: str, root: int) -> bool:
    return process.pid == root if half == "python" else _name(process) == "java"


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.name()
    return "?"
