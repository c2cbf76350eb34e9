"""Join a frame with one a tenth as long, all rows of the first kept, from Parquet to Parquet.

Answers are too large to be held one against the other. Since a join copies values and changes none, this has to be the
same: the number of rows, each column's nulls and its sum, and a sum over rows of a hash of the row's nine values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.answers import parts
from bench.programs import archived, job, local, peer
from bench.work import INPUT, OUTPUT, Data, Work
from hotset.data.frames import write_frames

COLUMNS = 5
WIDTH = 2 * COLUMNS - 1  # the key once
NO_VALUE = np.uint64(2**64 - 1)  # the bits of no double that is drawn
Rows = list[NDArray[np.float64]]  # NaN where there is no value


@dataclass
class Facts:
    """What is known of a result, in whatever order its rows come."""

    rows: int = 0
    nulls: list[int] = field(default_factory=lambda: [0] * WIDTH)
    sums: list[float] = field(default_factory=lambda: [0.0] * WIDTH)
    hashes: int = 0

    def add(self, columns: Rows) -> None:
        """Raises ValueError for another number of columns."""
        if len(columns) != WIDTH:
            raise ValueError(f"{len(columns)} columns instead of {WIDTH}")
        mixed = np.zeros(len(columns[0]), dtype=np.uint64)
        for place, values in enumerate(columns):
            self.nulls[place] += int(np.isnan(values).sum())
            self.sums[place] += float(np.nansum(values))
            mixed = _mixed(mixed ^ np.where(np.isnan(values), NO_VALUE, values.view(np.uint64)))
        self.rows += len(mixed)
        self.hashes = (self.hashes + int(mixed.sum(dtype=np.uint64))) % 2**64


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return bits ^ (bits >> np.uint64(32))


def write_both(directory: Path, rows: int, seed: int) -> None:
    write_frames(directory, rows, COLUMNS, seed)


def true_facts(directory: Path) -> Facts:
    """By looking each key up among the sorted ones of the other frame."""
    table = pq.read_table(directory / "other.parquet")
    order = np.argsort(table.column(0).to_numpy())
    keys, *others = (column.to_numpy()[order] for column in table.columns)
    facts = Facts()
    for columns in _row_groups(directory / "main.parquet"):
        first, end = np.searchsorted(keys, columns[0], "left"), np.searchsorted(keys, columns[0], "right")
        facts.add(_joined(columns, first, end - first, others))
    return facts


def _joined(columns: Rows, first: NDArray[np.intp], found: NDArray[np.intp], others: Rows) -> Rows:
    """Each row as often as its key was `found`, from the place `first` on; once, without values, where it was not."""
    times = np.maximum(found, 1)
    row = np.repeat(np.arange(len(times)), times)
    place = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times) + first[row]
    there = found[row] > 0
    looked_up = (np.where(there, other[np.where(there, place, 0)], np.nan) for other in others)
    return [*(column[row] for column in columns), *looked_up]


def read_facts(output: Path) -> Facts:
    """Row group by row group."""
    facts = Facts()
    for part in parts(output):
        for columns in _row_groups(part):
            facts.add(columns)
    return facts


def _row_groups(path: Path) -> Iterator[Rows]:
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield [column.to_numpy() for column in file.read_row_group(number).columns]


def differ(expected: Facts, found: Facts) -> str:
    """What is not as it should be; sums to 1e-9 of themselves, all else exactly."""
    if (expected.rows, expected.nulls) != (found.rows, found.nulls):
        return f"{found.rows} rows, nulls {found.nulls}, instead of {expected.rows}, {expected.nulls}"
    if not np.allclose(found.sums, expected.sums, rtol=1e-9, atol=0):
        return f"sums {found.sums} instead of {expected.sums}"
    return "" if found.hashes == expected.hashes else "values stand in other rows than they should"


PATHS = ("--left", f"{INPUT}/main.parquet", "--right", f"{INPUT}/other.parquet", "--output", OUTPUT)
JOB = ("join", *PATHS, "--on", "col_0", "--how", "left")
OURS = ("hotset", "hotset, `join`", JOB, read_facts)
WORK = Work(
    name="join",
    title="Left join with a frame a tenth as long",
    programs=(
        job(*OURS),
        archived(*OURS),
        local(*OURS),
        peer("spark", "plain PySpark", "spark_join", read_facts),
        peer("pyspark_pandas", "pandas on Spark, `pyspark.pandas`", "pyspark_pandas_join", read_facts),
        peer("pandas", "pandas", "pandas_join", read_facts),
        peer("dask", "Dask", "dask_join", read_facts),
        peer("polars", "Polars", "polars_join", read_facts),
        peer("duckdb", "DuckDB", "duckdb_join", read_facts),
    ),
    baseline="spark",
    data=Data("frames-v1", "generated Parquet of five columns", write_both, true_facts, differ, unit="rows"),
    quick=("hotset", "hotset+local", "pandas", "dask", "polars", "duckdb"),
)
