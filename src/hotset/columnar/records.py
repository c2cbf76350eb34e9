"""A block as typed rows, whatever the format: the good ones as Arrow batches, the others set aside with a reason.

Runs in Spark's Python workers, like the rest of this room.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.blocks import Block, Slice
from hotset.columnar.csv_records import CsvPart
from hotset.columnar.csv_structure import line_spans
from hotset.columnar.exact import NOT_FINITE_VALUE, NOT_NULL, OF_ANY_TYPE, TOO_FINE
from hotset.columnar.faults import FaultFile
from hotset.columnar.forms import read_form
from hotset.columnar.found import Bad, Good
from hotset.columnar.json_records import JsonPart
from hotset.columnar.layout import Column, Layout
from hotset.columnar.partitioned import partition_value
from hotset.columnar.pieces import is_in_nanos, lines_of, records_of, row_batches
from hotset.columnar.times import cut_to_micros
from hotset.columnar.utf8 import repair
from hotset.columnar.values import beyond_years
from hotset.data.columns import unlike
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8, restored
from hotset.row_counts import RowCounts

# What rows carry beside their columns when somebody has to know where they stand: part of the block, line or row, text.
PLACE = pa.schema([("__part", pa.int32()), ("__line", pa.int64()), ("__raw", pa.string())])
PLACE_TYPES = ("int", "bigint", "string")

# where the found things begin, and the things
Found = Iterator[Good | Bad]


@dataclass
class PartCount:
    """What one part of a file held, as far as it was read."""

    lines: int = 0  # of text, the header and blank ones included; of formats without lines, rows
    rows: RowCounts = field(default_factory=RowCounts)


@dataclass
class Records:
    """One block while it is read. `placed`: every row carries the columns of PLACE."""

    block: Block
    layout: Layout
    faults: FaultFile
    placed: bool = False
    counts: list[PartCount] = field(default_factory=list)
    finished: bool = False

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Every good row, with the columns as declared. Raises InputError for a file that cannot be read."""
        try:
            for number, part in enumerate(self.block):
                self.counts.append(PartCount())
                yield from self._of_part(number, part, self.counts[-1])
            self.faults.finish()
            self.finished = True
        finally:
            if not self.finished:
                self.faults.drop()

    def _of_part(self, number: int, part: Slice, count: PartCount) -> Iterator[pa.RecordBatch]:
        constants = constant_columns(self.layout, part)
        last_bad = -1
        broken: set[str | None] = set()  # guesses: of each the first fault says enough, the rows are read again
        for found in FORMATS[self.layout.dataset.format](part, self.layout, count, self.placed):
            if isinstance(found, Good):
                count.rows.good += found.batch.num_rows
                if found.batch.num_rows:
                    yield self._completed(found, constants, number)
                continue
            if not self.placed and found.column not in broken:
                raw = found.raw if in_utf8(part.encoding) else restored(found.raw)
                self.faults.add(number, replace(found, raw=raw))
            if breaks_guess(self.layout.dataset, found.column, found.reason):
                broken.add(found.column)
            if found.line != last_bad:
                last_bad = found.line
                count.rows.rejected += 1

    def _completed(self, good: Good, constants: dict[str, pa.Scalar], number: int) -> pa.RecordBatch:
        rows, schema = good.batch.num_rows, self.layout.schema
        arrays = [
            pa.repeat(constants[name], rows) if name in constants else good.batch.column(name) for name in schema.names
        ]
        if self.placed:
            arrays += [pa.repeat(pa.scalar(number, pa.int32()), rows), good.lines, good.raws]
            schema = pa.schema([*schema, *place_of(self.layout)])
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def breaks_guess(dataset: Dataset, column: str | None, reason: str) -> bool:
    """Whether a fault says that a type was guessed wrongly: then the row is not bad, it was never declared."""
    return column in dataset.guesses and reason not in OF_ANY_TYPE


def place_of(layout: Layout) -> pa.Schema:
    """PLACE, under names that no column of the dataset has."""
    return pa.schema([(unlike(entry.name, layout.schema.names), entry.type) for entry in PLACE])


def constant_columns(layout: Layout, part: Slice) -> dict[str, pa.Scalar]:
    """The columns that a file does not have: from the directories' names, or by default."""
    constants, there = {}, set(part.fields)
    for column in layout.columns:
        if column.name in layout.dataset.partition_by:
            constants[column.name] = partition_value(part.file, column, layout)
        elif column.optional and there and column.name not in there:
            constants[column.name] = pa.scalar(column.default, column.type)
    return constants


def _text(part: Slice, layout: Layout, count: PartCount, placed: bool) -> Found:
    name = layout.stored[0].name
    for piece in lines_of(part):
        repaired, invalid = repair(piece, part.encoding)
        texts = pa.array(repaired[:-1].decode().split("\n"), pa.string())
        batch = pa.RecordBatch.from_arrays([texts], [name])
        yield from _moved((Good.of(batch, repaired, line_spans(repaired)) if placed else Good(batch),), count.lines)
        count.lines += len(texts)
        count.rows.read += len(texts)
        count.rows.invalid_utf8 += invalid


