"""Which columns all readers of a kept frame shuffle by: partitioned by them when it is kept, they need no shuffle."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyspark.sql import SparkSession

NODE = re.compile(r"^(?P<indent>[\s:|+\-*]*)(?P<name>\S.*?) \((?P<number>\d+)\)", re.MULTILINE)
DETAIL = re.compile(r"^\((?P<number>\d+)\) (?P<text>.*?)(?=^\(\d+\) |^=+|\Z)", re.MULTILINE | re.DOTALL)
HASHED = re.compile(r"^Arguments: hashpartitioning\((?P<columns>.*), \d+\), ", re.MULTILINE)
COLUMN = re.compile(r"[\w.]+#\d+L?")
SCAN = re.compile(r"^Scan In-memory table (?P<name>.+)$")


def keys_of_readers(spark: SparkSession, since: int) -> dict[str, str]:
    """name -> columns, for kept frames of which every reader since that execution shuffles by the same of its columns.

    From the formatted plans in Spark's own status store.
    """
    found: dict[str, set[str | None]] = {}
    for plan in _plans(spark, since):
        for name, key in readers(plan):
            found.setdefault(name, set()).add(key)
    return {name: key for name, keys in found.items() if len(keys) == 1 for key in keys if key}


def last_execution(spark: SparkSession) -> int:
    return max((execution.executionId() for execution in _executions(spark)), default=-1)


def readers(plan: str) -> Iterator[tuple[str, str | None]]:
    """(name, columns) of each scan of a kept frame in a formatted plan; None where no columns of it are shuffled by."""
    details = {match["number"]: match["text"] for match in DETAIL.finditer(plan)}
    above: list[tuple[int, str]] = []
    for match in NODE.finditer(plan.partition("\n\n\n")[0]):
        depth = len(match["indent"])
        above = [node for node in above if node[0] < depth]
        if scan := SCAN.match(match["name"].strip("* ")):
            yield scan["name"], _shuffled_by(above, details, details.get(match["number"], ""))
        above.append((depth, match["number"]))


def _shuffled_by(above: Iterable[tuple[int, str]], details: dict[str, str], scan: str) -> str | None:
    """The columns of the nearest exchange above the scan."""
    own = set(COLUMN.findall(scan.partition("Arguments")[0]))
    for _, number in reversed(list(above)):
        detail = details.get(number, "")
        if detail.startswith(("InMemoryRelation", "BroadcastExchange")):
            return None
        if detail.startswith("Exchange"):
            hashed = HASHED.search(detail)
            columns = hashed["columns"].split(", ") if hashed else []
            return (
                ",".join(column.rpartition("#")[0] for column in columns) if columns and own >= set(columns) else None
            )
    return None


def _plans(spark: SparkSession, since: int) -> Iterator[str]:
    for execution in _executions(spark):
        if execution.executionId() > since:
            yield str(execution.physicalPlanDescription())


def _executions(spark: SparkSession) -> Any:
    jvm: Any = spark.sparkContext._jvm
    store = spark._jsparkSession.sharedState().statusStore()
    return list(jvm.scala.jdk.javaapi.CollectionConverters.asJava(store.executionsList()))
