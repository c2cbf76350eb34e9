"""What Spark ran: its stages, jobs and queries since a moment, from its own status stores. No page has to be served.

Each is asked for once, when it has ended: asking goes through the gateway, and every word of it takes time.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from hotset.memory.scala import each, newest_first

FLUSH_MS = 2000  # events reach the store a moment after the action has returned
SCAN = "Scan In-memory table "
PARQUET_SCAN = "Scan parquet"
TEXT = r'("(?:[^"\\]|\\.)*")'
NODE = re.compile(rf'(\d+) \[id="node\d+" label={TEXT} tooltip={TEXT}\];')
EDGE = re.compile(r"^ *(\d+)->(\d+);", re.MULTILINE)
ENDED = ("COMPLETE", "FAILED")


@dataclass(frozen=True)
class Stage:
    """One attempt of a stage that ran. Times are milliseconds since 1970, and of tasks seconds."""

    id: int
    rdds: frozenset[int]
    tasks: int
    submitted_ms: int
    completed_ms: int
    task_seconds: float
    cpu_seconds: float
    gc_seconds: float
    reads_files: bool

    @property
    def seconds(self) -> float:
        return (self.completed_ms - self.submitted_ms) / 1000


@dataclass(frozen=True)
class Job:
    """One job of Spark's, and its stages, those that were skipped included."""

    id: int
    submitted_ms: int
    completed_ms: int
    stages: frozenset[int]


@dataclass(frozen=True)
class Scan:
    """A scan of something kept in an executed plan; `within` are the kept tables whose own plans it stands in."""

    table: str
    within: frozenset[str]


@dataclass(frozen=True)
class Query:
    """One execution of a plan."""

    id: int
    submitted_ms: int
    jobs: frozenset[int]
    scans: tuple[Scan, ...]


class Ledger:
    """Everything that Spark ran and completed since `since_ms`, as far as it was read."""

    def __init__(self, spark: SparkSession, since_ms: int) -> None:
        self._spark, self._since = spark, since_ms
        self.stages: dict[tuple[int, int], Stage] = {}
        self.jobs: dict[int, Job] = {}
        self.queries: dict[int, Query] = {}
        self._floors = {"stages": 0, "jobs": 0, "queries": 0}  # below them all are known
        self._queries: Any = None

    def read(self, *, with_queries: bool) -> None:
        """Enters what has completed since the last time."""
        context: Any = self._spark.sparkContext
        scala = context._jsc.sc()
        scala.listenerBus().waitUntilEmpty(FLUSH_MS)
        jvm, store = context._jvm, scala.statusStore()
        no_quantiles = context._gateway.new_array(jvm.double, 0)
        stages = store.stageList(None, False, False, no_quantiles, jvm.java.util.ArrayList())
        self._enter("stages", each(stages), lambda stage: int(stage.stageId()), self._enter_stage)
        if with_queries:
            self._enter("jobs", each(store.jobsList(None)), lambda job: int(job.jobId()), self._enter_job)
            session: Any = self._spark._jsparkSession
            self._queries = session.sharedState().statusStore()
            queries = newest_first(self._queries.executionsList())
            self._enter("queries", queries, lambda query: int(query.executionId()), self._enter_query)

    def _enter(
        self,
        what: str,
        newest_first: Iterator[Any],
        number: Callable[[Any], int],
        enter: Callable[[int, Any], bool | None],
    ) -> None:
        """Down to those that are known; next time, down to the oldest that is still open now.

        `enter` says whether one has ended, and nothing of one that is older than the run: a session may be long.
        """
        floor, above, oldest_open = self._floors[what], 0, None
        for one in newest_first:
            id_ = number(one)
            if id_ < floor:
                break
            above = max(above, id_ + 1)
            ended = enter(id_, one)
            if ended is None:
                break
            if not ended:
                oldest_open = id_
        self._floors[what] = oldest_open if oldest_open is not None else max(floor, above)

    def _enter_stage(self, id_: int, stage: Any) -> bool | None:
        status = str(stage.status())
        if status not in ENDED:
            return status == "SKIPPED"
        submitted, completed = _ms(stage.submissionTime()), _ms(stage.completionTime())
        if submitted is None or completed is None:
            return True
        if submitted < self._since:
            return None
        key = (id_, int(stage.attemptId()))
        if key not in self.stages:
            self.stages[key] = Stage(
                id_,
                _numbers(stage.rddIds()),
                int(stage.numTasks()),
                submitted,
                completed,
                stage.executorRunTime() / 1000,
                stage.executorCpuTime() / 1e9,
                stage.jvmGcTime() / 1000,
                bool(stage.inputBytes()),
            )
        return True

    def _enter_job(self, id_: int, job: Any) -> bool | None:
        submitted, completed = _ms(job.submissionTime()), _ms(job.completionTime())
        if submitted is None or completed is None:
            return False
        if submitted < self._since:
            return None
        self.jobs.setdefault(id_, Job(id_, submitted, completed, _numbers(job.stageIds())))
        return True

    def _enter_query(self, id_: int, query: Any) -> bool | None:
        if not query.completionTime().isDefined():
            return False
        if query.submissionTime() < self._since:
            return None
        if id_ in self.queries:
            return True
        plan = query.physicalPlanDescription()
        scans: tuple[Scan, ...] = ()
        if SCAN in plan or PARQUET_SCAN in plan:
            jvm: Any = self._spark.sparkContext._jvm
            scans = tuple(_scans(self._queries.planGraph(id_).makeDotFile(jvm.PythonUtils.toScalaMap({}))))
        self.queries[id_] = Query(id_, query.submissionTime(), _numbers(query.jobs().keys()), scans)
        return True


def _scans(drawn: str) -> Iterator[Scan]:
    """The scans of a plan in dot. The plan that filled a kept table stands below the scan of it, though it may not run.

    A drawing is one answer of the JVM's; asked for node by node a plan is a hundred.
    """
    names = {}
    for number, label, tooltip in NODE.findall(drawn):
        name = json.loads(label)
        if name.startswith((SCAN, PARQUET_SCAN)):
            names[int(number)] = json.loads(tooltip) if name.startswith(PARQUET_SCAN) else name.removeprefix(SCAN)
    above: dict[int, list[int]] = {}
    for lower, upper in EDGE.findall(drawn):
        above.setdefault(int(lower), []).append(int(upper))
    for node, table in names.items():
        yield Scan(table, frozenset(names[one] for one in _reached(node, above) if one in names))


def _reached(number: int, above: dict[int, list[int]]) -> set[int]:
    seen: set[int] = set()
    open_ends = list(above.get(number, ()))
    while open_ends:
        one = open_ends.pop()
        if one not in seen:
            seen.add(one)
            open_ends += above.get(one, ())
    return seen


def _ms(time: Any) -> int | None:
    return int(time.get().getTime()) if time.isDefined() else None


def _numbers(numbers: Any) -> frozenset[int]:
    text = numbers.mkString(",")
    return frozenset(map(int, text.split(","))) if text else frozenset()
