"""A file that appears whole or not at all, whatever happens to the process that writes it."""

import errno
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

KINDS: Mapping[str, Callable[[int], bool]] = {
    "a directory": stat.S_ISDIR,
    "a device": lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode),
    "a named pipe": stat.S_ISFIFO,
    "a socket": stat.S_ISSOCK,
}


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes beside `path`, or beside what it leads to as a link, and takes its name in one step.

    Raises OSError, also for what is there and no file, and leaves no draft then.
    """
    if kind := other_than_file(path):
        raise OSError(errno.EINVAL, f"it is {kind} and not a file", str(path))
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        draft.replace(target)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def other_than_file(path: Path) -> str:
    """What stands at `path`, or where it leads to as a link, if that is no regular file; nothing where nothing is.

    Taking the name of a device or a pipe would do away with it. Raises OSError where nobody may look.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return ""
    return next((kind for kind, is_it in KINDS.items() if is_it(mode)), "")
