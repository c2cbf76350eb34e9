"""What of an application its log does not hold, as far as the log itself shows it."""

import re
from collections.abc import Iterator, Sequence

from hotset.eventlog.pairs import gaps_in, numbered
from hotset.eventlog.parts import Log
from hotset.eventlog.telling import Telling

KNOWN = re.compile(r"(3\.[5-9]|3\.\d\d|4\.)")


def tell_gaps(telling: Telling, log: Log, cut: Sequence[str], *, grew: bool) -> None:
    """Writes into the application why it is unfinished, what is missing of it, and what else there is to know."""
    one = telling.application
    last = log.parts[-1].name
    if one.end is None:
        one.unfinished = _why_unfinished(log, last in cut, grew=grew)
    one.gaps += log.gaps
    one.gaps += [f"{name} is cut off" for name in cut if name != last or one.end is not None]
    one.gaps += _of_events(telling, beginning_is_known=bool(log.gaps))
    one.gaps += telling.jobs.missing()
    if not one.gaps:
        one.gaps += _of_pairs(telling)
    one.failed = _why_failed(telling)
    one.notes += log.notes
    one.notes += [f"{told}, and is counted once" for told in telling.stages.twice()]
    if one.spark and not KNOWN.match(one.spark):
        one.notes.append(f"written by Spark {one.spark}; advice has been tried with logs of 3.5 to 4.x")


def _of_events(telling: Telling, *, beginning_is_known: bool) -> Iterator[str]:
    """What is missing at the ends of the log and between its parts."""
    if telling.rollovers and (missing := gaps_in(telling.rollovers)):
        yield f"of its parts as Databricks numbers them {missing} missing"
    if telling.started is None and not beginning_is_known:
        yield "its beginning is not in it"
    if not (telling.application.jobs or telling.application.stages):
        yield "no job is in it"
    if telling.begins_after_end:
        yield "its beginning follows its end, so that its parts are out of order, or those of two logs"
    if telling.another_begins:
        yield "another log begins after its end, and is cut off before the name of its application"


def _of_pairs(telling: Telling) -> Iterator[str]:
    """What Spark dropped while it wrote the log, or somebody later; a log without its end says nothing of ends."""
    kinds = telling.jobs, telling.stages, telling.queries
    if any(kind.are_out_of_order for kind in kinds):
        yield "some of it ends before it begins, so that its parts or lines are out of order"
        return
    has_end = telling.application.end is not None
    for kind in kinds:
        yield from kind.missing()
        yield from kind.halves(has_end=has_end)
    if has_end and telling.tasks_under_way > 0:
        yield f"the end of {telling.tasks_under_way:,} of its tasks is not in it"


def _why_failed(telling: Telling) -> str:
    """What shows that the program broke off; nothing where nothing does.

    A job that failed within a query that did not is one that Spark cancelled, having no more use for it.
    """
    jobs = telling.application.jobs
    failed = [id_ for id_ in telling.failed_jobs if id_ not in jobs or jobs[id_].execution not in telling.good_queries]
    told = [f"{kind} {numbered(ids)}" for kind, ids in (("job", failed), ("query", telling.failed_queries)) if ids]
    if told:
        return f"it failed in {' and '.join(told)}"
    return f"it ended with exit code {telling.exit_code}" if telling.exit_code else ""


def _why_unfinished(log: Log, is_cut: bool, *, grew: bool) -> str:
    if grew:
        return "it grew while it was read, so the application is still running"
    if log.finished is False:
        return "the application was still running, or died"
    if is_cut:
        return "the log is cut off"
    if log.finished:
        return "its last part is missing or cut off, since Spark marked it as complete and its end is not in it"
    return "the end of the application is not in it"
