"""The most memory that this process and all its children held at one moment."""

import threading
from contextlib import suppress

import psutil

INTERVAL_S = 0.5


class PeakMemory:
    """Watches the process tree from a thread; pages that two processes share count for both."""

    def __init__(self, root: int | None = None) -> None:
        self.bytes = 0
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
        while True:
            self.bytes = max(self.bytes, _held(self._root))
            if self._done.wait(INTERVAL_S):
                return


def _held(root: psutil.Process) -> int:
    total = 0
    with suppress(psutil.Error):
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):  # it may end between being listed and being asked
                total += process.memory_info().rss
    return total
