"""Turn one bit of a file, and turn it back."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def flipped(file: Path, rng: random.Random) -> Iterator[str]:
    """While the block runs, one bit of the file is another; says which."""
    content = file.read_bytes()
    place, bit = rng.randrange(len(content)), rng.randrange(8)
    damaged = bytearray(content)
    damaged[place] ^= 1 << bit
    try:
        file.write_bytes(damaged)
        yield f"bit {bit} of byte {place} of {file.name}"
    finally:
        file.write_bytes(content)
