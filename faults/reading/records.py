"""Bytes as records: where each stands, its bytes, and what is wrong with it before its columns are looked at."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hotset import Dataset

OF_UTF_8 = ("utf-8", "utf8", "utf-8-sig")
LINE_END = re.compile(r"\r\n|\n|\r")


class MalformedError(Exception):
    """Why a record has no cells, as it stands in the quarantine."""


@dataclass(frozen=True)
class Cell:
    text: str
    quoted: bool


@dataclass(frozen=True)
class Record:
    """Bytes of a file, one character for each (Latin-1), and the number of their first line."""

    line: int
    bytes: str
    malformed: str = ""

    @property
    def raw(self) -> str:
        """What the quarantine shows."""
        return self.bytes.encode("latin-1").decode(errors="backslashreplace")


def records_of(dataset: Dataset, content: bytes) -> Iterator[Record]:
    """Every record and every line of nothing, the header among them, in their order."""
    text = in_utf8(content, dataset.encoding).removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    start, line = 0, 1
    for _ in range(dataset.skip if dataset.format == "csv" else 0):
        above = LINE_END.search(text, start)
        start, line = (above.end(), line + 1) if above else (len(text), line)
    while start < len(text):
        end, malformed = _end_of_record(dataset, text, start)
        yield Record(line, text[start:end], malformed)
        line += len(LINE_END.findall(text[start:end]))
        found = LINE_END.match(text, end)
        start, line = (found.end(), line + 1) if found else (end, line)


def in_utf8(content: bytes, encoding: str) -> bytes:
    """The content in UTF-8, with \xff for each byte that is none in the encoding: it is none in UTF-8 either."""
    if encoding.lower() in OF_UTF_8:
        return content
    codecs.register_error("oracle", lambda error: ("\udcff" * (error.end - error.start), error.end))  # type: ignore[attr-defined]
    return content.decode(encoding, "oracle").encode("utf-8", "surrogateescape")


def fault_of(record: Record, dataset: Dataset) -> str:
    """The reason of the first fault of the line that needs no cells; nothing if there is none."""
    if len(record.bytes) > dataset.longest_line_bytes:
        return f"longer than {dataset.longest_line_bytes} bytes"
    try:
        record.bytes.encode("latin-1").decode()
    except UnicodeDecodeError:
        return f"not valid {'UTF-8' if dataset.encoding.lower() in OF_UTF_8 else dataset.encoding}"
    return "a NUL character" if "\0" in record.bytes else ""


def cells_of(text: str, dataset: Dataset) -> list[Cell]:
    """The cells of one record. Raises MalformedError."""
    return scan(text, 0, len(text), dataset)[0]


def scan(text: str, at: int, limit: int, dataset: Dataset) -> tuple[list[Cell], int]:
    """The cells of the record that begins at `at`, and where it ends. Raises MalformedError.

    Quotes that are not closed before `limit` are not closed.
    """
    cells = []
    separator, quote = dataset.separator, dataset.quote
    stop = re.compile(f"[{re.escape(separator)}\r\n]")
    while True:
        if quote and text.startswith(quote, at):
            cell, at = _quoted(text, at + 1, limit, quote)
            cells.append(cell)
            if at < len(text) and not stop.match(text, at):
                raise MalformedError("text after a closing quote")
        else:
            found = stop.search(text, at)
            end = found.start() if found else len(text)
            cells.append(Cell(text[at:end], quoted=False))
            at = end
        if at == len(text) or text[at] != separator:
            return cells, at
        at += 1


def _quoted(text: str, at: int, limit: int, quote: str) -> tuple[Cell, int]:
    """A cell whose first character stands at `at`, and where its closing quote ends."""
    value = ""
    while (end := text.find(quote, at, limit)) >= 0:
        value += text[at:end]
        if not text.startswith(quote, end + 1):
            return Cell(value, quoted=True), end + 1
        value += quote
        at = end + 2
    raise MalformedError("unclosed quote")


def _end_of_record(dataset: Dataset, text: str, start: int) -> tuple[int, str]:
    """Where the record ends, its line end left out; with `multiline` also why it is one line only."""
    found = LINE_END.search(text, start)
    first_line = found.start() if found else len(text)
    if dataset.format != "csv" or not dataset.multiline or first_line - start > dataset.longest_line_bytes:
        return first_line, ""
    try:
        return scan(text, start, start + dataset.longest_line_bytes, dataset)[1], ""
    except MalformedError as why:
        return first_line, str(why)
