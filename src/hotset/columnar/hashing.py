"""Which partition a row belongs to, by the values of its key: the same on every machine, in every process.

Values that Spark calls equal fall together: 0.0 and -0.0, any NaN and any other, a null and a null.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.errors import UsageError

NULL = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xBF58476D1CE4E5B9)
MIX = np.uint64(0x94D049BB133111EB)
NAN_BITS = np.uint64(0x7FF8000000000000)
RADIX = 0x100000001B3  # odd, so that its powers have inverses modulo 2**64
RADIX_INVERSE = pow(RADIX, -1, 2**64)


def partition_numbers(batch: pa.RecordBatch | pa.Table, by: Sequence[str], partitions: int) -> np.ndarray:
    """For each row a number from 0 to partitions - 1. Raises UsageError for a key that cannot be compared."""
    first, *others = by
    total = hashes(batch[first])
    for name in others:
        total = _mixed(total * STEP ^ hashes(batch[name]))
    # the upper half, which all bits have reached, scaled to the partitions
    return ((total >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)).astype(np.int32)


def hashes(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A number of 64 bits for each value."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    words = _mixed(_words(array))
    if array.null_count:
        words[np.from_dlpack(array.is_null().cast(pa.uint8())).astype(bool)] = NULL
    return words


def _words(array: pa.Array) -> np.ndarray:
    kind = array.type
    if pa.types.is_floating(kind):
        return float_words(array)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _text_words(array)
    if pa.types.is_decimal128(kind):
        return _decimal_words(array)
    if pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif pa.types.is_date32(kind):
        array = array.cast(pa.int32())
    elif pa.types.is_timestamp(kind):
        array = array.cast(pa.int64())
    elif not pa.types.is_integer(kind):
        raise UsageError(f"a key of type {kind} cannot be compared; take another column")
    return np.from_dlpack(pc.fill_null(array, 0).cast(pa.int64())).view(np.uint64)


def float_words(array: pa.Array) -> np.ndarray:
    """The bits of each number, equal where the numbers are."""
    values = np.from_dlpack(pc.fill_null(array, 0.0).cast(pa.float64()))
    words: np.ndarray = np.add(values, 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
    odd = np.isnan(values)
    if odd.any():
        words[odd] = NAN_BITS
    return words


def _text_words(array: pa.Array) -> np.ndarray:
    """Of the bytes b0 b1 …: b0 + b1 r + b2 r² … modulo 2**64, by one running sum over all texts.

    Rabin and Karp's fingerprint; the sum up to a text's end less that up to its start, shifted back to the power 0.
    """
    _, offsets, values = array.buffers()
    starts = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    first, last = int(starts[0]), int(starts[-1])
    if first == last:
        return np.diff(starts).astype(np.uint64)
    text = np.frombuffer(values, np.uint8)[first:last]
    sums = np.zeros(len(text) + 1, np.uint64)
    np.cumsum(text * powers(RADIX, len(text)), out=sums[1:])
    ends = starts - first
    words = (sums[ends[1:]] - sums[ends[:-1]]) * powers(RADIX_INVERSE, len(text) + 1)[ends[:-1]]
    lengths: np.ndarray = np.diff(starts).astype(np.uint64)
    told_apart: np.ndarray = np.bitwise_xor(words, lengths << np.uint64(32))
    return told_apart


def powers(base: int, count: int) -> np.ndarray:
    """base to the power of 0, 1, … modulo 2**64."""
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


def _decimal_words(array: pa.Array) -> np.ndarray:
    halves = np.frombuffer(array.buffers()[1], np.uint64).reshape(-1, 2)[array.offset : array.offset + len(array)]
    words: np.ndarray = np.bitwise_xor(_mixed(halves[:, 0]), halves[:, 1])
    return words


def _mixed(words: np.ndarray) -> np.ndarray:
    """Every bit of a word in every bit of the result: the finalizer of splitmix64 (Steele, Lea, Flood, 2014)."""
    mixed: np.ndarray = np.right_shift(words, np.uint64(30))
    mixed ^= words
    mixed *= STEP
    mixed ^= mixed >> np.uint64(27)
    mixed *= MIX
    mixed ^= mixed >> np.uint64(31)
    return mixed
