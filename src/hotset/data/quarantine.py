"""What an input's readers set aside: gathered from the tasks' files, with the place of each record in its file."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from heapq import nsmallest
from pathlib import Path

EXAMPLES = 10


@dataclass(frozen=True)
class SetAside:
    """One fault of one record. `row_group` counts the stripes of an ORC file."""

    run: str
    file: str
    line: int | None
    row_group: int | None
    row: int | None
    raw: str
    column: str | None
    rule: str | None
    reason: str

    @property
    def place(self) -> str:
        """file:line, or file and row."""
        if self.line is not None:
            return f"{self.file}:{self.line}"
        return f"{self.file} row group {self.row_group} row {self.row}"

    def told(self) -> str:
        """One line for the terminal."""
        what = f"{self.column}: {self.reason}" if self.column else self.reason
        return f"{self.place}  {f'rule {self.rule!r}: ' if self.rule else ''}{what}  {self.raw[:120]}"


def write_quarantine(path: Path, faults: Iterable[SetAside]) -> tuple[int, list[SetAside]]:
    """Writes them as lines of JSON, whole or not at all; how many there are, and the first ones by their places.

    No file where there are none.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    written = 0

    def passing() -> Iterator[SetAside]:
        nonlocal written
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
            for fault in faults:
                out.write(json.dumps(asdict(fault), ensure_ascii=False) + "\n")
                written += 1
                yield fault

    try:
        first = nsmallest(
            EXAMPLES, passing(), key=lambda one: (one.file, one.line or 0, one.row_group or 0, one.row or 0)
        )
        if written:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return written, first
