"""Who built each kept set and who read it, in how many seconds: what Spark ran, set against what was kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotset.memory.keep import Kept
from hotset.memory.ledger import Job, Ledger, Query, Stage


@dataclass(frozen=True)
class Uses:
    """Seconds to build it, how often it was read, the first time included, and the seconds of the later readings.

    `full_reads` are those of all its partitions; `take` reads a few.
    """

    build_seconds: float | None = None
    reads: int = 0
    read_seconds: float | None = None
    full_reads: int = 0


def uses_of(kept: Kept, all_kept: Sequence[Kept], ledger: Ledger) -> Uses:
    """What the ledger knows of one kept set."""
    if kept.placed.copy is not None:
        return _of_copy(kept, ledger)
    if kept.rdd_id is None:
        return Uses(kept.build_seconds)
    later = [other for other in all_kept if other is not kept and _derives(other, kept, ledger)]
    stages = [one for one in _stages(kept.rdd_id, ledger.stages.values()) if one.submitted_ms >= kept.ready_ms]
    build = _building_job(stages, ledger) if kept.build_seconds is None else None
    reading = [stage for stage in stages if not _hidden(stage, later, ledger) and not _fills(stage, kept)]
    after = [stage for stage in reading if build is None or stage.submitted_ms > build.completed_ms]
    started = _start_of(build, ledger) if build else None
    seconds = (build.completed_ms - started) / 1000 if build and started is not None else None
    return Uses(
        seconds if kept.build_seconds is None else kept.build_seconds,
        _reads(kept, reading, ledger),
        sum(stage.seconds for stage in after) if after else None,
        sum(_is_full(stage, kept) for stage in reading),
    )


def _stages(rdd: int, stages: Iterable[Stage]) -> list[Stage]:
    return sorted((stage for stage in stages if rdd in stage.rdds), key=lambda stage: stage.submitted_ms)


def _building_job(stages: Sequence[Stage], ledger: Ledger) -> Job | None:
    """The job of the first stage that had it at hand: nothing was stored before."""
    jobs = [job for job in ledger.jobs.values() if stages and stages[0].id in job.stages]
    return min(jobs, key=lambda job: job.submitted_ms, default=None)


def _start_of(job: Job, ledger: Ledger) -> int:
    """That of its query, if it has one: the shuffles below what is kept are jobs of their own."""
    queries = [query.submitted_ms for query in ledger.queries.values() if job.id in query.jobs]
    return min([*queries, job.submitted_ms])


def _derives(other: Kept, kept: Kept, ledger: Ledger) -> bool:
    """Whether `other` is computed from `kept` within one stage: then Spark lists `kept` wherever `other` is read."""
    if other.rdd_id is None or kept.rdd_id is None or other.rdd_id <= kept.rdd_id:
        return False
    first = _stages(other.rdd_id, ledger.stages.values())[:1]
    return bool(first) and kept.rdd_id in first[0].rdds


def _hidden(stage: Stage, later: Sequence[Kept], ledger: Ledger) -> bool:
    """Whether the stage read something that was made of it and stored, and not the thing itself."""
    for other in later:
        if other.rdd_id in stage.rdds and _stages(other.rdd_id or 0, ledger.stages.values())[0] != stage:
            return True
    return False


def _reads(kept: Kept, reading: Sequence[Stage], ledger: Ledger) -> int:
    """As often as executed plans scan it, or more: a sort by ranges reads once for the ranges, and once to sort."""
    stages = {stage.id: stage for stage in reading}
    in_queries: set[int] = set()
    reads = 0
    for query in ledger.queries.values():
        numbers = {id_ for job in query.jobs if job in ledger.jobs for id_ in ledger.jobs[job].stages & set(stages)}
        in_queries |= numbers
        full = sum(_is_full(stages[id_], kept) for id_ in numbers)
        reads += max(_scans(kept, query, ledger) if kept.placed.level.storage else bool(numbers), full)
    return reads + len(set(stages) - in_queries)


def _fills(stage: Stage, kept: Kept) -> bool:
    """Whether the stage stored it and did nothing else with it, as adaptive execution does before it reads."""
    return max(stage.rdds) == kept.rdd_id


def _is_full(stage: Stage, kept: Kept) -> bool:
    return stage.tasks >= kept.seen.partitions


def _scans(kept: Kept, query: Query, ledger: Ledger) -> int:
    """Its scans in an executed plan. One that stands below another's counts only where that other was built."""
    if query.submitted_ms < kept.ready_ms:  # of what had the name before
        return 0
    return sum(
        1
        for scan in query.scans
        if scan.table == kept.name and all(_built_in(table, query, ledger) for table in scan.within)
    )


def _built_in(table: str, query: Query, ledger: Ledger) -> bool:
    first = min(
        (one for one in ledger.queries.values() if any(scan.table == table for scan in one.scans)),
        key=lambda one: one.submitted_ms,
    )
    return first is query


def _of_copy(kept: Kept, ledger: Ledger) -> Uses:
    """A copy in files is read by queries whose plans name its directory."""
    mark = str(kept.placed.copy)
    queries = [query for query in ledger.queries.values() if any(mark in scan.table for scan in query.scans)]
    jobs = {job for query in queries for job in query.jobs}
    stages = {stage for job in jobs if job in ledger.jobs for stage in ledger.jobs[job].stages}
    seconds = [stage.seconds for stage in ledger.stages.values() if stage.id in stages and stage.reads_files]
    reads = sum(mark in scan.table for query in queries for scan in query.scans)
    return Uses(kept.build_seconds, reads, sum(seconds) if seconds else None, reads)
