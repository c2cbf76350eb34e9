"""Time commands as whole processes, in turn, so that a change of the machine's speed hits all of them."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

Command = Sequence[str | Path]


@dataclass
class Timing:
    """Seconds from start to exit, and the load of the machine before, of each round."""

    seconds: list[float] = field(default_factory=list)
    load_before: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def in_turn(
    commands: Mapping[str, Callable[[int], Command]],
    rounds: int,
    check: Callable[[str, int], None],
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    codes: Mapping[str, int] | None = None,
) -> dict[str, Timing]:
    """Each command once a round: `commands[name](round)` is run, and `check(name, round)` raises for a wrong answer.

    A command ends with 0, or with what `codes` says.
    """
    timings = {name: Timing() for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            timing = timings[name]
            timing.load_before.append(os.getloadavg()[0])
            timing.seconds.append(_seconds(command(number), environment, (codes or {}).get(name, 0)))
            check(name, number)
            tell(f"round {number + 1}  {name:<24} {timing.seconds[-1]:6.1f} s  load {timing.load_before[-1]:.1f}")
    return timings


def ratio(one: Timing, other: Timing) -> dict[str, float]:
    """`one` to `other`, round by round: median, least and greatest."""
    ratios = [a / b for a, b in zip(one.seconds, other.seconds, strict=True)]
    return {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}


def machine() -> dict[str, Any]:
    names = ("hotset", "pyspark", "pyarrow", "pandas", "numpy")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
    }


def as_record(timings: Mapping[str, Timing]) -> dict[str, Any]:
    return {name: {**asdict(timing), "median": timing.median} for name, timing in timings.items()}


def _seconds(command: Command, environment: Mapping[str, str], code: int) -> float:
    start = time.monotonic()
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds
