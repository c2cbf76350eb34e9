"""A workload's event logs, without its cache and with it: `python -m bench.advice.logs NAME TABLES SCALE DIRECTORY`.

All contexts live in one JVM, and each way is run a few times before it is logged: the saving is compared with that of a
JVM that has compiled what the workload needs.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import SparkSession

from bench.advice.workloads import WORKLOADS
from hotset import run as way
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session
from hotset.signals import Signals

WAYS = {"without": "NONE", "with": "MEMORY_AND_DISK_DESER"}
WARM_UPS = 4
LOGGED = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.logBlockUpdates.enabled": "true",
}


def logged(workload: str, tables: Path, scale: str, directory: Path) -> None:
    """Writes DIRECTORY/without and DIRECTORY/with."""
    directory.mkdir(parents=True, exist_ok=True)
    asks = tuple(Ask(key, value, "bench") for key, value in WORKLOADS[workload].conf.items())
    session = open_session(Wishes("advice", asks))
    settings = dict(session.spark.sparkContext.getConf().getAll())
    order = ["--workload", workload, "--tables", str(tables), "--scale", scale, "--output", str(directory / "answer")]
    try:
        for _ in range(WARM_UPS):
            for level in WAYS.values():
                run_once(order, level)
        session.spark.stop()
        for name, level in WAYS.items():
            with _logging(settings, directory / name):
                run_once(order, level)
    finally:
        session.close()


def run_once(order: list[str], level: str) -> None:
    """The workload in the session that is running."""
    always = ["--level", f"hot={level}", "--if-exists", "replace", "--again", "--report", f"{order[-1]}.json"]
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        way.run_job("bench.advice.job", [*order, *always], Signals())


@contextlib.contextmanager
def _logging(settings: dict[str, str], path: Path) -> Iterator[None]:
    """A context of its own in the same JVM, whose event log lies at `path` when it has ended."""
    events = path.with_name(f"{path.name}.events")
    events.mkdir(exist_ok=True)
    builder = SparkSession.builder
    for key, value in (settings | LOGGED | {"spark.eventLog.dir": events.as_uri()}).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        yield
    finally:
        spark.stop()
    (found,) = events.iterdir()
    found.replace(path)
    events.rmdir()


if __name__ == "__main__":
    logged(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
