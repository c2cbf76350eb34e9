"""What the cells of a table tell of how it is written: its numbers, its names, what stands for no value."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotset.columnar.exact import GROUPED, NUMBER
from hotset.data.dataset import Dataset

Row = tuple[tuple[str, bool], ...]  # cells, and whether each is quoted
WITH_COMMA = re.compile(r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)")
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:([,'’   ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")  # a thousand and some, or one and some thousandths
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.+Z-]*)?")
YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
OF_EXCEL = re.compile(r'="[^"]*"')
# what other programs write for no value
NULLS = frozenset(
    {"NA", "N/A", "n/a", "na", "#N/A", "#NA", "NULL", "null", "Null", "None", "none", "nil", "-", "--", "---", "?", ".",
     "\\N", "(null)", "<NA>", "missing", "k. A.", "k.A.", "#NV"}
)  # fmt: skip


@dataclass(frozen=True)
class Hint:
    """What a file looks like, and the option that reads it so; an empty one where there is none."""

    sentence: str
    option: str

    def __str__(self) -> str:
        return f"{self.sentence}: {self.option}" if self.option else self.sentence


@dataclass(frozen=True)
class Values:
    """A column: its name, and the different texts in it that are not null by declaration, as they come."""

    name: str
    texts: tuple[str, ...]
    unquoted: frozenset[str]


def is_number(text: str) -> bool:
    """Whether a cell is a number as it is usually written, or with a decimal comma."""
    text = text.strip()
    return bool(NUMBER.fullmatch(text) or WITH_COMMA.fullmatch(text) or GROUPED.fullmatch(text))


def cell_hints(rows: Sequence[Row], dataset: Dataset, declared: Dataset) -> list[Hint]:
    """Hints from the cells of a table, read as `dataset` has it; `declared` is what was said."""
    if declared.header and _begins_with_data(rows):
        first = declared.separator.join(cell for cell, _ in rows[0])
        return [Hint(f"its first line looks like data and not like names, got {first[:60]!r}", "--no-header"),
                *_column_hints(_columns(rows, dataset, header=False), dataset, declared)]  # fmt: skip
    return list(_column_hints(_columns(rows, dataset, header=declared.header), dataset, declared))


def _column_hints(columns: list[Values], dataset: Dataset, declared: Dataset) -> Iterator[Hint]:
    if dataset.quote != declared.quote or (dataset.quote != "'" and any(map(_in_single_quotes, columns))):
        yield Hint("its cells stand in single quotes", '--quote "\'"')
    if not declared.decimal_comma:
        yield from _comma_hints(columns)
    yield from _null_hints(columns, declared)
    for column in columns:
        if column.texts and all(OF_EXCEL.fullmatch(text) for text in column.texts):
            said = f"column {column.name!r} has formulas of Excel for texts, as in {column.texts[0]!r}"
            yield Hint(f"{said}; save it once more with plain texts", "")
            return


def _columns(rows: Sequence[Row], dataset: Dataset, *, header: bool) -> list[Values]:
    names = [cell for cell, _ in rows[0]] if header else [f"_{place}" for place in range(1, len(rows[0]) + 1)]
    columns = []
    for name, cells in zip(names, zip(*rows[int(header) :], strict=True), strict=True):
        there = [(text, quoted) for text, quoted in cells if quoted or text not in dataset.nulls]
        texts = tuple(dict.fromkeys(text.strip() for text, _ in there if text.strip()))
        columns.append(Values(name, texts, frozenset(text for text, quoted in cells if not quoted)))
    return columns


def _begins_with_data(rows: Sequence[Row]) -> bool:
    """Whether the first row is all numbers, as those below are; or a fraction stands where a column has numbers.

    Years may be names, and so may dates.
    """
    first = [cell.strip() for cell, _ in rows[0]]
    below = [[row[place][0].strip() for row in rows[1:]] for place in range(len(first))]
    numeric = [all(not text or is_number(text) or text in NULLS for text in texts) for texts in below]
    if any("." in name and NUMBER.fullmatch(name) and fits for name, fits in zip(first, numeric, strict=True)):
        return True
    if all(YEAR.fullmatch(name) for name in first if name):
        return False
    return all(map(is_number, first)) and all(numeric)


def _in_single_quotes(column: Values) -> bool:
    quoted = [len(text) > 1 and text[0] == text[-1] == "'" for text in column.texts]
    return len(quoted) > 1 and all(quoted)


def _comma_hints(columns: list[Values]) -> Iterator[Hint]:
    """Numbers with a comma: before fractions, or between thousands."""
    commas = [(column, text) for column in columns for text in _if_numbers(column) if "," in text]
    fractions = [(column, text) for column, text in commas if not THOUSANDS.fullmatch(text)]
    if fractions:
        column, text = fractions[0]
        yield Hint(f"column {column.name!r} has decimal commas, as in {text!r}", "--decimal-comma")
        return
    for column in columns:
        grouped = [text for text in column.texts if THOUSANDS.fullmatch(text)]
        if grouped and all(
            THOUSANDS.fullmatch(text) or NUMBER.fullmatch(text) or text in NULLS for text in column.texts
        ):
            said = f"column {column.name!r} has marks between thousands, as in {grouped[0]!r}, so it is no number here"
            either = all(EITHER.fullmatch(text) for text in grouped)
            comma = ", or read it with --decimal-comma if it is one and some thousandths" if either else ""
            yield Hint(f"{said}; write it without them{comma}", "")
            return


def _if_numbers(column: Values) -> tuple[str, ...]:
    """The texts of a column of numbers, with commas or without."""
    known = all(is_number(text) or text in NULLS for text in column.texts)
    # a point as decimal mark beside a comma as one: then it is no number in either way
    pointed = any("." in text and not GROUPED.fullmatch(text) for text in column.texts if text not in NULLS)
    return column.texts if known and not pointed else ()


def _null_hints(columns: list[Values], declared: Dataset) -> Iterator[Hint]:
    """Texts for no value in columns that are numbers or dates else."""
    found: dict[str, str] = {}
    empty = False
    for column in columns:
        nulls = [text for text in column.texts if text in NULLS and text in column.unquoted]
        others = [text for text in column.texts if text not in NULLS]
        if (
            nulls
            and others
            and all(is_number(text) or DATE.fullmatch(text) or THOUSANDS.fullmatch(text) for text in others)
        ):
            found |= dict.fromkeys(nulls, column.name)
        empty = empty or "" in column.unquoted
    if found:
        kept = [text for text in declared.nulls if text or empty]
        options = " ".join(_null_option(text) for text in (*kept, *found))
        text, name = next(iter(found.items()))
        yield Hint(f"column {name!r} has {text!r} among its values, which may mean none", options)


def _null_option(text: str) -> str:
    """A text that begins with a dash would be taken for an option."""
    return f"--null={shlex.quote(text)}" if text.startswith("-") else f"--null {shlex.quote(text)}"
