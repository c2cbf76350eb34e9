"""Where the records of a piece of CSV begin and end, and which of them are no records: by NumPy, and exactly by hand.

A cell is quoted if its first byte is the quote. NumPy looks at all quotes at once and knows the well-formed ones; what
it is not sure of goes byte by byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hotset.columnar.exact import Fault, Faults
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8

UNCLOSED = "unclosed quote"
AFTER_QUOTE = "text after a closing quote"
Positions = np.ndarray


@dataclass
class Spans:
    """The records of a piece: where each begins, ends (without its line end) and on which line, from 0."""

    starts: Positions
    ends: Positions
    lines: Positions
    faults: Faults = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    def without(self, rows: Positions) -> "Spans":
        """The others; the faults are gone."""
        return Spans(np.delete(self.starts, rows), np.delete(self.ends, rows), np.delete(self.lines, rows))

    def empty(self) -> Positions:
        """The rows of nothing."""
        return np.flatnonzero(self.ends == self.starts)

    def rows(self, rows: Positions | slice) -> "Spans":
        """Just these."""
        return Spans(self.starts[rows], self.ends[rows], self.lines[rows])


def quotes(piece: bytes, dataset: Dataset) -> Positions:
    """Where the quotes stand."""
    if not dataset.quote or dataset.quote.encode() not in piece:
        return no_rows()
    return np.flatnonzero(np.frombuffer(piece, np.uint8) == ord(dataset.quote))


def in_place(piece: bytes, dataset: Dataset, positions: Positions, turns: Positions) -> Positions:
    """For each quote, whether it stands where its turn wants it: one that opens at a cell's head, the next at its end.

    So it is where every cell is quoted from end to end or not at all.
    """
    text = np.frombuffer(piece, np.uint8)
    # beyond both ends of the piece is a line end
    before = np.where(positions == 0, 10, text[np.maximum(positions - 1, 0)])
    after = np.where(positions == len(text) - 1, 10, text[np.minimum(positions + 1, len(text) - 1)])
    beside = np.where(turns % 2 == 0, before, after)
    return np.isin(beside, np.frombuffer((dataset.separator + dataset.quote + "\r\n").encode(), np.uint8))


def is_well_formed(piece: bytes, dataset: Dataset) -> bool:
    """Whether every line of the piece, ended by `\\n`, is well-formed by itself."""
    positions = quotes(piece, dataset)
    if not len(positions):
        return True
    if not in_place(piece, dataset, positions, np.arange(len(positions))).all():
        return False
    ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == 10)
    return not (np.searchsorted(positions, ends) % 2).any()


def line_spans(piece: bytes) -> Spans:
    """Every line of the piece, ended by `\\n`, as a record."""
    ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == 10)
    return Spans(np.concatenate(([0], ends[:-1] + 1)), ends, np.arange(len(ends)))


def has_long_line(piece: bytes, limit: int) -> bool:
    """Whether a line of the piece has more bytes than that."""
    if len(piece) <= limit:
        return False
    spans = line_spans(piece)
    return bool((spans.ends - spans.starts > limit).any())


def check_spans(piece: bytes, spans: Spans, dataset: Dataset, fields: int) -> None:
    """Finds the faults of whole records; the first of each counts."""
    malformed = spans.faults
    faults = spans.faults = {}
    long = np.flatnonzero(spans.ends - spans.starts > dataset.longest_line_bytes)
    _note(faults, long, f"longer than {dataset.longest_line_bytes} bytes")
    _note(faults, not_utf8(piece, spans), invalid_text(dataset))
    _note(faults, _rows_with(piece, spans, 0), "a NUL character")
    for row, reason in malformed.items():
        faults.setdefault(row, reason)
    for row in _doubtful(piece, spans, dataset, fields):
        if row not in faults:
            try:
                count = len(split_record(piece[spans.starts[row] : spans.ends[row]], dataset))
                if count != fields:
                    faults[row] = f"{count} fields, expected {fields}"
            except Fault as why:
                faults[row] = str(why)


def invalid_text(dataset: Dataset) -> str:
    """The fault of a record that is no text in the encoding of its file."""
    return f"not valid {'UTF-8' if in_utf8(dataset.encoding) else dataset.encoding}"


def split_record(record: bytes, dataset: Dataset) -> list[tuple[bytes, bool]]:
    """Cells, and whether each is quoted. Raises Fault for a record that is none."""
    cells = []
    position = 0
    while True:
        content, quoted, position = _cell(record, position, dataset)
        cells.append((content, quoted))
        if position == len(record):
            return cells
        position += 1  # the separator


def _cell(record: bytes, position: int, dataset: Dataset) -> tuple[bytes, bool, int]:
    """content, quoted, where it ends: at a separator or the end of the record."""
    quote, separator = dataset.quote.encode(), dataset.separator.encode()
    if not quote or not record.startswith(quote, position):
        end = record.find(separator, position)
        end = len(record) if end < 0 else end
        return record[position:end], False, end
    end = closing(record, position + 1, len(record), quote)
    if end < 0:
        raise Fault(UNCLOSED)
    if end + 1 < len(record) and record[end + 1 : end + 2] != separator:
        raise Fault(AFTER_QUOTE)
    return record[position + 1 : end].replace(quote + quote, quote), True, end + 1


def closing(text: bytes, position: int, stop: int, quote: bytes) -> int:
    """The quote that closes the cell whose content begins at `position`; -1 if there is none before `stop`."""
    while (position := text.find(quote, position, stop)) >= 0:
        if not text.startswith(quote, position + 1):
            return position
        position += 2
    return -1


def _note(faults: Faults, rows: Positions, reason: str) -> None:
    for row in rows.tolist():
        faults.setdefault(row, reason)


def _rows_with(piece: bytes, spans: Spans, byte: int) -> Positions:
    return (
        _rows_at(spans, np.flatnonzero(np.frombuffer(piece, np.uint8) == byte)) if bytes([byte]) in piece else no_rows()
    )


def _rows_at(spans: Spans, positions: Positions) -> Positions:
    """The records that hold these positions, each once."""
    rows = np.searchsorted(spans.starts, positions, side="right") - 1
    return np.unique(rows[(rows >= 0) & (positions < spans.ends[rows])])


def not_utf8(piece: bytes, spans: Spans) -> Positions:
    """The records that are not valid UTF-8."""
    suspects = _rows_at(spans, np.flatnonzero(np.frombuffer(piece, np.uint8) >= 0x80))
    return np.array([row for row in suspects if not _decodes(piece[spans.starts[row] : spans.ends[row]])], np.int64)


def _decodes(record: bytes) -> bool:
    try:
        record.decode()
    except UnicodeDecodeError:
        return False
    return True


def _doubtful(piece: bytes, spans: Spans, dataset: Dataset, fields: int) -> Iterator[int]:
    """Records that are not surely well-formed with so many fields."""
    text = np.frombuffer(piece, np.uint8)
    separators = np.flatnonzero(text == ord(dataset.separator))
    odd = np.zeros(len(spans), bool)
    positions = quotes(piece, dataset)
    if len(positions):
        firsts = np.searchsorted(positions, spans.starts)
        odd = (np.searchsorted(positions, spans.ends) - firsts) % 2 == 1
        rows = np.searchsorted(spans.starts, positions, side="right") - 1
        odd[rows[~in_place(piece, dataset, positions, np.arange(len(positions)) - firsts[rows])]] = True
        rows = np.searchsorted(spans.starts, separators, side="right") - 1
        separators = separators[(np.searchsorted(positions, separators) - firsts[rows]) % 2 == 0]
    counts = np.searchsorted(separators, spans.ends) - np.searchsorted(separators, spans.starts)
    return iter(np.flatnonzero(odd | (counts != fields - 1)).tolist())


def no_rows() -> Positions:
    """Positions of nothing."""
    return np.zeros(0, np.int64)
