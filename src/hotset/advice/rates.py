"""What it costs to keep data and to read it again, as bounds: nobody has measured the machine that wrote the log.

The slow bounds leave room for a JVM that has not warmed up, for serialised levels and for a busy disk; the fast ones
are those of a warm JVM (docs/caching.md has measured rates of this kind).
"""

import math
from dataclasses import dataclass

from hotset.advice.verdicts import Span

WRITE_S_PER_BYTE = Span(1e-9, 150e-9)
READ_S_PER_BYTE = Span(0.0, 15e-9)
PICKLED = 4  # times as long for a byte of Python's objects, which are small and compress well
VALUE_BYTES = Span(1, 40)  # of one column in one row, as a cache holds it
PARQUET_GROWS = Span(0.5, 5)  # a file of columns, once it is a cache
UNPRUNED_S_PER_BYTE = 40e-9  # to read the columns of a file that no use asked for
JOB_S = Span(0.0, 0.15)  # one more job for each use of a cached frame, with its planning
LIKELY_WRITE_S_PER_BYTE = 25e-9  # in the middle of all that; found by the workloads of `make bench-advice`
LIKELY_READ_S_PER_BYTE = 3e-9
LIKELY_JOB_S = 0.03
NOISE = 0.15  # of the time of the same stage, run again
# the most that an operator above the kept data may take for a row, in a JVM that has not warmed up
ROW_S = {"Project": 0.3e-6, "Filter": 0.2e-6, "Aggregate": 1e-6, "Exchange": 1.5e-6, "Sort": 2e-6, "Join": 2e-6}
START_S = 0.2  # of each task that compiles its code for the first time
WORKER_START_S = 1.0  # of a Python worker, with what it imports


@dataclass(frozen=True)
class Size:
    """Bytes that a cache takes: between two bounds, and how that is known."""

    bounds: Span
    by: str

    @property
    def middle(self) -> float:
        """The bounds are factors apart, so theirs is the geometric mean."""
        return math.sqrt(max(self.bounds.low, 1.0) * max(self.bounds.high, 1.0))


def measured(count: int) -> Size:
    return Size(Span(count, count), "block updates")


def estimated(rows: int | None, columns: int, shuffled: int | None, files: int | None) -> Size:
    """From what the operators counted."""
    if shuffled is not None:
        return Size(Span(shuffled / 8, shuffled * 2), "estimated from the bytes of its shuffle")
    values = (rows or 0) * columns
    if files is not None:
        low = min(values * VALUE_BYTES.low, files * PARQUET_GROWS.low)
        return Size(Span(low, files * PARQUET_GROWS.high), "estimated from the size of its files")
    if rows is not None:
        return Size(
            Span(values * VALUE_BYTES.low, values * VALUE_BYTES.high),
            f"estimated from {rows:,} rows of {columns} column{'' if columns == 1 else 's'}",
        )
    return Size(Span(0.0, 0.0), "unknown")


def write(size: Size, *, pickled: bool = False) -> Span:
    slower = PICKLED if pickled else 1
    return Span(size.bounds.low * WRITE_S_PER_BYTE.low, size.bounds.high * WRITE_S_PER_BYTE.high * slower)


def read(size: Size, *, pickled: bool = False) -> Span:
    return Span(0.0, size.bounds.high * READ_S_PER_BYTE.high * (PICKLED if pickled else 1))
