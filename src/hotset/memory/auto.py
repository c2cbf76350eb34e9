"""Level AUTO: what is known of a set and of this machine, the choice, and afterwards how far it held."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession

from hotset.memory.calibration import Calibration, calibrate, digest, load_calibration, machine_of, store_calibration
from hotset.memory.choice import Candidate, Choice, Kind, choose
from hotset.memory.known import known
from hotset.memory.measured import like, load_measurements
from hotset.memory.refuse import is_deterministic
from hotset.memory.stored import Keepable

CALIBRATION_S = 15.0
OFF = 2.0  # times the prediction: then the report says so
LEAST_OFF_S = 0.5  # below it twice as long is noise
COLUMNAR = re.compile(r"Project|Filter|Relation \[.*\] (parquet|orc)$|RelationV2 .*(parquet|orc)|SubqueryAlias")
COSTLY = re.compile(r"UDF|rlike|regexp|sha|md5|json", re.IGNORECASE)


@dataclass(frozen=True)
class Memory:
    """Where lies what was measured, and of what: `variant` says which of the job's parameters were given."""

    job: str
    variant: str
    state: Path
    cache: Path


class Auto:
    """Chooses levels for one run."""

    def __init__(self, spark: SparkSession, memory: Memory, warn: Callable[[str], None]) -> None:
        self._spark, self._memory, self._warn = spark, memory, warn
        self._calibration: Calibration | None = None
        self._tried = False
        self._machine = machine_of(spark)
        self.calibrated_seconds = 0.0

    @property
    def variant(self) -> str:
        """Of the job and of the machine: what else measured seconds depend on."""
        return f"{self._memory.variant}-{digest(self._machine)}"

    def choice(self, name: str, data: Keepable, kind: Kind, default_level: str, input_bytes: int) -> Choice:
        """The level for this set. Where nothing was measured of it yet it is Spark's default."""
        memory = self._memory
        found = like(load_measurements(memory.state, memory.job), name, self.variant, input_bytes)
        worth_s = max((max(one.reads - 1, 0) * (one.build_seconds or 0.0) for one in found), default=0.0)
        calibration = self._calibrated(name, worth_s) if worth_s else None
        facts = known(found, calibration.costs(kind) if calibration else {})
        candidate = Candidate(
            name,
            kind,
            facts.reads,
            facts.compute_seconds,
            facts.object_bytes,
            free_storage_bytes(self._spark.sparkContext),
            default_level,
            facts.serialized_bytes,
            facts.partitions,
            is_deterministic(data),
            kind == "DataFrame" and isinstance(data, DataFrame) and reads_columns(data),
            facts.compared,
        )
        return choose(candidate, facts.costs)

    def _calibrated(self, name: str, worth_s: float) -> Calibration | None:
        """This machine's; measured now where it never was, if a set may save more than that takes."""
        if self._calibration is None and not self._tried:
            self._calibration = load_calibration(self._memory.cache, self._machine)
        if self._calibration is None and not self._tried:
            if worth_s > CALIBRATION_S:
                self._calibrate()
            else:
                self._warn(
                    f"level AUTO: this machine was never measured, which takes longer than keeping {name!r} can save; "
                    f"`hotset calibrate` does it once"
                )
        return self._calibration

    def _calibrate(self) -> None:
        self._tried = True
        try:
            self._calibration = calibrate(self._spark)
            self.calibrated_seconds = self._calibration.seconds
            seconds = f"{self.calibrated_seconds:.0f} s"
            self._warn(f"level AUTO measured this machine first, in {seconds}, as `hotset calibrate` does")
            store_calibration(self._memory.cache, self._calibration)
        except Exception as why:  # whatever it is, the job itself may run well
            reason = str(why).partition("\n")[0] or type(why).__name__
            self._warn(f"level AUTO could not measure this machine: {reason}")


def free_storage_bytes(context: SparkContext) -> int:
    """Memory that can still be stored in, on all executors; the driver counts only where it is what runs the tasks."""
    jsc: Any = context._jsc
    converters: Any = context._jvm.scala.jdk.javaapi.CollectionConverters  # type: ignore[union-attr]
    executors = list(converters.asJava(jsc.sc().statusStore().executorList(True)))
    workers = [one for one in executors if one.id() != "driver"] or executors
    return sum(max(0, int(one.maxMemory()) - int(one.memoryUsed())) for one in workers)


def held(choice: Choice, build_seconds: float | None, read_seconds: float | None) -> str | None:
    """What was predicted and came out more than twice as long or as short; None where it held."""
    if choice.predicted is None:
        return None
    figures = (
        ("to build", choice.predicted.build_seconds, build_seconds),
        ("for each read", choice.predicted.read_seconds, read_seconds),
    )
    off = [
        f"{now:.2f} s {what} instead of {then:.2f} s"
        for what, then, now in figures
        if now is not None and abs(now - then) > LEAST_OFF_S and not 1 / OFF <= now / max(then, 1e-9) <= OFF
    ]
    return ", ".join(off) or None


def reads_columns(frame: DataFrame) -> bool:
    """Whether it comes from columnar files by nothing but choosing rows and columns."""
    plan = frame._jdf.queryExecution().optimizedPlan().toString()
    lines = [line.lstrip(" :+-") for line in plan.splitlines() if line.strip()]
    return bool(lines) and all(COLUMNAR.match(line) and not COSTLY.search(line) for line in lines)
