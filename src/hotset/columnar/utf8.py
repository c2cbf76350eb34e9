"""Whether bytes are UTF-8, and what they become where they are not."""

import numpy as np
import pyarrow as pa

from hotset.data.encoding import in_utf8, repaired

BOM = b"\xef\xbb\xbf"


def is_utf8(piece: bytes) -> bool:
    """Arrow's check needs no copy of the text; Python's way to ask is to decode it."""
    if piece.isascii():
        return True
    one_string = [None, pa.py_buffer(np.array([0, len(piece)], np.int64)), pa.py_buffer(piece)]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, one_string).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def repair(piece: bytes, encoding: str = "utf-8") -> tuple[bytes, int]:
    """The piece as valid UTF-8, and how many of its lines were not. `encoding` is the one that it comes from."""
    if is_utf8(piece):
        return piece, 0
    whole = piece.decode(errors="replace").encode() if in_utf8(encoding) else repaired(piece)
    lines = zip(piece.split(b"\n"), whole.split(b"\n"), strict=True)
    return whole, sum(line != fixed for line, fixed in lines)
