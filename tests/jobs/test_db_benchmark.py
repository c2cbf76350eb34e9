"""The questions of H2O's db-benchmark, said on the command line, and answered as DuckDB answers SQL written by hand.

https://duckdblabs.github.io/db-benchmark: ten questions to a table of keys and values, five to joins with tables of
three sizes. Here with fewer rows, and with missing keys and values.
"""

import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from hotset import open_run
from hotset.job import find_job
from hotset.params import parse
from hotset.run import call_main

ROWS, KEYS = 4_000, 10
# question -> what is asked of `group`, and the same in SQL
GROUPS: dict[str, tuple[str, str]] = {
    "q1": ("--by id1 --agg s=sum(v1)", "SELECT id1, sum(v1) AS s FROM x GROUP BY ALL"),
    "q2": ("--by id1 id2 --agg s=sum(v1)", "SELECT id1, id2, sum(v1) AS s FROM x GROUP BY ALL"),
    "q3": ("--by id3 --agg v1:sum v3:mean", "SELECT id3, sum(v1), avg(v3) FROM x GROUP BY ALL"),
    "q4": ("--by id4 --agg v1:mean v2:mean v3:mean", "SELECT id4, avg(v1), avg(v2), avg(v3) FROM x GROUP BY ALL"),
    "q5": ("--by id6 --agg v1:sum v2:sum v3:sum", "SELECT id6, sum(v1), sum(v2), sum(v3) FROM x GROUP BY ALL"),
    "q6": (
        "--by id4 id5 --agg v3:median,std",
        "SELECT id4, id5, quantile_cont(v3, 0.5), stddev(v3) FROM x GROUP BY ALL",
    ),
    "q7": ("--by id3 --agg range=max(v1)-min(v2)", "SELECT id3, max(v1) - min(v2) FROM x GROUP BY ALL"),
    "q8": (
        "--by id6 --largest v3:2",
        "SELECT * FROM x WHERE v3 IS NOT NULL QUALIFY row_number() OVER (PARTITION BY id6 ORDER BY v3 DESC) <= 2",
    ),
    "q9": ("--by id2 id4 --agg r2=corr(v1,v2)*corr(v1,v2)", "SELECT id2, id4, corr(v1, v2) ^ 2 FROM x GROUP BY ALL"),
    "q10": (
        "--by id1 id2 id3 id4 id5 id6 --agg v3:sum *:count",
        "SELECT id1, id2, id3, id4, id5, id6, sum(v3), count(*) FROM x GROUP BY ALL",
    ),
}
JOINS: dict[str, tuple[str, str, str]] = {
    "q1": ("small", "--on id1", "SELECT x.*, y.* EXCLUDE id1 FROM x JOIN small y USING (id1)"),
    "q2": ("medium", "--on id2", "SELECT x.*, y.* EXCLUDE id2 FROM x JOIN medium y USING (id2)"),
    "q3": ("medium", "--on id2 --how left", "SELECT x.*, y.* EXCLUDE id2 FROM x LEFT JOIN medium y USING (id2)"),
    "q4": ("medium", "--on id5", "SELECT x.*, y.* EXCLUDE id5 FROM x JOIN medium y USING (id5)"),
    "q5": ("big", "--on id3", "SELECT x.*, y.* EXCLUDE id3 FROM x JOIN big y USING (id3)"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CSV files as db-benchmark makes them: x for groups, j and three others for joins."""
    directory, chance = tmp_path_factory.mktemp("tables"), np.random.default_rng(108)
    many = ROWS // KEYS

    def ids(prefix: str, values: Any) -> list[str]:
        return [f"{prefix}{value:010}" for value in values]

    x: dict[str, Any] = {
        "id1": ids("id", chance.integers(1, KEYS + 1, ROWS)),
        "id2": ids("id", chance.integers(1, KEYS + 1, ROWS)),
        "id3": ids("id", chance.integers(1, many + 1, ROWS)),
        "id4": chance.integers(1, KEYS + 1, ROWS),
        "id5": chance.integers(1, KEYS + 1, ROWS),
        "id6": chance.integers(1, many + 1, ROWS),
        "v1": chance.integers(1, 6, ROWS),
        "v2": chance.integers(1, 16, ROWS),
        "v3": np.round(chance.random(ROWS) * 100, 6),
    }
    write(directory / "x.csv", {name: pa.array(column, mask=chance.random(ROWS) < 0.05) for name, column in x.items()})
    sizes = {"small": ("id1", KEYS), "medium": ("id2", many), "big": ("id3", ROWS)}
    for name, (own, rows) in {"j": ("", ROWS), **sizes}.items():
        # of its own key a table has each value once; nine of ten meet one of the others
        ranges = {key: most * 11 // 10 for key, most in sizes.values()}
        keys = {
            key: chance.permutation(most)[:rows] if key == own else chance.integers(0, most, rows)
            for key, most in ranges.items()
        }
        texts = {f"id{place}": ids("id", column) for place, column in enumerate(keys.values(), start=4)}
        value = {"v1" if name == "j" else "v2": np.round(chance.random(rows) * 100, 6)}
        write(directory / f"{name}.csv", {**keys, **texts, **value})
    return directory


def write(path: Path, columns: dict[str, Any]) -> None:
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="none"))


def answer(job: str, options: str, tmp_path: Path) -> list[tuple[Any, ...]]:
    arguments = [*options.split(), "--output", str(tmp_path / "out")]
    with open_run(job, report=tmp_path / "report.json", engine="local") as run:
        call_main(find_job(job), run, parse(find_job(job), arguments).params)
    return rows_of(f"SELECT * FROM '{tmp_path}/out/*.parquet'", {})


def rows_of(sql: str, tables: dict[str, Path]) -> list[tuple[Any, ...]]:
    database = duckdb.connect()
    for name, path in tables.items():
        database.execute(f"CREATE TABLE {name} AS FROM read_csv('{path}', null_padding = false)")
    return sorted(database.execute(sql).fetchall(), key=repr)


def assert_same(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    """Floats to 1e-12 of themselves; rows are told apart by all that is no float."""

    def exact(row: tuple[Any, ...]) -> str:
        return repr([value for value in row if not isinstance(value, float)])

    pairs = zip(sorted(found, key=exact), sorted(expected, key=exact), strict=True)
    wrong = [(one, other) for one, other in pairs if not all(map(is_same, one, other))]
    assert wrong == []


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return bool(one == other)


@pytest.mark.parametrize("question", GROUPS)
def test_questions_to_groups(tmp_path: Path, tables: Path, question: str) -> None:
    asked, sql = GROUPS[question]

    found = answer("group", f"--input {tables}/x.csv {asked}", tmp_path)

    assert_same(found, rows_of(sql, {"x": tables / "x.csv"}))


@pytest.mark.parametrize("question", JOINS)
def test_questions_to_joins(tmp_path: Path, tables: Path, question: str) -> None:
    other, asked, sql = JOINS[question]

    found = answer("join", f"--left {tables}/j.csv --right {tables}/{other}.csv {asked}", tmp_path)

    assert found
    assert_same(found, rows_of(sql, {"x": tables / "j.csv", other: tables / f"{other}.csv"}))