def _csv(part: Slice, layout: Layout, count: PartCount, placed: bool) -> Found:
    reader = CsvPart(layout, part.fields, placed)
    above = layout.dataset.lines_above if part.start == 0 else 0
    count.lines = above
    if layout.dataset.multiline:
        for text, spans, lines, sure in records_of(part, layout.dataset, above):
            yield from _moved(reader.read(text, spans, sure=sure), count.lines)
            count.lines += lines
    else:
        for piece in _without_lines(lines_of(part), above) if above else lines_of(part):
            yield from _moved(reader.read(piece, None), count.lines)
            count.lines = reader.lines + above
    count.rows.blanks, count.rows.read = reader.blanks, reader.lines - reader.blanks


def _without_lines(pieces: Iterator[bytes], lines: int) -> Iterator[bytes]:
    """The pieces without so many lines at the head of the first ones."""
    for piece in pieces:
        position = 0
        while lines and position < len(piece):
            position, lines = piece.index(b"\n", position) + 1, lines - 1
        if rest := piece[position:]:
            yield rest


def _json(part: Slice, layout: Layout, count: PartCount, placed: bool) -> Found:
    reader = JsonPart(layout, placed)
    for piece in lines_of(part):
        yield from _moved(reader.read(piece), count.lines)
        count.lines = reader.lines
    count.rows.blanks, count.rows.read = reader.blanks, reader.lines - reader.blanks


def _rows(part: Slice, layout: Layout, count: PartCount, placed: bool) -> Found:
    orc = layout.dataset.format == "orc"
    columns = layout.present(part.fields)
    formed = [one.name for one in columns if one.form]
    declared = pa.schema([(one.name, one.type) for one in layout.stored])
    for stored in row_batches(part, declared, orc=orc, as_stored=formed):
        faults: dict[int, list[tuple[str, str]]] = {}
        batch = stored
        for column in columns:
            array = stored[column.name]
            values, wrong = _read(array, column, layout)
            if values is not array:
                batch = batch.set_column(batch.schema.get_field_index(column.name), column.name, values)
            for row in sorted(wrong):
                faults.setdefault(row, []).append((column.name, wrong[row]))
        for row in sorted(faults):
            for name, reason in faults[row]:
                yield Bad(count.lines + row, _row_text(stored, row).encode(), name, reason)
        good = np.delete(np.arange(batch.num_rows), sorted(faults))
        kept = batch.take(pa.array(good)) if faults else batch
        raws = pa.array([_row_text(stored, row) for row in good.tolist()]) if placed else None
        yield Good(kept, pa.array(good + count.lines), raws)
        count.lines += batch.num_rows
    count.rows.read = count.lines if part.rows is None else part.rows


FORMATS = {"text": _text, "csv": _csv, "json": _json, "parquet": _rows, "orc": _rows}


def _moved(found: Iterable[Good | Bad], lines: int) -> Found:
    """The same, on the lines of the part instead of the piece."""
    for one in found:
        if isinstance(one, Bad):
            yield replace(one, line=one.line + lines)
        elif one.lines is not None:
            yield replace(one, lines=pc.add(one.lines, lines))
        else:
            yield one


def _read(array: pa.Array, column: Column, layout: Layout) -> tuple[pa.Array, dict[int, str]]:
    """The values of a column, and its faults by row."""
    faults: dict[int, str] = {}
    if column.form is not None:
        array, faults = read_form(array, column.form)
    elif is_in_nanos(array.type):
        array, faults = _micros(array, column, layout)
    if column.form is None and pa.types.is_temporal(array.type):
        faults |= dict.fromkeys(_true(beyond_years(array)), f"out of range of type {column.kind}")
    if not column.nullable and array.null_count:
        faults = dict.fromkeys(_true(array.is_null()), NOT_NULL) | faults
    if layout.refuses_nan and pa.types.is_floating(array.type):
        faults |= dict.fromkeys(_true(pc.fill_null(pc.invert(pc.is_finite(array)), False)), NOT_FINITE_VALUE)
    return array, faults


def _micros(times: pa.Array, column: Column, layout: Layout) -> tuple[pa.Array, dict[int, str]]:
    """Times in Spark's unit. What is finer is a fault, or cut off."""
    nanos = times.view(pa.int64())
    micros = cut_to_micros(nanos).view(pa.timestamp("us", times.type.tz)).cast(column.type)
    if layout.dataset.nanoseconds == "cut":
        return micros, {}
    finer = pc.not_equal(pc.multiply(pc.divide(nanos, 1000), 1000), nanos)
    return micros, dict.fromkeys(_true(pc.fill_null(finer, False)), TOO_FINE)


def _true(mask: pa.BooleanArray) -> list[int]:
    rows: list[int] = np.flatnonzero(np.from_dlpack(mask.cast(pa.uint8()))).tolist()
    return rows


def _row_text(batch: pa.RecordBatch, row: int) -> str:
    kinds = [one.with_type(pa.string()) if is_in_nanos(one.type) else one for one in batch.schema]
    one = batch.slice(row, 1).cast(pa.schema(kinds))
    try:
        values: Any = one.to_pylist()[0]
    except OverflowError:  # a year that Python has not
        values = one.cast(pa.schema([_as_text(entry) for entry in one.schema])).to_pylist()[0]
    return json.dumps(values, default=str, ensure_ascii=False)


def _as_text(entry: pa.Field) -> pa.Field:
    return entry.with_type(pa.string()) if pa.types.is_temporal(entry.type) else entry
