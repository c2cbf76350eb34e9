"""Records of CSV as Arrow batches: in bulk while all is well, exactly where it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from hotset.columnar.blocks import count_ends
from hotset.columnar.csv_structure import Spans, check_spans, has_long_line, is_well_formed, line_spans, no_rows
from hotset.columnar.exact import FALSE, NOT_NULL, TRUE, Faults
from hotset.columnar.forms import bulk_type, read_form, read_texts
from hotset.columnar.found import BATCH_ROWS, Bad, Good
from hotset.columnar.layout import WHOLE, Column, Layout
from hotset.columnar.own_text import LARGEST_WHOLE, keep_order, own_texts
from hotset.columnar.utf8 import BOM, is_utf8
from hotset.columnar.values import Doubtful, in_zone, sure
from hotset.data.forms import IsoTime


@dataclass
class CsvPart:
    """Pieces of one file, all with the same fields. What was learned from one piece speeds up the next."""

    layout: Layout
    fields: tuple[str, ...]
    placed: bool = False  # whether every row has to know where it stands
    zoned: bool = False  # whether timestamps carried an offset so far
    forms_as_texts: bool = False  # whether Arrow does not understand a form
    dirty: bool = False  # whether the last piece held a fault
    lines: int = 0  # that were read, empty ones too; of multiline CSV, records
    blanks: int = 0

    def __post_init__(self) -> None:
        self.dataset = self.layout.dataset
        self.columns = self.layout.present(self.fields)

    def read(self, piece: bytes, spans: Spans | None, *, sure: bool = True) -> Iterator[Good | Bad]:
        """Every record of the piece once: whole lines, each ended by `\\n`; or as `spans` say, for several lines.

        `sure`: the records are well-formed, or nobody has looked yet.
        """
        lines = count_ends(piece) if spans is None else len(spans)
        self.lines += lines
        if sure and not self.dirty and not self.placed:
            table = self._in_bulk(piece, spans, lines)
            if table is not None:
                yield from (Good(batch) for batch in table.to_batches(BATCH_ROWS))
                return
        self.dirty = False
        for found in self._exactly(piece, spans or line_spans(piece)):
            self.dirty = self.dirty or isinstance(found, Bad)
            yield found

    def _in_bulk(self, piece: bytes, spans: Spans | None, lines: int) -> pa.Table | None:
        """All records as rows; None where one is faulty, or could be."""
        if not self._may_be_parsed(piece, spans):
            return None
        try:
            return self._rows_of(piece, spans, lines)
        except (pa.ArrowInvalid, Doubtful):
            if self.forms_as_texts or not any(column.form for column in self.columns):
                return None
        try:
            self.forms_as_texts = True
            return self._rows_of(piece, spans, lines)
        except (pa.ArrowInvalid, Doubtful):
            self.forms_as_texts = False
            return None

    def _rows_of(self, piece: bytes, spans: Spans | None, lines: int) -> pa.Table | None:
        """All records as Arrow reads them; None where they are too few. Raises ArrowInvalid and Doubtful."""
        table = self._typed(piece)
        # a line makes one row, or none: only where rows are fewer have blank ones to be looked for
        blanks = 0 if table.num_rows == lines else self._blanks_of(piece, spans)
        if table.num_rows != lines - blanks:
            return None
        checked = self._checked(table)
        self.blanks += 0 if checked is None else blanks
        return checked

    def _blanks_of(self, piece: bytes, spans: Spans | None) -> int:
        """How many lines of nothing are no records."""
        return len(_blank(spans or line_spans(piece), self.fields))

    def _may_be_parsed(self, piece: bytes, spans: Spans | None) -> bool:
        """Whether Arrow can be trusted with the piece: it takes more than we do."""
        if b"\0" in piece or not is_utf8(piece):
            return False
        if _holds_hexadecimal(piece) and any(_may_be_whole(column) for column in self.columns):
            return False
        if spans is not None:
            return True
        return is_well_formed(piece, self.dataset) and not has_long_line(piece, self.dataset.longest_line_bytes)

    def _typed(self, piece: bytes) -> pa.Table:
        try:
            return self._parsed(piece, self._bulk_types())
        except pa.ArrowInvalid as why:
            if "zone offset" not in str(why):
                raise
        self.zoned = not self.zoned
        return self._parsed(piece, self._bulk_types())

    def _bulk_types(self) -> dict[str, pa.DataType]:
        times = pa.timestamp("us", "UTC" if self.zoned else None)
        types = {column.name: self._bulk_type(column) for column in self.columns}
        return {name: times if pa.types.is_timestamp(kind) and kind.tz else kind for name, kind in types.items()}

    def _bulk_type(self, column: Column) -> pa.DataType:
        if column.own_form is not None or column.code_length:
            return pa.string()
        if column.form is None:
            return column.type
        return pa.string() if self.forms_as_texts else bulk_type(column.form)

    def _parsed(self, piece: bytes, types: dict[str, pa.DataType]) -> pa.Table:
        dataset = self.dataset
        if piece.startswith(BOM):
            piece = BOM + piece  # Arrow drops one, though only at the head of a file it is no text
        if not piece.endswith((b"\n", b"\r")):
            # without it, Arrow takes an empty last cell for a quoted one if the cell before it is quoted
            piece += b"\n"
        return pacsv.read_csv(
            pa.py_buffer(piece),
            pacsv.ReadOptions(use_threads=False, block_size=len(piece) + 1, column_names=list(self.fields)),
            pacsv.ParseOptions(
                delimiter=dataset.separator,
                quote_char=dataset.quote or False,
                newlines_in_values=dataset.multiline,
                ignore_empty_lines=len(self.fields) > 1,
            ),
            pacsv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=list(dataset.nulls),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=TRUE,
                false_values=FALSE,
                check_utf8=False,  # the whole piece was checked
                decimal_point="," if dataset.decimal_comma else ".",
            ),
        )

    def _checked(self, table: pa.Table) -> pa.Table | None:
        values = []
        for column in self.columns:
            array = table[column.name]
            if array.null_count and not column.nullable:
                return None
            values.append(self._checked_values(array, column))
        return pa.table(values, [column.name for column in self.columns])

    def _checked_values(self, array: pa.ChunkedArray, column: Column) -> Any:
        """Raises ArrowInvalid and Doubtful for what is a fault, or could be."""
        if column.own_form is not None or column.code_length:
            values, faults = self._values_of(array.combine_chunks(), column)
            if faults:
                raise Doubtful
            return values
        if column.form is not None and not pa.types.is_timestamp(array.type):
            values, faults = read_form(array.combine_chunks(), column.form)
            if faults:
                raise Doubtful
            return values
        if column.kind == "timestamp" and not self.zoned:
            array = in_zone(array, column.form.zone if isinstance(column.form, IsoTime) else self.layout.zone)
        if column.is_ordered_double and (pc.max(pc.abs(array)).as_py() or 0) >= LARGEST_WHOLE:
            raise Doubtful
        return sure(array, column, refuse_nan=self.layout.refuses_nan)

    def _exactly(self, piece: bytes, spans: Spans) -> Iterator[Good | Bad]:
        check_spans(piece, spans, self.dataset, len(self.fields))
        blank = _blank(spans, self.fields)
        for row in blank.tolist():
            spans.faults.pop(row, None)
        self.blanks += len(blank)
        for row, reason in sorted(spans.faults.items()):
            yield Bad(int(spans.lines[row]), _raw(piece, spans, row), None, reason)
        none = np.union1d(blank, np.array(sorted(spans.faults), np.int64))
        whole = spans.without(none)
        if not len(whole):
            return
        values, faults = self._converted(self._texts(_cut_out(piece, spans, none), len(whole)))
        for row, column, reason in faults:
            yield Bad(int(whole.lines[row]), _raw(piece, whole, row), column, reason)
        rows = np.array(sorted({row for row, _, _ in faults}), np.int64)
        batch = pa.RecordBatch.from_arrays(values, [column.name for column in self.columns])
        if len(rows):
            batch = batch.take(pa.array(np.delete(np.arange(len(whole)), rows)))
        yield Good.of(batch, piece, whole.without(rows)) if self.placed else Good(batch)

    def _texts(self, piece: bytes, records: int) -> pa.Table:
        """The cells of well-formed records as texts."""
        table = self._parsed(piece, {column.name: pa.string() for column in self.columns})
        if table.num_rows != records:
            raise AssertionError(f"Arrow makes {table.num_rows} rows of {records} records")
        return table.combine_chunks()

    def _converted(self, texts: pa.Table) -> tuple[list[pa.Array], list[tuple[int, str, str]]]:
        """Values of every column, and (row, column, reason) of each fault: by rows, then by columns."""
        values: list[Any] = []
        faults: list[tuple[int, int, str, str]] = []
        for place, column in enumerate(self.columns):
            cells = texts[column.name].combine_chunks()
            array, wrong = self._values_of(cells, column)
            if not column.nullable and cells.null_count:
                empty = np.flatnonzero(np.from_dlpack(cells.is_null().cast(pa.uint8())))
                wrong |= dict.fromkeys(empty.tolist(), NOT_NULL)
            faults += [(row, place, column.name, reason) for row, reason in wrong.items()]
            values.append(array)
        return values, [(row, name, reason) for row, _, name, reason in sorted(faults)]

    def _values_of(self, texts: pa.StringArray, column: Column) -> tuple[pa.Array, Faults]:
        """Values, and what is wrong with the others: of a guessed type, also a text that is not its value's own."""
        values, faults = read_texts(texts, column, self.layout.zone, refuse_nan=self.layout.refuses_nan)
        if column.own_form is not None:
            kept = own_texts(texts, values, column.kind, column.own_form, comma=column.comma)
        elif column.code_length or column.is_ordered_double:
            kept = keep_order(texts, values, column.kind, column.code_length)
        else:
            return values, faults
        return values, dict.fromkeys(np.flatnonzero(~kept).tolist(), f"not how {column.kind} is written") | faults


