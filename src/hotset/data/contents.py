"""What is really in files: their bytes, their SHA-256, and their rows, counted without Spark."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hotset.data.manifest import QUARANTINE_NAME, PublishedFile

CHUNK_BYTES = 1 << 20
Item = TypeVar("Item")
Made = TypeVar("Made")


def describe_files(version: Path, file_format: str, csv: Mapping[str, Any] | None = None) -> tuple[PublishedFile, ...]:
    """Every data file below `version`, in the order of their paths."""
    return tuple(in_threads(lambda path: describe(path, version, file_format, csv), data_files(version)))


def data_files(version: Path) -> list[Path]:
    """The files below `version`, sorted, but those with hidden names. A partition's directory may begin with `_`."""
    files = (path for path in version.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))
    return sorted(path for path in files if path.relative_to(version).parts[0] != QUARANTINE_NAME)


def describe(path: Path, version: Path, file_format: str, csv: Mapping[str, Any] | None = None) -> PublishedFile:
    """The file as the manifest lists it. Raises OSError or pyarrow's errors for what cannot be read."""
    digest, rows = digest_and_rows(path, file_format, csv)
    return PublishedFile(path.relative_to(version).as_posix(), path.stat().st_size, digest, rows())


def digest_and_rows(
    path: Path, file_format: str, csv: Mapping[str, Any] | None = None
) -> tuple[str, Callable[[], int]]:
    """The SHA-256, and the rows for who wants them then: the footer of a damaged file is better left alone."""
    if file_format in ("parquet", "orc"):
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest(), partial(_rows_in_footer, path, file_format)
    counter = _LineCounter(csv["quote"] if csv and csv["multiline"] else "")
    digest = _hash_lines(path, counter)
    header = 1 if csv and csv["header"] else 0
    return digest, lambda: max(0, counter.lines() - header)


def _rows_in_footer(path: Path, file_format: str) -> int:
    # imported here: together a tenth of a second, which a run that writes text need not wait for
    if file_format == "parquet":
        from pyarrow import parquet

        return int(parquet.read_metadata(path).num_rows)
    from pyarrow import orc

    return int(orc.ORCFile(path).nrows)


def in_threads(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """What `make` makes of each, in order: hashing and reading let go of Python's lock."""
    with ThreadPoolExecutor(min(32, 2 * (os.cpu_count() or 1))) as pool:
        yield from pool.map(make, items)


def _hash_lines(path: Path, counter: "_LineCounter") -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            counter.count(chunk)
    return digest.hexdigest()


class _LineCounter:
    r"""Lines that end at \n, \r\n or \r, as all readers here have it; those inside of `quote` are none."""

    def __init__(self, quote: str) -> None:
        self._quote = quote.encode()
        self._ends = 0
        self._inside = False
        self._last = b""
        self._begun = False  # whether there is text after the last line's end

    def count(self, chunk: bytes) -> None:
        pieces = chunk.split(self._quote) if self._quote else [chunk]
        for number, piece in enumerate(pieces):
            if number:
                self._inside = not self._inside
                self._last, self._begun = self._quote, True
            if piece and not self._inside:
                self._count_outside(piece)

    def _count_outside(self, piece: bytes) -> None:
        self._ends += piece.count(b"\n")
        if b"\r" in piece:
            self._ends += piece.count(b"\r") - piece.count(b"\r\n")
        if self._last == b"\r" and piece[:1] == b"\n":
            self._ends -= 1  # the two halves of \r\n, in two chunks
        self._last = piece[-1:]
        self._begun = self._last not in (b"\n", b"\r")

    def lines(self) -> int:
        return self._ends + self._begun
