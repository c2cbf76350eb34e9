"""RDDs and the stages that computed them, through the parents that the log lists."""

from collections.abc import Iterator

from hotset.eventlog import Application, Stage


class Lineage:
    """Who computed which RDD in which job."""

    def __init__(self, application: Application) -> None:
        self._rdds = application.rdds
        self._of_job: dict[int, list[Stage]] = {}
        self._touching: dict[int, list[Stage]] = {}
        self._tasks_seen: dict[int, int] = {}  # of a cached RDD: how many partitions were computed so far
        self._above: dict[int, frozenset[int]] = {}
        for stage in sorted(application.stages.values(), key=lambda one: (one.start, one.id)):
            self._of_job.setdefault(stage.job, []).append(stage)
            touched = self._worked_on(stage)
            for rdd in touched:
                self._touching.setdefault(rdd, []).append(stage)
            for rdd in touched & stage.cached:
                self._tasks_seen[rdd] = self._tasks_seen.get(rdd, 0) + stage.tasks

    def computed(self) -> Iterator[int]:
        """RDDs that some stage worked on."""
        return iter(self._touching)

    def touching(self, rdd: int) -> Iterator[tuple[int, tuple[Stage, ...]]]:
        """(job, its stages that computed the RDD or read it from a cache), in the order of time."""
        jobs: dict[int, list[Stage]] = {}
        for stage in self._touching.get(rdd, ()):
            jobs.setdefault(stage.job, []).append(stage)
        for job, stages in jobs.items():
            yield job, tuple(stages)

    def readers(self, rdd: int, stage: Stage) -> int:
        """How many RDDs of the stage take their data from this one; at least itself, for an action on it."""
        return max(1, sum(rdd in self._rdds[id_].parents for id_ in set(stage.rdds)))

    def only_for(self, rdd: int, job: int, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        """Stages of the job that ran for nothing but this RDD: those before its last shuffles."""
        above = self._ancestors(rdd)
        return tuple(
            stage
            for stage in self._of_job.get(job, ())
            if stage not in stages and stage.rdds and above.issuperset(stage.rdds)
        )

    def is_above_a_cache(self, rdd: int) -> bool:
        """Whether it is made from something that has a storage level."""
        return any(id_ in self._rdds and self._rdds[id_].level for id_ in self._ancestors(rdd))

    def _ancestors(self, rdd: int) -> frozenset[int]:
        if rdd not in self._above:
            seen: set[int] = set()
            waiting = [rdd]
            while waiting:
                known = self._rdds.get(waiting.pop())
                new = [parent for parent in (known.parents if known else ()) if parent not in seen]
                seen.update(new)
                waiting.extend(new)
            self._above[rdd] = frozenset(seen)
        return self._above[rdd]

    def _worked_on(self, stage: Stage) -> set[int]:
        """What the stage's tasks touched: from its last RDD up, and not beyond one that lay in a cache by then."""
        within = set(stage.rdds)
        parents = {parent for id_ in within for parent in self._rdds[id_].parents}
        waiting = [id_ for id_ in within if id_ not in parents]
        touched: set[int] = set()
        while waiting:
            id_ = waiting.pop()
            touched.add(id_)
            if not (id_ in stage.cached and self._is_full(id_)):
                waiting += [one for one in self._rdds[id_].parents if one in within and one not in touched]
        return touched

    def _is_full(self, rdd: int) -> bool:
        return self._tasks_seen.get(rdd, 0) >= max(self._rdds[rdd].partitions, 1)
