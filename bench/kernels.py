"""What one core makes of a task's share in pyarrow, Polars and DuckDB: `python -m bench.kernels`.

The share is what a task of `group` or `join` has at once, in Arrow's memory, and what comes out is wanted there again.
Each answer is checked by its sums; the least of the rounds counts, as a pause only ever adds.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before it is imported: in a task, Spark owns the cores

import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

ROWS = 1_250_000  # a row group
KEYS = 1_000_000
ROUNDS = 5
VALUES = [f"col_{place}" for place in range(1, 5)]


def shares() -> dict[str, pa.Table]:
    """The inputs: nearly unique keys, 200 keys, and a side to look up."""
    chance = np.random.default_rng(1)
    wide = pa.table({name: chance.random(ROWS) for name in ("col_0", *VALUES)})
    names = np.array([f"cat_{number:03d}" for number in range(200)])
    few = pa.table({"key": names[chance.integers(0, 200, ROWS)], "value": chance.random(ROWS)})
    half = wide["col_0"].to_numpy()[chance.permutation(ROWS)[: KEYS // 2]]
    keys = np.concatenate([half, chance.random(KEYS - len(half)) + 1])
    return {"wide": wide, "few": few, "other": pa.table({"col_0": keys, "other": chance.random(KEYS)})}


def works(tables: dict[str, pa.Table]) -> dict[str, dict[str, Callable[[], Any]]]:
    """work -> library -> how it does it; each gives a number to compare."""
    wide, few, other = tables["wide"], tables["few"], tables["other"]
    connection = duckdb.connect(config={"threads": 1})
    for name, table in tables.items():
        connection.register(name, table)
    means = ", ".join(f"avg({name}) AS {name}" for name in VALUES)

    def sql(query: str) -> pa.Table:
        return connection.sql(query).to_arrow_table()

    def arrow_join() -> pa.Table:
        places = pc.index_in(wide["col_0"].combine_chunks(), value_set=other["col_0"].combine_chunks())
        return wide.append_column("other", other["other"].combine_chunks().take(places))

    return {
        "mean of 4 columns, nearly unique keys": {
            "pyarrow": lambda: wide.group_by("col_0", use_threads=False).aggregate([(name, "mean") for name in VALUES]),
            "Polars": lambda: pl.from_arrow(wide).group_by("col_0").mean().to_arrow(),
            "DuckDB": lambda: sql(f"SELECT col_0, {means} FROM wide GROUP BY col_0"),
        },
        "count and sum, 200 keys of text": {
            "pyarrow": lambda: few.group_by("key", use_threads=False).aggregate([("value", "count"), ("value", "sum")]),
            "Polars": lambda: (
                pl.from_arrow(few)
                .group_by("key")
                .agg(pl.col("value").count().alias("n"), pl.col("value").sum())
                .to_arrow()
            ),
            "DuckDB": lambda: sql("SELECT key, count(value), sum(value) FROM few GROUP BY key"),
        },
        "left join with 1 M unique keys": {
            "pyarrow": arrow_join,
            "Polars": lambda: pl.from_arrow(wide).join(pl.from_arrow(other), on="col_0", how="left").to_arrow(),
            "DuckDB": lambda: sql("SELECT wide.*, other.other FROM wide LEFT JOIN other USING (col_0)"),
        },
    }  # fmt: skip


def total(table: pa.Table) -> float:
    """A number that all answers to one work share."""
    sums = (pc.sum(column).as_py() or 0.0 for column in table.columns if pa.types.is_floating(column.type))
    return float(sum(sums)) + float(table.num_rows)


def measured(tables: dict[str, pa.Table]) -> Table:
    shown = Table("work", "pyarrow, s", "Polars, s", "DuckDB, s")
    for work, ways in works(tables).items():
        least = dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            answers = set()
            for library, way in ways.items():
                start = time.perf_counter()
                found = way()
                least[library] = min(least[library], time.perf_counter() - start)
                answers.add(total(found))
            if max(answers) - min(answers) > 0.01:
                raise SystemExit(f"{work}: the answers differ: {answers}")
        shown.add_row(work, *(f"{seconds:.3f}" for seconds in least.values()))
    return shown


if __name__ == "__main__":
    pa.set_cpu_count(1)
    Console().print(measured(shares()))
    libraries = {"pyarrow": pa, "Polars": pl, "DuckDB": duckdb}
    versions = ", ".join(f"{name} {library.__version__}" for name, library in libraries.items())
    Console().print(f"{versions}, Python {sys.version.split()[0]}")
