"""Read a CSV of ten columns, all of every row: a number for each column is written to disk.

The input is a directory: `clean.csv`; `dirty.csv`, in which one row of a hundred is bad in one of six ways; and
`published`, the clean rows as a version with its manifest. Who reads the dirty file has to leave out the bad rows.
"""

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.ten_columns import COLUMNS, SUMMED
from bench.work import INPUT, OUTPUT, PYTHON, Data, Program, Work
from hotset.data.contents import describe_files
from hotset.data.dataset import Dataset
from hotset.data.manifest import MANIFEST_NAME, Manifest
from hotset.data.writing import csv_facts

CHUNK_ROWS = 50_000
BAD_SHARE = 0.01
Facts = dict[str, Any]


def write_files(directory: Path, size_bytes: int, seed: int) -> None:
    """The three inputs; about `size_bytes` each."""
    published = directory / "published"
    published.mkdir(parents=True)
    header = ",".join(one.split()[0] for one in COLUMNS.split(", ")) + "\n"
    clean, dirty = directory / "clean.csv", directory / "dirty.csv"
    with clean.open("w", encoding="utf-8") as good, dirty.open("w", encoding="utf-8", errors="surrogateescape") as bad:
        good.write(header)
        bad.write(header)
        chance = np.random.default_rng(seed)
        first = 0
        while good.tell() < size_bytes:
            lines = _lines(chance, first)
            good.write("\n".join(lines) + "\n")
            for row in np.flatnonzero(chance.random(CHUNK_ROWS) < BAD_SHARE).tolist():
                lines[row] = _spoilt(lines[row], int(chance.integers(6)))
            bad.write("\n".join(lines) + "\n")
            first += CHUNK_ROWS
    (published / "part-00000.csv").write_bytes(clean.read_bytes())
    dataset = Dataset(COLUMNS, format="csv")
    files = tuple(describe_files(published, dataset.format, csv_facts(dataset)))
    manifest = Manifest(COLUMNS, "csv", first, files, (), csv=csv_facts(dataset))
    (published / MANIFEST_NAME).write_text(manifest.as_json(), encoding="utf-8")


def _lines(chance: np.random.Generator, first: int) -> list[str]:
    ids = np.arange(first, first + CHUNK_ROWS)
    days = (np.datetime64("2020-01-01") + chance.integers(0, 2_000, CHUNK_ROWS)).astype(str)
    times = (np.datetime64("2024-01-01T00:00:00") + ids).astype(str)
    columns = (
        ids.tolist(),
        chance.integers(0, 1_000, CHUNK_ROWS).tolist(),
        chance.random(CHUNK_ROWS).round(6).tolist(),
        (chance.random(CHUNK_ROWS) * 1_000).round(2).tolist(),
        chance.integers(0, 2**40, CHUNK_ROWS).tolist(),
        [f"name {n}" for n in chance.integers(0, 5_000, CHUNK_ROWS).tolist()],
        [f"k{n}" for n in chance.integers(0, 40, CHUNK_ROWS).tolist()],
        ["true" if flag else "false" for flag in (chance.random(CHUNK_ROWS) < 0.5).tolist()],
        days.tolist(),
        [text.replace("T", " ") for text in times.tolist()],
    )
    return [",".join(map(str, row)) for row in zip(*columns, strict=True)]


def _spoilt(line: str, way: int) -> str:
    cells = line.split(",")
    if way == 0:
        cells[1] = "n/a"
    elif way == 1:
        cells[8] = "2023-02-30"
    elif way == 2:
        cells.pop()
    elif way == 3:
        cells[1] = "99999999999"
    elif way == 4:
        cells[5] = "na\udcffme"
    else:
        cells[5] = '"' + cells[5]
    return ",".join(cells)


def true_facts(directory: Path) -> dict[str, Facts]:
    """What Python's own csv module and constructors make of both files."""
    return {name: _facts(directory / f"{name}.csv") for name in ("clean", "dirty")}


def _facts(path: Path) -> Facts:
    rows = [row for line in path.read_bytes().splitlines()[1:] if (row := _row(line)) is not None]
    columns = list(zip(*rows, strict=True))
    sums = {name: math.fsum(columns[place]) for place, name in enumerate(SUMMED)}
    name, kind, flag, day, ts = columns[5:]
    return {
        "rows": len(rows),
        **sums,
        "name": sum(map(len, name)),
        "kind": sum(map(len, kind)),
        "flag": sum(flag),
        "day": str(max(day)),
        "ts": str(max(ts)),
    }


def _row(line: bytes) -> tuple[Any, ...] | None:
    try:
        ((id_, small, ratio, price, large, name, kind, flag, day, ts),) = csv.reader(
            io.StringIO(line.decode()), strict=True
        )
        values = (int(id_), int(small), float(ratio), float(price), int(large), name, kind, flag == "true")
        return (*values, date.fromisoformat(day), datetime.fromisoformat(ts)) if abs(values[1]) < 2**31 else None
    except (ValueError, csv.Error):
        return None


def read_facts(output: Path) -> Facts:
    """What a program wrote."""
    facts: Facts = json.loads(output.read_text())
    return facts


def differ(expected: dict[str, Facts], found: Facts) -> str:
    """The facts that are others than those of the file that was read; sums of floats to 1e-9."""
    wanted = expected[found.pop("file")]
    names = (name for name in wanted if not _same(wanted[name], found.get(name)))
    return "; ".join(f"{name} {found.get(name)} instead of {wanted[name]}" for name in names)


def _same(one: Any, other: Any) -> bool:
    return math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) else bool(one == other)


def _programs() -> Iterator[Program]:
    ours, peers = (PYTHON, "-m", "bench.ours.reading"), (PYTHON, "-m")
    for name, file, label in (
        ("hotset", "clean", "hotset, `run.read`"),
        ("hotset-dirty", "dirty", "hotset, `run.read`, 1 % of rows bad"),
        ("hotset-published", "published", "hotset, `run.read` of a version, every byte checked"),
    ):
        # a program that stays up checks a version but once
        warm = None if file == "published" else (*ours, file, "--serve")
        yield Program(name, label, (*ours, file, INPUT, OUTPUT), warm, read_facts)
    for name, label in (("spark", "plain PySpark, `spark.read.csv`"), ("polars", "Polars"), ("duckdb", "DuckDB")):
        command = (*peers, f"bench.peers.{name}_reading")
        yield Program(name, label, (*command, INPUT, OUTPUT), (*command, "--serve"), read_facts)


WORK = Work(
    name="reading",
    title="Read a CSV of ten columns",
    programs=tuple(_programs()),
    baseline="spark",
    data=Data("ten-columns-v1", "generated CSV", write_files, true_facts, differ),
    quick=("hotset", "hotset-dirty", "hotset-published", "spark"),
)
