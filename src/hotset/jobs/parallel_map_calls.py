"""Call a function for each item, in a process of its own: what hangs or crashes there is one item's failure.

The process takes items in lots and tells of each. A timer of the kernel's (setitimer) ends it when an item takes too
long: the signal needs neither the interpreter nor its lock, so code in C is ended as well, and faulthandler's handler,
which is C too, writes where it was. For code that blocks the signal the caller kills the process a little later. What
was not told of goes to a new process: an item may be called once more than it needed.
"""

import ctypes
import faulthandler
import mmap
import os
import signal
import struct
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import IO, Any, Literal, NoReturn

GRACE_S = 2  # after the timer, before the kill
TELL_EVERY_S = 0.05
LONGEST_TRACEBACK = 16 * 1024
MOST_IDLE_ENDS = 3
PR_SET_PDEATHSIG = 1
OUR_FAULT = 113  # the exit code of a process that failed before or after a call
NONE_YET = -1


@dataclass(frozen=True)
class Failure:
    """Why an item has no result, the last time that it was tried."""

    error: str
    traceback: str
    attempts: int


@dataclass(frozen=True)
class Done:
    """What the function returned, in the form that is published."""

    value: Any


Outcome = Done | Failure
State = Literal["alive", "late", "ended"]
Lot = list[tuple[int, Any, int]]  # place, item, how many attempts are over


@dataclass(frozen=True)
class Task:
    """What is done with an item: `shape` makes of a result what is published, and raises when it cannot."""

    function: Callable[[Any], Any]
    shape: Callable[[Any], Any]
    retries: int = 0
    timeout_s: float = 0  # 0: no limit


def attempt(task: Task, item: Any, number: int) -> Outcome | None:
    """The result, or after the last retry the failure, else nothing. When its time is over, this process is."""
    signal.setitimer(signal.ITIMER_REAL, task.timeout_s)
    try:
        return Done(task.shape(task.function(item)))
    except BaseException as why:  # SystemExit too: it is the item's end, not ours
        return failure(why, number) if number > task.retries else None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def failure(why: BaseException, attempts: int) -> Failure:
    """What it says, and where it comes from, without our own frames."""
    theirs = why.__traceback__.tb_next if why.__traceback__ else None
    lines = "".join(traceback.format_exception(type(why), why, theirs))
    return Failure(f"{type(why).__name__}: {why}", lines[-LONGEST_TRACEBACK:], attempts)


class Caller:
    """Calls for many items, one after the other, in one process as long as that lives. Close it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._running = mmap.mmap(-1, 16)  # the place of the item that is being called, and the attempt
        self._ends: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed in __exit__)
        self._pid = 0
        self._pipe: Connection | None = None

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._end()
        self._running.close()
        self._ends.close()

    def outcomes(self, items: Sequence[Any]) -> list[Outcome]:
        """What became of each item, in their order."""
        found: dict[int, Outcome] = {}
        over = [0] * len(items)
        idle_ends = 0
        while len(found) < len(items):
            lot = [(place, items[place], over[place]) for place in range(len(items)) if place not in found]
            state = self._gather(lot, found)
            if state == "alive":
                continue
            told, (place, number) = self._how_it_ended(state), struct.unpack_from("qq", self._running)
            if place == NONE_YET:
                idle_ends += 1
                if idle_ends == MOST_IDLE_ENDS:
                    raise RuntimeError(f"the process for calls ends before it calls: {told}")
            elif place not in found:
                over[place] = number
                if number > self._task.retries:
                    found[place] = Failure(told, self._where_it_was(), number)
        return [found[place] for place in range(len(items))]

    def _gather(self, lot: Lot, found: dict[int, Outcome]) -> State:
        """What the process tells, until it has told of the whole lot, or is late, or has ended."""
        longest_s = self._task.timeout_s * (self._task.retries + 1) + TELL_EVERY_S + GRACE_S
        try:
            pipe = self._started()
            struct.pack_into("qq", self._running, 0, NONE_YET, 0)
            pipe.send(lot)
            left = len(lot)
            while left:
                if self._task.timeout_s and not pipe.poll(longest_s):
                    return "late"
                told = pipe.recv()
                found.update((place, Done(*facts) if done else Failure(*facts)) for place, done, facts in told)
                left -= len(told)
        except (EOFError, ConnectionError):
            return "ended"
        return "alive"

    def _started(self) -> Connection:
        if self._pipe is None:
            ours, theirs = Pipe()
            with warnings.catch_warnings():
                # other threads may hold locks at this moment; none of them is taken on the way to the function
                warnings.simplefilter("ignore", DeprecationWarning)
                self._pid = os.fork()
            if not self._pid:
                ours.close()
                _serve(self._task, theirs, self._running, self._ends)
            with suppress(OSError):
                os.setpgid(self._pid, self._pid)  # here as well as there: whoever comes first
            theirs.close()
            self._pipe = ours
        return self._pipe

    def _how_it_ended(self, state: State) -> str:
        status = self._end()
        if os.waitstatus_to_exitcode(status) == OUR_FAULT:
            raise RuntimeError(f"the process for calls failed by itself: {self._where_it_was()}")
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if state == "late" or number == signal.SIGALRM:
            return f"TimeoutError: took longer than {self._task.timeout_s:g} s"
        told = signal.Signals(number).name if number else f"exit code {os.waitstatus_to_exitcode(status)}"
        return f"ProcessEnded: the process that called the function ended by {told}"

    def _end(self) -> int:
        """How the process ended; if it has not yet, by a kill. What it started goes with it."""
        if self._pipe is None:
            return 0
        self._pipe.close()
        self._pipe = None
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        return os.waitpid(self._pid, 0)[1]

    def _where_it_was(self) -> str:
        self._ends.seek(0)
        told = self._ends.read(LONGEST_TRACEBACK).decode(errors="replace")
        self._ends.seek(0)
        self._ends.truncate()
        return told


# in the process that calls


def _serve(task: Task, pipe: Connection, running: mmap.mmap, ends: IO[bytes]) -> NoReturn:
    try:
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody outlives the caller
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        faulthandler.enable(ends, all_threads=False)
        faulthandler.register(signal.SIGALRM, ends, all_threads=False, chain=True)
        while True:
            _call_lot(task, pipe.recv(), pipe, running)
    except (EOFError, ConnectionError):
        os._exit(0)
    except BaseException:
        ends.write(traceback.format_exc().encode())
        ends.flush()
        os._exit(OUR_FAULT)


def _call_lot(task: Task, lot: Lot, pipe: Connection, running: mmap.mmap) -> None:
    # plain values: in a worker of Spark's our classes have come by value, and the pipe knows classes by name
    waiting: list[tuple[int, bool, tuple[Any, ...]]] = []
    told_at = time.monotonic()
    for place, item, over in lot:
        outcome = None
        while outcome is None:
            over += 1
            struct.pack_into("qq", running, 0, place, over)
            outcome = attempt(task, item, over)
        waiting.append((place, isinstance(outcome, Done), tuple(vars(outcome).values())))
        if time.monotonic() - told_at > TELL_EVERY_S:
            pipe.send(waiting)
            waiting, told_at = [], time.monotonic()
    if waiting:
        pipe.send(waiting)
