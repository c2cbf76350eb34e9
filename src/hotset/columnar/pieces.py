"""Read a block in a worker, as pieces that a kernel can rely on, and count what was read.

Runs where the data is, in Spark's Python workers: it is pickled by value and imports what it needs from libraries only.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.orc import ORCFile

from hotset.columnar.blocks import LINE_END, Block, Slice, count_ends
from hotset.columnar.csv_multiline import multiline_spans
from hotset.columnar.csv_structure import Spans
from hotset.columnar.utf8 import BOM, repair
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8, to_utf8
from hotset.data.listing import InputFile
from hotset.data.suffixes import is_compressed, read_errors
from hotset.data.suffixes import opened as opened_file
from hotset.errors import InputError

# A piece, and what a kernel makes of it, stays in the processor's cache; at least the three bytes of BOM.
PIECE_BYTES = 1024**2
BATCH_ROWS = 64 * 1024
LONGEST_LINE_BYTES = 2**31 - 1  # what Hadoop's line reader, and an Arrow array of strings, can hold


@dataclass
class Reading:
    """One block of text while a kernel reads it; `finished` once its last piece was asked for."""

    block: Block
    rows: int = 0
    invalid_utf8: int = 0
    finished: bool = False

    def text(self) -> Iterator[bytes]:
        """Whole lines of valid UTF-8, each ended by one `\\n`, about a mebibyte at a time; one line may be longer.

        Raises InputError for a file that is not what it was when it was listed.
        """
        for part in self.block:
            for piece in lines_of(part):
                repaired, invalid = repair(piece, part.encoding)
                self.rows += count_ends(piece)
                self.invalid_utf8 += invalid
                yield repaired
        self.finished = True


def lines_of(part: Slice) -> Iterator[bytes]:
    """Whole lines in UTF-8, each ended by one `\\n`; a byte-order mark is no text. Raises InputError."""
    with opened(part) as content:
        for piece in _whole_lines(content, part):
            if b"\r" in piece:
                piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            yield piece if piece.endswith(b"\n") else piece + b"\n"


def records_of(part: Slice, dataset: Dataset, skip: int = 0) -> Iterator[tuple[bytes, Spans, int, bool]]:
    """Whole records of CSV whose cells may hold line ends: text, records, lines, whether all are surely well-formed.

    Without the first `skip` lines.
    """
    with opened(part) as content:
        rest, ended = b"", False
        chunks = chunks_of(content, part)
        while not ended:
            chunk = next(chunks, b"")
            ended = not chunk
            rest += chunk
            while skip and (line := first_line(rest, final=ended)) is not None:
                rest, skip = rest[line[1] :], skip - 1
            if skip:
                continue
            spans, used, sure = multiline_spans(rest, dataset, final=ended)
            if used:
                yield rest[:used], spans, count_lines(rest[:used]), sure
                rest = rest[used:]


def first_line(text: bytes, *, final: bool) -> tuple[int, int] | None:
    """Where the first line ends, and where the next begins; None where more of the text may be needed for that.

    `final`: nothing comes after `text`.
    """
    found = LINE_END.search(text)
    if found and (final or found[0] != b"\r" or found.end() < len(text)):
        return found.span()
    return (len(text), len(text)) if final and text else None


def row_batches(
    part: Slice, columns: pa.Schema, *, orc: bool, as_stored: Collection[str] = ()
) -> Iterator[pa.RecordBatch]:
    """Rows of row groups or stripes, cast to these columns, as far as the file has them.

    Some are as they are stored, and so are times in nanoseconds. Raises InputError.
    """
    there = set(part.fields)
    schema = pa.schema([columns.field(name) for name in columns.names if name in there])
    with told(part.file):
        batches = _orc_batches(part, schema.names) if orc else _parquet_batches(part, schema.names)
        for batch in batches:
            stored = batch.schema
            kept = {one.name for one in stored if one.name in as_stored or is_in_nanos(one.type)}
            kinds = [stored.field(one.name) if one.name in kept else one for one in schema]
            yield batch.select(schema.names).cast(pa.schema(kinds))


def is_in_nanos(kind: pa.DataType) -> bool:
    """Whether neither Spark nor Python has such times."""
    return bool(pa.types.is_timestamp(kind) and kind.unit == "ns")


def _parquet_batches(part: Slice, names: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(part.file.path, coerce_int96_timestamp_unit="us") as groups:
        yield from groups.iter_batches(BATCH_ROWS, range(part.start, part.end), names, use_threads=False)


def _orc_batches(part: Slice, names: list[str]) -> Iterator[pa.RecordBatch]:
    with part.file.path.open("rb") as content:
        stripes = ORCFile(content)
        for number in range(part.start, part.end):
            yield stripes.read_stripe(number, columns=names)


def count_lines(text: bytes) -> int:
    """Line ends of any of the three kinds; what follows the last one is a line too."""
    ends = text.count(b"\n") + (text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else 0)
    return ends + (not text.endswith((b"\n", b"\r")))


@contextmanager
def opened(part: Slice) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed. Raises InputError as `told` does."""
    with told(part.file), opened_file(part.file.path) as content:
        yield content


@contextmanager
def told(file: InputFile) -> Iterator[None]:
    """Raises InputError when the file is not what it was when it was listed, or for what goes wrong inside."""
    file.check_unchanged()
    with read_errors(file.path):
        yield


def _whole_lines(content: BinaryIO, part: Slice) -> Iterator[bytes]:
    """The slice's bytes, cut after line ends where there is one in the next mebibyte; without byte-order mark."""
    rest: list[bytes] = []
    for chunk in chunks_of(content, part):
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


def chunks_of(content: BinaryIO, part: Slice) -> Iterator[bytes]:
    """The slice's text in UTF-8, about a mebibyte at a time; bytes that are none in its encoding are marked."""
    chunks = _raw_chunks(content, part)
    if not in_utf8(part.encoding):
        chunks = to_utf8(chunks, part.encoding)
    first = part.start == 0
    for chunk in chunks:
        if text := chunk.removeprefix(BOM) if first else chunk:
            yield text
        first = False


def _raw_chunks(content: BinaryIO, part: Slice) -> Iterator[bytes]:
    compressed = is_compressed(part.file.path)
    left = part.end - part.start
    if not compressed:
        content.seek(part.start)
    while chunk := content.read(PIECE_BYTES if compressed else min(PIECE_BYTES, left)):
        left -= len(chunk)
        yield chunk
