"""How somebody else's CSV seems to be written, where the dataset says otherwise: hints for whoever gets an error.

Nothing is read by a guess: a hint is a sentence, and the option that would make it so. Better none than a wrong one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import TypeVar

from hotset.columnar.csv_multiline import multiline_spans
from hotset.columnar.csv_structure import UNCLOSED, invalid_text, split_record
from hotset.columnar.dialect_cells import Hint, Row, cell_hints, is_number
from hotset.columnar.dialect_text import decoded
from hotset.columnar.exact import Fault
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8

SEPARATORS = {",": "','", ";": "';'", "\t": r"'\t'", "|": "'|'"}  # as one writes them in a shell
MOST_LINES = 200
MOST_ABOVE = 20  # lines
MOST_OF_ALL = 0.6  # the share of the lines that a table has, lest it be a few lines that happen to look like one
SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
Item = TypeVar("Item")
Placed = tuple[int, Row]  # a record: its line, from 0, and its cells


@dataclass(frozen=True)
class Shape:
    """A table, as one way of reading finds it: the records of the longest run that have equally many cells."""

    dataset: Dataset
    above: int  # lines
    rows: tuple[Row, ...]
    share: float  # of all records
    titles: tuple[Row, ...]  # the records above it


def recognise_dialect(head: bytes, dataset: Dataset) -> list[Hint]:
    """Hints on how the file that begins with these bytes should be read, where that is not as the dataset says."""
    hints, text = decoded(head, dataset)
    if dataset.format != "csv" or text is None:
        return hints
    lines = _lines(text)[dataset.skip : dataset.skip + MOST_LINES]
    above = dataset.skip
    if lines and (found := SEP_LINE.fullmatch(lines[0])):
        above, lines, seen = above + 1, lines[1:], found[1]
        hints.append(Hint(f"line {above} says sep={seen}, which is Excel's own", f"--skip {above}"))
        if seen != dataset.separator and seen in SEPARATORS:
            hints.append(_separated(seen))
            dataset = replace(dataset, separator=seen, quote=dataset.quote if seen != dataset.quote else "")
    shape = _best(lines, dataset)
    if shape is None:
        comments = _leading(lines, lambda line: not line.strip() or line.startswith("# "))
        return hints + ([_above(above + comments)] if 0 < comments < len(lines) else [])
    if shape.dataset.separator != dataset.separator:
        hints.append(_separated(shape.dataset.separator))
    if shape.above and _are_titles(shape):
        hints.append(_above(above + shape.above))
    if shape.dataset.multiline and not dataset.multiline:
        hints.append(SPANNING)
    return hints + cell_hints(shape.rows, shape.dataset, dataset)


SPANNING = Hint("a quoted cell goes on after a line end", "--multiline")


def hints_for_rejects(reasons: Iterable[str], dataset: Dataset) -> list[Hint]:
    """Hints for records that were rejected for these reasons."""
    known = set(reasons)
    hints = []
    if UNCLOSED in known and not dataset.multiline and dataset.format == "csv":
        hints.append(Hint("a quoted cell may go on after a line end", "--multiline"))
    if invalid_text(dataset) in known and in_utf8(dataset.encoding):
        hints.append(Hint("the file may be in another encoding than UTF-8", "--encoding cp1252"))
    return hints


def _separated(separator: str) -> Hint:
    shown = "a tab" if separator == "\t" else repr(separator)
    return Hint(f"its cells are separated by {shown}", f"--separator {SEPARATORS[separator]}")


def _above(lines: int) -> Hint:
    return Hint(f"the table begins below line {lines}", f"--skip {lines}")


def _lines(text: str) -> list[str]:
    lines = re.split(r"\r\n|\r|\n", text)
    # the last one of many is cut off, or nothing
    return lines[:-1] if len(lines) > MOST_ABOVE or not lines[-1] else lines


def _best(lines: list[str], dataset: Dataset) -> Shape | None:
    """The way of reading that makes the most of the lines; the declared one, if it is good."""
    found = _shape(lines, dataset)
    if found and not found.above and found.share > 0.9:
        return found
    quotes = dict.fromkeys((dataset.quote, "'"))
    others = (
        _shape(lines, replace(dataset, separator=separator, quote=quote))
        for separator in dict.fromkeys((dataset.separator, *SEPARATORS))
        for quote in quotes
        if separator != quote
    )
    shapes = [
        shape
        for shape in (found, *others)
        if shape and shape.share >= MOST_OF_ALL and (shape.dataset.quote == dataset.quote or _has_quotes(shape))
    ]
    return max(shapes, key=lambda shape: (round(shape.share, 2), -shape.above), default=None)


def _has_quotes(shape: Shape) -> bool:
    return any(quoted for row in shape.rows for _, quoted in row)


def _shape(lines: list[str], dataset: Dataset) -> Shape | None:
    """The longest run of records with equally many cells, two or more; None where there is none of two records."""
    records, spanning = _records(lines, dataset)
    if spanning:
        dataset = replace(dataset, multiline=True)
    rows = [(line, _cells(record, dataset)) for line, record in records if record.strip()]
    runs = [list(run) for _, run in groupby(rows, key=lambda row: len(row[1]))]
    longest = max(runs, key=len, default=[])
    if len(longest) < 2 or len(longest[0][1]) < 2:
        return None
    start = rows.index(longest[0])
    padded = _leading((row for _, row in longest), lambda row: len(row) > 2 and _filled(row) < 2)
    table = longest[padded:] if padded < len(longest) - 1 else longest
    titles = tuple(row for _, row in rows[: start + len(longest) - len(table)])
    table = _below_titles(table, rows[:start], [line for line, record in records if not record.strip()])
    return Shape(dataset, table[0][0], tuple(row for _, row in table), len(longest) / len(rows), titles)


def _below_titles(table: list[Placed], above: list[Placed], blank: list[int]) -> list[Placed]:
    """The table without texts at its head that belong to the titles above it: a blank line is below them all."""
    end = next((line for line in blank if line > table[0][0]), None)
    if end is None or not above or any(above[-1][0] < line < table[0][0] for line in blank):
        return table
    texts, rest = [row for row in table if row[0] < end], [row for row in table if row[0] > end]
    if len(rest) < 2 or any(map(_has_number, (*texts, rest[0]))) or not any(map(_has_number, rest)):
        return table
    return rest


def _has_number(row: Placed) -> bool:
    return any(is_number(cell) for cell, _ in row[1])


def _records(lines: list[str], dataset: Dataset) -> tuple[list[tuple[int, str]], bool]:
    """Records, each with the number of its first line from 0; and whether they go over line ends, though undeclared."""
    plain = list(enumerate(lines))
    if not dataset.quote or (not dataset.multiline and not any(_is_open(line, dataset) for line in lines)):
        return plain, False
    text = "\n".join(lines).encode()
    spans = multiline_spans(text, replace(dataset, multiline=True), final=True)[0]
    # the last record may be cut off
    if any(row < len(spans) - 1 for row in spans.faults) or len(spans) < 2:
        return plain, False
    places = zip(spans.lines.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
    return [(line, text[start:end].decode()) for line, start, end in places], not dataset.multiline


def _is_open(line: str, dataset: Dataset) -> bool:
    try:
        split_record(line.encode(), dataset)
    except Fault as why:
        return str(why) == UNCLOSED
    return False


def _cells(record: str, dataset: Dataset) -> Row:
    """The cells; none of a record that is no CSV."""
    try:
        return tuple((cell.decode(), quoted) for cell, quoted in split_record(record.encode(), dataset))
    except Fault:
        return ()


def _are_titles(shape: Shape) -> bool:
    """Whether what stands above a table may be passed over: few lines, each of one text; and the table has names."""
    titled = len(shape.titles) <= MOST_ABOVE and all(
        _filled(row) < 2 or row[0][0].startswith("#") for row in shape.titles
    )
    return titled and not (shape.dataset.header and all(is_number(cell) for cell, _ in shape.rows[0]))


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell, _ in row)


def _leading(items: Iterable[Item], wanted: Callable[[Item], bool]) -> int:
    """How many at the head are as wanted."""
    return sum(1 for _ in takewhile(wanted, items))
