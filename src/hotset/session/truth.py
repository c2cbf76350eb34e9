"""What is in force, setting by setting, beside what was asked; Spark's own answers are not always true.

In a running session `spark.conf.get("spark.executor.memory")` returns what somebody set a moment ago, though nothing
changed (Spark 4.3). So a setting that can still change is asked from the session, a heap from the JVM's own
arguments, and everything else from the configuration that the context was built with.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import SparkSession

from hotset.session.settings import Ask, winners

UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}


@dataclass(frozen=True)
class InForce:
    """One wish and what became of it; `note` says why it is not in force."""

    key: str
    asked: str
    by: str
    in_force: str | None
    note: str


def settings_in_force(spark: SparkSession, asks: Iterable[Ask], why_not: Callable[[str], str]) -> tuple[InForce, ...]:
    """Every wish with what is in force, sorted by name. `why_not(key)` gives the reason for a wish that failed."""
    asks = list(asks)
    won = winners(asks)
    fixed = dict(spark.sparkContext.getConf().getAll())  # at once: each question is a way to the JVM and back
    truth = {key: _in_force(spark, key, fixed) for key in won}
    return tuple(
        InForce(ask.key, ask.value, ask.by, truth[ask.key], _note(ask, won[ask.key], truth[ask.key], why_not))
        for ask in sorted(asks, key=lambda ask: ask.key)
    )


def _note(ask: Ask, winner: Ask, in_force: str | None, why_not: Callable[[str], str]) -> str:
    if in_force is not None and same_value(ask.value, in_force):
        return ""
    if ask is not winner and in_force is not None and same_value(winner.value, in_force):
        return f"ignored: {winner.by} outranks it"
    return f"ignored: {why_not(ask.key)}"


def _in_force(spark: SparkSession, key: str, fixed: Mapping[str, str]) -> str | None:
    if key == "spark.driver.memory":
        return _heap(spark)
    if key == "spark.pyspark.python":
        return str(spark.sparkContext.pythonExec)
    if spark.conf.isModifiable(key):
        return spark.conf.get(key, None)
    return fixed.get(key)


def _heap(spark: SparkSession) -> str | None:
    """The last -Xmx of the running JVM: later ones win, and settings made after its start do not count."""
    jvm = spark.sparkContext._jvm
    assert jvm is not None
    arguments = jvm.java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()
    heaps = [argument[len("-Xmx") :] for argument in arguments if argument.startswith("-Xmx")]
    return heaps[-1] if heaps else None


def same_value(one: str, other: str) -> bool:
    """Whether two spellings mean the same: "2g" and "2048m", "True" and "true"."""
    return one.strip().lower() == other.strip().lower() or (_size(one) is not None and _size(one) == _size(other))


def _size(text: str) -> int | None:
    """Bytes of a Java memory string."""
    found = re.fullmatch(r"\s*(\d+)([bkmgtp]?)b?\s*", text.lower())
    return int(found[1]) * UNITS[found[2]] if found else None
