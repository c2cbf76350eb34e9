"""Word count of generated text. Words end at a space or at a line end; '' is no word; all words are written to disk.

The programs write rows of text: all CSV, but for the classic one, which writes tuples as Python shows them.
"""

import ast
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from bench.work import HOTSET, INPUT, OUTPUT, PYTHON, Data, Program, Work
from hotset.data.zipf import write_text
from hotset.jobs.wordcount import Engine

Counts = dict[str, int]
SHOWN = 3


def true_counts(text: Path) -> Counts:
    """What `str.split` and a Counter find."""
    counts: Counter[str] = Counter()
    with text.open(encoding="utf-8", newline=None) as lines:  # universal: \\n, \\r\\n and \\r all arrive as \\n
        for line in lines:
            counts.update(word for word in line.rstrip("\n").split(" ") if word)
    return dict(counts)


def differ(expected: Counts, found: Counts) -> str:
    """The first words that were counted otherwise, in the order of the words."""
    words = sorted(word for word in expected.keys() | found.keys() if expected.get(word) != found.get(word))
    shown = "; ".join(f"{word!r} {found.get(word, 0)} instead of {expected.get(word, 0)}" for word in words[:SHOWN])
    return f"{len(words)} words differ: {shown}" if words else ""


def read_csv(output: Path) -> Counts:
    """The counts of a CSV file, or of the part files of a directory; a header is passed over."""
    return as_counts((word, int(n)) for row in _rows(output) for word, n in [row] if n != "n")


def read_tuples(output: Path) -> Counts:
    """The counts that saveAsTextFile wrote, without the nothing between two spaces."""
    lines = (line for part in _parts(output) for line in part.read_text("utf-8").split("\n"))
    pairs = (line[1:-1].rsplit(", ", 1) for line in lines if line)
    counts = as_counts((_unquoted(word), int(n)) for word, n in pairs)
    counts.pop("", None)
    return counts


def as_counts(pairs: Iterator[tuple[str, int]]) -> Counts:
    """Raises ValueError for a word that is there twice."""
    counts: Counts = {}
    for word, n in pairs:
        if word in counts:
            raise ValueError(f"{word!r} is counted twice")
        counts[word] = n
    return counts


def _unquoted(shown: str) -> str:
    return str(ast.literal_eval(shown)) if "\\" in shown else shown[1:-1]


def _rows(output: Path) -> Iterator[list[str]]:
    for part in _parts(output):
        with part.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)


def _parts(output: Path) -> list[Path]:
    return sorted(output.glob("part-*")) if output.is_dir() else [output]


def ours(engine: str, *, archive: bool = False) -> Program:
    """An engine of the job `wordcount`, all else by default."""
    arguments = ("--engine", engine, "--format", "csv")
    return Program(
        name=f"{engine}+archive" if archive else engine,
        label=f"hotset, `{engine}`" + (", after `hotset warm`" if archive else ""),
        whole=(HOTSET, "run", "wordcount", "--input", INPUT, "--output", OUTPUT, *arguments),
        # what `hotset warm` makes is for the start, and a warm program has started
        warm=None if archive else (PYTHON, "-m", "bench.ours.serve", "wordcount", *arguments),
        read=read_csv,
        archive=archive,
    )


def peer(name: str, label: str, module: str) -> Program:
    command = (PYTHON, "-m", f"bench.peers.{module}")
    read = read_tuples if name == "classic" else read_csv
    return Program(name, label, (*command, INPUT, OUTPUT), (*command, "--serve"), read)


WORK = Work(
    name="wordcount",
    title="Word count",
    programs=(
        *(ours(engine) for engine in get_args(Engine)),
        ours("columnar", archive=True),
        peer("classic", "classic program, plain PySpark", "classic_wordcount"),
        peer("counter", "plain Python, `Counter`", "counter_wordcount"),
        peer("polars", "Polars", "polars_wordcount"),
        peer("duckdb", "DuckDB", "duckdb_wordcount"),
    ),
    baseline="classic",
    data=Data("zipf", "generated text", write_text, true_counts, differ),
    quick=("columnar", "classic", "counter", "polars", "duckdb"),
)
