"""Word count of generated text. Words end at a space or at a line end; '' is no word; all words are written to disk.

The programs write rows of text: all CSV, but for the classic one, which writes tuples as Python shows them.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from bench.answers import csv_rows, parts
from bench.programs import Read, archived, job, local, peer
from bench.work import INPUT, OUTPUT, Command, Data, Work
from hotset.data.zipf import write_text
from hotset.jobs.wordcount.job import Method

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
    return as_counts((word, int(n)) for row in csv_rows(output) for word, n in [row] if n != "n")


def read_tuples(output: Path) -> Counts:
    """The counts that saveAsTextFile wrote, without the nothing between two spaces."""
    lines = (line for part in parts(output) for line in part.read_text("utf-8").split("\n"))
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


def ours(method: str) -> tuple[str, str, Command, Read]:
    """A method of the job `wordcount`, all else by default."""
    arguments = ("wordcount", "--input", INPUT, "--output", OUTPUT, "--method", method, "--format", "csv")
    return method, f"hotset, `{method}`", arguments, read_csv


WORK = Work(
    name="wordcount",
    title="Word count",
    programs=(
        *(job(*ours(method)) for method in get_args(Method)),
        archived(*ours("columnar")),
        local(*ours("columnar")),
        peer("classic", "classic program, plain PySpark", "classic_wordcount", read_tuples),
        peer("counter", "plain Python, `Counter`", "counter_wordcount", read_csv),
        peer("polars", "Polars", "polars_wordcount", read_csv),
        peer("duckdb", "DuckDB", "duckdb_wordcount", read_csv),
    ),
    baseline="classic",
    data=Data("zipf", "generated text", write_text, true_counts, differ),
    quick=("columnar", "columnar+local", "classic", "counter", "polars", "duckdb"),
)
