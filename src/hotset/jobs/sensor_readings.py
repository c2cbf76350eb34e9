"""The readings of some devices put in order, one for each device and time: the kernel that stands first.

batches(device, time, quantities)  --in_order-->  readings(device, time, copies, quantities), by device and time
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset import ddl

COPIES = "copies"
UTC_TIME = pa.timestamp("us", "UTC")
BATCH_ROWS = 64 * 1024
FEW = 2**15  # devices that 16 bits can number; NumPy sorts those by radix


@dataclass(frozen=True)
class Columns:
    """The columns that make a reading: their names in the input, and the types of the input's columns."""

    device: str
    time: str
    quantities: tuple[str, ...]
    types: dict[str, str]  # in the input's order
    never_null: tuple[str, ...] = ()  # quantities that are declared so

    @property
    def declared(self) -> str:
        """The input's columns in DDL. A reading without a device or a time is none."""
        used = {self.device, self.time, *self.quantities}
        needed = (self.device, self.time, *self.never_null)
        types = {name: kind + " not null" * (name in needed) for name, kind in self.types.items() if name in used}
        return ddl(types)

    @property
    def copies(self) -> str:
        """The column that counts what was left out: called longer than any other, so that it is none of them."""
        return COPIES + "_" * max(map(len, (self.device, self.time, *self.quantities)))

    @property
    def inside(self) -> "Columns":
        """The same under names of ours, for who makes columns beside them."""
        quantities = tuple(f"q{place}" for place in range(len(self.quantities)))
        kinds = (self.types[name] for name in (self.device, self.time, *self.quantities))
        names = ("device", "time", *quantities)
        return Columns("device", "time", quantities, dict(zip(names, kinds, strict=True)))

    @property
    def ordered(self) -> str:
        """What `in_order` gives, in DDL."""
        types = {self.device: self.types[self.device], self.time: "timestamp", self.copies: "bigint"}
        return ddl(types | dict.fromkeys(self.quantities, "double"))

    @property
    def plain(self) -> str:
        """Readings as they are, in DDL."""
        types = {self.device: self.types[self.device], self.time: "timestamp"}
        return ddl(types | dict.fromkeys(self.quantities, "double"))


@dataclass(frozen=True)
class Readings:
    """Arrays of equal length; `values` has one for each quantity, NaN where there is no value."""

    devices: pa.Array  # the different ones, in order
    device: np.ndarray  # which of them
    micros: np.ndarray  # since 1970, UTC
    copies: np.ndarray  # how many others of this device and time were left out
    values: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.micros)

    def take(self, rows: np.ndarray) -> "Readings":
        values = tuple(one[rows] for one in self.values)
        return Readings(self.devices, self.device[rows], self.micros[rows], self.copies[rows], values)


def in_order(batches: Iterable[pa.RecordBatch], columns: Columns, as_of: int) -> Iterator[pa.RecordBatch]:
    """Batches of whole devices -> batches of `Columns.ordered`: as `ordered` has them."""
    readings = ordered(batches, columns, as_of)
    if len(readings):
        names = (columns.device, columns.time, columns.copies, *columns.quantities)
        arrays = (
            readings.devices.take(as_arrow(readings.device)),
            as_arrow(readings.micros).view(UTC_TIME),
            *map(as_arrow, (readings.copies, *readings.values)),
        )
        yield from pa.table(list(arrays), list(names)).to_batches(BATCH_ROWS)


def ordered(batches: Iterable[pa.RecordBatch], columns: Columns, as_of: int) -> Readings:
    """Batches of whole devices -> readings by device and time, one for each of both.

    Of several that with the least quantities is taken, compared in their order; no value is more than any. Those later
    than `as_of` (microseconds) all stay.
    """
    return without_copies(sorted_readings(as_arrays(batches, columns)), as_of)


def as_arrays(batches: Iterable[pa.RecordBatch], columns: Columns) -> Readings:
    """Batches of readings, or of what `in_order` gave, as one set of arrays in the same order."""
    given = list(batches)
    if not given:
        nothing = np.array([], np.int64)
        return Readings(pa.array([], pa.int64()), nothing, nothing, nothing, (np.array([]),) * len(columns.quantities))
    table = pa.Table.from_batches(given).combine_chunks()
    devices, device = _coded(table[columns.device])
    counted = columns.copies in table.column_names
    copies = numbers(table[columns.copies]) if counted else np.zeros(len(table), np.int64)
    times = table[columns.time].combine_chunks()
    micros = numbers(times.cast(pa.timestamp("us", times.type.tz)).view(pa.int64()))
    return Readings(devices, device, micros, copies, tuple(map(_values, (table[name] for name in columns.quantities))))


def _coded(column: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """The different values in order, and which of them stands where."""
    coded = column.combine_chunks().dictionary_encode()
    order = pc.array_sort_indices(coded.dictionary)
    rank = np.empty(len(order), np.int16 if len(order) < FEW else np.int32)
    rank[numbers(order)] = np.arange(len(order))
    return coded.dictionary.take(order), rank[numbers(coded.indices)]


def _values(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers; NaN where there is none, or none that is finite. 0.0 for -0.0, so that equal values are the same."""
    values = np.array(numbers(pc.fill_null(column.cast(pa.float64(), safe=False), np.nan))) + 0.0
    values[np.isinf(values)] = np.nan
    return values


def only_future(batches: Iterable[pa.RecordBatch], columns: Columns, as_of: int) -> Iterator[pa.RecordBatch]:
    """What `in_order` gave -> batches of `Columns.plain`: those later than `as_of` (microseconds)."""
    latest = pa.scalar(as_of, pa.int64()).cast(UTC_TIME)
    for batch in batches:
        yield batch.filter(pc.greater(batch[columns.time], latest)).drop_columns([columns.copies])


def sorted_readings(readings: Readings) -> Readings:
    """By device, then by time."""
    by_time = np.argsort(readings.micros, kind="stable")
    return readings.take(by_time[np.argsort(readings.device[by_time], kind="stable")])


def without_copies(readings: Readings, as_of: int) -> Readings:
    """Sorted readings -> those that are taken, each with the number of those that were not."""
    again = same_as_before(readings) & (readings.micros <= as_of)
    if not again.any():
        return readings
    first = np.flatnonzero(~again)
    which = np.cumsum(~again) - 1  # of the readings that are taken, the one that each belongs to
    several = np.flatnonzero(again | np.append(again[1:], False))
    order = np.lexsort((*(one[several] for one in reversed(readings.values)), which[several]))
    best = several[order]
    rows = first.copy()
    heads = np.flatnonzero(np.diff(which[best], prepend=-1))
    rows[which[best[heads]]] = best[heads]
    taken = readings.take(rows)
    return Readings(taken.devices, taken.device, taken.micros, np.diff(first, append=len(readings)) - 1, taken.values)


def same_as_before(readings: Readings) -> np.ndarray:
    """Whether the reading before has the same device and time."""
    same = np.zeros(len(readings), bool)
    same[1:] = (readings.micros[1:] == readings.micros[:-1]) & (readings.device[1:] == readings.device[:-1])
    return same


def numbers(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Without nulls, as NumPy sees them; `to_numpy` would import pandas first, in every new worker."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    found: Any = np.from_dlpack(whole)
    return np.asarray(found)


def as_arrow(values: np.ndarray) -> pa.Array:
    """The same memory as an Arrow array; NaN stays NaN."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def as_arrow_or_null(values: np.ndarray) -> pa.Array:
    """The same with nulls for NaN."""
    return pc.if_else(pc.is_nan(array := as_arrow(values)), None, array)
