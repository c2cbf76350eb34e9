"""What earlier runs of a job measured of the sets they kept, and what follows from it for the next run.

One small JSON file for each job. It is only ever a reason to keep a set at another level: where it is lost, damaged or
cannot be written, a run is none the worse.
"""

import contextlib
import fcntl
import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hotset.whole import write_whole

LAYOUT = 1
MOST_OF_ONE = 8  # measurements of one set: the newest
MOST = 400  # measurements in a file
MOST_BYTES = 4_000_000
LOCK_TIMEOUT_S = 2.0


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One kept set of one run, as it was at the end; `seconds` is the whole run's, from its session to its end."""

    name: str
    variant: str  # of the job: its parameters but for paths, and the machine
    run_id: str
    taken: str
    level: str
    input_bytes: int | None
    rows: int | None = None
    partitions: int = 0
    partitions_stored: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0
    build_seconds: float | None = None
    reads: int = 0
    read_seconds: float | None = None
    seconds: float | None = None
    others: dict[str, str] = {}  # the run's other sets: name -> level


class _Book(msgspec.Struct):
    layout: int
    measurements: list[Measurement]


def load_measurements(directory: Path, job: str) -> tuple[Measurement, ...]:
    """The oldest first; nothing where there is nothing that can be read."""
    file = _file(directory, job)
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        if file.stat().st_size <= MOST_BYTES:
            book = msgspec.json.decode(file.read_bytes(), type=_Book)
            return tuple(book.measurements) if book.layout == LAYOUT else ()
    return ()


def add_measurements(directory: Path, job: str, new: Sequence[Measurement]) -> None:
    """Adds to what is there, whole or not at all, one process at a time. Raises OSError when it cannot be written."""
    file = _file(directory, job)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(file):
        book = _Book(LAYOUT, _newest([*load_measurements(directory, job), *new]))
        write_whole(file, msgspec.json.encode(book))


def like(measurements: Iterable[Measurement], name: str, variant: str, input_bytes: int | None) -> list[Measurement]:
    """Those of this set whose input was half to double the size of this one, scaled to it."""
    found = []
    for one in measurements:
        factor = _factor(one.input_bytes, input_bytes)
        if one.name == name and one.variant == variant and factor is not None:
            found.append(_scaled(one, factor))
    return found


def _factor(before: int | None, now: int | None) -> float | None:
    """What to multiply with; None where nothing can be said."""
    if before == now:
        return 1.0
    if not before or not now or not 0.5 <= now / before <= 2:
        return None
    return now / before


def _scaled(one: Measurement, factor: float) -> Measurement:
    """In proportion to the input; how often a set is read does not depend on it."""
    return msgspec.structs.replace(
        one,
        rows=None if one.rows is None else round(one.rows * factor),
        memory_bytes=round(one.memory_bytes * factor),
        disk_bytes=round(one.disk_bytes * factor),
        build_seconds=_times(one.build_seconds, factor),
        read_seconds=_times(one.read_seconds, factor),
        seconds=_times(one.seconds, factor),
    )


def _times(seconds: float | None, factor: float) -> float | None:
    return None if seconds is None else seconds * factor


def _newest(measurements: Sequence[Measurement]) -> list[Measurement]:
    """The newest of each set at each level, and of all."""
    kept: list[Measurement] = []
    seen: dict[tuple[str, str, str], int] = {}
    for one in reversed(measurements):
        key = (one.name, one.variant, one.level)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= MOST_OF_ONE and len(kept) < MOST:
            kept.append(one)
    return kept[::-1]


def _file(directory: Path, job: str) -> Path:
    """A name that can be read, and that no other job has."""
    digest = hashlib.sha256(job.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return directory / "measured" / f"{re.sub(r'[^A-Za-z0-9-]', '_', job)[:60]}-{digest}.json"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """One process at a time. Raises OSError when another one holds the lock for seconds."""
    with file.with_suffix(".lock").open("a") as lock:
        until = time.monotonic() + LOCK_TIMEOUT_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
        yield
