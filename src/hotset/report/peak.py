"""The most memory that this process and all its children held at one moment."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

INTERVAL_S = 0.5


def resident_bytes(process: psutil.Process) -> int:
    """What one process holds; a page that two processes share counts for both."""
    return int(process.memory_info().rss)


def every_interval(_passed_s: float) -> float:
    return INTERVAL_S


class PeakMemory:
    """Watches a process and all below it from a thread, this process by default.

    `held_bytes` measures one process; `pause_s` says how long to wait after so many seconds, until the next look.
    """

    def __init__(
        self,
        root: int | None = None,
        held_bytes: Callable[[psutil.Process], int] = resident_bytes,
        pause_s: Callable[[float], float] = every_interval,
    ) -> None:
        self.bytes = 0
        self._held_bytes = held_bytes
        self._pause_s = pause_s
        self._root = psutil.Process(root)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak memory", daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak in bytes."""
        self._done.set()
        self._thread.join()
        return self.bytes

    def _watch(self) -> None:
        begin = time.monotonic()
        while True:
            self.bytes = max(self.bytes, self._held_by_all())
            if self._done.wait(self._pause_s(time.monotonic() - begin)):
                return

    def _held_by_all(self) -> int:
        total = 0
        with suppress(psutil.Error):
            for process in (self._root, *self._root.children(recursive=True)):
                with suppress(psutil.Error):  # it may end between being listed and being asked
                    total += self._held_bytes(process)
        return total
