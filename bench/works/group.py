"""Count the values of each category in a CSV of five columns, missing ones left out; the counts are written as CSV."""

from collections import Counter
from pathlib import Path

from bench.answers import csv_rows
from bench.programs import archived, job, local, peer
from bench.work import INPUT, OUTPUT, Data, Work
from bench.works.wordcount import Counts, differ
from hotset.data.frames import write_events


def true_counts(events: Path) -> Counts:
    """What splitting at commas finds; no cell is quoted."""
    counts: Counter[str] = Counter()
    with events.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, category, value, *_ = line.split(",")
            counts[category] += value != ""
    return dict(counts)


def read_counts(output: Path) -> Counts:
    """Of a file or of parts; the headers have no number. Raises ValueError for a category that is there twice."""
    rows = [(category, int(n)) for category, n in csv_rows(output) if n.isdecimal()]
    counts = dict(rows)
    if len(counts) < len(rows):
        raise ValueError(f"{len(rows)} rows for {len(counts)} categories")
    return counts


JOB = ("group", "--input", INPUT, "--output", OUTPUT, "--by", "category", "--agg", "value:count", "--format", "csv")
OURS = ("hotset", "hotset, `group`", JOB, read_counts)
COLUMNS = "id bigint, category string, value double, qty int, note string"
DECLARED = ("hotset_declared", "hotset, `group`, types declared", (*JOB, "--columns", COLUMNS), read_counts)
WORK = Work(
    name="group",
    title="Count the values of each category",
    programs=(
        job(*OURS),
        archived(*OURS),
        local(*OURS),
        job(*DECLARED),
        local(*DECLARED),
        peer("spark", "plain PySpark, types inferred", "spark_group", read_counts),
        peer("spark_declared", "plain PySpark, types declared", "spark_declared_group", read_counts),
        peer("pandas", "pandas", "pandas_group", read_counts),
        peer("dask", "Dask", "dask_group", read_counts),
        peer("polars", "Polars", "polars_group", read_counts),
        peer("duckdb", "DuckDB", "duckdb_group", read_counts),
    ),
    baseline="spark",
    data=Data("events-v1", "generated CSV of five columns", write_events, true_counts, differ, "rows", ".csv"),
    quick=("hotset", "hotset+local", "pandas", "dask", "polars", "duckdb"),
)
