"""Where an output goes: checked before anything is read, and the hidden place beside it for what a run leaves."""

import errno
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from hotset.account import home_directory, working_directory
from hotset.data.listing import InputFile, is_utf8, local_path
from hotset.errors import HotsetError, InputError, OutputError, ResourceError

LONGEST_NAME_BYTES = 255 - len("..hotset")  # of 255: records_beside() still has a name
LONGEST_PATH_BYTES = 3800  # of 4095, with room for what is made below it
LEAST_FREE_BYTES = 16 << 20  # a manifest, a report and a log always fit
LEAST_FREE_SHARE = (
    20  # a twentieth of the input: most jobs make less of it, one that makes more is told while it writes
)


def destination(text: str) -> Path:
    """The absolute path of an output. Raises OutputError for what can be none."""
    if not isinstance(text, str | os.PathLike) or str(text).startswith("table:"):
        raise OutputError(f"a table of a catalog cannot appear in one step, got {text!r}; give a directory's path")
    try:
        path = local_path(os.fspath(text))
    except InputError as why:
        raise OutputError(str(why)) from None
    size, longest = len(os.fsencode(path)), max((len(os.fsencode(name)) for name in path.parts), default=0)
    if size > LONGEST_PATH_BYTES or longest > LONGEST_NAME_BYTES:
        raise OutputError(
            f"the output's path has {size} bytes, its longest name {longest}; "
            f"use at most {LONGEST_PATH_BYTES} and {LONGEST_NAME_BYTES}"
        )
    if not is_utf8(path):
        raise OutputError(f"Spark writes to no path that is not UTF-8, got {text!r}; choose another name")
    if "\n" in path.name or ":" in path.name:
        raise OutputError(f"Hadoop writes no directory with ':' or a line break in its name, got {text!r}; rename it")
    return path


def records_beside(path: Path) -> Path:
    """The hidden sibling that holds reports, logs and staging of the runs that publish to `path`."""
    return path.with_name(f".{path.name}.hotset")


def check_free(path: Path) -> None:
    """Raises OutputError when `path` exists or could not be created."""
    if os.path.lexists(path):
        raise OutputError(f"the output {path} exists; remove it, or choose another --output")
    check_writable(path)


def check_replaceable(path: Path) -> None:
    """Raises OutputError for what exists and is no directory of its own."""
    if path.is_symlink():
        raise OutputError(f"the output {path} is a link, and the link would be replaced; give the directory's own path")
    if os.path.lexists(path) and not path.is_dir():
        raise OutputError(f"the output {path} exists and is no directory; remove it, or choose another --output")
    check_writable(path)


def check_harmless(path: Path) -> None:
    """Raises OutputError for `/`, the home, and the working directory or what it lies in."""
    real = path.resolve()
    places = ((working_directory(), "the working directory"), (home_directory(os.environ), "the home directory"))
    for place, name in places:
        if place and place.resolve().is_relative_to(real):
            raise OutputError(f"the output {path} is {name} or above it; choose a directory of its own")
    if real == Path("/"):
        raise OutputError(f"the output {path} is the root directory; choose a directory of its own")


def check_room(path: Path, input_bytes: int) -> None:
    """Raises ResourceError when less than 16 MiB are free, or less than a twentieth of the input."""
    free = room(path)
    least = max(LEAST_FREE_BYTES, input_bytes // LEAST_FREE_SHARE)
    if free < least:
        raise ResourceError(f"the disk is too full for {path}, got {free} bytes free; have at least {least}")


def room(path: Path) -> int:
    """The bytes that are free where `path` is or will be."""
    return shutil.disk_usage(nearest_existing(path)).free


def why_not_written(why: OSError, path: Path) -> HotsetError:
    """The error to raise when the system would not write at or beside `path`."""
    if why.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(
            f"the disk of {path} is full, got {room(path)} bytes free; free some, and run the same again"
        )
    return OutputError(f"cannot write at {path}, got {why.strerror}; choose another output")


def check_writable(path: Path) -> None:
    """Raises OutputError when nothing could be created at `path`."""
    above = nearest_existing(path)
    if not above.is_dir():
        raise OutputError(f"cannot create {path}: {above} is not a directory")
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"cannot create {path}: no permission to write in {above}")


def check_apart(path: Path, files: Iterable[InputFile], inputs: Iterable[str]) -> None:
    """Raises OutputError when `path` lies inside an input directory, or an input file inside `path`."""
    real = path.resolve()
    for directory in (Path(local_path(text)).resolve() for text in inputs):
        if os.path.isdir(directory) and real.is_relative_to(directory):  # noqa: PTH112 (as above)
            raise OutputError(f"the output {path} lies inside the input {directory}; choose a place outside of it")
    for file in files:
        if file.path.resolve().is_relative_to(real):
            raise OutputError(f"the input {file.path} lies inside the output {path}; choose another --output")


def make_parents(path: Path) -> None:
    """The directories above `path`, with the mode of the nearest one that was there."""
    above = nearest_existing(path)
    mode = _mode_below(above)
    for directory in reversed([parent for parent in path.parents if parent.is_relative_to(above)]):
        if not directory.exists():
            directory.mkdir(exist_ok=True)
            directory.chmod(mode)


def give_modes(tree: Path, like: Path) -> None:
    """Directories of `tree` get the mode of `like`, files the same without the right to execute."""
    mode = _mode_below(like)
    for directory, _, files in os.walk(tree):
        Path(directory).chmod(mode)
        for name in files:
            (Path(directory) / name).chmod(mode & 0o666)


def _mode_below(directory: Path) -> int:
    """The mode for what is made in it. A directory like /tmp is everybody's; what lies in it is not."""
    mode = stat.S_IMODE(directory.stat().st_mode)
    return mode & ~(stat.S_ISVTX | 0o022) if mode & stat.S_ISVTX else mode


def nearest_existing(path: Path) -> Path:
    return next(parent for parent in path.parents if os.path.lexists(parent))
