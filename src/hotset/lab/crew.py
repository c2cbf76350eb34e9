"""The worker processes of an experiment: one for each kind of session, started when first needed, ended together."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil

from hotset.errors import HotsetError, ResourceError
from hotset.lab.options import Option
from hotset.lab.records import Record
from hotset.lab.worker import Done, Ready, Setup, Task

END_TIMEOUT_S = 15
PIECE_BYTES = 1 << 16
Message = TypeVar("Message")


class OutOfTime(Exception):  # noqa: N818 (no fault: the budget has ended)
    """The time for a run was over before the run was."""


class Hung(Exception):  # noqa: N818 (what the other end did)
    """The worker ended without an answer."""


@dataclass
class Worker:
    """One process, its socket, and where it prints."""

    process: "subprocess.Popen[bytes]"
    channel: socket.socket
    rest: bytes = b""

    def ask(self, message: object, answer: type[Message], deadline: float) -> Message:
        """Raises OutOfTime, and Hung when the worker ends."""
        try:
            self.channel.sendall(msgspec.json.encode(message) + b"\n")
        except OSError:
            raise Hung from None
        while b"\n" not in self.rest:
            if not select.select([self.channel], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise OutOfTime
            try:
                piece = self.channel.recv(PIECE_BYTES)
            except ConnectionError:
                raise Hung from None
            if not piece:
                raise Hung
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return msgspec.json.decode(line, type=answer)

    def end(self) -> None:
        """The process, its JVM and its Python workers: whatever is still there after a moment is killed."""
        family = _family(self.process.pid)
        self.channel.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_TIMEOUT_S)
        _, alive = psutil.wait_procs(family, END_TIMEOUT_S)
        for process in alive:
            with suppress(psutil.Error):
                process.kill()
        self.process.wait()


class Crew:
    """Every worker that an experiment has; close it, whatever happened."""

    def __init__(
        self, target: str, arguments: tuple[str, ...], directory: Path, confs: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._target, self._arguments, self._directory, self._confs = target, arguments, directory, confs
        self._workers: dict[str, Worker] = {}
        self._started: dict[str, int] = {}
        self.starting: Callable[[str], None] = lambda _: None

    def run(self, option: Option, round_: int, deadline: float) -> Record:
        """One run of an option. A run that fails, or takes its worker with it, is a record with its error.

        Raises OutOfTime: the worker that is still at it is ended.
        """
        task = Task(option.key, round_, dict(option.levels), dict(option.conf))
        try:
            done = self._worker(option.session, deadline).ask(task, Done, deadline)
            if done.leaving:
                self._dismiss(option.session)
            return done.record
        except Hung:
            self._dismiss(option.session)
            why = f"its process ended without an answer: {self._last_words(option.session)}"
            return Record(option.key, round_, error=why, exit_code=ResourceError.exit_code)
        except HotsetError as error:  # no session could be opened
            self._dismiss(option.session)
            return Record(option.key, round_, error=str(error), exit_code=error.exit_code)
        except OutOfTime:
            self._dismiss(option.session)
            raise

    def _last_words(self, kind: str) -> str:
        """The last line that the worker, or else Spark, wrote."""
        logs = [self._directory / kind / name for name in ("printed.log", "spark.log")]
        lines = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-1:]]
        return next((line.strip() for line in lines if line.strip()), "it wrote nothing")

    def session(self, kind: str) -> int:
        """The number of the open session of this kind; 0 when there is none."""
        return self._started[kind] if kind in self._workers else 0

    def close(self) -> None:
        for kind in list(self._workers):
            self._dismiss(kind)

    def _dismiss(self, kind: str) -> None:
        if worker := self._workers.pop(kind, None):
            worker.end()

    def _worker(self, kind: str, deadline: float) -> Worker:
        if kind in self._workers:
            return self._workers[kind]
        self.starting(kind)
        self._started[kind] = self._started.get(kind, 0) + 1
        directory = self._directory / kind
        directory.mkdir(parents=True, exist_ok=True)
        worker = self._workers[kind] = _start(directory)
        setup = Setup(self._target, self._arguments, dict(self._confs.get(kind, {})), str(directory))
        ready = worker.ask(setup, Ready, deadline)
        if ready.error:
            raise _error(ready.error, ready.exit_code)
        return worker


def _start(directory: Path) -> Worker:
    """In a session of its own, so that Ctrl-C reaches us alone; all that it leaves is in the directory."""
    ours, theirs = socket.socketpair()
    temporary = directory / "tmp"
    temporary.mkdir(exist_ok=True)
    with theirs, (directory / "printed.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hotset.lab.worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)},
        )
    return Worker(process, ours)


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def error_of(record: Record) -> HotsetError:
    """The error of a run that failed, of the kind that its exit code says."""
    return _error(record.error or "", record.exit_code)


def _error(text: str, exit_code: int) -> HotsetError:
    kinds = {kind.exit_code: kind for kind in HotsetError.__subclasses__() if "exit_code" in vars(kind)}
    return kinds.get(exit_code, HotsetError)(text)
