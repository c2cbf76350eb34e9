"""Cut an input into blocks, each the work of one task: byte ranges at line ends, row groups, or files as they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from hotset.data.encoding import can_be_cut
from hotset.data.listing import InputFile, Listing
from hotset.data.suffixes import is_compressed, only_hadoop_reads
from hotset.errors import InputError

MIB = 1024**2
BLOCKS_PER_CORE = 1  # more would end more evenly, and send more partial results through the JVM, which costs more
LEAST_BYTES = 4 * MIB  # below it a task costs more than its work
MOST_BYTES = 256 * MIB  # above it a retried task repeats more than it needs to
LINE_END = re.compile(rb"\r\n?|\n")
LOOK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Slice:
    """A part of one file, `size_bytes` of work: bytes from `start` to `end`, or row groups or stripes.

    `fields` are the names of the columns in this file, in its order, where it has any; `rows`, if its footer says them;
    `encoding` is that of its text.
    """

    file: InputFile
    start: int
    end: int
    size_bytes: int
    fields: tuple[str, ...] = ()
    rows: int | None = None
    encoding: str = "utf-8"

    @classmethod
    def whole(cls, file: InputFile, encoding: str) -> "Slice":
        """All of a file's text."""
        return cls(file, 0, file.size_bytes, file.size_bytes, encoding=encoding)


Block = tuple[Slice, ...]


def cut_text(listing: Listing, cores: int, encoding: str = "utf-8") -> tuple[Block, ...]:
    """Blocks that together are the whole input, in its order; small files share one. Never none at all.

    Raises InputError for a file that cannot be read.
    """
    target = target_bytes(listing, cores)
    return packed_blocks((part for file in listing.files for part in byte_ranges(file, target, encoding)), target)


def target_bytes(listing: Listing, cores: int) -> int:
    """How large a block of this input should be."""
    return min(max(listing.size_bytes // (cores * BLOCKS_PER_CORE), LEAST_BYTES), MOST_BYTES)


def packed_blocks(slices: Iterator[Slice], target: int) -> tuple[Block, ...]:
    """Slices as blocks, in their order."""
    return tuple(_packed(slices, target)) or ((),)


def unreadable(listing: Listing) -> str | None:
    """Why this room cannot read the input, though Hadoop can: a compression that Python has no reader for."""
    for file in listing.files:
        if only_hadoop_reads(file.path):
            return f"{file.path} is compressed in a way that only Hadoop reads"
    return None


def byte_ranges(file: InputFile, target: int, encoding: str = "utf-8", skip: int = 0) -> Iterator[Slice]:
    """Ranges of about `target` bytes that begin and end where lines do; a longer line is a range of its own.

    The first one holds the `skip` lines at the head, and what follows is the first line of the next, or its own.
    """
    whole = Slice.whole(file, encoding)
    if file.size_bytes <= target or is_compressed(file.path) or not can_be_cut(encoding):
        if file.size_bytes:
            yield whole
        return
    try:
        with file.path.open("rb") as content:
            start, least = 0, _start_of_line(content, skip, file.size_bytes)
            while start < file.size_bytes:
                end = line_start(content, min(max(start + target, least), file.size_bytes), file.size_bytes)
                yield replace(whole, start=start, end=end, size_bytes=end - start)
                start = end
    except OSError as why:
        raise InputError(f"cannot read {file.path}: {why.strerror}") from None


def _start_of_line(content: BinaryIO, number: int, size_bytes: int) -> int:
    """Where the line with this number, from 0, begins; the file's size if there are not so many."""
    start = 0
    for _ in range(number):
        if start == size_bytes:
            break
        start = line_start(content, start + 1, size_bytes)
    return start


def count_ends(piece: bytes) -> int:
    """How many `\\n` there are; NumPy counts three times as fast as `bytes.count` where lines are short."""
    return int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord("\n")))


def line_start(content: BinaryIO, position: int, size_bytes: int) -> int:
    """The first byte at or after `position` where a line begins; the file's size if none does."""
    looked_at = position - 1  # where this byte ends a line, one begins at `position`
    content.seek(looked_at)
    while chunk := content.read(LOOK_BYTES):
        found = LINE_END.search(chunk)
        if found and found[0] == b"\r" and found.end() == len(chunk):
            # the line ends here, or with a newline that comes next
            return looked_at + found.end() + (content.read(1) == b"\n")
        if found:
            return looked_at + found.end()
        looked_at += len(chunk)
    return size_bytes


def _packed(slices: Iterator[Slice], target: int) -> Iterator[Block]:
    """Slices in their order, together until they are enough for a task."""
    block: list[Slice] = []
    size_bytes = 0
    for part in slices:
        if block and size_bytes + part.size_bytes > target:
            yield tuple(block)
            block, size_bytes = [], 0
        block.append(part)
        size_bytes += part.size_bytes
    if block:
        yield tuple(block)
