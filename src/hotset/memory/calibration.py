"""What each level costs on this machine: measured once, and stored as JSON where it can be made again."""

import contextlib
import hashlib
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pyspark
from pyspark.sql import SparkSession

from hotset.errors import OutputError, UsageError
from hotset.memory.choice import Bounds, Cost, Kind
from hotset.memory.rates import ROWS, Rate, disk_rates, level_rates, task_seconds
from hotset.whole import write_whole

BUSY = 0.75
MARGIN = 1.5  # other data than these may take longer
DATA: Mapping[Kind, tuple[str, ...]] = {
    "DataFrame": ("numbers", "texts"),
    "RDD": ("tuples",),
}


@dataclass(frozen=True)
class Calibration:
    """One machine's rates; `machine` is what they hold for."""

    machine: Mapping[str, str]
    taken: str
    seconds: float
    task_seconds: float
    disk_write_bytes_per_s: float
    disk_read_bytes_per_s: float
    rates: tuple[Rate, ...]
    load: float = 0.0  # processes that wanted a core just before, for each core that there is

    @property
    def was_busy(self) -> bool:
        """Whether somebody else had the cores too, so that all of it may be slower than it is."""
        return self.load > BUSY

    def costs(self, kind: Kind) -> dict[str, Cost]:
        """level -> what it costs for data of this kind."""
        by_level: dict[str, list[Rate]] = {}
        for rate in self.rates:
            if rate.data in DATA[kind]:
                by_level.setdefault(rate.level, []).append(rate)
        return {
            level: Cost(
                _bounds([rate.write_s for rate in rates]),
                _bounds([rate.read_s for rate in rates]),
                max(rate.ratio for rate in rates),
                self.task_seconds,
            )
            for level, rates in by_level.items()
        }


def _bounds(seconds: list[float]) -> Bounds:
    return Bounds(min(seconds), MARGIN * max(seconds))


def machine_of(spark: SparkSession) -> dict[str, str]:
    """What the rates depend on: the processors, the memory, the master and the versions."""
    context = spark.sparkContext
    jvm: Any = context._jvm
    return {
        "processor": _processor(),
        "cores": str(context.defaultParallelism),
        "memory_gib": str(round(psutil.virtual_memory().total / 2**30)),
        "master": str(context.master),
        "spark": pyspark.__version__,
        "python": platform.python_version(),
        "java": jvm.System.getProperty("java.version"),
        "cache": spark.conf.get("spark.sql.cache.serializer", "") or "",
        "compressed": spark.conf.get("spark.sql.inMemoryColumnarStorage.compressed") or "",
    }


def _processor() -> str:
    """The model's name, which platform.processor() has on few systems."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load_calibration(directory: Path, machine: Mapping[str, str]) -> Calibration | None:
    """What was measured on a machine like this; None when nothing was, or nothing that can be read."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        found = msgspec.json.decode(calibration_file(directory, machine).read_bytes(), type=Calibration)
        return found if found.machine == machine and found.rates else None
    return None


def store_calibration(directory: Path, calibration: Calibration) -> Path:
    """Whole or not at all. Raises OutputError when it cannot be written."""
    file = calibration_file(directory, calibration.machine)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, msgspec.json.format(msgspec.json.encode(calibration)))
    except OSError as why:
        raise OutputError(f"cannot write the calibration {file}: {why.strerror}; set XDG_CACHE_HOME") from None
    return file


def digest(facts: Mapping[str, str]) -> str:
    """A few letters that stand for all of it."""
    return hashlib.sha256(msgspec.json.encode(sorted(facts.items()))).hexdigest()[:16]


def calibration_file(directory: Path, machine: Mapping[str, str]) -> Path:
    """Where the figures of such a machine lie, if it was measured."""
    return directory / "calibration" / f"{digest(machine)}.json"


def calibrate(spark: SparkSession, rows: int = ROWS) -> Calibration:
    """Measures this machine in this session, which should have nothing else to do: some ten seconds.

    Raises UsageError where the executors are on other machines than the driver.
    """
    master = machine_of(spark)["master"]
    if not master.startswith("local"):
        raise UsageError(f"levels are calibrated on one machine, got the master {master}; give --master local[*]")
    start, taken, load = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds"), os.getloadavg()[0]
    rates = tuple(level_rates(spark, rows))
    writes, reads = disk_rates(spark)
    tasks = task_seconds(spark)
    seconds = time.monotonic() - start
    return Calibration(machine_of(spark), taken, seconds, tasks, writes, reads, rates, load / (os.cpu_count() or 1))
