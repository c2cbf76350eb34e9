"""Which files a log consists of: one, or the parts of a log that was rolled; in a directory or in a zip archive."""

import glob
import re
import stat
import weakref
import zipfile
from collections.abc import Sequence
from pathlib import Path

from hotset.errors import InputError
from hotset.eventlog.codecs import Place
from hotset.eventlog.looks import looks_like_log
from hotset.eventlog.parts import IN_PROGRESS, ROLLING, STATUS, Log, dated_parts, part_of_many, rolled_parts

ZIP_MAGICS = (b"PK\3\4", b"PK\5\6")
URI = re.compile(r"([a-z][a-z0-9+.-]*):/", re.IGNORECASE)
NO_LOGS = ("_SUCCESS", "_committed_", "_started_")  # what writers leave beside their files
S3_FOLDER = "_$folder$"  # how EMR marks a directory
NAMED_MANY = 3
DEEPEST = 8  # directories of which each holds nothing but the next


def log_files(path: Path) -> Log:
    """The files to read, in this order. A directory or a zip archive that holds one log stands for that log.

    Raises InputError for what is missing, and for a directory without logs or with several.
    """
    try:
        return _log_at(_existing(path), str(path), DEEPEST)
    except PermissionError as why:
        raise InputError(f"no right to read {why.filename or str(path)!r}; ask its owner, or copy it") from None
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or why
        raise InputError(f"cannot read the event log {str(path)!r}: {reason}; give a file or a directory") from None


def _existing(path: Path) -> Path:
    """The path, without `file:`; or the only one that matches a glob. Raises InputError for several and for a URI."""
    text = str(path)
    if path.exists() or path.is_symlink():
        return path
    if found := URI.match(text):
        if found[1].lower() != "file":
            raise InputError(f"an event log is read from a local path, got {text!r}; copy it here and give the copy")
        return Path("/", text[len("file:") :].lstrip("/"))
    matching = sorted(glob.glob(text)) if glob.has_magic(text) else []  # noqa: PTH207 (an absolute pattern)
    if len(matching) > 1:
        raise InputError(f"one log at a time, got {_named(matching)} for {text!r}; give one of them")
    return Path(matching[0]) if matching else path


def _log_at(place: Place, told: str, left: int) -> Log:
    if place.is_dir():
        return _in_directory(place, told, left)
    if isinstance(place, Path):
        if not stat.S_ISREG(place.stat().st_mode):
            raise ValueError("it is no file")
        with place.open("rb") as file:
            if file.read(4).startswith(ZIP_MAGICS):
                return _in_directory(_unzipped(place), told, left)
    gap = part_of_many(place)
    return Log((place,), (gap,) if gap else (), False if place.name.endswith(IN_PROGRESS) else None)


def _unzipped(path: Path) -> zipfile.Path:
    """What a zip archive holds, as a directory: the history server's download is one."""
    file = path.open("rb")
    try:
        archive = zipfile.ZipFile(file)
        for info in archive.infolist():  # some programs of Windows write its own separator
            info.filename = info.filename.replace("\\", "/")
            archive.NameToInfo[info.filename] = info
        weakref.finalize(archive, file.close)  # its parts are read later, and nobody says when the last one was
        return zipfile.Path(archive)
    except (zipfile.BadZipFile, NotImplementedError) as why:
        file.close()
        raise InputError(f"a damaged or cut-off zip archive, got {str(path)!r}: {why}; download it anew") from None


def _in_directory(place: Place, told: str, left: int) -> Log:
    inside = sorted(_wanted(place), key=lambda one: one.name)
    if log := rolled_parts(inside, told) or dated_parts(inside, told):
        return log
    logs, others = _logs_among(inside)
    if len(logs) != 1:
        kind = "no event log" if not logs else "no single event log"
        named = _named([one.name for one in logs or others])
        raise InputError(f"{kind} in the directory, got {named} in {told!r}; give one log")
    if not left:
        raise InputError(f"directories within directories, got {told!r}; give the one that holds the log")
    log = _log_at(logs[0], told, left - 1)
    passed = (f"passed over, since it is no event log: {_named([one.name for one in others])}",) if others else ()
    return Log(log.parts, log.gaps, log.finished, (*log.notes, *passed))


def _logs_among(inside: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """(what may be a log, other files). A file that stands alone is taken for one, so that it is told what it is."""
    files = [one for one in inside if one.is_file() and not one.name.startswith(STATUS)]
    rolled = [one for one in inside if one.is_dir() and one.name.startswith(ROLLING)]
    logs = files if len(files) + len(rolled) == 1 else [one for one in files if looks_like_log(one)]
    others = [one for one in files if one not in logs]
    if not (files or rolled):
        rolled = [one for one in inside if one.is_dir()]
    return [*logs, *rolled], others


def _wanted(place: Place) -> list[Place]:
    """What is in it, each file once, whatever names it has; without hidden files and markers."""
    found: dict[object, Place] = {}
    for one in place.iterdir():
        if not one.name.startswith((".", "__MACOSX", *NO_LOGS)) and not one.name.endswith(S3_FOLDER):
            same = one.resolve() if isinstance(one, Path) and one.exists() else one.name
            if same not in found or (isinstance(one, Path) and found[same].is_symlink()):  # type: ignore[union-attr]
                found[same] = one
    return list(found.values())


def _named(names: Sequence[str]) -> str:
    told = ", ".join(names[:NAMED_MANY])
    return f"{len(names)}: {told}{', …' if len(names) > NAMED_MANY else ''}" if names else "none"
