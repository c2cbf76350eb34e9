"""Where records end whose cells may hold line ends: by the turns of all quotes, or by hand where one is out of turn."""

import numpy as np

from hotset.columnar.blocks import LINE_END
from hotset.columnar.csv_structure import AFTER_QUOTE, UNCLOSED, Positions, Spans, closing, in_place, no_rows, quotes
from hotset.columnar.exact import Faults
from hotset.data.dataset import Dataset


def multiline_spans(text: bytes, dataset: Dataset, *, final: bool) -> tuple[Spans, int, bool]:
    """The whole records at the head of `text`, how many bytes they are, and whether they are surely well-formed.

    `final`: nothing comes after `text`. Without, what may go on is left alone.
    """
    line_ends = _line_ends(text, final)
    positions = quotes(text, dataset)
    ends = line_ends[np.searchsorted(positions, line_ends[:, 0]) % 2 == 0]
    used = int(ends[-1, 1]) if len(ends) else 0
    placed = in_place(text, dataset, positions, np.arange(len(positions)))
    sure = bool(placed[positions < used].all())
    starts = np.concatenate(([0], ends[:-1, 1])) if len(ends) else no_rows()
    too_long = len(ends) > 0 and bool((ends[:, 0] - starts > dataset.longest_line_bytes).any())
    if sure and not too_long and not (final and used < len(text)) and len(text) - used <= dataset.longest_line_bytes:
        return Spans(starts, ends[:, 0], np.searchsorted(line_ends[:, 1], starts, side="right")), used, True
    spans, used = _spans_by_hand(text, line_ends, dataset, final)
    return spans, used, False


def _line_ends(text: bytes, final: bool) -> Positions:
    """(end of the line, start of the next) of every line; a final \\r may be half of a line end."""
    found = [match.span() for match in LINE_END.finditer(text)] if b"\r" in text else None
    if found is None:
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == 10)
        pairs = np.stack([ends, ends + 1], axis=1)
    else:
        if found and not final and found[-1][1] == len(text) and text.endswith(b"\r"):
            found.pop()
        pairs = np.array(found, np.int64).reshape(-1, 2)
    if final and text and (not len(pairs) or pairs[-1, 1] < len(text)):
        pairs = np.concatenate([pairs, [[len(text), len(text)]]])
    return pairs


def _spans_by_hand(text: bytes, line_ends: Positions, dataset: Dataset, final: bool) -> tuple[Spans, int]:
    starts: list[int] = []
    ends: list[int] = []
    lines: list[int] = []
    faults: Faults = {}
    line, position = 0, 0
    while line < len(line_ends):
        last, fault = _last_line(text, position, line, line_ends, dataset, final)
        if last is None:
            break
        if fault:
            faults[len(starts)] = fault
        starts.append(position)
        ends.append(int(line_ends[last, 0]))
        lines.append(line)
        line, position = last + 1, int(line_ends[last, 1])
    return Spans(np.array(starts, np.int64), np.array(ends, np.int64), np.array(lines, np.int64), faults), position


def _last_line(
    text: bytes, start: int, line: int, line_ends: Positions, dataset: Dataset, final: bool
) -> tuple[int | None, str | None]:
    """The line that ends the record; None where more text is needed. A record that is none ends with its first line."""
    limit = start + dataset.longest_line_bytes
    if line_ends[line, 0] > limit:
        return line, None
    reach = min(len(text), limit)
    position = start
    last = line
    while True:
        end = _end_of_cell(text, position, reach, int(line_ends[last, 0]), dataset)
        if end is None:
            return (None, None) if not final and reach == len(text) and reach < limit else (line, UNCLOSED)
        while last < len(line_ends) and line_ends[last, 0] < end:
            last += 1
        if last == len(line_ends):
            # the cell ends where the text does, and more may come
            return None, None
        if end == line_ends[last, 0]:
            return last, None
        if text[end : end + 1] != dataset.separator.encode():
            return line, AFTER_QUOTE
        position = end + 1


def _end_of_cell(text: bytes, position: int, reach: int, line_end: int, dataset: Dataset) -> int | None:
    """Where the cell that begins at `position` ends; None for a quoted one that is not closed within `reach`."""
    quote = dataset.quote.encode()
    if quote and text.startswith(quote, position):
        end = closing(text, position + 1, reach, quote)
        return None if end < 0 else end + 1
    end = text.find(dataset.separator.encode(), position, line_end)
    return line_end if end < 0 else end
