"""Chunks of an array, one at a time and in pieces, so that neither the array nor a chunk is ever in memory as a whole.

A chunk's numbers depend on the array and on the chunk's place alone, never on who computes it, or what before it.
"""

import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from hotset import InputError, UsageError
from hotset.jobs.array_mean.figures import PIECE, Figures, Floats, Nan, figures_of, together

Distribution = Literal["uniform", "normal"]
REAL = "biuf"  # NumPy's kinds: bool, int, unsigned int, float


class Chunks(Protocol):
    """An array in chunks."""

    def __len__(self) -> int:
        """How many chunks there are."""

    @property
    def numbers(self) -> int:
        """How many numbers the array has."""

    def pieces(self, chunk: int, buffer: Floats) -> Iterator[Floats]:
        """The chunk's numbers in a fixed order, a buffer at a time; a piece is good until the next one is asked for."""


@dataclass(frozen=True)
class RandomChunks:
    """Chunk by chunk in C order, each from a generator of its own: SFC64, seeded with the child `chunk` of the seed."""

    shape: tuple[int, ...]
    chunk_shape: tuple[int, ...]
    seed: int
    distribution: Distribution

    def __len__(self) -> int:
        return math.prod(self._grid)

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)

    def pieces(self, chunk: int, buffer: Floats) -> Iterator[Floats]:
        generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(self.seed, spawn_key=(chunk,))))
        draw = generator.random if self.distribution == "uniform" else generator.standard_normal
        left = self._numbers(chunk)
        while left:
            piece = buffer[: min(left, len(buffer))]
            draw(out=piece)
            yield piece
            left -= len(piece)

    @property
    def _grid(self) -> tuple[int, ...]:
        return tuple(-(-size // step) for size, step in zip(self.shape, self.chunk_shape, strict=True))

    def _numbers(self, chunk: int) -> int:
        """How many the chunk has: those at the upper ends are smaller."""
        place = np.unravel_index(chunk, self._grid)
        axes = zip(place, self.shape, self.chunk_shape, strict=True)
        return math.prod(min(step, size - int(index) * step) for index, size, step in axes)


@dataclass(frozen=True)
class StoredArray:
    """One .npy file: its numbers lie one behind the other from `start` on, whatever its shape and order."""

    path: Path
    dtype: str
    numbers: int
    start: int


@dataclass(frozen=True)
class StoredChunks:
    """Arrays in files, in the order in which they lie there, `chunk_numbers` at a time."""

    arrays: tuple[StoredArray, ...]
    chunk_numbers: int

    def __len__(self) -> int:
        return sum(self._chunks_of(array) for array in self.arrays)

    @property
    def numbers(self) -> int:
        return sum(array.numbers for array in self.arrays)

    def pieces(self, chunk: int, buffer: Floats) -> Iterator[Floats]:
        """Read, not mapped into memory: a file that somebody cuts off is then an error, and not the process's end."""
        array, chunk = self._locate(chunk)
        dtype = np.dtype(array.dtype)
        first, left = chunk * self.chunk_numbers, self.chunk_numbers
        left = min(left, array.numbers - first)
        stored = buffer if dtype == buffer.dtype else np.empty(len(buffer), dtype)
        with array.path.open("rb", buffering=0) as file:
            file.seek(array.start + first * dtype.itemsize)
            while left:
                piece = stored[: min(left, len(stored))]
                _fill(file, piece, array.path)
                if stored is not buffer:
                    np.copyto(buffer[: len(piece)], piece, casting="unsafe")
                yield buffer[: len(piece)]
                left -= len(piece)

    def _chunks_of(self, array: StoredArray) -> int:
        return -(-array.numbers // self.chunk_numbers)

    def _locate(self, chunk: int) -> tuple[StoredArray, int]:
        for array in self.arrays:
            if chunk < self._chunks_of(array):
                return array, chunk
            chunk -= self._chunks_of(array)
        raise IndexError(chunk)


def _fill(file: io.FileIO, piece: np.ndarray, path: Path) -> None:
    view = piece.view(np.uint8).data
    while view:
        count = file.readinto(view)
        if not count:
            raise InputError(f"the input {path} was cut off while it was read; nothing was published")
        view = view[count:]


def stored_array(path: Path) -> StoredArray:
    """What the header says. Raises InputError for what is no whole array of real numbers."""
    try:
        with path.open("rb") as file:
            shape, _, dtype = _header(file)
            start = file.tell()
    except (OSError, ValueError, SyntaxError) as why:
        raise InputError(f"{path} is no .npy file: {why}; write it with numpy.save") from None
    if dtype.kind not in REAL:
        raise InputError(f"{path} holds no real numbers, got dtype {dtype}; convert it: array.astype(float)")
    numbers = math.prod(shape)
    expected, found = start + numbers * dtype.itemsize, path.stat().st_size
    if expected != found:
        what = "cut off" if found < expected else "followed by something else"
        raise InputError(f"the array in {path} is {what}, got {found} bytes of {expected}; write it again")
    return StoredArray(path, dtype.str, numbers, start)


def _header(file: io.BufferedReader) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    return shape, fortran, dtype


def chunk_figures(chunks: Chunks, which: Iterable[int], nan: Nan) -> Iterator[Figures]:
    """chunks -> the figures of each: one buffer serves them all."""
    buffer, scratch = np.empty(PIECE), np.empty(PIECE)
    for chunk in which:
        pieces = chunks.pieces(chunk, buffer)
        yield together(figures_of(piece, scratch, skip_nan=nan == "skip") for piece in pieces)


def parse_shape(text: str, name: str) -> tuple[int, ...]:
    """`10000x10000` -> (10000, 10000). Raises UsageError."""
    sizes = text.split("x")
    if not all(size.isascii() and size.isdigit() and 0 < len(size) < 19 and int(size) for size in sizes):
        raise UsageError(f"--{name} is sizes from 1 on with x between them, got {text!r}; write it like 10000x10000")
    return tuple(map(int, sizes))
