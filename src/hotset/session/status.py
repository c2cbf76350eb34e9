"""How far Spark is with what it works on now."""

from contextlib import suppress

from pyspark import SparkContext


def running_tasks(context: SparkContext) -> tuple[int, int] | None:
    """(done, all) tasks of the active stages; None when there are none, or when the session is just ending."""
    with suppress(Exception):
        tracker = context.statusTracker()
        stages = [stage for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()) if stage]
        if stages:
            return sum(stage.numCompletedTasks for stage in stages), sum(stage.numTasks for stage in stages)
    return None