def _raw(piece: bytes, spans: Spans, row: int) -> bytes:
    return piece[spans.starts[row] : spans.ends[row]]


def _blank(spans: Spans, fields: tuple[str, ...]) -> np.ndarray:
    """Records of nothing, which are none; but of a single field they are its empty cell."""
    return spans.empty() if len(fields) > 1 else no_rows()


def _cut_out(piece: bytes, spans: Spans, rows: np.ndarray) -> bytes:
    """The piece without these records."""
    kept, position = [], 0
    for row in rows.tolist():
        before = piece[position : spans.starts[row]]
        # its own \n, lest the \r become one line end with a \n that comes after the gap
        kept.append(before + b"\n" if before.endswith(b"\r") else before)
        position = spans.starts[row + 1] if row + 1 < len(spans) else len(piece)
    return b"".join([*kept, piece[position:]]) if kept else piece


def _may_be_whole(column: Column) -> bool:
    """Whether Arrow reads whole numbers of it."""
    return column.kind in WHOLE or (column.form is not None and pa.types.is_integer(bulk_type(column.form)))


def _holds_hexadecimal(piece: bytes) -> bool:
    """Arrow reads 0x1F as a whole number. One byte is searched for several times faster than two."""
    return (b"x" in piece and b"0x" in piece) or (b"X" in piece and b"0X" in piece)
