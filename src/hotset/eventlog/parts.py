"""Logs that were rolled: Spark's numbered parts and Databricks' dated ones, in their order, and what is missing."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hotset.errors import InputError
from hotset.eventlog.codecs import Place

ROLLING = "eventlog_v2_"
COPY = r"(?i:[ (~][^.]*|[-_]copy[^.]*)?"  # what browsers, desktops and editors add to the name of a second one
PART = re.compile(rf"events_(\d{{1,9}})_([^.]*?){COPY}(\..*)?")
DATED = re.compile(rf"eventlog-(\d{{4}}-\d\d-\d\d--\d\d-\d\d){COPY}(\..*)?")
NEWEST = re.compile(r"eventlog(?: ?\(\d+\)|~)?(\.[^.]*)?")
COMPACT = ".compact"
STATUS, IN_PROGRESS = "appstatus_", ".inprogress"


@dataclass(frozen=True)
class Log:
    """The files of one log in their order; what of it is known not to be there; what Spark's marks say of its end."""

    parts: tuple[Place, ...]
    gaps: tuple[str, ...] = ()
    finished: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One of Spark's numbered parts; a compacted one stands for all parts up to its own number."""

    number: int
    application: str
    is_compact: bool
    place: Place


def rolled_parts(inside: Sequence[Place], told: str) -> Log | None:
    """Spark's rolling log, if that is what is in the directory.

    Raises InputError for parts of two logs, and for two parts of one number.
    """
    found = [
        Part(int(match[1]), match[2], COMPACT in (match[3] or ""), one)
        for one in inside
        if (match := PART.fullmatch(one.name)) and not one.is_dir()
    ]
    if not found:
        return None
    if len(names := sorted({part.application for part in found})) > 1:
        raise InputError(f"parts of {len(names)} logs in {told!r}, got {', '.join(names)}; give each its directory")
    _check_once([(part.number, part.is_compact) for part in found], [part.place for part in found], told)
    found.sort(key=lambda part: (part.number, not part.is_compact))
    compacted = max((part.number for part in found if part.is_compact), default=0)
    read = [part for part in found if part.number > compacted or (part.number == compacted and part.is_compact)]
    marks = [one.name for one in inside if one.name.startswith((STATUS, "events_"))]
    finished = None if not any(name.startswith(STATUS) for name in marks) else True
    if any(name.endswith(IN_PROGRESS) for name in marks):
        finished = False
    return Log(tuple(part.place for part in read), tuple(_gaps(read, compacted)), finished)


def _gaps(read: Sequence[Part], compacted: int) -> Iterable[str]:
    if compacted:
        yield f"Spark's history server has compacted it: of events_{compacted} and before, what had ended is not in it"
    elif read[0].number > 1:
        yield f"{_numbers(1, read[0].number - 1)} missing"
    for one, other in pairwise(read):
        if other.number > one.number + 1:
            yield f"{_numbers(one.number + 1, other.number - 1)} missing"


def _numbers(first: int, last: int) -> str:
    return f"events_{first} is" if first == last else f"events_{first} to events_{last} are"


def dated_parts(inside: Sequence[Place], told: str) -> Log | None:
    """Databricks' log, if that is what is in the directory: parts by their date, then `eventlog`, the newest.

    Raises InputError for two parts of one date.
    """
    dated = [(match[1], one) for one in inside if (match := DATED.fullmatch(one.name)) and not one.is_dir()]
    newest = [("", one) for one in inside if NEWEST.fullmatch(one.name) and not one.is_dir()]
    if not dated:
        return None
    _check_once([date for date, _ in (*dated, *newest)], [one for _, one in (*dated, *newest)], told)
    ordered = [*sorted(dated, key=lambda one: one[0]), *newest]
    gaps = () if newest else ("its newest part, eventlog, is missing",)
    return Log(tuple(one for _, one in ordered), gaps)


def _check_once(keys: Sequence[object], places: Sequence[Place], told: str) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        names = " and ".join(one.name for key, one in zip(keys, places, strict=True) if key == twice[0])
        raise InputError(f"the same part of a log twice in {told!r}, got {names}; take one of them away")


def part_of_many(place: Place) -> str:
    """That a file is one part of a log beside others; nothing where it is not."""
    if not isinstance(place, Path) or not any(kind.fullmatch(place.name) for kind in (PART, DATED, NEWEST)):
        return ""
    rolled = PART if PART.fullmatch(place.name) else DATED
    others = [one for one in place.absolute().parent.iterdir() if rolled.fullmatch(one.name) and one.name != place.name]
    return f"it is one part of {len(others) + 1}; give the directory for all of them" if others else ""
