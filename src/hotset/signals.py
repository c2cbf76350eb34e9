"""SIGINT, SIGTERM and SIGHUP end a run in order: Spark's jobs cancelled, staging removed, the report written."""

import logging
import signal
from types import FrameType
from typing import ClassVar, NoReturn

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Turns each of them into KeyboardInterrupt, and remembers which it was.

    KeyboardInterrupt because no `except Exception` on the way, py4j's among them, swallows it.
    """

    number: ClassVar[int] = signal.SIGINT  # of the process: whoever asks, there was one

    def catch(self) -> None:
        """Call it again after a session was opened: pyspark replaces the handler by one of its own."""
        for number in STOPPING:
            # under nohup a terminal may go without taking the run with it
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)

    def _interrupt(self, number: int, _frame: FrameType | None) -> NoReturn:
        Signals.number = number
        logging.disable()  # py4j would log a traceback for the call that is cut short
        raise KeyboardInterrupt

    @staticmethod
    def ignore() -> None:
        """While a run is put away: a second Ctrl-C must not leave half of it lying about."""
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
