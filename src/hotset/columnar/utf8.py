"""Whether bytes are UTF-8, and what they become where they are not."""

import numpy as np
import pyarrow as pa

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


def repair(piece: bytes) -> tuple[bytes, int]:
    """The piece as valid UTF-8, and how many of its lines were not."""
    if is_utf8(piece):
        return piece, 0
    repaired = piece.decode(errors="replace").encode()
    lines = zip(piece.split(b"\n"), repaired.split(b"\n"), strict=True)
    return repaired, sum(line != fixed for line, fixed in lines)
