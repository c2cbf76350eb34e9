"""What hotset makes of files: the frame, the quarantine and the books of one run."""

import io
import json
import math
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

import hotset
from faults.reading.oracle import RAW_CHARACTERS
from hotset import Dataset
from hotset.errors import HotsetError

Key = tuple[Any, ...]


@dataclass
class Outcome:
    """What came out; rows and faults as keys that compare like what they stand for."""

    rows: Counter[Key] = field(default_factory=Counter)
    faults: Counter[Key] = field(default_factory=Counter)
    books: dict[str, int] = field(default_factory=dict)
    refused: tuple[int, str] | None = None


def read_with_hotset(
    dataset: Dataset, path: Path, scratch: Path, zone: str = "UTC", on_empty: str = "ok", *, only_count: bool = False
) -> Outcome:
    """The outcome of reading everything below `path`; with `only_count` no column is looked at."""
    report = scratch / "report.json"
    outcome = Outcome()
    try:
        with _opened(zone, on_empty, report) as run:
            frame = run.read(dataset, str(path))
            if only_count:
                outcome.books["counted"] = frame.count()
            else:
                outcome.rows = Counter(row_key(row) for row in _rows(frame.toArrow()))
    except HotsetError as error:
        return Outcome(refused=(error.exit_code, str(error)))
    told = json.loads(report.read_text())
    read = told["reads"][0]
    counts = read["counts"]
    outcome.books |= {
        "rows": counts["read"],
        "good": counts["good"],
        "set_aside": counts["rejected"],
        "files": read["files"],
    }
    outcome.faults = Counter(_faults(Path(told["quarantine"]), path)) if told["quarantine"] else Counter()
    return outcome


def refusals(inputs: Sequence[tuple[Dataset, Path]], scratch: Path) -> list[tuple[int, str] | None]:
    """How each input is refused before a row of it is read; None where it is not."""
    found: list[tuple[int, str] | None] = []
    with _opened("UTC", "ok", scratch / "report.json") as run:
        for dataset, path in inputs:
            try:
                run.read(dataset, str(path))
                found.append(None)
            except HotsetError as error:
                found.append((error.exit_code, str(error)))
    return found


@contextmanager
def _opened(zone: str, on_empty: str, report: Path) -> Iterator[hotset.Run]:
    """A run that says nothing on the terminal."""
    silence = io.StringIO()
    conf = {"spark.sql.session.timeZone": zone}
    with (
        redirect_stdout(silence),
        redirect_stderr(silence),
        hotset.open_run("reading", conf=conf, report=report, max_bad="100%", on_empty=on_empty) as run,
    ):
        yield run


def row_key(row: tuple[Any, ...]) -> Key:
    return tuple(_key(value) for value in row)


def fault_key(file: str, place: Any, column: str, rule: str, reason: str, raw: str) -> Key:
    return file, place, column, rule, reason, raw[:RAW_CHARACTERS]


def _key(value: Any) -> Any:
    """Tells 0.0 from -0.0 and 1 from True, and takes every NaN for the same."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack(">d", value)
    if isinstance(value, list):
        return "list", *(_key(one) for one in value)
    if isinstance(value, dict):
        return "struct", *((name, _key(one)) for name, one in value.items())
    return (type(value).__name__, str(value) if isinstance(value, Decimal) else value)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type) and column.type.tz:
            column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        columns.append(column.to_pylist())
    return zip(*columns, strict=True) if columns else iter(())


def _faults(quarantine: Path, base: Path) -> Iterator[Key]:
    for line in quarantine.read_text().split("\n")[:-1]:
        told = json.loads(line)
        place = told.get("line")
        if place is None:
            part = told.get("row_group")
            place = (told["stripe"] if part is None else part, told["row"])
        file = str(Path(told["file"]).relative_to(base))
        yield fault_key(file, place, told["column"] or "", told["rule"] or "", told["reason"], told["raw"] or "")
