"""A file that a person names for a run to be told by: read as a whole, or refused."""

import errno
import os
import stat
from pathlib import Path


def read_given(file: Path) -> str:
    """Its text, without the byte-order mark that some editors write. Raises OSError, and ValueError for no UTF-8.

    What never ends, or waits for somebody who may never write, is refused: a device, a named pipe. That of a shell,
    `--config <(make-it)`, has its writer.
    """
    kind = file.stat().st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    of_a_shell = stat.S_ISFIFO(kind) and os.path.realpath(file).startswith("/proc/")
    if not (stat.S_ISREG(kind) or of_a_shell):
        raise OSError(errno.EINVAL, "it is no file but a device, a pipe or a socket", str(file))
    return file.read_text(encoding="utf-8-sig")
