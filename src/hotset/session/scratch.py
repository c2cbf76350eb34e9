"""Private directories for as long as a process needs them; what a process that was killed left is removed by the next.

Each bears a file that says whose it is. Only a directory of this user's whose owner is proved to be dead is removed.
"""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path

from hotset.account import temporary_directory
from hotset.errors import ResourceError, UsageError
from hotset.owner import Owner, this_owner

PREFIX = "hotset-"
OWNER_NAME = "owner.json"
LONGEST_OWNER_BYTES = 10_000


def make_scratch(prefix: str = PREFIX, above: Path | None = None) -> Path:
    """A new directory that only this user can enter. Raises ResourceError or UsageError where there can be none."""
    above = above or temporary_directory()
    if "," in str(above):
        raise UsageError(f"Spark takes a directory with a comma for two, got {above}; set TMPDIR to one without")
    remove_abandoned(above)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=above))
        owner = json.dumps(asdict(this_owner(scratch.name, "scratch")))
        (scratch / OWNER_NAME).write_text(owner, encoding="utf-8")
    except OSError as why:
        raise ResourceError(f"cannot write to {above}: {why.strerror}; free some room, or set TMPDIR") from None
    return scratch


@contextmanager
def scratch_directory(prefix: str) -> Iterator[Path]:
    """One that is gone afterwards."""
    scratch = make_scratch(prefix)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@cache
def lasting_place(prefix: str, above: Path | None = None) -> Path:
    """One for as long as this process lives."""
    place = make_scratch(prefix, above)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def remove_abandoned(above: Path) -> list[Path]:
    """Deletes what dead processes of this user left there; those that were deleted.

    Two that do so at once do each other no harm. A directory without its owner's file is somebody's who has not come
    to write it, and stays; a link is not followed.
    """
    abandoned = []
    with suppress(OSError), os.scandir(above) as entries:
        abandoned = [Path(entry.path) for entry in entries if entry.name.startswith(PREFIX) and _is_abandoned(entry)]
    for directory in abandoned:
        shutil.rmtree(directory, ignore_errors=True)
    return abandoned


def _is_abandoned(entry: "os.DirEntry[str]") -> bool:
    try:
        if not entry.is_dir(follow_symlinks=False) or entry.stat(follow_symlinks=False).st_uid != os.getuid():
            return False
        owner = _read_owner(Path(entry.path) / OWNER_NAME)
        return owner is not None and owner.is_dead()
    except OSError:
        return False


def _read_owner(file: Path) -> Owner | None:
    """None for anything but an owner's file."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as content:
        try:
            return Owner(**json.loads(content.read(LONGEST_OWNER_BYTES)))
        except (ValueError, TypeError):
            return None
