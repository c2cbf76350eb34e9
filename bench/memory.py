"""The peak memory of a process and all its children, in proportional set size.

PSS (Linux, /proc/PID/smaps_rollup) is the memory of a process with each page that it shares divided by the number of
its sharers, so that the sum over a tree counts a page once; the sum of resident set sizes counts forked workers twice.
"""

import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

LEAST_PAUSE_S = 0.1
# A look holds up the processes that are looked at, for milliseconds where they hold gigabytes. So the pauses grow with
# the time that has passed: long programs are looked at as often as short ones, and lose the same share of their time.
PAUSE_SHARE = 1 / 20


class PeakMemory:
    """Watches the tree under process `root` from a thread until it is stopped."""

    def __init__(self, root: int) -> None:
        self._bytes = 0
        self._root = root
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak memory", daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak in bytes."""
        self._done.set()
        self._thread.join()
        return self._bytes

    def _watch(self) -> None:
        begin, pause_s = time.monotonic(), 0.0
        while not self._done.wait(pause_s):
            self._bytes = max(self._bytes, tree_pss_bytes(self._root))
            pause_s = max(LEAST_PAUSE_S, (time.monotonic() - begin) * PAUSE_SHARE)


def tree_pss_bytes(root: int) -> int:
    """The PSS of `root` and all below it now; what has ended meanwhile counts nothing."""
    with suppress(psutil.Error):
        tree = [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
        return sum(_pss_bytes(pid) for pid in tree)
    return 0


def _pss_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0
