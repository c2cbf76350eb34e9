"""One event after the other into the records of an Application."""

import re
from array import array
from collections.abc import Mapping, Sequence
from functools import singledispatchmethod

from hotset.eventlog import events as e
from hotset.eventlog.application import Application, Blocks, Execution, Job, Rdd, Stage
from hotset.eventlog.pairs import Pairs

BLOCK = re.compile(r"rdd_(\d{1,18})_\d{1,18}")
LEVELS = {  # disk, memory, off-heap, deserialized
    (True, True, False, True): "MEMORY_AND_DISK_DESER",
    (True, True, False, False): "MEMORY_AND_DISK",
    (False, True, False, False): "MEMORY_ONLY",
    (False, True, False, True): "MEMORY_ONLY_DESER",
    (True, False, False, False): "DISK_ONLY",
    (True, True, True, False): "OFF_HEAP",
    (False, False, False, False): "",
}
JOB_FAILED = "JobFailed"
OLD = re.compile(r"[0-2]\.")
LARGEST = 2**62  # what an array of numbers takes
WANTED = ("spark.app.", "spark.master", "spark.memory.", "spark.eventLog.", "spark.sql.", "spark.rdd.", "spark.job.")


class Contradiction(Exception):  # noqa: N818 (not raised beyond this room)
    """The events cannot be those of one application, or not of a Spark whose logs are understood."""


class Telling:
    """An application while its log is read."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.events = 0
        self.rollovers: set[int] = set()  # parts of a log of Databricks'
        self.contexts: set[int] = set()
        self.jobs, self.stages, self.queries = Pairs("jobs"), Pairs("stages"), Pairs("queries")
        self.tasks_under_way = 0
        self.failed_jobs: set[int] = set()
        self.failed_queries: set[int] = set()
        self.good_queries: set[int] = set()
        self.exit_code: int | None = None
        self.another_begins = False  # after the application's end
        self.begins_after_end = False  # the same one
        self.started: e.ApplicationStart | None = None
        self._job_of: dict[int, int] = {}

    @singledispatchmethod
    def take(self, event: object) -> None:
        raise NotImplementedError(type(event))

    @take.register
    def _(self, event: e.LogStart) -> None:
        self.another_begins = self.application.end is not None
        self._take_version(event.spark_version)

    @take.register
    def _(self, event: e.DatabricksPart) -> None:
        self._take_version(event.spark_version or self.application.spark)
        self.rollovers |= {event.rollover_number} if event.rollover_number is not None else set()
        self.contexts |= {event.context} if event.context is not None else set()
        if len(self.contexts) > 1:
            raise Contradiction("parts of two applications, of different Spark contexts; give those of one")

    def _take_version(self, version: str) -> None:
        self.application.spark = version
        if OLD.match(version):
            raise Contradiction(f"written by Spark {version}; give a log of Spark 3.5 to 4.x")

    @take.register
    def _(self, event: e.ApplicationStart) -> None:
        one = self.application
        if self.started is not None and event != self.started:
            names = [f"{app.app_id or app.app_name}{f', attempt {app.attempt}' if app.attempt else ''}"
                     for app in (self.started, event)]  # fmt: skip
            raise Contradiction(f"two applications in one log, {' and '.join(names)}; give each its own file")
        if self.started is None and one.end is not None:
            self.begins_after_end, self.another_begins = True, False
        self.started = event
        one.name, one.id, one.start = event.app_name, event.app_id or "", event.timestamp / 1000

    @take.register
    def _(self, event: e.ApplicationEnd) -> None:
        self.application.end = event.timestamp / 1000
        self.exit_code = event.exit_code

    @take.register
    def _(self, event: e.EnvironmentUpdate) -> None:
        kept = {key: value for key, value in event.spark_properties.items() if key.startswith(WANTED)}
        self.application.properties = kept

    @take.register
    def _(self, event: e.BlockManagerAdded) -> None:
        self.application.memory_bytes += event.maximum_memory

    @take.register
    def _(self, event: e.JobStart) -> None:
        if event.id in self.application.jobs:
            raise Contradiction(f"job {event.id} starts twice, so that a log or a part is in it twice; give it once")
        told = event.properties
        execution = _execution(told)
        self.jobs.begin(event.id)
        self.stages.name(event.stage_ids)
        if execution is not None:
            self.queries.ran(execution)
        self.application.jobs[event.id] = Job(
            event.id,
            event.submission_time / 1000,
            None,
            tuple(event.stage_ids),
            execution,
            told.get("spark.job.description", ""),
            tuple(tag for tag in told.get("spark.job.tags", "").split(",") if tag),
        )
        for stage in event.stage_infos:
            self._job_of[stage.id] = event.id
            self._rdds(stage.rdds)

    @take.register
    def _(self, event: e.JobEnd) -> None:
        self.jobs.end(event.id)
        if event.job_result and event.job_result.result == JOB_FAILED:
            self.failed_jobs.add(event.id)
        if job := self.application.jobs.get(event.id):
            job.end = event.completion_time / 1000

    @take.register
    def _(self, event: e.StageSubmitted) -> None:
        self.stages.begin(event.stage_info.id, event.stage_info.attempt)

    @take.register
    def _(self, event: e.StageCompleted) -> None:
        info = event.stage_info
        is_new = self.stages.end(info.id, info.attempt)
        if not is_new or info.submission_time is None or info.completion_time is None:
            return
        cached = self._rdds(info.rdds)
        stage = _stage(info, self._job_of.get(info.id, -1), cached)
        before = self.application.stages.get(info.id)
        if before is not None:  # tried again: both attempts cost
            _add(stage, before)
        self.application.stages[info.id] = stage
        self.application.last = max(self.application.last, stage.end)

    def _rdds(self, infos: Sequence[e.RddInfo]) -> frozenset[int]:
        """The ids of those with a storage level."""
        cached = set()
        for info in infos:
            level = level_name(info.storage_level)
            if level:
                cached.add(info.id)
            known = self.application.rdds.get(info.id)
            if known is None:
                self.application.rdds[info.id] = Rdd(
                    info.id, info.name, level, tuple(info.parents), info.callsite, info.number_of_partitions
                )
            else:  # a name and a level can be given later
                known.name, known.level = info.name, level or known.level
        return frozenset(cached)

    @take.register
    def _(self, event: e.UnpersistRdd) -> None:
        self.application.unpersisted.add(event.id)

    @take.register
    def _(self, event: e.BlockUpdated) -> None:
        info = event.block_updated_info
        if (match := BLOCK.fullmatch(info.id)) is None:
            return
        rdd = int(match[1])
        released = rdd in self.application.unpersisted or self.application.end is not None
        blocks = self.application.blocks.setdefault(rdd, Blocks())
        blocks.update(info.id, info.memory_size, info.disk_size, released=released)

    @take.register
    def _(self, event: e.ExecutionStart) -> None:
        self.queries.begin(event.execution_id)
        self.application.executions[event.execution_id] = Execution(
            event.execution_id, event.description, tuple(event.job_tags), event.time / 1000, None, event.plan
        )

    @take.register
    def _(self, event: e.ExecutionUpdate) -> None:
        if execution := self.application.executions.get(event.execution_id):
            execution.plan = event.plan

    @take.register
    def _(self, event: e.ExecutionEnd) -> None:
        self.queries.end(event.execution_id)
        if event.error_message is not None:  # None: of a version that does not say it
            (self.failed_queries if event.error_message else self.good_queries).add(event.execution_id)
        if execution := self.application.executions.get(event.execution_id):
            execution.end = event.time / 1000

    @take.register
    def _(self, event: e.DriverUpdates) -> None:
        self.application.driver_counts.update(event.accum_updates)

    def close(self) -> None:
        """What can be told at the end only."""
        one = self.application
        names: dict[str, str] = {}
        for rdd in one.rdds.values():
            rdd.callsite = names.setdefault(rdd.callsite, rdd.callsite)
        if not one.start:  # its beginning is not in the log
            began = [*(job.start for job in one.jobs.values()), *(stage.start for stage in one.stages.values())]
            one.start = min([time for time in began if time], default=one.end or 0.0)


def _execution(properties: Mapping[str, str]) -> int | None:
    """The query that a job belongs to."""
    number = properties.get("spark.sql.execution.id", "")
    return int(number) if number.isdecimal() and len(number) < 19 else None


def level_name(level: e.StorageLevel) -> str:
    """The constant of PySpark's, with _2 for two copies; "" for no level."""
    name = LEVELS.get((level.use_disk, level.use_memory, level.use_off_heap, level.deserialized), "other")
    return f"{name}_{level.replication}" if name and level.replication > 1 else name


