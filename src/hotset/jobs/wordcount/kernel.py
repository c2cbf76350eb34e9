"""Count the words of a block of text in Arrow, without making a string of a word: the kernel of word count.

Every separator becomes a space; the positions of the spaces say where words are. A word of up to seven bytes is counted
as the integer that its bytes make, a longer one as a slice of the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PIECES_AT_ONCE = 32  # counted in one hash table; more would make no smaller counts, only a larger table
LONGEST_PIECE = 4 * 1024**2  # so that a line of any length is counted in little memory
BATCH_ROWS = 64 * 1024
SHORT = 8  # bytes that one integer holds: words up to there, their space included, are counted as integers
# length -> the bits that a word of this length, its space included, has of eight bytes; longer ones have none
MASKS = np.array([*(2 ** (8 * length) - 1 for length in range(SHORT + 1)), 0], np.uint64)


@dataclass(frozen=True)
class Separators:
    """The separators in UTF-8: those of one byte as a table, the others as a pattern."""

    to_space: bytes  # 256 bytes: what each becomes, a space for a separator and for a line end
    longer: re.Pattern[bytes] | None

    @classmethod
    def of(cls, pattern: str) -> "Separators":
        """Those that a regular expression finds. No UTF-8 character is a part of another: bytes can be searched."""
        every_character = "".join(map(chr, chain(range(0xD800), range(0xE000, 0x10000))))
        found = set("".join(re.findall(pattern, every_character))) | {"\n"}
        encoded = sorted(character.encode() for character in found)
        to_space = bytes(0x20 if bytes([byte]) in encoded else byte for byte in range(256))
        leads = groupby((code for code in encoded if len(code) > 1), key=lambda code: code[:-1])
        patterns = [
            re.escape(lead) + b"[" + re.escape(bytes(code[-1] for code in codes)) + b"]" for lead, codes in leads
        ]
        return cls(to_space, re.compile(b"|".join(patterns)) if patterns else None)


def count_block(
    pieces: Iterator[bytes], separators: Separators, fold: Callable[[str], str] | None = None
) -> Iterator[pa.RecordBatch]:
    """pieces of text -> batches(word, n): no line is split, words are integers or positions in the text.

    `fold` gives the spelling under which a word is counted; it is called once for each one of the block.
    """
    cuts = (cut_words(part) for piece in pieces for part in parts(to_spaces(piece, separators)))
    counted = []
    while at_once := list(islice(cuts, PIECES_AT_ONCE)):
        short, long = (pc.value_counts(pa.chunked_array(arrays)) for arrays in zip(*at_once, strict=True))
        counted += [unpacked(short), long]
    if counted:
        words = added_up(pa.chunked_array(counted))
        for batch in words.to_batches(BATCH_ROWS):
            yield folded(batch, fold) if fold else batch


def folded(counts: pa.RecordBatch, fold: Callable[[str], str]) -> pa.RecordBatch:
    """The same counts, of words as they are spelled; one spelling may come several times."""
    words = pa.array([fold(word) for word in counts["word"].to_pylist()], pa.string())
    return pa.RecordBatch.from_arrays([words, counts["n"]], counts.schema.names)


def to_spaces(piece: bytes, separators: Separators) -> bytes:
    """The piece with one space for each separator."""
    if separators.longer and not piece.isascii():
        piece = separators.longer.sub(b" ", piece)
    return piece.translate(separators.to_space)


def parts(spaced: bytes) -> Iterator[bytes]:
    """The text as it is, or if it holds a long line, cut between words."""
    start = 0
    while len(spaced) - start > LONGEST_PIECE:
        end = (spaced.rfind(b" ", start, start + LONGEST_PIECE) + 1) or (spaced.index(b" ", start) + 1)
        yield spaced[start:end]
        start = end
    yield spaced[start:] if start else spaced


def cut_words(spaced: bytes) -> tuple[pa.UInt64Array, pa.StringArray]:
    """Each word with the space that ends it, as an integer; those of more than eight bytes are 0 there, and texts."""
    ends = np.flatnonzero(np.frombuffer(spaced, np.uint8) == 0x20)
    offsets = np.zeros(len(ends) + 1, np.int32)
    np.add(ends, 1, out=offsets[1:], casting="unsafe")
    lengths = np.diff(offsets)
    eight_bytes_from = np.ndarray(len(spaced), "<u8", spaced + bytes(SHORT), strides=(1,))
    packed = eight_bytes_from[offsets[:-1]] & MASKS.take(lengths, mode="clip")
    words = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(spaced))
    return as_arrow(packed), words.take(as_arrow(np.flatnonzero(lengths > SHORT)))


def unpacked(counted: pa.StructArray) -> pa.StructArray:
    """Counts of integers -> counts of the words that they stand for; those of 0 are counted as text."""
    packed, ns = (np.from_dlpack(column) for column in counted.flatten())
    eights = packed[packed != 0].astype("<u8")
    texts = pa.Array.from_buffers(pa.binary(SHORT), len(eights), [None, pa.py_buffer(eights)]).cast(pa.string())
    # the zeros inside a word stay, since it ends with its space
    words = pc.utf8_rtrim(texts, "\0")
    return pa.StructArray.from_arrays([words, as_arrow(ns[packed != 0])], counted.type.names)


def added_up(counted: pa.ChunkedArray) -> pa.Table:
    """Counts of pieces -> table(word, n): of the whole block, words without their space."""
    words, ns = counted.flatten()
    coded = pc.dictionary_encode(words).combine_chunks()
    sums = np.zeros(len(coded.dictionary), np.int64)
    places: Any = np.from_dlpack(coded.indices)
    np.add.at(sums, places, np.from_dlpack(ns.combine_chunks()))
    return pa.table([pc.utf8_slice_codeunits(coded.dictionary, 0, -1), as_arrow(sums)], ["word", "n"])


def as_arrow(numbers: np.ndarray) -> pa.Array:
    """The same memory as an Arrow array.

    `pa.array` and `to_numpy` would import pandas first, in every new worker; this and DLPack do not.
    """
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])
