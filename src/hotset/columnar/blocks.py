"""Cut an input into blocks, each the work of one task: byte ranges at line ends, row groups, or files as they are."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow.parquet as pq
from pyarrow import ArrowInvalid

from hotset.data.listing import InputFile, Listing
from hotset.data.text import DECOMPRESSORS, ONLY_HADOOP
from hotset.errors import InputError, SchemaError

MIB = 1024**2
BLOCKS_PER_CORE = 1  # more would end more evenly, and send more partial results through the JVM, which costs more
LEAST_BYTES = 4 * MIB  # below it a task costs more than its work
MOST_BYTES = 256 * MIB  # above it a retried task repeats more than it needs to
LINE_END = re.compile(rb"\r\n?|\n")
LOOK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Slice:
    """A part of one file, `size_bytes` of work: bytes from `start` to `end`, or row groups from `start` to `end`."""

    file: InputFile
    start: int
    end: int
    size_bytes: int


Block = tuple[Slice, ...]


def cut_text(listing: Listing, cores: int) -> tuple[Block, ...]:
    """Blocks that together are the whole input, the largest first; small files share one. Never none at all.

    Raises InputError for a file that cannot be read.
    """
    target = _target_bytes(listing, cores)
    return _blocks((part for file in listing.files for part in _byte_ranges(file, target)), target)


def cut_parquet(listing: Listing, columns: Collection[str], cores: int) -> tuple[Block, ...]:
    """The same of row groups. Raises InputError for a file that is no Parquet, SchemaError for one without a column."""
    slices = (part for file in listing.files for part in _row_groups(file, columns))
    return _blocks(slices, _target_bytes(listing, cores))


def _target_bytes(listing: Listing, cores: int) -> int:
    return min(max(listing.size_bytes // (cores * BLOCKS_PER_CORE), LEAST_BYTES), MOST_BYTES)


def _blocks(slices: Iterator[Slice], target: int) -> tuple[Block, ...]:
    blocks = sorted(_packed(slices, target), key=lambda block: -sum(part.size_bytes for part in block))
    return tuple(blocks) or ((),)


def unreadable(listing: Listing) -> str | None:
    """Why this room cannot read the input, though Hadoop can: a compression that Python has no reader for."""
    for file in listing.files:
        if file.path.suffix in ONLY_HADOOP:
            return f"{file.path} is compressed in a way that only Hadoop reads"
    return None


def _row_groups(file: InputFile, columns: Collection[str]) -> Iterator[Slice]:
    try:
        footer = pq.read_metadata(file.path)
    except (OSError, ArrowInvalid) as why:
        raise InputError(f"cannot read {file.path} as Parquet: {why}") from None
    there = footer.schema.to_arrow_schema().names
    if missing := [name for name in columns if name not in there]:
        raise SchemaError(f"{file.path} has no column {', '.join(missing)}, it has {', '.join(there)}")
    for index in range(footer.num_row_groups):
        yield Slice(file, index, index + 1, footer.row_group(index).total_byte_size)


def _byte_ranges(file: InputFile, target: int) -> Iterator[Slice]:
    """Ranges of about `target` bytes that begin and end where lines do; a longer line is a range of its own."""
    if file.size_bytes <= target or file.path.suffix in DECOMPRESSORS:
        if file.size_bytes:
            yield Slice(file, 0, file.size_bytes, file.size_bytes)
        return
    try:
        with file.path.open("rb") as content:
            start = 0
            while start < file.size_bytes:
                end = line_start(content, min(start + target, file.size_bytes), file.size_bytes)
                yield Slice(file, start, end, end - start)
                start = end
    except OSError as why:
        raise InputError(f"cannot read {file.path}: {why.strerror}") from None


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
