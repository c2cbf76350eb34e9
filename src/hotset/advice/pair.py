"""Two logs of one program, without and with its caches: what each cache saved, as a figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from hotset.advice.cached import counts_on_the_end, of_cache
from hotset.advice.caches import Cache, caches
from hotset.advice.lineage import Lineage
from hotset.advice.naming import where
from hotset.advice.stages import Ran, queries, run_seconds
from hotset.advice.verdicts import Confidence, Evidence, Kind, Span, Verdict
from hotset.errors import InputError
from hotset.eventlog import Application, Job, Stage

MATTERS_S = 0.05
MATTERS_SHARE = 0.05  # of the time without it: less is the noise of two runs
ALIKE = 0.5  # of the units of both logs have to be called the same


@dataclass(frozen=True, eq=False)
class Unit:
    """One query, or one job that belongs to none: what the program asked for at one place."""

    name: str
    start: float
    seconds: float
    stages: tuple[Stage, ...]
    execution: int | None
    job: int | None

    @property
    def task_seconds(self) -> float:
        return run_seconds(self.stages)


@dataclass(frozen=True)
class Side:
    """One log with its caches and its units in the order of time."""

    application: Application
    caches: tuple[Cache, ...]
    units: tuple[Unit, ...]


def compared(first: Application, second: Application) -> list[Verdict]:
    """A verdict for each cache that one of them has and the other has not, in whichever order they are given."""
    one, other = side(first), side(second)
    _check_same_program(one, other)
    only_one, only_other = _only(one, other), _only(other, one)
    found = [
        *_figures(one, other, only_other),
        *_figures(other, one, only_one),
    ]
    if not found:
        raise InputError(
            f"both logs have the same caches, got {first.path!r} and {second.path!r}; give one without the cache"
        )
    return found


def side(application: Application) -> Side:
    ran = queries(application)
    return Side(application, tuple(caches(application, ran, Lineage(application))), tuple(units(application, ran)))


def units(application: Application, ran: Sequence[Ran]) -> list[Unit]:
    found = [_of_query(one) for one in ran if one.stages]
    for job in application.jobs.values():
        if job.execution is None:
            stages = tuple(application.stages[id_] for id_ in job.stages if id_ in application.stages)
            mine = tuple(stage for stage in stages if stage.job == job.id)
            found.append(_of_job(job, mine, application))
    return sorted(found, key=lambda unit: unit.start)


def _of_query(one: Ran) -> Unit:
    execution = one.execution
    end = execution.end or max(stage.end for stage in one.stages)
    name = where(one.application, one.stages, execution).rpartition(", query ")[0]
    return Unit(name, execution.start, max(end - execution.start, 0.0), one.stages, execution.id, None)


def _of_job(job: Job, stages: tuple[Stage, ...], application: Application) -> Unit:
    end = job.end or max((stage.end for stage in stages), default=job.start)
    name = where(application, stages).rpartition(", job ")[0]
    return Unit(name, job.start, max(end - job.start, 0.0), stages, None, job.id)


def _only(mine: Side, theirs: Side) -> list[Cache]:
    names = {cache.name for cache in theirs.caches}
    return [cache for cache in mine.caches if cache.name not in names]


def _check_same_program(one: Side, other: Side) -> None:
    """Whether they ask for the same things; another application can have no more than its name in common."""
    names = [{unit.name for unit in each.units} for each in (one, other)]
    if not all(names):
        raise InputError(f"nothing ran in {(other if names[0] else one).application.path!r}; give a log of a whole run")
    if len(names[0] & names[1]) < ALIKE * min(len(names[0]), len(names[1])):
        told = " and ".join(f"{each.application.name!r} ({each.application.id})" for each in (one, other))
        raise InputError(f"the logs are of different programs, got {told}; give two runs of the same one")


def _figures(without: Side, with_it: Side, only: Sequence[Cache]) -> list[Verdict]:
    """Each cache's part of the difference between the units that touch it."""
    pairs = dict(_paired(with_it.units, without.units))
    found = []
    for cache in only:
        touching = _touching(cache, with_it)
        if not touching or any(unit not in pairs for unit in touching):
            found.append(_of_whole_runs(cache, len(only), without, with_it))
            continue
        mine = [(pairs[unit], unit, _share(cache, only, unit, with_it)) for unit in touching]
        tasks = sum((a.task_seconds - b.task_seconds) * part for a, b, part in mine)
        clock = sum((a.seconds - b.seconds) * part for a, b, part in mine)
        alone = all(part == 1 for _, _, part in mine)
        why = "the same queries in both logs" if alone else "queries that read several caches are shared out among them"
        evidence = tuple(_replaced(a, without) for a, _, _ in mine)
        verdict = _verdict(cache, with_it, tasks, clock, evidence, "high" if alone else "medium", why)
        found.append(_unless_it_went_on(verdict, without, pairs.values()))
    return found


