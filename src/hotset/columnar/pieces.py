"""Read a block in a worker, as pieces that a kernel can rely on, and count what was read.

Runs where the data is, in Spark's Python workers: it is pickled by value and imports what it needs from libraries only.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hotset.columnar.blocks import Block, Slice
from hotset.data.listing import InputFile
from hotset.data.text import DECOMPRESSORS
from hotset.errors import InputError

# A piece, and what a kernel makes of it, stays in the processor's cache; at least the three bytes of BOM.
PIECE_BYTES = 1024**2
BATCH_ROWS = 64 * 1024
LONGEST_LINE_BYTES = 2**31 - 1  # what Hadoop's line reader, and an Arrow array of strings, can hold
BOM = b"\xef\xbb\xbf"


@dataclass
class Reading:
    """One block while it is read; `finished` once its last piece was asked for."""

    block: Block
    rows: int = 0
    invalid_utf8: int = 0
    finished: bool = False

    def text(self) -> Iterator[bytes]:
        """Whole lines of valid UTF-8, each ended by one `\\n`, about a mebibyte at a time; one line may be longer.

        Raises InputError for a file that is not what it was when it was listed.
        """
        for part in self.block:
            path = part.file.path
            with _told(part.file), DECOMPRESSORS.get(path.suffix, open)(path, "rb") as content:
                for piece in _whole_lines(content, part):
                    yield self._checked(piece)
        self.finished = True

    def row_groups(self, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Batches with these columns, cast to their types. Raises InputError as `text` does, and where a cast fails."""
        for part in self.block:
            with _told(part.file), pq.ParquetFile(part.file.path) as groups:
                for batch in groups.iter_batches(BATCH_ROWS, range(part.start, part.end), columns.names):
                    self.rows += batch.num_rows
                    yield batch.select(columns.names).cast(columns)
        self.finished = True

    def _checked(self, piece: bytes) -> bytes:
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not piece.endswith(b"\n"):
            piece += b"\n"
        self.rows += piece.count(b"\n")
        if _is_utf8(piece):
            return piece
        repaired = piece.decode(errors="replace").encode()
        lines = zip(piece.split(b"\n"), repaired.split(b"\n"), strict=True)
        self.invalid_utf8 += sum(line != fixed for line, fixed in lines)
        return repaired


@contextmanager
def _told(file: InputFile) -> Iterator[None]:
    """Raises InputError when the file is not what it was when it was listed, or for what goes wrong inside."""
    try:
        file.check_unchanged()
        yield
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid) as why:
        raise InputError(f"cannot read {file.path}: {why}") from None


def _whole_lines(content: BinaryIO, part: Slice) -> Iterator[bytes]:
    """The slice's bytes, cut after line ends where there is one in the next mebibyte; without byte-order mark."""
    rest: list[bytes] = []
    for chunk in _chunks(content, part):
        # a final \r may be half of a line end
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r", 0, -1)) + 1
        if end:
            yield b"".join([*rest, chunk[:end]])
            rest = []
        rest.append(chunk[end:])
        if sum(map(len, rest)) > LONGEST_LINE_BYTES:
            raise InputError(f"{part.file.path} holds a line of more than {LONGEST_LINE_BYTES:,} bytes; break it up")
    if last := b"".join(rest):
        yield last


def _chunks(content: BinaryIO, part: Slice) -> Iterator[bytes]:
    compressed = part.file.path.suffix in DECOMPRESSORS
    left = part.end - part.start
    content.seek(part.start)
    first = part.start == 0
    while chunk := content.read(PIECE_BYTES if compressed else min(PIECE_BYTES, left)):
        left -= len(chunk)
        yield chunk.removeprefix(BOM) if first else chunk
        first = False


def _is_utf8(piece: bytes) -> bool:
    """Arrow's check needs no copy of the text; Python's way to ask is to decode it."""
    if piece.isascii():
        return True
    one_string = [None, pa.py_buffer(np.array([0, len(piece)], np.int64)), pa.py_buffer(piece)]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, one_string).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
