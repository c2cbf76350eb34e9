"""Spark jobs bear the names of the steps that they run in."""

import pytest
from pyspark.sql import SparkSession

from hotset.session.labels import Labels


def labels_of(spark: SparkSession) -> tuple[str | None, set[str]]:
    context = spark.sparkContext
    return context.getLocalProperty("spark.job.description"), set(context.getJobTags())


def test_steps_lie_within_steps_and_leave_nothing(spark: SparkSession) -> None:
    before, labels = labels_of(spark), Labels("job")
    labels.attach(spark.sparkContext)

    with labels.step("main"):
        with labels.step("count, all"):
            assert labels_of(spark) == ("job: count, all", {"job:job", "step:main", "step:count  all"} | before[1])
        assert labels_of(spark) == ("job: main", {"job:job", "step:main"} | before[1])

    assert labels_of(spark) == before


def test_steps_that_began_before_the_session_are_told_to_it(spark: SparkSession) -> None:
    before, labels = labels_of(spark), Labels("job")

    with labels.step("main"):
        with labels.step("inner"):
            labels.attach(spark.sparkContext)
            assert labels_of(spark) == ("job: inner", {"job:job", "step:main", "step:inner"} | before[1])
        assert labels_of(spark)[0] == "job: main"

    assert labels_of(spark) == before


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_step_says_no_more_on_its_gateway(spark: SparkSession, error: type[BaseException]) -> None:
    before, labels = labels_of(spark), Labels("job")
    labels.attach(spark.sparkContext)

    with pytest.raises(error), labels.step("main"):
        raise error

    assert (labels_of(spark) == before) is (error is ValueError)
    spark.sparkContext.clearJobTags()
    spark.sparkContext.setLocalProperty("spark.job.description", None)  # type: ignore[arg-type]
    spark.sparkContext.setLocalProperty("callSite.short", None)  # type: ignore[arg-type]
