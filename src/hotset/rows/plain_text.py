"""Whether a CSV is so plain that every reader takes it for the same records, and how many it has.

No quote, no carriage return, no NUL, valid UTF-8 without a byte-order mark, and just as many separators as so many
lines of so many fields have. A file is looked at once, in threads, at the speed of memory.
"""

import codecs
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from hotset.columnar.blocks import Slice, byte_ranges
from hotset.columnar.utf8 import BOM
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8
from hotset.data.listing import InputFile
from hotset.data.suffixes import is_compressed
from hotset.errors import InputError

CHUNK_BYTES = 256 * 1024  # stays in a core's cache while it is looked at several times
LEAST_RANGE_BYTES = 4 * 1024**2
TAB, LINE_END = ord("\t"), ord("\n")
FIRST_PLAIN = ord("\r") + 1  # below it are all bytes that readers may take for ends of lines
NOT_ASCII = np.uint64(0x8080808080808080)


@dataclass(frozen=True)
class Census:
    """What was counted in some lines of a file."""

    lines: int = 0
    separators: int = 0

    def __add__(self, other: "Census") -> "Census":
        return Census(self.lines + other.lines, self.separators + other.separators)


def count_plain_records(file: InputFile, dataset: Dataset, fields: int) -> int | None:
    """The records of a plain CSV with so many fields, below its header; None where it is not plain.

    Raises InputError for a file that cannot be read.
    """
    if fields < 2 or dataset.skip or is_compressed(file.path) or not in_utf8(dataset.encoding):
        return None
    threads = len(os.sched_getaffinity(0))
    ranges = byte_ranges(file, max(file.size_bytes // threads, LEAST_RANGE_BYTES))
    total = Census()
    with ThreadPoolExecutor(threads) as pool:
        for census in pool.map(partial(_take_census, separator=dataset.separator, quote=dataset.quote), list(ranges)):
            if census is None:
                return None
            total += census
    # one empty line, one field more or less: then the numbers differ
    return max(total.lines - dataset.header, 0) if total.separators == total.lines * (fields - 1) else None


def _take_census(part: Slice, separator: str, quote: str) -> Census | None:
    """None where a byte needs a closer look."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    lines = separators = 0
    after_end, is_ascii = True, True
    for chunk in _chunks(part):
        if after_end and chunk[: len(BOM)].tobytes() == BOM:
            return None
        ends = int(np.count_nonzero(chunk == LINE_END))
        found = int(np.count_nonzero(chunk == ord(separator)))
        is_ascii = is_ascii and _is_ascii(chunk)
        if (
            _has_odd_bytes(chunk, ends)
            or (quote and np.count_nonzero(chunk == ord(quote)))
            or not (is_ascii or _is_text(decode, chunk.tobytes()))
        ):
            return None
        lines, separators, after_end = lines + ends, separators + found, chunk[-1] == LINE_END
    return Census(lines + (not after_end), separators) if _is_text(decode, b"", final=True) else None


def _has_odd_bytes(chunk: np.ndarray, ends: int) -> bool:
    """Whether there are more bytes below the plain ones than line ends and tabs."""
    low = np.count_nonzero(chunk < FIRST_PLAIN)
    return bool(low != ends and low != ends + np.count_nonzero(chunk == TAB))


def _is_ascii(chunk: np.ndarray) -> bool:
    words = len(chunk) // 8 * 8
    high = np.bitwise_or.reduce(chunk[:words].view(np.uint64)) & NOT_ASCII
    return not high and not np.any(chunk[words:] > 127)


def _is_text(decode: Callable[[bytes, bool], str], content: bytes, *, final: bool = False) -> bool:
    try:
        decode(content, final)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(part: Slice) -> Iterator[np.ndarray]:
    """The bytes of the range, one buffer after the other."""
    buffer = np.empty(CHUNK_BYTES, np.uint8)
    try:
        with part.file.path.open("rb", buffering=0) as content:
            content.seek(part.start)
            left = part.end - part.start
            while left and (read := content.readinto(buffer.data[: min(left, CHUNK_BYTES)])):
                left -= read
                yield buffer[:read]
    except OSError as why:
        raise InputError(f"cannot read {part.file.path}: {why.strerror}") from None