def _stage(info: e.StageInfo, job: int, cached: frozenset[int]) -> Stage:
    own = {one.name: _number(one.value) for one in info.accumulables if one.name.startswith("internal.metrics.")}
    others = [
        (one.id, min(_number(one.value), LARGEST))
        for one in info.accumulables
        if not one.name.startswith("internal.metrics.") and 0 <= one.id < LARGEST
    ]
    return Stage(
        info.id,
        info.name,
        info.number_of_tasks,
        job,
        (info.submission_time or 0) / 1000,
        (info.completion_time or 0) / 1000,
        own.get("internal.metrics.executorRunTime", 0) / 1e3,
        own.get("internal.metrics.executorCpuTime", 0) / 1e9,
        own.get("internal.metrics.jvmGCTime", 0) / 1e3,
        tuple(rdd.id for rdd in info.rdds),
        cached,
        array("q", [id_ for id_, _ in others]),
        array("q", [count for _, count in others]),
        info.failure_reason is not None,
    )


def _add(stage: Stage, before: Stage) -> None:
    stage.start = min(stage.start, before.start)
    stage.run_seconds += before.run_seconds
    stage.cpu_seconds += before.cpu_seconds
    stage.gc_seconds += before.gc_seconds


def _number(value: object) -> int:
    """SQL metrics are strings of digits in some versions, and -1 where nothing was counted."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 19:
        return int(value)
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0
