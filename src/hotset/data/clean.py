"""What runs have left beside an output, deleted: only what bears our mark, and never while a run is at work."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hotset.data.claim import PREVIOUS, is_marked, make_marked, remove_marked
from hotset.data.destination import check_harmless, records_beside
from hotset.data.lock import LOCK_NAME, read_owner, take_lock
from hotset.data.manifest import read_manifest
from hotset.errors import OutputError
from hotset.owner import this_owner

RECORD = re.compile(r"^[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\.")  # a run's id begins the name of its report, log and quarantine


@dataclass(frozen=True)
class Removed:
    """Something that is gone, and the bytes that the disk has back: what other versions share is not counted."""

    path: Path
    bytes: int


def clean(destination: Path, run_id: str, *, records: bool = False) -> list[Removed]:
    """What was removed: staging, dead locks, the previous version; with `records` reports, logs and quarantines too.

    The output itself is not touched. Raises OutputError when a run is at work, the directory is not ours, or it is more
    than an output's.
    """
    check_harmless(destination)
    beside = records_beside(destination)
    if not os.path.lexists(beside):
        return []
    if not is_marked(beside):
        raise OutputError(f"{beside} does not bear hotset's mark, so nothing in it is deleted; remove it by hand")
    dead = Removed(beside / LOCK_NAME, _size(beside / LOCK_NAME)) if read_owner(beside) else None
    lock = take_lock(beside, this_owner(run_id, "hotset clean"))
    try:
        removed = [dead] if dead else []
        removed += [_removed(path) for path in sorted(beside.glob("*.staging")) if is_marked(path)]
        removed += _remove_previous(beside, run_id)
        if records:
            removed += [_removed(path) for path in sorted(beside.iterdir()) if _is_record(path)]
    finally:
        lock.release()
    return removed


def _remove_previous(beside: Path, run_id: str) -> list[Removed]:
    """By way of a marked directory: one that is half removed would not be known for ours."""
    previous, grave = beside / PREVIOUS, beside / f"{run_id}.staging"
    if read_manifest(previous) is None:
        return []
    freed = _size(previous)
    make_marked(grave)
    previous.rename(grave / PREVIOUS)
    remove_marked(grave)
    return [Removed(previous, freed)]


def _removed(path: Path) -> Removed:
    freed = _size(path)
    if path.is_dir():
        remove_marked(path)
    else:
        path.unlink(missing_ok=True)
    return Removed(path, freed)


def _is_record(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and RECORD.match(path.name) is not None


def _size(path: Path) -> int:
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    facts = [file.lstat() for file in files if file.is_file()]
    return sum(one.st_size for one in facts if one.st_nlink == 1)
