"""How busy the machine is before a time is taken.

The load average is recorded, but not waited for: it remembers the program that was timed just before. What the cores do
in one second right now does not.
"""

import os
import time
from dataclasses import dataclass

import psutil

LOOK_S = 0.5
BUSY_CORES = 0.3


@dataclass(frozen=True)
class Quiet:
    """What was seen last, and how long it was waited for."""

    load: float
    busy_cores: float
    waited_s: float


def wait_for_quiet(patience_s: float) -> Quiet:
    """Returns once less than BUSY_CORES are at work, or after `patience_s` whatever is seen.

    What the programs before have written is on the disk then: who syncs its output does not wait for theirs.
    """
    begin = time.monotonic()
    os.sync()
    while True:
        busy_cores = psutil.cpu_percent(LOOK_S) / 100 * (psutil.cpu_count() or 1)
        waited_s = time.monotonic() - begin - LOOK_S
        if busy_cores < BUSY_CORES or waited_s >= patience_s:
            return Quiet(round(os.getloadavg()[0], 2), round(busy_cores, 2), round(max(0.0, waited_s), 1))
