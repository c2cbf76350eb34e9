"""Records of JSON lines as Arrow batches: in bulk while all is well, exactly where it is not."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pajson

from hotset.columnar.blocks import count_ends
from hotset.columnar.csv_structure import Spans, has_long_line, line_spans, not_utf8
from hotset.columnar.exact import Faults
from hotset.columnar.forms import read_form, read_texts
from hotset.columnar.found import BATCH_ROWS, Bad, Good
from hotset.columnar.json_values import Number, check_records, is_exact_double
from hotset.columnar.layout import Column, Layout
from hotset.columnar.utf8 import is_utf8
from hotset.columnar.values import Doubtful, sure
from hotset.data.forms import UnitTime, WholeNumber

NOT_JSON = (b"\0", b"NaN", b"Inf")  # which Arrow takes
NOT_IN_BULK = (pa.ArrowInvalid, pa.ArrowNotImplementedError, Doubtful, UnicodeDecodeError)
MANY_DIGITS = re.compile(rb"[0-9][0-9.]{15}")  # a double may have fewer
NUMBERS = pa.decimal128(38, 9)  # without rounding; for a number with more digits Arrow raises
FEW = 32  # lines; below that, another attempt in bulk costs more than looking at each


@dataclass
class JsonPart:
    """Pieces of one file."""

    layout: Layout
    placed: bool = False  # whether every row has to know where it stands
    lines: int = 0
    blanks: int = 0

    def read(self, piece: bytes) -> Iterator[Good | Bad]:
        """Every line of the piece once."""
        lines = count_ends(piece)
        self.lines += lines
        if not self.placed:
            try:
                yield from (Good(batch) for batch in self._in_bulk(piece, lines).to_batches(BATCH_ROWS))
                return
            except NOT_IN_BULK:
                pass
        spans = line_spans(piece)
        blank = spans.empty()
        self.blanks += len(blank)
        spans = spans.without(blank)
        broken = set(not_utf8(piece, spans).tolist())
        yield from self._halved(piece, spans, 0, len(spans), broken)

    def _halved(self, piece: bytes, spans: Spans, first: int, last: int, broken: set[int]) -> Iterator[Good | Bad]:
        """Lines from `first` to `last`: in bulk if that goes; else each half by itself, and few one by one."""
        if last - first > FEW:
            try:
                if not any(first <= row < last for row in broken):
                    lines = piece[spans.starts[first] : spans.ends[last - 1]] + b"\n"
                    table = self._in_bulk(lines, count_ends(lines))
                    (batch,) = table.combine_chunks().to_batches()
                    yield self._good(batch, piece, spans.rows(slice(first, last)))
                    return
            except NOT_IN_BULK:
                pass
            middle = (first + last) // 2
            yield from self._halved(piece, spans, first, middle, broken)
            yield from self._halved(piece, spans, middle, last, broken)
            return
        yield from self._one_by_one(piece, spans, range(first, last))

    def _one_by_one(self, piece: bytes, spans: Spans, rows: range) -> Iterator[Good | Bad]:
        records, good = [], []
        raws = [piece[spans.starts[row] : spans.ends[row]] for row in rows]
        for row, raw, (record, faults) in zip(rows, raws, check_records(raws, self.layout), strict=True):
            for column, reason in faults:
                yield Bad(int(spans.lines[row]), raw, column, reason)
            if not faults:
                records.append(record)
                good.append(row)
        if good:
            arrays = [
                pa.array([record[column.name] for record in records], column.type) for column in self.layout.stored
            ]
            names = [column.name for column in self.layout.stored]
            yield self._good(pa.RecordBatch.from_arrays(arrays, names), piece, spans.rows(np.array(good)))

    def _good(self, batch: pa.RecordBatch, piece: bytes, spans: Spans) -> Good:
        return Good.of(batch, piece, spans) if self.placed else Good(batch)

    def _in_bulk(self, piece: bytes, lines: int) -> pa.Table:
        """All lines as rows. Raises ArrowInvalid or Doubtful where one is no such record, or may be none."""
        # each line begins an object; as many objects as lines, then, means one in each
        if (
            any(word in piece for word in NOT_JSON)
            or not is_utf8(piece)  # Arrow does not look inside structs, nor at what is ignored
            or not piece.startswith(b"{")
            or piece.count(b"\n{") != lines - 1
            or has_long_line(piece, self.layout.dataset.longest_line_bytes)
            or (any(map(is_exact_double, self.layout.stored)) and MANY_DIGITS.search(piece))
        ):
            raise Doubtful
        columns = self.layout.stored
        first = _first_record(piece) if any(column.form for column in columns) else {}
        table = pajson.read_json(
            pa.py_buffer(piece),
            pajson.ReadOptions(use_threads=False, block_size=len(piece) + 1),
            pajson.ParseOptions(
                explicit_schema=pa.schema([(column.name, _as_read(column, first)) for column in columns]),
                unexpected_field_behavior=self.layout.dataset.on_new.replace("fail", "error"),
            ),
        )
        if table.num_rows != lines:
            raise Doubtful
        values = [self._values(table[column.name].combine_chunks(), column) for column in columns]
        return pa.table(values, [column.name for column in columns])

    def _values(self, array: pa.Array, column: Column) -> pa.Array:
        if array.null_count and (not column.nullable or column.optional):
            raise Doubtful  # whether the key is missing or null, only a look at each line tells
        faults: Faults = {}
        if column.form is not None:
            array, faults = read_form(array, column.form)
        elif pa.types.is_string(array.type) and column.kind != "string":
            array, faults = read_texts(array, column, self.layout.zone, refuse_nan=self.layout.refuses_nan)
        if faults:
            raise Doubtful
        return sure(array, column, refuse_nan=False)


def _first_record(piece: bytes) -> dict[str, Any]:
    try:
        record = json.loads(piece[: piece.index(b"\n")], parse_int=Number, parse_float=Number)
    except (ValueError, RecursionError):
        raise Doubtful from None
    return record if isinstance(record, dict) else {}


def _as_read(column: Column, first: dict[str, Any]) -> pa.DataType:
    """Dates and times are strings in JSON, and become what they are by the same rules as in CSV.

    Of a form of its own, the first record says how it is written; where others differ, each is looked at.
    """
    if column.form is not None:
        value = first.get(column.name)
        if not isinstance(value, Number):
            return pa.string()
        if value.lstrip("-").isdigit():
            return pa.int64()
        if not isinstance(column.form, UnitTime | WholeNumber):
            raise Doubtful  # what its digits are, only the line itself tells
        return NUMBERS
    return pa.string() if column.kind in ("date", "timestamp", "timestamp_ntz") else column.type
