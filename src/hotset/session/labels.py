"""Names for Spark's UI and event log: job, step and name, where Spark alone would say NativeMethodAccessorImpl."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pyspark import SparkContext


@contextmanager
def labelled(context: SparkContext, job: str, step: str) -> Iterator[None]:
    """Every Spark job that starts inside bears both names: as description, as tags, and as the name of its stages."""
    before = context.getLocalProperty("spark.job.description"), context.getLocalProperty("callSite.short")
    tags = {f"job:{_tag(job)}", f"step:{_tag(step)}"} - set(context.getJobTags())
    for tag in tags:
        context.addJobTag(tag)
    _describe(context, f"{job}: {step}", f"{job}: {step}")
    try:
        yield
    except KeyboardInterrupt:
        raise  # this thread's gateway was interrupted in mid-answer: not one word more on it
    except BaseException:
        _restore(context, tags, before)
        raise
    _restore(context, tags, before)


def _restore(context: SparkContext, tags: set[str], before: tuple[str | None, str | None]) -> None:
    with suppress(Exception):  # the JVM may have died, and the error that says so is on its way
        for tag in tags:
            context.removeJobTag(tag)
        _describe(context, *before)


def _describe(context: SparkContext, description: str | None, call_site: str | None) -> None:
    context.setLocalProperty("spark.job.description", description)  # type: ignore[arg-type]  # None removes it
    context.setLocalProperty("callSite.short", call_site)  # type: ignore[arg-type]


def _tag(name: str) -> str:
    """Spark separates tags by commas."""
    return name.replace(",", " ")
