"""Rows of any number to group and to join, the same for everybody: a pure function of (rows, columns, seed).

Every value is drawn by the number of its row: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014), whose n-th number is a mix of start + n * GAMMA. Each column has a start
of its own. So a value depends neither on how many rows are made at once nor on the machine, and a smaller main frame is
the beginning of a larger one of the same seed. The second frame knows keys of the first without reading it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hotset.data.appear import check_place, check_seed, whole_directory, whole_file
from hotset.errors import UsageError

FrameFormat = Literal["parquet", "csv"]
Rows = NDArray[np.uint64]
Progress = Callable[[int], None]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
OTHER_SHARE = 10  # the second frame has a tenth of the rows
ROW_GROUP = 1_000_000
VALUES_AT_ONCE = 20_000_000  # 160 MB of doubles, however many columns there are
CATEGORIES = 200
NOTES = 5_000
MISSING_ONE_IN = 100
EVENT_BYTES = 45  # of a line, about
DOUBLE_BYTES: dict[FrameFormat, int] = {"parquet": 8, "csv": 20}


def write_frames(
    directory: Path,
    rows: int,
    columns: int,
    seed: int,
    format_: FrameFormat = "parquet",
    progress: Progress | None = None,
) -> int:
    """Rows written to main.FORMAT and other.FORMAT in the new `directory`, which appears whole or not at all.

    Raises OutputError when `directory` exists or cannot be written, ResourceError when the disk is too small.
    """
    _check_least("rows", rows)
    _check_least("cols", columns)
    check_seed(seed)
    others = max(1, rows // OTHER_SHARE)
    check_place(directory, (rows + others) * columns * DOUBLE_BYTES[format_])
    at_once = min(ROW_GROUP, max(1, VALUES_AT_ONCE // columns))
    with whole_directory(directory) as staged:
        main = (main_rows(some, columns, seed) for some in _blocks(rows, at_once))
        other = (other_rows(some, rows, columns, seed) for some in _blocks(others, at_once))
        _write(staged / f"main.{format_}", main, format_, progress, 0)
        _write(staged / f"other.{format_}", other, format_, progress, rows)
    return rows + others


def write_events(path: Path, rows: int, seed: int, progress: Progress | None = None) -> int:
    """Rows written to the new CSV file `path`, which appears whole or not at all. Raises as `write_frames` does."""
    _check_least("rows", rows)
    check_seed(seed)
    check_place(path, rows * EVENT_BYTES)
    with whole_file(path) as staged:
        _write(staged, (event_rows(some, seed) for some in _blocks(rows, ROW_GROUP)), "csv", progress, 0)
    return rows


def main_rows(rows: Rows, columns: int, seed: int) -> pa.RecordBatch:
    """rows -> (col_0, col_1, …): doubles, uniform from 0 to below 1."""
    return _named([_doubles(_draws(seed, f"main {n}", rows)) for n in range(columns)])


def other_rows(rows: Rows, in_main: int, columns: int, seed: int) -> pa.RecordBatch:
    """rows -> (col_0, col_1, …): as `main_rows`, but every second col_0 is that of some row of the main frame."""
    own = _doubles(_draws(seed, "other 0", rows))
    drawn = _draws(seed, "row of main", rows) % np.uint64(in_main)
    keys = np.where(rows % np.uint64(2) == 0, _doubles(_draws(seed, "main 0", drawn)), own)
    return _named([keys, *(_doubles(_draws(seed, f"other {n}", rows)) for n in range(1, columns))])


def event_rows(rows: Rows, seed: int) -> pa.RecordBatch:
    """rows -> (id, category, value, qty, note): uniform, independent of each other; one value of a hundred missing."""
    categories = pa.array([f"category {n:03}" for n in range(CATEGORIES)])
    notes = pa.array([f"note {n}" for n in range(NOTES)])
    chosen, noted = (_below(n, _draws(seed, name, rows)) for name, n in (("category", CATEGORIES), ("note", NOTES)))
    missing = _below(MISSING_ONE_IN, _draws(seed, "missing", rows)) == 0
    return pa.record_batch(
        {
            "id": pa.array(rows.astype(np.int64)),
            "category": categories.take(pa.array(chosen)),
            "value": _millionths(_below(10**9, _draws(seed, "value", rows)), missing),
            "qty": pa.array(1 + _below(9, _draws(seed, "qty", rows))),
            "note": notes.take(pa.array(noted)),
        }
    )


def _check_least(name: str, number: int) -> None:
    if number < 1:
        raise UsageError(f"--{name} is 1 or more, got {number}")


def _blocks(rows: int, at_once: int) -> Iterator[Rows]:
    for start in range(0, rows, at_once):
        yield np.arange(start, min(start + at_once, rows), dtype=np.uint64)


def _draws(seed: int, column: str, rows: Rows) -> Rows:
    """64 random bits for each row."""
    start = int.from_bytes(hashlib.sha256(f"{seed} {column}".encode()).digest()[:8], "little")
    bits = (rows + np.uint64(1)) * GAMMA + np.uint64(start)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _doubles(draws: Rows) -> NDArray[np.float64]:
    """The upper 53 bits as a fraction: no rounding, so that every machine gets the same."""
    return (draws >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _below(limit: int, draws: Rows) -> NDArray[np.int64]:
    return (draws % np.uint64(limit)).astype(np.int64)


def _named(columns: list[NDArray[np.float64]]) -> pa.RecordBatch:
    return pa.record_batch({f"col_{n}": pa.array(values) for n, values in enumerate(columns)})


def _millionths(numbers: NDArray[np.int64], missing: NDArray[np.bool_]) -> pa.Array:
    """numbers / 10**6 with all six decimals when written; null where missing."""
    wide = np.zeros((len(numbers), 2), dtype="<i8")  # a decimal128 is a whole number of 16 bytes
    wide[:, 0] = numbers
    there = pa.array(~missing).buffers()[1]  # one bit for each row
    return pa.Array.from_buffers(pa.decimal128(9, 6), len(numbers), [there, pa.py_buffer(wide)])


def _write(
    path: Path, batches: Iterator[pa.RecordBatch], format_: FrameFormat, progress: Progress | None, done: int
) -> None:
    """Each batch a row group, where there are such."""
    first = next(batches)
    with closing(_writer(path, first.schema, format_)) as writer:
        for batch in _and_then(first, batches):
            writer.write_batch(batch)
            done += batch.num_rows
            if progress is not None:
                progress(done)


def _and_then(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others


def _writer(path: Path, schema: pa.Schema, format_: FrameFormat) -> Any:
    if format_ == "csv":  # nothing in it needs quotes, and Arrow would put them around every text
        return pa_csv.CSVWriter(
            path, schema, write_options=pa_csv.WriteOptions(quoting_style="none", quoting_header="none")
        )
    # random numbers repeat themselves too rarely for a dictionary
    return pq.ParquetWriter(path, schema, use_dictionary=False)
