"""`join` against plain Python, on keys with all that makes meeting hard, from files to published files."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.answers.group_oracle import Row
from faults.answers.join_oracle import told
from faults.answers.joins import (
    FULL,
    HOWS,
    LEFT,
    LEFT_CHOICES,
    ON,
    RIGHT,
    RIGHT_CHOICES,
    expected,
    params,
    published,
    random_sides,
    write,
)
from faults.answers.ways import WAYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotset import How, Run, UsageError, open_run
from hotset.jobs.join import job as join
from hotset.jobs.join.job import Params

pytestmark = pytest.mark.thorough


def rows_of(schema: pa.Schema, choices: dict[str, list[Any]]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.fixed_dictionaries({name: st.sampled_from(choices[name]) for name in schema.names}), max_size=15)


lefts, rights = rows_of(LEFT, LEFT_CHOICES), rows_of(RIGHT, RIGHT_CHOICES)
meetings = st.sampled_from([(on, how) for how in HOWS for on in (FULL if how == "full" else ON)])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lefts, rights, meetings)
def test_random_rows_meet_as_in_plain_python(
    tmp_path_factory: pytest.TempPathFactory, left: list[Row], right: list[Row], meeting: tuple[dict[str, str], How]
) -> None:
    directory, (on, how) = tmp_path_factory.mktemp("rows"), meeting
    write(directory, left, right)

    with open_run("test", report=directory / "report.json", on_empty="ok", engine="local") as run:
        join.main(run, params(directory, directory / "out", on, how, max_rows=1_000))

    assert published(directory / "out") == expected(left, right, on, how)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row], list[Row]]:
    directory = tmp_path_factory.mktemp("sides")
    left, right = random_sides(7, 150, 100)
    write(directory, left, right)
    return directory, left, right


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["node", "cluster"])
@pytest.mark.parametrize("number", range(len(ON)))
def test_every_key_meets_alike_on_every_engine(
    tmp_path: Path, sides: tuple[Path, list[Row], list[Row]], way: str, number: int
) -> None:
    directory, left, right = sides
    on, how = ON[number], HOWS[number % len(HOWS)]
    how = "left" if how == "full" and on not in FULL else how

    with open_run("test", report=tmp_path / "report.json", **WAYS[way][0]) as run:
        join.main(run, params(directory, tmp_path / "out", on, how, max_rows=100_000))

    assert published(tmp_path / "out") == expected(left, right, on, how)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("how", HOWS)
def test_plain_pyspark_gives_the_same(tmp_path: Path, sides: tuple[Path, list[Row], list[Row]], how: How) -> None:
    directory, left, right = sides
    on = {"text": "text", "narrow": "large", "real": "single"}

    with open_run("test", report=tmp_path / "report.json") as run:
        join.main(run, params(directory, tmp_path / "out", on, how, method="dataframe", max_rows=100_000))

    assert published(tmp_path / "out") == expected(left, right, on, how)


def test_arrays_are_compared_by_spark(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": [[1], [2], None], "a": [1, 2, 3]}), tmp_path / "left.parquet")
    pq.write_table(pa.table({"k": [[2], [2]], "b": [4, 5]}), tmp_path / "right.parquet")
    paths: dict[str, Any] = {name: (str(tmp_path / f"{name}.parquet"),) for name in ("left", "right")}

    join.main(run, Params(**paths, output=str(tmp_path / "out"), on=("k",), how="left"))

    rows = [tuple(row.values()) for part in tmp_path.glob("out/part-*") for row in pq.read_table(part).to_pylist()]
    assert sorted(rows, key=str) == [(None, 3, None), ([1], 1, None), ([2], 2, 4), ([2], 2, 5)]


def test_arrays_need_spark(tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": [1], "a": [[1]]}), tmp_path / "rows.parquet")
    path = (str(tmp_path / "rows.parquet"),)

    with (
        pytest.raises(UsageError, match="--engine local"),
        open_run("test", report=tmp_path / "report.json", engine="local") as run,
    ):
        join.main(run, Params(path, path, str(tmp_path / "out"), ("k",)))


def test_a_thousand_columns_on_either_side(tmp_path: Path) -> None:
    for side in ("left", "right"):
        names = ["k", *(f"{side} {number}" for number in range(1_000))]
        pq.write_table(pa.table([pa.array([1, 2])] * 1_001, names), tmp_path / f"{side}.parquet")
    paths: dict[str, Any] = {side: (str(tmp_path / f"{side}.parquet"),) for side in ("left", "right")}

    with open_run("test", report=tmp_path / "report.json", engine="local") as run:
        join.main(run, Params(**paths, output=str(tmp_path / "out"), on=("k",)))

    assert published(tmp_path / "out") == told([(1,) * 2_001, (2,) * 2_001])
