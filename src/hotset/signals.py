"""SIGINT, SIGTERM and SIGHUP end a run in order: Spark's jobs cancelled, staging removed, the report written."""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import ClassVar

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HASTE_S = 2  # Ctrl-C that is pressed thrice is one wish: the second would cut short what the first has put in order


class Signals:
    """Turns each of them into KeyboardInterrupt, and remembers which it was.

    KeyboardInterrupt because no `except Exception` on the way, py4j's among them, swallows it.
    """

    number: ClassVar[int] = signal.SIGINT  # of the process: whoever asks, there was one

    _last: ClassVar[float] = float("-inf")
    _is_held: ClassVar[bool] = False
    _waiting: ClassVar[int | None] = None  # the one that came meanwhile

    def catch(self) -> None:
        """Call it again after a session was opened: pyspark replaces the handler by one of its own."""
        for number in STOPPING:
            # under nohup a terminal may go without taking the run with it
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)

    @classmethod
    @contextmanager
    def held(cls) -> Iterator[None]:
        """One that comes meanwhile interrupts afterwards: what Python calls around a fork would swallow it."""
        cls._is_held = True
        try:
            yield
        finally:
            cls._is_held = False
        if cls._waiting is not None:
            number, cls._waiting = cls._waiting, None
            cls._interrupt(number, None)

    @classmethod
    def _interrupt(cls, number: int, _frame: FrameType | None) -> None:
        if cls._is_held:
            cls._waiting = number
            return
        now = time.monotonic()
        if now - Signals._last < HASTE_S:
            return
        Signals._last, Signals.number = now, number
        logging.disable()  # py4j would log a traceback for the call that is cut short
        raise KeyboardInterrupt

    @staticmethod
    def ignore() -> None:
        """While a run is put away: a second Ctrl-C must not leave half of it lying about."""
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
