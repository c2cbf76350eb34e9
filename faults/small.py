"""Small versions of text that say which generation they are: how readers see them, and that they are whole."""

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path

from faults.reader import Seen
from faults.version import MANIFEST
from hotset.data.listing import list_inputs
from hotset.data.verify import check_version
from hotset.errors import HotsetError

PARTS = 4
LINES = 50
WENT = "reads of a version that went meanwhile"


def text_of(generation: int) -> bytes:
    return b"%d\n" % generation * LINES


def seen_by_descriptor(output: Path) -> Seen:
    """A reader that shares no code with hotset: opens the directory once, and follows the manifest in it."""
    try:
        directory = os.open(output, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as why:
        return Seen(problem=f"nothing is there: {why.strerror}")
    try:
        listed = {file["path"]: file["sha256"] for file in json.loads(_content(directory, MANIFEST))["files"]}
        parts = {path: _content(directory, path) for path in listed}
    except FileNotFoundError as why:
        went = os.fstat(directory).st_ino != output.stat().st_ino
        return Seen(remark=WENT) if went else Seen(problem=f"a file is missing: {why.filename}")
    finally:
        os.close(directory)
    wrong = [path for path, content in parts.items() if hashlib.sha256(content).hexdigest() != listed[path]]
    return Seen(problem=f"damaged: {wrong}" if wrong else mixture(parts.values()))


def seen_by_hotset(output: Path) -> Seen:
    """Hotset's own way: list by path, check against the manifest, then read. An error is right if the version went."""
    try:
        before = _identity(output)
    except OSError as why:
        return Seen(problem=f"nothing is there: {why.strerror}")
    try:
        files = list_inputs((str(output),)).files
        if check_version(output, files) is None:
            return Seen(problem="a directory without a manifest")
        return Seen(problem=mixture([file.path.read_bytes() for file in files]))
    except (HotsetError, FileNotFoundError) as why:
        return Seen(remark=WENT) if _identity(output) != before else Seen(problem=str(why))


def _identity(directory: Path) -> tuple[int, int]:
    """A number alone is given away again."""
    facts = directory.stat()
    return facts.st_ino, facts.st_mtime_ns


def mixture(parts: Collection[bytes]) -> str:
    """'' where these are all parts of one generation."""
    first = next(iter(parts), b"")
    if len(parts) == PARTS and set(parts) == {first} and first.count(b"\n") == LINES:
        return ""
    return f"a mixture of {len(set(parts))} kinds of {len(parts)} parts"


def _content(directory: int, path: str) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=directory), "rb") as file:
        return file.read()
