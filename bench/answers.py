"""What programs wrote: one file, or a directory of parts."""

import csv
from collections.abc import Iterator
from pathlib import Path


def parts(output: Path) -> list[Path]:
    """The files with the answer; a directory's records and markers are none."""
    return sorted(output.glob("part*")) if output.is_dir() else [output]


def csv_rows(output: Path) -> Iterator[list[str]]:
    """The lines of CSV, headers included."""
    for part in parts(output):
        with part.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)
