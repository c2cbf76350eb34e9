"""From logs to advice."""

from pathlib import Path

from hotset.advice.cached import of_cache
from hotset.advice.caches import caches
from hotset.advice.finding import log_of
from hotset.advice.keeping import of_rdds, of_repeat
from hotset.advice.lineage import Lineage
from hotset.advice.pair import compared
from hotset.advice.repeats import repeats
from hotset.advice.stages import queries
from hotset.advice.verdicts import RANK, Advice, Program, Verdict, in_order
from hotset.eventlog import Application, read_log
from hotset.report.terminal import counted

ACTS = ("KEEP", "REMOVE", "CHANGE", "LIKELY", "TRY")


def advise(path: Path | str, other: Path | str | None = None) -> Advice:
    """What one log says, or two of the same program; an output or a report of ours stands for the log of its run.

    Raises InputError for what is no log, or does not fit together.
    """
    first = _application(Path(path))
    if other is None:
        verdicts = judged(first)
        return Advice((program(first),), _or_nothing(verdicts, first), notes(first))
    second = _application(Path(other))
    verdicts = compared(first, second)
    both = (program(first), program(second))
    return Advice(both, _or_nothing(verdicts, first, second), (*notes(first), *notes(second)))


def _application(path: Path) -> Application:
    """What the log says, and what the report of its run says of the end."""
    found = log_of(path)
    application = read_log(found.log)
    application.failed = found.failed or application.failed
    application.done_job = found.done_job
    return application


def judged(application: Application) -> list[Verdict]:
    """Every verdict that one log allows."""
    ran = queries(application)
    lineage = Lineage(application)
    found = [of_cache(cache, application) for cache in caches(application, ran, lineage)]
    kept = [verdict for repeat in repeats(ran) if (verdict := of_repeat(repeat, application))]
    return [*found, *_apart(kept), *of_rdds(application, lineage)]


def _apart(verdicts: list[Verdict]) -> list[Verdict]:
    """Of several that speak of the same stages the best: one cache there makes the others' gain vanish."""
    left: list[Verdict] = []
    taken: set[int] = set()
    for one in sorted(verdicts, key=lambda one: (RANK[one.kind], -one.saving_seconds.low - one.saving_seconds.high)):
        stages = {stage for use in one.evidence for stage in use.stages}
        if len(stages & taken) * 2 <= len(stages):
            left.append(one)
            taken |= stages
    return left


def _or_nothing(verdicts: list[Verdict], *applications: Application) -> tuple[Verdict, ...]:
    if any(one.kind in ACTS for one in verdicts):
        return in_order(verdicts)
    told = "no cache that is not there would pay, and none that is there costs"
    nothing = Verdict("NOTHING", "", told, confidence="medium")
    if not all(one.is_whole for one in applications):
        why = "the rest of the program is not in the log"
        nothing = Verdict("NOTHING", "", f"in what is there of the log {told}", confidence="low", why=why)
    return in_order([*verdicts, nothing])


def program(application: Application) -> Program:
    return Program(
        application.path, application.name, application.id, application.spark, application.seconds,
        application.task_seconds, application.memory_bytes, application.unfinished,
    )  # fmt: skip


def notes(application: Application) -> tuple[str, ...]:
    """What the reader of the advice should know of the log."""
    told = [f"{application.path}: {gap}; what is there was used" for gap in application.gaps]
    if application.unfinished:
        told.append(f"{application.path}: unfinished: {application.unfinished}; what is there was used")
    if application.failed:
        told.append(f"{application.path}: {application.failed}; what would have come after that is not in it")
    if application.damaged_lines:
        told.append(f"{application.path}: {counted(application.damaged_lines, 'damaged line')} passed over")
    told += [f"{application.path}: {note}" for note in application.notes]
    if any(rdd.level for rdd in application.rdds.values()) and not application.knows_blocks:
        told.append(
            f"{application.path}: sizes and evictions are unknown; "
            "spark.eventLog.logBlockUpdates.enabled=true logs them"
        )
    return tuple(told)
