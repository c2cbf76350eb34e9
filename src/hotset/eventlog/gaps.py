"""What of an application its log does not hold, as far as the log itself shows it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hotset.eventlog.parts import Log
from hotset.eventlog.telling import Telling

KNOWN = re.compile(r"(3\.[5-9]|3\.\d\d|4\.)")
NAMED_MANY = 5


def tell_gaps(telling: Telling, log: Log, cut: Sequence[str], *, grew: bool) -> None:
    """Writes into the application why it is unfinished, what is missing of it, and what else there is to know."""
    one = telling.application
    last = log.parts[-1].name
    if one.end is None:
        one.unfinished = _why_unfinished(log, last in cut, grew=grew)
    one.gaps += log.gaps
    one.gaps += [f"{name} is cut off" for name in cut if name != last or one.end is not None]
    one.gaps += _of_events(telling, beginning_is_known=bool(log.gaps))
    if telling.ends_without_start and not one.gaps:
        one.gaps.append("jobs end in it before they start, so that its parts or lines are out of order")
    one.notes += log.notes
    if one.spark and not KNOWN.match(one.spark):
        one.notes.append(f"written by Spark {one.spark}; advice has been tried with logs of 3.5 to 4.x")


def _of_events(telling: Telling, *, beginning_is_known: bool) -> Iterator[str]:
    """What the numbers in the events show to be missing."""
    if telling.rollovers and (missing := _missing(telling.rollovers)):
        yield f"of its parts as Databricks numbers them {missing} missing"
    if telling.started is None and not beginning_is_known:
        yield "its beginning is not in it"
    if missing := _missing(telling.application.jobs):
        yield f"of its jobs {missing} missing"
    if telling.another_begins:
        yield "another log begins after its end, and is cut off before the name of its application"


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


def _missing(numbers: Iterable[int]) -> str:
    """`1 is`, `1, 2 are`, `3 to 99 are`; nothing where all are there from 0 up to the largest."""
    there = sorted(set(numbers))
    ranges = []
    for before, after in pairwise([-1, *there]):
        if after > before + 1:
            ranges.append((before + 1, after - 1))
    if not ranges:
        return ""
    told = [f"{low}" if low == high else f"{low} to {high}" for low, high in ranges[:NAMED_MANY]]
    more = ", …" if len(ranges) > NAMED_MANY else ""
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"{', '.join(told)}{more} {'is' if single else 'are'}"
