"""One call of the function, and what became of it: a result, or a failure whose texts are plain UTF-8 and short.

The function may do what it likes: what it returns and raises is looked at only where whatever that raises, too, is the
item's failure.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

LONGEST_ERROR = 4 * 1024
LONGEST_TRACEBACK = 16 * 1024


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


@dataclass(frozen=True)
class Task:
    """What is done with an item: `shape` makes of a result what is published, and raises when it cannot."""

    function: Callable[[Any], Any]
    shape: Callable[[Any], Any]
    retries: int = 0
    timeout_s: float = 0  # 0: no limit
    is_silent: bool = False  # what the function prints goes nowhere


def attempt(task: Task, item: Any, number: int) -> Outcome | None:
    """The result, or after the last retry the failure, else nothing. When its time is over, this process is."""
    signal.setitimer(signal.ITIMER_REAL, task.timeout_s)
    try:
        return Done(task.shape(_call(task.function, item)))
    except BaseException as why:  # SystemExit too: it is the item's end, not ours
        return failure(why, number) if number > task.retries else None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _call(function: Callable[[Any], Any], item: Any) -> Any:
    """What it returns. A process that it forked, and that comes back from it as well, ends here."""
    process, limit = os.getpid(), sys.getrecursionlimit()
    try:
        return function(item)
    finally:
        if os.getpid() != process:
            os._exit(0)
        sys.setrecursionlimit(limit)  # our own code needs some, too


def failure(why: BaseException, attempts: int) -> Failure:
    """What it says, and where it comes from, without our own frames."""
    kind = name_of(type(why))
    error = f"{kind}: its text cannot be had"
    try:
        error = f"{kind}: {why}"
    except BaseException as second:  # of a __str__ that raises, or returns no text
        error += f", {name_of(type(second))} in its __str__"
    return Failure(shortened(error, LONGEST_ERROR), shortened(_traceback(why), LONGEST_TRACEBACK), attempts)


def name_of(kind: type[BaseException]) -> str:
    """The class's name, also where its own class says that it has none."""
    return str(type.__dict__["__name__"].__get__(kind))


def _traceback(why: BaseException) -> str:
    raised_at: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(why)
    theirs = raised_at.tb_next.tb_next if raised_at and raised_at.tb_next else None
    with suppress(BaseException):
        return "".join(traceback.format_exception(type(why), why, theirs))
    with suppress(BaseException):  # of notes, or a cause, that raise when they are looked at
        return "".join(traceback.format_tb(theirs))
    return ""


def shortened(text: str, longest: int) -> str:
    """Its beginning and its end, in UTF-8: what is none is written as an escape."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"
    return text.encode(errors="backslashreplace").decode()
