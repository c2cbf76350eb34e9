"""What is computed several times without a cache: what keeping it would save, from one log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotset.advice import rates
from hotset.advice.caches import rdd_name
from hotset.advice.consumers import consumers
from hotset.advice.lineage import Lineage
from hotset.advice.naming import described, job_name, where
from hotset.advice.repeats import Part, Repeat
from hotset.advice.saving import Times, keep_saving, likely_saving
from hotset.advice.stages import run_seconds, wall
from hotset.advice.verdicts import Confidence, Evidence, Kind, Span, Verdict
from hotset.eventlog import Application, Rdd, Stage

WORTH_S = 0.2  # of the clock; less is not worth a line of code
WORTH_SHARE = 0.02  # of the program's time
FRAMES_LEVEL, RDDS_LEVEL, WHEN_LARGE = "MEMORY_AND_DISK_DESER", "MEMORY_ONLY", "DISK_ONLY"
FITS = 0.6  # of the storage memory
UNKNOWN = rates.estimated(None, 1, None, None)


@dataclass(frozen=True)
class Found:
    """Something that is computed several times."""

    subject: str
    level: str
    job: str
    size: rates.Size
    tasks: Span
    clock: Span
    likely: float  # of the clock
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    why: str


def of_repeat(repeat: Repeat, application: Application) -> Verdict | None:
    """KEEP where it gains by all bounds, LIKELY by their middle, TRY where it might; None where it is not worth it."""
    parts = [part for part in repeat.parts if any(part.stages)]
    if len(parts) < 2:
        return None
    size = _size(parts)
    uses = [_times(part, repeat.agrees) for part in parts]
    unread = (_most(part.files() for part in parts) or 0) * rates.UNPRUNED_S_PER_BYTE
    tasks, clock = keep_saving(uses, size, repeat.agrees, unread)
    largest = max(parts, key=lambda part: sum(1 for _ in part.node.walk()))
    found = Found(
        described(largest.node),
        _level(size, application),
        job_name(parts[0].ran.execution.tags),
        size,
        tasks,
        clock,
        likely_saving(uses, size, repeat.agrees, unread),
        tuple(_evidence(part, application) for part in parts),
        *_confidence(uses, repeat.agrees),
    )
    return _verdict(found, application)


def of_rdds(application: Application, lineage: Lineage) -> list[Verdict]:
    """RDDs without a level that several jobs computed: each the last one that they have in common."""
    seen: dict[tuple[int, ...], int] = {}
    for rdd in lineage.computed():
        jobs = tuple(job for job, _ in lineage.touching(rdd))
        if len(jobs) > 1 and _is_program(application, jobs):
            seen[jobs] = max(seen.get(jobs, -1), rdd)
    return [
        verdict
        for id_ in seen.values()
        if not application.rdds[id_].level and (verdict := _of_rdd(application.rdds[id_], application, lineage))
    ]


def _is_program(application: Application, jobs: Sequence[int]) -> bool:
    """Jobs of RDDs; those of queries are judged by their plans."""
    return all(job in application.jobs and application.jobs[job].execution is None for job in jobs)


def _of_rdd(rdd: Rdd, application: Application, lineage: Lineage) -> Verdict | None:
    uses, evidence, jobs = [], [], []
    if lineage.is_above_a_cache(rdd.id):  # what is left of it costs next to nothing
        return None
    for job, stages in lineage.touching(rdd.id):
        own = lineage.only_for(rdd.id, job, stages)
        uses.append(Times.of(own, stages, Span(0.0, run_seconds(stages))))
        ran = (*own, *stages)
        evidence.append(Evidence(where(application, ran), "compute", run_seconds(ran), wall(ran), _ids(ran), True))
        jobs.append(job_name(application.jobs[job].tags))
    first = next(stages[0] for _, stages in lineage.touching(rdd.id))
    tasks, clock = keep_saving(uses, UNKNOWN, True, 0.0)
    why = "the log does not say which of the functions behind it are the same, nor what it would take to keep"
    found = Found(rdd_name(rdd, first)[0], RDDS_LEVEL, jobs[0], UNKNOWN, tasks, clock, 0.0, tuple(evidence), "low", why)
    return _verdict(found, application)


def _verdict(found: Found, application: Application) -> Verdict | None:
    worth = max(WORTH_S, WORTH_SHARE * application.seconds)
    if found.clock.high < worth or found.tasks.high <= 0:
        return None
    surely = found.clock.is_gain and found.tasks.is_gain
    kind: Kind = "KEEP" if surely else "LIKELY" if found.likely > worth else "TRY"
    total = sum(one.task_seconds for one in found.evidence)
    reason = f"computed {len(found.evidence)} times, on average {total / len(found.evidence):.1f} task seconds"
    if kind == "TRY":
        reason += f"; could gain at most {found.clock.high:.1f} s: try it with `hotset lab`"
    elif kind == "LIKELY":
        reason += f"; likely to save {found.likely:.1f} s, and not sure to: see whether it does with `hotset lab`"
    return Verdict(
        kind,
        found.subject,
        reason,
        found.level,
        found.tasks,
        found.clock,
        round(found.size.bounds.high) or None,
        found.size.by,
        len(found.evidence),
        job=found.job,
        likely_seconds=found.likely,
        confidence=found.confidence if surely else "low",
        why=found.why if surely else f"its bounds leave a loss open; {found.why}",
        evidence=found.evidence,
    )


def _size(parts: Sequence[Part]) -> rates.Size:
    return rates.estimated(
        _most(part.rows for part in parts),
        max(part.width() for part in parts),
        _most(part.shuffled() for part in parts),
        _most(part.files() for part in parts),
    )


def _times(part: Part, agrees: bool) -> Times:
    own, shared = part.stages
    rest = run_seconds(shared)
    return Times.of(own, shared, Span(max(0.0, rest - consumers(part, shared, agrees=agrees)), rest))


def _evidence(part: Part, application: Application) -> Evidence:
    own, shared = part.stages
    ran = (*own, *shared)
    place = where(application, ran, part.ran.execution)
    return Evidence(place, "compute", run_seconds(ran), wall(ran), _ids(ran), bool(shared))


def _confidence(uses: Sequence[Times], agrees: bool) -> tuple[Confidence, str]:
    if not agrees:
        return "low", "the uses calculate or filter differently, so that what they share may be cheaper"
    if sum(use.own for use in uses) > sum(use.shared.high for use in uses):
        return "high", "most of the time was spent in stages that did nothing else"
    return "medium", "the stages that computed it did other work too"


def _level(size: rates.Size, application: Application) -> str:
    fits = not application.memory_bytes or size.bounds.high <= FITS * application.memory_bytes
    return FRAMES_LEVEL if fits else WHEN_LARGE


def _most(counts: Iterable[int | None]) -> int | None:
    return max((count for count in counts if count is not None), default=None)


def _ids(stages: Sequence[Stage]) -> tuple[int, ...]:
    return tuple(stage.id for stage in stages)
