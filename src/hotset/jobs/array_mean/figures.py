"""Count, mean, spread, least and greatest of numbers, piece by piece: the kernel of array-mean.

A piece's squares are summed around its own mean, so nothing is lost where the mean is large beside the spread. Pieces
are put together as Chan, Golub and LeVeque have it ("Algorithms for computing the sample variance", 1983, formula 1.5),
for any number of pieces at once, and the sums over them are `math.fsum`'s, which round once: neither their order nor
how they were grouped in tasks can change a bit.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Nan = Literal["keep", "skip", "refuse"]
PIECE = 65_536  # numbers: half a mebibyte, and another for the squares, stay in a core's own cache


@dataclass(frozen=True)
class Figures:
    """Of `n` numbers; `squares` is the sum of the squares of their distances from their mean."""

    n: int
    nans: int
    sum: float
    squares: float
    least: float
    greatest: float

    @property
    def mean(self) -> float:
        return self.sum / self.n if self.n else math.nan

    @property
    def std(self) -> float:
        """Of the population: the divisor is n, as with numpy.std."""
        return math.sqrt(self.squares / self.n) if self.n else math.nan


def figures_of(piece: Floats, scratch: Floats, *, skip_nan: bool) -> Figures:
    """Of one piece. `scratch` is overwritten, and is at least as long."""
    with np.errstate(invalid="ignore", over="ignore"):  # infinite sums are answers
        total, nans = float(np.add.reduce(piece)), 0
        if math.isnan(total):  # a NaN, or infinities of both signs
            nans = int(np.count_nonzero(np.isnan(piece)))
            if nans and skip_nan:
                piece = piece[~np.isnan(piece)]
                total = float(np.add.reduce(piece))
        if not len(piece):
            return Figures(0, nans, 0.0, 0.0, math.inf, -math.inf)
        distances = scratch[: len(piece)]
        np.subtract(piece, total / len(piece), out=distances)
        np.multiply(distances, distances, out=distances)
        squares = float(np.add.reduce(distances))
        return Figures(len(piece), nans, total, squares, float(piece.min()), float(piece.max()))


def together(parts: Iterable[Figures]) -> Figures:
    """The figures of all the numbers that the parts have."""
    known = list(parts)
    some = [part for part in known if part.n]
    n, nans = sum(part.n for part in some), sum(part.nans for part in known)
    if not some:
        return Figures(0, nans, 0.0, 0.0, math.inf, -math.inf)
    total = exact_sum([part.sum for part in some])
    mean = total / n
    between = [part.n * (part.mean - mean) * (part.mean - mean) for part in some]
    squares = exact_sum([part.squares for part in some] + between)
    least, greatest = float(np.min([part.least for part in some])), float(np.max([part.greatest for part in some]))
    if math.isinf(mean) and math.isfinite(least) and math.isfinite(greatest):
        squares = math.inf  # the sum is too large, no number is: each is infinitely far from such a mean
    return Figures(n, nans, total, squares, least, greatest)


def exact_sum(numbers: Sequence[float]) -> float:
    """Rounded once; where something is not finite, or the sum is too large, what IEEE 754 makes of it."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)
