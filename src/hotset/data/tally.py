"""What tasks report while they run, so that one that runs again changes nothing."""

from typing import Any

from pyspark import AccumulatorParam

# number of what a task did -> what it says of it
Tally = dict[int, Any]


class LastReport(AccumulatorParam[Tally]):
    """A report does not depend on the attempt, so the last one is as good as the first."""

    def zero(self, value: Tally) -> Tally:  # noqa: ARG002 (the interface asks for it)
        return {}

    def addInPlace(self, value1: Tally, value2: Tally) -> Tally:  # noqa: N802 (Spark's name)
        return {**value1, **value2}
