"""Give a directory its final name in one step: where nothing is, or in exchange for what is there.

`os.rename` replaces an empty directory without a word, and nothing in Python exchanges two. Linux has renameat2(2) with
RENAME_NOREPLACE and RENAME_EXCHANGE, which Python does not wrap; called through the C library.
"""

import ctypes
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotset.errors import OutputError

AT_FDCWD = -100
RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2


def rename_new(source: Path, destination: Path) -> None:
    """`source` becomes `destination`. Raises OutputError when that exists, or the file system cannot promise."""
    code = _renameat2(source, destination, RENAME_NOREPLACE)
    if code == errno.EEXIST:
        raise OutputError(f"the output {destination} exists; it appeared while this run was working")
    _raise_for(code, destination)


def exchange(one: Path, destination: Path) -> None:
    """Each gets the other's name. Raises OutputError when one is missing, or the file system cannot promise."""
    _raise_for(_renameat2(one, destination, RENAME_EXCHANGE), destination)


def check_one_step(destination: Path, directory: Path) -> None:
    """Raises OutputError when what lies in `directory` cannot become, or be exchanged for, `destination` in one step.

    Found out with two empty directories that are gone again at once.
    """
    if os.path.ismount(destination):
        raise OutputError(f"the output {destination} is a mount point, which no rename replaces; use a directory in it")
    try:
        with _two_empty_directories(directory) as (one, other):
            exchange(one, other)
            other.rmdir()
            _raise_for(_renameat2(one, other, RENAME_NOREPLACE), destination)
    except OSError as why:
        raise OutputError(f"cannot write in {directory}, got {why.strerror}; choose another output") from None
    except OutputError as why:
        raise OutputError(str(why).replace(str(other), str(destination))) from None


def sync(path: Path) -> None:
    """What was written to the file or directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _renameat2(source: Path, destination: Path, flag: int) -> int:
    """The errno, or 0."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OutputError(f"this system cannot publish {destination} in one step; only Linux can so far")
    names = (AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(destination))
    return 0 if libc.renameat2(*names, flag) == 0 else ctypes.get_errno()


def _raise_for(code: int, destination: Path) -> None:
    if code in (errno.EINVAL, errno.ENOSYS):
        raise OutputError(f"the file system of {destination} cannot publish in one step; choose a local disk")
    if code:
        raise OutputError(f"cannot publish {destination}: {os.strerror(code)}")


@contextmanager
def _two_empty_directories(above: Path) -> Iterator[tuple[Path, Path]]:
    name = secrets.token_hex(8)
    both = above / f".hotset-probe-{name}-1", above / f".hotset-probe-{name}-2"
    try:
        for directory in both:
            directory.mkdir()
        yield both
    finally:
        for directory in both:
            with suppress(OSError):
                directory.rmdir()
