"""What an Observation has seen, without waiting for what will never come."""

from typing import Any

from pyspark import SparkContext
from pyspark.sql import Observation

ARRIVAL_TIMEOUT_MS = 10_000


def observed(context: SparkContext, observation: Observation) -> dict[str, Any] | None:
    """The metrics of the first action; None when there was none, where `Observation.get` would wait for ever.

    They come by way of Spark's listeners, a moment after the action has returned. They are empty when the answer was:
    adaptive execution takes what it finds to be empty out of the plan, and the metrics with it.
    """
    context._jsc.sc().listenerBus().waitUntilEmpty(ARRIVAL_TIMEOUT_MS)
    jvm_side = observation._jo
    if jvm_side is None or not jvm_side.future().isCompleted():
        return None
    return observation.get if jvm_side.getRow().length() else {}
