"""Call a function for each item, in a process of its own: what hangs or crashes there is one item's failure.

The process takes items in lots and tells of each. A timer of the kernel's (setitimer) ends it when an item takes too
long: the signal needs neither the interpreter nor its lock, so code in C is ended as well, and faulthandler's handler,
which is C too, writes where it was. For code that blocks the signal the caller kills the process a little later. What
was not told of goes to a new process: an item may be called once more than it needed. So may one whose process ended
where others had been called before it: only the first one of a process is blamed for its end.
"""

import ctypes
import faulthandler
import mmap
import os
import signal
import struct
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import IO, Any, Literal, NoReturn

from hotset.jobs.parallel_map.attempt import LONGEST_TRACEBACK, Done, Failure, Outcome, Task, attempt, shortened

GRACE_S = 2  # after the timer, before the kill
TELL_EVERY_S = 0.05
TELL_EVERY_BYTES = 16 * 1024**2
LOT_BYTES = 64 * 1024**2  # of results; then the rest of the lot has to wait until these are away
MOST_IDLE_ENDS = 3
PR_SET_PDEATHSIG = 1
COULD_NOT_GO_ON = 113  # the exit code of a process that failed before or after a call
NONE_YET = -1
RUNNING = "qqq"  # the place of the item that is being called, the attempt, how many items this process has called

State = Literal["alive", "late", "ended"]
Lot = list[tuple[int, Any, int]]  # place, item, how many attempts are over


