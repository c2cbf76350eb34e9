"""Files that are made: each appears whole or not at all, and none takes the place of another."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotset.data.rename import rename_new, sync
from hotset.errors import HotsetError, OutputError, ResourceError, UsageError


def check_place(path: Path, size_bytes: int) -> None:
    """Raises OutputError when `path` exists or cannot be created, ResourceError when the disk is too small."""
    if os.path.lexists(path):
        raise OutputError(f"output exists, got {path}; remove it or write to another place")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError(f"directory is missing or not writable, got {path.parent}; create it or use another one")
    free_bytes = shutil.disk_usage(path.parent).free
    if size_bytes > free_bytes:
        raise ResourceError(
            f"disk is too small for {path}, got {size_bytes} bytes to write and {free_bytes} free; "
            "write less or to another disk"
        )


def check_seed(seed: int) -> None:
    """Raises UsageError."""
    if not 0 <= seed < 2**64:
        raise UsageError(f"seed is out of range, got {seed}; give an integer from 0 to 2**64 - 1")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A hidden file beside `path` to write to; it becomes `path` at the end, or goes away after an error."""
    staged = _hidden(path)
    with _explained(path):
        staged.touch(exist_ok=False)
        try:
            yield staged
            sync(staged)
            os.link(staged, path)  # a rename would replace a file that somebody else has put there meanwhile
        finally:
            staged.unlink(missing_ok=True)
        sync(path.parent)


@contextmanager
def whole_directory(path: Path) -> Iterator[Path]:
    """A hidden directory beside `path` to write files to; it becomes `path` at the end, or goes after an error."""
    staged = _hidden(path)
    with _explained(path):
        staged.mkdir()
        try:
            yield staged
            for file in (*staged.iterdir(), staged):
                sync(file)
            rename_new(staged, path)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        sync(path.parent)


def _hidden(path: Path) -> Path:
    return path.with_name(f".hotset-{secrets.token_hex(8)}.tmp")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explain(error, path) from error


def _explain(error: OSError, path: Path) -> HotsetError:
    if isinstance(error, FileExistsError):
        return OutputError(f"output has appeared meanwhile, got {path}; remove it or write to another place")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(f"disk is full, got {path}; write less or to another disk")
    return OutputError(f"output cannot be written, got {path}: {error.strerror}; write to another directory")
