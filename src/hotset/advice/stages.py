"""Which stages ran which operators: the accumulators of a stage's tasks are those of the operators in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from hotset.advice.operators import is_cache_scan
from hotset.eventlog import Application, Execution, PlanNode, Stage

ROWS = "number of output rows"
FILES = "size of files read"
SHUFFLED = "data size"


def outside_caches(plan: PlanNode) -> Iterator[tuple[PlanNode, tuple[PlanNode, ...]]]:
    """Each operator with those above it, nearest last; what is below the scan of a cache is not the query's own."""
    waiting: list[tuple[PlanNode, tuple[PlanNode, ...]]] = [(plan, ())]
    while waiting:
        node, above = waiting.pop()
        yield node, above
        if not is_cache_scan(node):
            path = (*above, node)
            waiting.extend((child, path) for child in reversed(node.children))


def below(node: PlanNode) -> Iterator[PlanNode]:
    """The operator and those under it, without what is below the scan of a cache."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if not is_cache_scan(one):
            waiting.extend(reversed(one.children))


def ids_of(nodes: Iterable[PlanNode]) -> frozenset[int]:
    return frozenset(metric.id for node in nodes for metric in node.metrics)


@dataclass
class Ran:
    """One query with the stages that ran for it."""

    application: Application
    execution: Execution
    stages: tuple[Stage, ...]
    counts: dict[int, int] = field(default_factory=dict)

    @cached_property
    def nodes(self) -> tuple[PlanNode, ...]:
        return tuple(below(self.execution.plan))

    @cached_property
    def own_ids(self) -> frozenset[int]:
        return ids_of(self.nodes)

    def stages_of(self, ids: frozenset[int]) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.stages if not ids.isdisjoint(stage.ids))

    def count(self, node: PlanNode, name: str) -> int | None:
        """A metric of the operator, of all its stages together; None where nothing was counted."""
        found = [self.counts.get(metric.id, 0) for metric in node.metrics if metric.name == name]
        return max(found) if found and any(found) else None


def queries(application: Application) -> list[Ran]:
    """In the order in which they started."""
    of: dict[int, list[Stage]] = {}
    for stage in application.stages.values():
        job = application.jobs.get(stage.job)
        if job is not None and job.execution is not None:
            of.setdefault(job.execution, []).append(stage)
    ran = []
    for execution in sorted(application.executions.values(), key=lambda one: (one.start, one.id)):
        stages = tuple(of.get(execution.id, ()))
        one = Ran(application, execution, stages)
        for stage in stages:
            for id_, count in zip(stage.ids, stage.counts, strict=True):
                one.counts[id_] = one.counts.get(id_, 0) + count
        one.counts.update(
            (id_, application.driver_counts[id_]) for id_ in one.own_ids if id_ in application.driver_counts
        )
        ran.append(one)
    return ran


def wall(stages: Iterable[Stage]) -> float:
    """Seconds of the clock during which at least one of them ran."""
    total, until = 0.0, 0.0
    for stage in sorted(stages, key=lambda one: one.start):
        total += max(0.0, stage.end - max(stage.start, until))
        until = max(until, stage.end)
    return total


def run_seconds(stages: Iterable[Stage]) -> float:
    return sum(stage.run_seconds for stage in stages)
