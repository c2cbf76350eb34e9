"""Which files a log consists of: one, or the parts of a rolling log in their order."""

import re
import stat
from collections.abc import Sequence
from pathlib import Path

from hotset.errors import InputError

ROLLING = "eventlog_v2_"
PART = re.compile(r"events_(\d{1,9})_.*")
COMPACT = ".compact"
IN_PROGRESS = ".inprogress"
NAMED_MANY = 3


def log_files(path: Path) -> tuple[Path, ...]:
    """The files to read, in this order. A directory that holds one log stands for that log.

    Raises InputError for what is missing, and for a directory without logs or with several.
    """
    try:
        if not path.is_dir():
            if not stat.S_ISREG(path.stat().st_mode):
                raise ValueError("it is no file")
            return (path,)
        if parts := _parts(path):
            return parts
        logs = sorted(one for one in path.iterdir() if _may_be_log(one))
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or why
        raise InputError(f"cannot read the event log {str(path)!r}: {reason}; give a file or a directory") from None
    if len(logs) != 1:
        raise InputError(f"no single event log in the directory, got {_named(logs)} in {str(path)!r}; give one log")
    return log_files(logs[0])


def says_in_progress(path: Path, files: Sequence[Path]) -> bool:
    """Whether Spark itself marks the log as one that is still being written."""
    marks = [one.name for one in path.iterdir() if one.name.startswith("appstatus_")] if path.is_dir() else []
    return any(name.endswith(IN_PROGRESS) for name in [*marks, *(file.name for file in files)])


def _parts(directory: Path) -> tuple[Path, ...]:
    """The parts of a rolling log; the newest compaction stands for all parts up to its own number."""
    numbered = sorted(
        (int(match[1]), not one.name.endswith(COMPACT), one)
        for one in directory.iterdir()
        if (match := PART.fullmatch(one.name)) and one.is_file()
    )
    compacted = max((number for number, plain, _ in numbered if not plain), default=-1)
    return tuple(one for number, plain, one in numbered if number > compacted or (number == compacted and not plain))


def _may_be_log(path: Path) -> bool:
    return not path.name.startswith(".") and (path.is_file() or path.name.startswith(ROLLING))


def _named(logs: Sequence[Path]) -> str:
    names = ", ".join(log.name for log in logs[:NAMED_MANY])
    return f"{len(logs)}: {names}{', …' if len(logs) > NAMED_MANY else ''}" if logs else "none"
