"""What the workloads read: generated once, the same for a seed, at a scale of 1 about a second's work each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

Maker = Callable[[Path, int, np.random.Generator], None]
COLOURS = np.array(["red", "green", "blue", "black"])
ROW_GROUPS = 8  # Spark reads a large file in several tasks, a row group in one


def narrow(path: Path, rows: int, random: np.random.Generator) -> None:
    """id, k in 0…999, x random, y random"""
    table = pa.table(
        {
            "id": np.arange(rows),
            "k": np.arange(rows) % 1000,
            "x": random.random(rows),
            "y": random.integers(0, 1_000_000, rows),
        }
    )
    _parquet(table, path)


def wide(path: Path, rows: int, random: np.random.Generator) -> None:
    """c0 … c39: random doubles"""
    _parquet(pa.table({f"c{number}": random.random(rows) for number in range(40)}), path)


def skewed(path: Path, rows: int, random: np.random.Generator) -> None:
    """k: nine of ten are 0; v"""
    keys = np.where(random.random(rows) < 0.9, 0, random.integers(1, 1000, rows))
    _parquet(pa.table({"k": keys, "v": random.random(rows)}), path)


def edges(path: Path, rows: int, random: np.random.Generator) -> None:
    """src, dst: of a tenth as many nodes"""
    nodes = max(rows // 10, 10)
    _parquet(pa.table({"src": random.integers(0, nodes, rows), "dst": random.integers(0, nodes, rows)}), path)


def numbers(path: Path, rows: int, random: np.random.Generator) -> None:
    """id, k, x, y as CSV"""
    table = pa.table(
        {"id": np.arange(rows), "k": np.arange(rows) % 1000, "x": random.random(rows), "y": random.random(rows)}
    )
    _csv(table, path)


def people(path: Path, rows: int, random: np.random.Generator) -> None:
    """id, user, colour, code as CSV: strings with few and with many values"""
    table = pa.table(
        {
            "id": np.arange(rows),
            "user": np.char.add("user-", random.integers(0, rows // 5 + 1, rows).astype("U")),
            "colour": COLOURS[np.arange(rows) % 4],
            "code": np.char.add("code-", random.integers(0, 2**60, rows).astype("U")),
        }
    )
    _csv(table, path)


def points(path: Path, rows: int, random: np.random.Generator) -> None:
    """x0 … x7 as CSV, around eight centres"""
    centres = random.integers(0, 8, rows)
    _csv(pa.table({f"x{number}": centres * (number + 1.0) + random.normal(size=rows) for number in range(8)}), path)


def logs(path: Path, rows: int, random: np.random.Generator) -> None:
    """lines like those of a web server"""
    clients, sizes, pages = random.integers(1, 255, (rows, 2)), random.integers(1, 90_000, rows), np.arange(rows) % 977
    with path.open("w", encoding="utf-8") as out:
        for (one, other), size, page in zip(clients, sizes, pages, strict=True):
            out.write(f'10.0.{one}.{other} - - [22/Nov/2026:03:31:19 +0000] "GET /page/{page} HTTP/1.1" 200 {size}\n')


def events(path: Path, rows: int, random: np.random.Generator) -> None:
    """lines of JSON: id, kind, value, tags"""
    kinds, values = random.integers(0, 9, rows), random.random(rows)
    with path.open("w", encoding="utf-8") as out:
        for number, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            event = {"id": number, "kind": f"kind-{kind}", "value": value, "tags": ["a", "b"]}
            out.write(json.dumps(event) + "\n")


MAKERS: dict[str, tuple[Maker, int]] = {
    "narrow.parquet": (narrow, 3_000_000),
    "wide.parquet": (wide, 250_000),
    "skewed.parquet": (skewed, 1_500_000),
    "edges.parquet": (edges, 400_000),
    "numbers.csv": (numbers, 500_000),
    "people.csv": (people, 400_000),
    "points.csv": (points, 200_000),
    "logs.txt": (logs, 250_000),
    "events.json": (events, 200_000),
}


@dataclass(frozen=True)
class Tables:
    """The generated files at one scale."""

    directory: Path
    scale: float = 1
    seed: int = 7

    def path(self, name: str) -> str:
        """Where the table lies; it is made first where it is not there yet."""
        maker, rows = MAKERS[name]
        path = self.directory / f"scale-{self.scale:g}-seed-{self.seed}" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"new-{name}")
            maker(draft, max(int(rows * self.scale), 100), np.random.default_rng(self.seed))
            draft.replace(path)
        return str(path)

    def make_all(self) -> None:
        for name in MAKERS:
            self.path(name)


def _parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=-(-table.num_rows // ROW_GROUPS))


def _csv(table: pa.Table, path: Path) -> None:
    pc.write_csv(table, path, pc.WriteOptions(include_header=False, quoting_style="none"))
