"""How far Spark is with what it works on now."""

from contextlib import suppress
from typing import Any

from pyspark import SparkContext


def running_tasks(context: SparkContext) -> tuple[int, int] | None:
    """(done, all) tasks of the active stages; None when there are none, or when the session is just ending."""
    with suppress(Exception):
        tracker = context.statusTracker()
        stages = [stage for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()) if stage]
        if stages:
            return sum(stage.numCompletedTasks for stage in stages), sum(stage.numTasks for stage in stages)
    return None


def reading_seconds(context: SparkContext, since_ms: int) -> float | None:
    """The time of the stages that read files and were submitted since then, from Spark's own status store."""
    jvm: Any = context._jvm
    no_quantiles = context._gateway.new_array(jvm.double, 0)  # type: ignore[union-attr]
    store = context._jsc.sc().statusStore()
    stages = store.stageList(None, False, False, no_quantiles, jvm.java.util.ArrayList())
    seconds = [
        (stage.completionTime().get().getTime() - stage.submissionTime().get().getTime()) / 1000
        for stage in jvm.scala.jdk.javaapi.CollectionConverters.asJava(stages)
        if stage.inputBytes()
        and stage.completionTime().isDefined()
        and stage.submissionTime().get().getTime() >= since_ms
    ]
    return sum(seconds) if seconds else None
