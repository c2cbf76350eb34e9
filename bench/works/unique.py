"""The means of four columns for each of nearly as many keys as there are rows, from Parquet to Parquet."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.answers import parts
from bench.programs import archived, job, local, peer
from bench.work import INPUT, OUTPUT, Data, Work
from hotset.data.frames import write_frames

COLUMNS = [f"col_{n}" for n in range(5)]
Means = list[NDArray[Any]]  # keys in any order, and the means of the other columns


def write_frame(directory: Path, rows: int, seed: int) -> None:
    write_frames(directory, rows, len(COLUMNS), seed)


def true_means(directory: Path) -> Means:
    """By sorting the keys; the mean of a key's values is their sum by their number."""
    table = pq.read_table(directory / "main.parquet")
    keys, *values = (table[name].to_numpy() for name in COLUMNS)
    order = np.argsort(keys)
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1.0))
    sizes = np.diff(starts, append=len(keys))
    return [keys[order][starts], *(np.add.reduceat(column[order], starts) / sizes for column in values)]


def read_means(output: Path) -> Means:
    """The columns by the name in their name: `avg(col_1)`. Raises ValueError for other columns."""
    tables = [pq.read_table(part, partitioning=None) for part in parts(output)]
    names = [_column(name) for name in tables[0].column_names]
    if sorted(names) != COLUMNS:
        raise ValueError(f"the columns are {tables[0].column_names}")
    places = [names.index(name) for name in COLUMNS]
    return [np.concatenate([table.column(place).to_numpy() for table in tables]) for place in places]


def _column(name: str) -> str:
    match = re.search(r"col_\d+", name)
    return match[0] if match else name


def differ(expected: Means, found: Means) -> str:
    """The first key or mean that is another one; means to 1e-9 of themselves."""
    if len(expected[0]) != len(found[0]):
        return f"{len(found[0])} keys instead of {len(expected[0])}"
    order = np.argsort(found[0])
    for place, name in enumerate(COLUMNS):
        mine, theirs = expected[place], found[place][order]
        same = np.equal(mine, theirs) if place == 0 else np.isclose(theirs, mine, rtol=1e-9, atol=0)
        if not same.all():
            first = int(np.argmin(same))
            return f"{name} of key {expected[0][first]} is {theirs[first]} instead of {mine[first]}"
    return ""


MEANS = [word for name in COLUMNS[1:] for word in ("--agg", f"{name}:mean")]
JOB = ("group", "--input", f"{INPUT}/main.parquet", "--output", OUTPUT, "--by", COLUMNS[0], *MEANS)
OURS = ("hotset", "hotset, `group`", JOB, read_means)
WORK = Work(
    name="unique",
    title="Means for nearly unique keys",
    programs=(
        job(*OURS),
        archived(*OURS),
        local(*OURS),
        peer("spark", "plain PySpark", "spark_unique", read_means),
        peer("pyspark_pandas", "pandas on Spark, `pyspark.pandas`", "pyspark_pandas_unique", read_means),
        peer("pandas", "pandas", "pandas_unique", read_means),
        peer("dask", "Dask", "dask_unique", read_means),
        peer("polars", "Polars", "polars_unique", read_means),
        peer("duckdb", "DuckDB", "duckdb_unique", read_means),
    ),
    baseline="spark",
    data=Data("frame-v1", "generated Parquet of five columns", write_frame, true_means, differ, unit="rows"),
    quick=("hotset", "hotset+local", "pandas", "dask", "polars", "duckdb"),
)
