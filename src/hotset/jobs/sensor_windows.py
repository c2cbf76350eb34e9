"""Statistics of each window of each device: the kernel of the report.

readings(device, time, copies, quantities)  --report_windows-->  report(device, window_start, …)

The values of a window are sorted as a row of a matrix, together with other windows of about as many readings: NumPy
sorts many short rows with vector instructions, and sums along them pairwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hotset.jobs.sensor_readings import (
    BATCH_ROWS,
    UTC_TIME,
    Columns,
    Readings,
    as_arrays,
    as_arrow,
    as_arrow_or_null,
    ordered,
)

STATISTICS = ("mean", "min", "max", "std", "p50", "p95")
QUANTILES = (0.5, 0.95)
CELLS_AT_ONCE = 1 << 18  # 2 MiB of values: they stay in the processor's cache
MICROS = 1_000_000


@dataclass(frozen=True)
class Windows:
    """How readings are put together. Microseconds; `period` is 0 where it is not known."""

    micros: int
    period: int
    as_of: int

    def starts(self, micros: np.ndarray) -> np.ndarray:
        """The beginning of the window that each time is in; windows are counted from 1970, UTC."""
        floored: np.ndarray = micros // self.micros * self.micros
        return floored


def report_types(columns: Columns) -> dict[str, str]:
    """The columns of the report, and their types."""
    types = {columns.device: columns.types[columns.device], "window_start": "timestamp"}
    types |= {"readings": "bigint", "duplicates": "bigint", "future": "bigint", "missing_s": "double"}
    for name in columns.quantities:
        types |= {f"{name}_count": "bigint", **{f"{name}_{statistic}": "double" for statistic in STATISTICS}}
    return types


def report_windows(batches: Iterable[pa.RecordBatch], columns: Columns, windows: Windows) -> Iterator[pa.RecordBatch]:
    """Readings in order -> the report, by device and window."""
    yield from _report(as_arrays(batches, columns), columns, windows)


def report_unordered(batches: Iterable[pa.RecordBatch], columns: Columns, windows: Windows) -> Iterator[pa.RecordBatch]:
    """Batches of whole devices -> the same, without making batches of what is in order."""
    yield from _report(ordered(batches, columns, windows.as_of), columns, windows)


def _report(readings: Readings, columns: Columns, windows: Windows) -> Iterator[pa.RecordBatch]:
    """Readings of the future count as such and for nothing else."""
    if not len(readings):
        return
    begins = windows.starts(readings.micros)
    first = np.flatnonzero(np.append(True, (np.diff(begins) != 0) | (np.diff(readings.device) != 0)))
    future = readings.micros > windows.as_of
    ahead = np.add.reduceat(future, first, dtype=np.int64)
    counts = np.diff(first, append=len(readings)) - ahead
    duplicates = np.add.reduceat(readings.copies, first)
    arrays = [
        readings.devices.take(as_arrow(readings.device[first])),
        as_arrow(begins[first]).view(UTC_TIME),
        *map(as_arrow, (counts, duplicates, ahead)),
        as_arrow_or_null(_missing_s(readings, begins, first, future, windows)),
    ]
    for values in readings.values:
        count, *statistics = summaries(np.where(future, np.nan, values) if future.any() else values, first)
        arrays += [as_arrow(count), *map(as_arrow_or_null, statistics)]
    yield from pa.table(arrays, list(report_types(columns))).to_batches(BATCH_ROWS)


def _missing_s(
    readings: Readings, begins: np.ndarray, first: np.ndarray, future: np.ndarray, windows: Windows
) -> np.ndarray:
    """Seconds of each window that no reading covers: one covers a period from its time on, until the next.

    NaN where the window has no reading but of the future, or the period is not known.
    """
    if not windows.period:
        return np.full(len(first), np.nan)
    micros, period, ends = readings.micros, windows.period, begins + windows.micros
    follows = np.append(False, np.diff(readings.device) == 0)  # the one before is of the same device
    until = np.minimum(micros + period, ends)
    next_counts = follows[1:] & ~future[1:]
    until[:-1] = np.where(next_counts, np.minimum(until[:-1], micros[1:]), until[:-1])
    covered = until - micros
    before = np.where(follows[1:], np.minimum(micros[:-1] + period, micros[1:]), begins[1:])
    covered[1:] += np.maximum(before - begins[1:], 0) * (begins[1:] > np.where(follows[1:], micros[:-1], 0))
    covered[future] = 0
    missing: np.ndarray = (windows.micros - np.add.reduceat(covered, first)) / MICROS
    missing[np.logical_and.reduceat(future, first)] = np.nan
    return missing


def summaries(values: np.ndarray, first: np.ndarray) -> list[np.ndarray]:
    """Of each segment that begins at `first`: count, and STATISTICS; NaN is no value, and stands for none."""
    lengths = np.diff(first, append=len(values))
    found = [np.zeros(len(first), np.int64), *(np.full(len(first), np.nan) for _ in STATISTICS)]
    widths = _widths(lengths)
    for width in np.unique(widths).tolist():
        alike = np.flatnonzero(widths == width)
        rows_at_once = max(CELLS_AT_ONCE // width, 1)
        for start in range(0, len(alike), rows_at_once):
            some = alike[start : start + rows_at_once]
            rows = _rows(values, first[some], lengths[some], width)
            for whole, part in zip(found, _row_summaries(rows), strict=True):
                whole[some] = part
    return found


def _widths(lengths: np.ndarray) -> np.ndarray:
    """Lengths rounded up, by a quarter at most, so that few different ones are left."""
    step = np.maximum(1 << np.maximum(np.log2(lengths).astype(np.int64) - 2, 0), 4)
    rounded: np.ndarray = -(-lengths // step) * step
    return rounded


def _rows(values: np.ndarray, first: np.ndarray, lengths: np.ndarray, width: int) -> np.ndarray:
    """A matrix with a row for each segment, filled up with NaN."""
    places = np.arange(width)
    rows: np.ndarray = values.take(first[:, None] + places, mode="clip")
    rows[places >= lengths[:, None]] = np.nan
    return rows


def _row_summaries(rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of each row: count, and STATISTICS. The mean first, then the squares around it."""
    rows.sort(axis=1)  # NaN goes to the end
    valid = rows == rows
    count = valid.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valid, rows, 0.0).sum(axis=1) / count
        squares = np.square(np.where(valid, rows - mean[:, None], 0.0)).sum(axis=1)
        std = np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
    last = np.maximum(count - 1, 0)
    highest = np.take_along_axis(rows, last[:, None], axis=1)[:, 0]
    return count, mean, rows[:, 0], highest, std, *(_quantile(rows, last, share) for share in QUANTILES)


def _quantile(rows: np.ndarray, last: np.ndarray, share: float) -> np.ndarray:
    """Between the two nearest values in proportion: type 7 of Hyndman and Fan, NumPy's `linear`."""
    place = last * share
    below = np.floor(place).astype(np.intp)
    low, high = (np.take_along_axis(rows, at[:, None], axis=1)[:, 0] for at in (below, np.minimum(below + 1, last)))
    between: np.ndarray = low + (high - low) * (place - below)
    return between