def _unless_it_went_on(found: Verdict, without: Side, paired: Iterable[Unit]) -> Verdict:
    """Where the run without the cache asked more at its end, the other one may have broken off before it read it."""
    if found.kind != "REMOVE" or without.units[-1] in paired:
        return found
    why = f"{found.why}; but the log without the cache goes on where the other one ends"
    return replace(found, kind="TRY", confidence="low", why=why, end_unknown=False)


def _of_whole_runs(cache: Cache, caches_there: int, without: Side, with_it: Side) -> Verdict:
    """Where the queries cannot be told one from the other: the difference of everything, in equal parts."""
    tasks = without.application.task_seconds - with_it.application.task_seconds
    clock = sum(unit.seconds for unit in without.units) - sum(unit.seconds for unit in with_it.units)
    why = "the runs did not ask the same queries, so that this is the difference of the whole"
    found = _verdict(cache, with_it, tasks / caches_there, clock / caches_there, (), "low", why)
    return _only_likely(found, whole=without.application.is_whole and with_it.application.is_whole)


def _only_likely(found: Verdict, *, whole: bool) -> Verdict:
    """What the difference of different work says: a figure that may be wrong in either direction is not sure."""
    if not whole:
        return replace(found, kind="TRY", why=f"{found.why}, and of a log that is not whole")
    kinds: dict[Kind, Kind] = {"KEEP": "LIKELY", "CHANGE": "LIKELY", "REMOVE": "TRY"}
    return replace(found, kind=kinds.get(found.kind, found.kind))


def _paired(one: Sequence[Unit], other: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Units that are called the same, in the same order; what one log has alone is left out."""
    names = [unit.name for unit in one], [unit.name for unit in other]
    if names[0] == names[1]:
        return list(zip(one, other, strict=True))
    alike = SequenceMatcher(None, *names, autojunk=False)
    return [(one[a + n], other[b + n]) for a, b, size in alike.get_matching_blocks() for n in range(size)]


def _touching(cache: Cache, with_it: Side) -> list[Unit]:
    executions = {touch.unit.execution.id for touch in cache.touches if touch.unit}
    jobs = {stage.job for touch in cache.touches for stage in (*touch.built, *touch.read)}
    return [
        unit for unit in with_it.units if unit.execution in executions or (unit.job is not None and unit.job in jobs)
    ]


def _share(cache: Cache, only: Sequence[Cache], unit: Unit, with_it: Side) -> float:
    """Of a unit that several new caches touch: by what building each of them took."""
    others = [one for one in only if unit in _touching(one, with_it)]
    weights = {id(one): sum(run_seconds(touch.built) for touch in one.builds) or 0.001 for one in others}
    return weights[id(cache)] / sum(weights.values()) if len(others) > 1 else 1.0


def _verdict(
    cache: Cache,
    with_it: Side,
    tasks: float,
    clock: float,
    replaced: tuple[Evidence, ...],
    confidence: Confidence,
    why: str,
) -> Verdict:
    """Saved: KEEP; cost: REMOVE; else it makes no difference."""
    judged = of_cache(cache, with_it.application)
    kind = _kind(tasks, clock, replaced)
    if kind == "REMOVE" and not with_it.application.is_whole:  # later uses may be in what is missing
        kind, confidence, why = "TRY", "low", f"{why}; but the log with the cache is not whole"
    end_unknown = counts_on_the_end(kind, cache, with_it.application)
    if end_unknown:
        confidence, why = "medium", f"{why}; and nothing read it, as it would be if both ended by an error before that"
    if judged.kind == "CHANGE" and kind == "KEEP":
        kind = "CHANGE"
    told = "saves" if clock >= 0 else "costs"
    reason = (
        f"{told} {abs(clock):.2f} s of the clock and {'saves' if tasks >= 0 else 'costs'} {abs(tasks):.2f} task seconds"
    )
    if kind == "FINE":
        can_go = ", so it can go as well" if with_it.application.is_whole else ""
        reason = f"no difference beyond the noise of two runs{can_go}: {reason}"
    return replace(
        judged, kind=kind, reason=reason if kind != "CHANGE" else f"{reason}; {judged.reason}",
        level=judged.level if kind == "CHANGE" else cache.level,
        saving_task_seconds=Span(tasks, tasks), saving_seconds=Span(clock, clock),
        confidence=confidence, why=why, evidence=(*replaced, *judged.evidence), end_unknown=end_unknown,
    )  # fmt: skip


def _kind(tasks: float, clock: float, replaced: Sequence[Evidence]) -> Kind:
    """Noise of two runs seldom moves the clock and the tasks' time the same way."""
    least_clock = max(MATTERS_S, MATTERS_SHARE * sum(one.seconds for one in replaced))
    least_tasks = max(MATTERS_S, MATTERS_SHARE * sum(one.task_seconds for one in replaced))
    if clock > least_clock and tasks > least_tasks:
        return "KEEP"
    return "REMOVE" if clock < -least_clock and tasks < -least_tasks else "FINE"


def _replaced(unit: Unit, without: Side) -> Evidence:
    place = where(without.application, unit.stages)
    return Evidence(place, "without", unit.task_seconds, unit.seconds, tuple(stage.id for stage in unit.stages))
