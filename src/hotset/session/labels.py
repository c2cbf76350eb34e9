"""Names for Spark's UI and event log: job, step and name, where Spark alone would say NativeMethodAccessorImpl."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pyspark import SparkContext


@dataclass
class _Step:
    name: str
    tags: set[str] = field(default_factory=set)  # that it has added


class Labels:
    """Every Spark job of a step bears the job's name and the step's: as description, as tags, as name of its stages.

    Steps may begin before there is a session; then they are told to it once it is open.
    """

    def __init__(self, job: str) -> None:
        self._job = job
        self._context: SparkContext | None = None
        self._steps: list[_Step] = []
        self._outside: tuple[str | None, str | None] = None, None

    def attach(self, context: SparkContext) -> None:
        """To the session that is open now."""
        self._context = context
        self._outside = context.getLocalProperty("spark.job.description"), context.getLocalProperty("callSite.short")
        for step in self._steps:
            self._begin(context, step)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The step that lasts until the block ends."""
        step = _Step(name)
        self._steps.append(step)
        if self._context:
            self._begin(self._context, step)
        try:
            yield
        except KeyboardInterrupt:
            self._steps.pop()
            raise  # this thread's gateway was interrupted in mid-answer: not one word more on it
        except BaseException:
            self._end()
            raise
        self._end()

    def _begin(self, context: SparkContext, step: _Step) -> None:
        step.tags = {f"job:{_tag(self._job)}", f"step:{_tag(step.name)}"} - set(context.getJobTags())
        for tag in step.tags:
            context.addJobTag(tag)
        label = f"{self._job}: {step.name}"
        _describe(context, label, label)

    def _end(self) -> None:
        step = self._steps.pop()
        if self._context is None:
            return
        label = f"{self._job}: {self._steps[-1].name}" if self._steps else None
        with suppress(Exception):  # the JVM may have died, and the error that says so is on its way
            for tag in step.tags:
                self._context.removeJobTag(tag)
            _describe(self._context, *((label, label) if label else self._outside))


def _describe(context: SparkContext, description: str | None, call_site: str | None) -> None:
    context.setLocalProperty("spark.job.description", description)  # type: ignore[arg-type]  # None removes it
    context.setLocalProperty("callSite.short", call_site)  # type: ignore[arg-type]


def _tag(name: str) -> str:
    """Spark separates tags by commas."""
    return name.replace(",", " ")
