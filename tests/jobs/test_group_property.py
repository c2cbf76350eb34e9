"""`group` against plain Python, on frames with all that makes grouping hard."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.answers.group_oracle import Row
from faults.answers.groups import (
    ALL,
    BOOLEANS,
    BY,
    DDL,
    FLOATS,
    TEXTS,
    WHOLE,
    WRITE,
    difference,
    params,
    random_rows,
    read_answer,
    write_parquet,
)
from faults.answers.ways import WAYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from hotset import Run, open_run
from hotset.jobs.group import job as group

pytestmark = pytest.mark.thorough

rows_of = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(TEXTS),
            "real": st.sampled_from(FLOATS) | st.floats(-1e6, 1e6),
            "whole": st.sampled_from(WHOLE),
            "flag": st.sampled_from(BOOLEANS),
            "narrow": st.none() | st.integers(-(2**31), 2**31 - 1),
        }
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows_of, st.sampled_from(BY))
def test_groups_of_random_rows(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], by: tuple[str, ...]) -> None:
    directory = tmp_path_factory.mktemp("rows")
    write_parquet(directory / "in", rows)
    paths = {"input": (str(directory / "in"),), "output": str(directory / "out")}

    with open_run("test", report=directory / "report.json", on_empty="ok", engine="local") as run:
        group.main(run, params(by, ALL, **paths))

    answer = read_answer(directory / "out")
    assert difference(rows, by, ALL, answer) == ""


@pytest.mark.parametrize(
    ("way", "format_", "by", "agg"),
    [
        ("node", "parquet", ("text", "real"), ALL),
        ("cluster", "parquet", ("text", "real"), ALL),
        ("dataframe", "parquet", ("text", "real"), ALL),
        ("local", "csv", ("flag", "narrow"), ALL),
        ("node", "csv", ("text",), ALL),
        ("cluster", "csv", ("text",), ALL),
    ],
)
def test_every_engine_groups_as_plain_python_does(
    tmp_path: Path, way: str, format_: str, by: tuple[str, ...], agg: tuple[str, ...]
) -> None:
    rows = random_rows(1000, seed=7)
    WRITE[format_](tmp_path / "in", rows)
    paths = {"input": (str(tmp_path / "in"),), "output": str(tmp_path / "out")}

    of_run, of_job = WAYS[way]

    with open_run("test", report=tmp_path / "report.json", **of_run) as run:
        group.main(run, params(by, agg, **paths, columns=DDL if format_ == "csv" else "", **of_job))

    answer = read_answer(tmp_path / "out")
    assert difference(rows, by, agg, answer) == ""


@pytest.mark.parametrize("way", WAYS)
def test_of_no_rows_there_are_no_groups(spark: SparkSession, tmp_path: Path, way: str) -> None:
    of_run, of_job = WAYS[way]
    write_parquet(tmp_path / "in", [])
    paths = {"input": (str(tmp_path / "in"),), "output": str(tmp_path / "out")}

    with open_run("test", report=tmp_path / "report.json", on_empty="ok", **of_run) as run:
        group.main(run, params(("text",), ("real:mean",), **paths, **of_job))

    tables = [pq.read_table(part) for part in tmp_path.glob("out/part-*")]
    assert [table.column_names for table in tables] == [["text", "real_mean"]] * len(tables)
    assert spark.read.parquet(str(tmp_path / "out")).count() == 0


def test_arrays_are_grouped_by_catalyst(run: Run, tmp_path: Path) -> None:
    table = pa.table({"list": [[1, 2], [1], [1, 2]], "word": ["a", "b", "a"]})
    pq.write_table(table, tmp_path / "in.parquet")
    paths = {"input": (str(tmp_path / "in.parquet"),), "output": str(tmp_path / "out")}

    group.main(run, params(("list",), ("word:count", "*:count"), **paths))

    answer = read_answer(tmp_path / "out")
    assert sorted(answer, key=lambda row: row["rows"]) == [
        {"list": [1], "word_count": 1, "rows": 1},
        {"list": [1, 2], "word_count": 2, "rows": 2},
    ]
    assert run.report.plan is None
