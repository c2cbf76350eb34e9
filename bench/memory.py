"""The peak memory of a process and all its children, in proportional set size.

PSS (Linux, /proc/PID/smaps_rollup) is the memory of a process with each page that it shares divided by the number of
its sharers, so that the sum over a tree counts a page once; the sum of resident set sizes counts forked workers twice.
"""

from contextlib import suppress
from pathlib import Path

import psutil

from hotset.report.peak import PeakMemory

LEAST_PAUSE_S = 0.1
# A look holds up the processes that are looked at, for milliseconds where they hold gigabytes. So the pauses grow with
# the time that has passed: long programs are looked at as often as short ones, and lose the same share of their time.
PAUSE_SHARE = 1 / 20


def peak_pss(root: int) -> PeakMemory:
    """The watcher of the tree under process `root`; its `stop` gives the peak in bytes."""
    return PeakMemory(root, _pss_bytes, _pause_s)


def _pause_s(passed_s: float) -> float:
    return max(LEAST_PAUSE_S, passed_s * PAUSE_SHARE)


def _pss_bytes(process: psutil.Process) -> int:
    with suppress(OSError):  # it has ended meanwhile
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0
