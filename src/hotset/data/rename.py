"""Give a directory its final name in one step that never replaces anything.

`os.rename` replaces an empty directory without a word. Linux has renameat2(2) with RENAME_NOREPLACE, which Python does
not wrap; called through the C library.
"""

import ctypes
import errno
import os
from pathlib import Path

from hotset.errors import OutputError

AT_FDCWD = -100
RENAME_NOREPLACE = 1


def rename_new(source: Path, destination: Path) -> None:
    """`source` becomes `destination`. Raises OutputError when that exists, or the file system cannot promise."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OutputError(f"this system cannot publish {destination} in one step; only Linux can so far")
    names = (AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(destination))
    if libc.renameat2(*names, RENAME_NOREPLACE) == 0:
        return
    code = ctypes.get_errno()
    if code == errno.EEXIST:
        raise OutputError(f"the output {destination} exists; it appeared while this run was working")
    if code in (errno.EINVAL, errno.ENOSYS):
        raise OutputError(f"the file system of {destination} cannot publish in one step; choose a local disk")
    raise OutputError(f"cannot publish {destination}: {os.strerror(code)}")


def sync(path: Path) -> None:
    """What was written to the file or directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
