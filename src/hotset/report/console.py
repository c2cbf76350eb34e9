"""Where a person reads: the two streams, and the consoles on them. All that is asked of a terminal is said here.

- A width is one that can be read: 40 to 1,000 columns, and 80 where COLUMNS or the terminal say none.
- A character that the encoding lacks is written as an escape.
- A reader that has gone, a stream that is closed, a terminal that was hung up: the rest is for nobody, and no error.
- What a full disk takes no more of is lost; `lost_output` says so.
"""

import errno
import os
import re
import select
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

from rich.console import Console, ConsoleDimensions

from hotset.errors import ResourceError

NARROWEST, USUAL, WIDEST = 40, 80, 1000
NOBODY_READS = (errno.EPIPE, errno.EBADF, errno.EIO)
STREAMS = {"stdout": 1, "stderr": 2}


class _Console(Console):
    @property  # type: ignore[misc]  # which nobody sets here
    def size(self) -> ConsoleDimensions:
        width, height = super().size
        return ConsoleDimensions(min(max(width or USUAL, NARROWEST), WIDEST), height or 25)

    def on_broken_pipe(self) -> None:
        self.quiet = True  # rich itself would exit with 1


def make_console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr, of a sane width."""
    # rich takes whatever has digits for a number
    wrong = {name for name in ("COLUMNS", "LINES") if not re.fullmatch("0*[1-9][0-9]{0,8}", os.environ.get(name, ""))}
    return _Console(stderr=stderr, _environ={name: os.environ[name] for name in os.environ.keys() - wrong})


class _Lasting(FileIO):
    """A descriptor that takes everything, although what it stands for may not: the rest then goes nowhere."""

    failed: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            while self.failed is None:
                if (written := super().write(data)) is not None:
                    return written
                select.select([], [self], [])  # somebody made it non-blocking
        except OSError as why:
            self.failed = why
        return memoryview(data).nbytes


def take_streams() -> None:
    """Makes stdout and stderr last, whatever becomes of them; streams that are not Python's own stay as they are."""
    _open_closed()
    for name, descriptor in STREAMS.items():
        stream = getattr(sys, name)
        if stream is not getattr(sys, f"__{name}__") or isinstance(getattr(stream, "buffer", None), _Writer):
            continue
        if stream is not None:
            with suppress(OSError):
                stream.flush()
        raw = _Lasting(descriptor, "w", closefd=False)
        encoding = stream.encoding if stream else "utf-8"
        at_once = name == "stderr" or raw.isatty()
        lasting = TextIOWrapper(_Writer(raw), encoding=encoding, errors="backslashreplace", line_buffering=at_once)
        setattr(sys, name, lasting)


class _Writer(BufferedWriter):
    """The buffer of a lasting stream."""

    raw: _Lasting


def _open_closed() -> None:
    """A file that is opened later must not become stdout: what is printed would be written into it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def check_written() -> None:
    """Raises ResourceError when stdout took not all; for what says what it has to say there and nowhere else."""
    if why := lost_output():
        raise ResourceError(f"stdout is not whole, got {why}; give it another place, and run the same again")


def lost_output() -> str:
    """Why not all of stdout is where it was to go, after the last of it was written; '' if nobody misses anything."""
    buffer = getattr(sys.stdout, "buffer", None)
    if not isinstance(buffer, _Writer):
        return ""
    sys.stdout.flush()
    failed = buffer.raw.failed
    return "" if failed is None or failed.errno in NOBODY_READS else str(failed.strerror)
