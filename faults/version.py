"""What lies at an output's place, read by plain means that share no code with either subject."""

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from faults.inputs import Rows

MANIFEST = "_MANIFEST.json"


@dataclass(frozen=True)
class Version:
    """The rows of a version, or why there is none that can be read."""

    rows: Rows = field(default_factory=Counter)
    problem: str = ""


def read_version(directory: Path) -> Version:
    """Every Parquet file below `directory` whose path has no hidden name in it."""
    if not directory.is_dir():
        return Version(problem="nothing is there")
    rows: Rows = Counter()
    try:
        for file in data_files(directory):
            columns = pq.ParquetFile(file).read(["id", "generation"]).to_pydict()
            rows.update(zip(columns["id"], columns["generation"], strict=True))
    except (OSError, pa.ArrowException) as why:
        return Version(problem=f"unreadable: {type(why).__name__}: {str(why).splitlines()[0]}")
    return Version(rows)


def data_files(directory: Path) -> list[Path]:
    """What a reader by Spark's own rule would read; what goes while it is listed is passed over."""
    found = (Path(above, name) for above, _, names in os.walk(directory) for name in names)
    return sorted(path for path in found if not _is_hidden(path.relative_to(directory)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def manifest_problem(directory: Path) -> str:
    """Where the files are not those that the manifest lists, byte for byte; '' where they are."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
        listed = {file["path"]: file["sha256"] for file in manifest["files"]}
        there = {
            path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in data_files(directory)
        }
    except (OSError, ValueError) as why:
        return f"the manifest cannot be checked: {why}"
    wrong = sorted(path for path in listed.keys() | there.keys() if listed.get(path) != there.get(path))
    return f"not as the manifest has it: {wrong[0]} and {len(wrong) - 1} more" if wrong else ""


def told(rows: Rows, wanted: Rows) -> str:
    """How rows differ from those that were wanted, in few words."""
    lost, more = wanted - rows, rows - wanted
    return f"{rows.total()} rows: {lost.total()} of {wanted.total()} lost, {more.total()} not wanted"