class Caller:
    """Calls for many items, one after the other, in one process as long as that lives. Close it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._running = mmap.mmap(-1, struct.calcsize(RUNNING))
        self._ends: IO[bytes] = os.fdopen(os.memfd_create("ends"), "w+b")
        self._pid = self._process = 0
        self._pipe: Connection | None = None

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._end()
        self._running.close()
        self._ends.close()

    def outcomes(self, items: Sequence[Any]) -> Iterator[list[Outcome]]:
        """What became of each item, in their order; in lists whose results are of some LOT_BYTES at most."""
        found: dict[int, Outcome] = {}
        over = [0] * len(items)
        start, suspect, idle_ends = 0, NONE_YET, 0
        while start < len(items):
            open_places = [place for place in range(start, len(items)) if place not in found]
            # alone, it is told of at once: whatever ends one process after the other, each of them brings an outcome
            places = [suspect] if suspect in open_places else open_places
            state = self._gather([(place, items[place], over[place]) for place in places], found)
            if state != "alive":
                suspect = self._judge(state, found, over)
                idle_ends = idle_ends + 1 if suspect == NONE_YET else 0
                if idle_ends == MOST_IDLE_ENDS:
                    raise RuntimeError(f"the process for calls ends before it calls: {self._where_it_was()}")
            told = []
            while start in found:
                told.append(found.pop(start))
                start += 1
            if told:
                yield told

    def _judge(self, state: State, found: dict[int, Outcome], over: list[int]) -> int:
        """The item at which the process ended. It is its failure if no other one can have had a hand in it."""
        (told, certain), where = self._how_it_ended(state), self._where_it_was()
        place, number, called = struct.unpack_from(RUNNING, self._running)
        if place != NONE_YET and place not in found and (certain or called == 1):
            over[place] = number
            if number > self._task.retries:
                found[place] = Failure(told, where, number)
        return int(place)

    def _gather(self, lot: Lot, found: dict[int, Outcome]) -> State:
        """What the process tells, until it has told of what it took of the lot, or is late, or has ended."""
        longest_s = self._task.timeout_s * (self._task.retries + 1) + TELL_EVERY_S + GRACE_S
        pipe = self._started()
        with suppress(ConnectionError):
            struct.pack_into("qq", self._running, 0, NONE_YET, 0)
            pipe.send(lot)
        while True:
            # the process, too: what it forked may hold the pipe open
            ready = wait([pipe, self._process], longest_s if self._task.timeout_s else None)
            if pipe not in ready:
                return "ended" if ready else "late"
            try:
                told = pipe.recv()
            except Exception:  # the end of it, or what a function wrote into the pipe
                return "ended"
            if not told:
                return "alive"
            found.update((place, Done(*facts) if done else Failure(*facts)) for place, done, facts in told)

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
            self._pipe, self._process = ours, os.pidfd_open(self._pid)
        return self._pipe

    def _how_it_ended(self, state: State) -> tuple[str, bool]:
        """In words, and whether the item that was being called is the only possible reason."""
        code = os.waitstatus_to_exitcode(self._end())
        if self._task.timeout_s and (state == "late" or code == -signal.SIGALRM):
            return f"TimeoutError: took longer than {self._task.timeout_s:g} s", True
        if code == COULD_NOT_GO_ON:
            return "ProcessEnded: the process that called the function could not go on after the call", False
        return f"ProcessEnded: the process that called the function ended by {_name(code)}", False

    def _end(self) -> int:
        """How the process ended; if it has not yet, by a kill. What it started goes with it."""
        if self._pipe is None:
            return 0
        self._pipe.close()
        self._pipe = None
        os.close(self._process)
        for kill in (os.killpg, os.kill):  # the function may have put it into another group
            with suppress(ProcessLookupError):
                kill(self._pid, signal.SIGKILL)
        return os.waitpid(self._pid, 0)[1]

    def _where_it_was(self) -> str:
        self._ends.seek(0)
        told = self._ends.read().decode(errors="replace")
        self._ends.seek(0)
        self._ends.truncate()
        return shortened(told, LONGEST_TRACEBACK)


def _name(code: int) -> str:
    """-11 -> SIGSEGV; real-time signals have no names."""
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"


# in the process that calls


def _serve(task: Task, pipe: Connection, running: mmap.mmap, ends: IO[bytes]) -> NoReturn:
    code = COULD_NOT_GO_ON
    try:
        _prepare(pipe, ends, is_silent=task.is_silent)
        called = 0
        while True:
            called = _call_lot(task, pipe.recv(), called, pipe, running)
    except (EOFError, ConnectionError):  # the caller has closed its end
        code = 0
    except BaseException:
        ends.write(traceback.format_exc().encode(errors="backslashreplace"))
        ends.flush()
    finally:  # whatever happens: above this frame is the caller's code, and this process has no business there
        os._exit(code)


def _prepare(pipe: Connection, ends: IO[bytes], *, is_silent: bool) -> None:
    os.setpgid(0, 0)
    if is_silent:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody outlives the caller
    os.register_at_fork(after_in_child=pipe.close)  # who is forked by the function has nothing to tell
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    faulthandler.enable(ends, all_threads=False)
    faulthandler.register(signal.SIGALRM, ends, all_threads=False, chain=True)


def _call_lot(task: Task, lot: Lot, called: int, pipe: Connection, running: mmap.mmap) -> int:
    """Calls for as many items as LOT_BYTES allow, and tells of them; then how many this process has called in all."""
    # plain values: in a worker of Spark's our classes have come by value, and the pipe knows classes by name
    waiting: list[tuple[int, bool, tuple[Any, ...]]] = []
    waiting_bytes = sent_bytes = 0
    told_at = time.monotonic()
    for place, item, over in lot:
        outcome, called = None, called + 1
        while outcome is None:
            over += 1
            struct.pack_into(RUNNING, running, 0, place, over, called)
            outcome = attempt(task, item, over)
        waiting.append((place, isinstance(outcome, Done), tuple(vars(outcome).values())))
        waiting_bytes += _size(outcome)
        if time.monotonic() - told_at > TELL_EVERY_S or waiting_bytes > TELL_EVERY_BYTES:
            sent_bytes += _tell(waiting, pipe)
            waiting, waiting_bytes, told_at = [], 0, time.monotonic()
        if sent_bytes > LOT_BYTES:
            break
    if waiting:
        _tell(waiting, pipe)
    _tell([], pipe)
    return called


def _tell(outcomes: list[Any], pipe: Connection) -> int:
    """Sends them, an empty list for the end of the lot; how many bytes that took."""
    message = ForkingPickler.dumps(outcomes)
    pipe.send_bytes(message)
    return len(message)


def _size(outcome: Outcome) -> int:
    value = outcome.value if isinstance(outcome, Done) else None
    return sum(map(sys.getsizeof, value)) if isinstance(value, list) else sys.getsizeof(value)
