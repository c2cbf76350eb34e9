"""`group` against plain Python, on frames with all that makes grouping hard."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from group_oracle import WAYS, Row, aggregates, comparable, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from hotset import Run, open_run
from hotset.jobs import group
from hotset.jobs.group import Params
from hotset.jobs.group_query import parse_query

pytestmark = pytest.mark.thorough

NAN, INF = float("nan"), float("inf")
# in Unicode é and e with a combining accent look alike and are two keys; so are the Hangul syllable and its letters
TEXTS = [None, "", " ", "a", "A", "é", "e\u0301", "한", "\u1112\u1161\u11ab", "\0", "a\n", "\U0001f600", "NaN", "null"]
FLOATS = [None, NAN, -NAN, 0.0, -0.0, 1.0, 0.1 + 0.2, 0.3, INF, -INF, 5e-324, 1e100]
WHOLE = [None, 0, 1, -1, 2**31, -(2**62), 2**62 - 1]
BOOLEANS = [None, True, False]
SCHEMA = pa.schema(
    [("text", pa.string()), ("real", pa.float64()), ("whole", pa.int64()), ("flag", pa.bool_()), ("narrow", pa.int32())]
)
ALL = (
    *("*:count", "text:count", "text:min", "text:max", "text:distinct", "flag:count", "flag:min", "flag:distinct"),
    *(f"real:{kind}" for kind in ("count", "sum", "mean", "min", "max", "std", "median", "distinct")),
    *(f"narrow:{kind}" for kind in ("count", "sum", "mean", "min", "max", "std", "median", "distinct")),
    *("whole:count", "whole:min", "whole:max", "whole:distinct"),
)
BY = [("text",), ("real",), ("whole",), ("flag",), ("text", "real"), ("flag", "whole", "narrow")]

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


def params(by: tuple[str, ...], agg: tuple[str, ...], **others: Any) -> Params:
    values: dict[str, Any] = {"input": ("unused",), "output": "unused", "by": by, "agg": agg, "top": 0}
    return Params(**(values | others))


def difference(rows: list[Row], by: tuple[str, ...], agg: tuple[str, ...], answer: list[Row]) -> str:
    """What is wrong with an answer; '' where nothing is."""
    expected = aggregates(rows, by, agg)
    keys = [tuple(comparable(row[name]) for name in by) for row in answer]
    if len(set(keys)) < len(keys) or set(keys) != set(expected):
        return f"keys {keys} instead of {list(expected)}"
    for key, row in zip(keys, answer, strict=True):
        for one, value in expected[key].items():
            name = parse_query(by, (one,)).aggregates[0].name
            finite = [abs(row["real"]) for row in rows if row["real"] is not None and abs(row["real"]) < INF]
            if not same(value, row[name], scale=1e-6 * max(finite, default=0)):
                return f"{one} of {key} is {row[name]!r} instead of {value!r}"
    return ""


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows_of, st.sampled_from(BY))
def test_groups_of_random_rows(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], by: tuple[str, ...]) -> None:
    directory = tmp_path_factory.mktemp("rows")
    write_parquet(directory / "in", rows)
    paths = {"input": (str(directory / "in"),), "output": str(directory / "out")}

    with open_run("test", report=directory / "report.json", on_empty="ok", engine="local") as run:
        group.main(run, params(by, ALL, **paths))

    answer = pa.concat_tables(pq.read_table(part) for part in directory.glob("out/part-*")).to_pylist()
    assert difference(rows, by, ALL, answer) == ""


def random_rows(number: int, seed: int) -> list[Row]:
    chance = random.Random(seed)
    texts = [text for text in TEXTS if text is None or text.isprintable()]  # a CSV has no place for the others
    return [
        {
            "text": chance.choice(texts),
            "real": chance.choice([*FLOATS, chance.gauss(0, 1000), float(chance.randrange(5))]),
            "whole": chance.choice(WHOLE),
            "flag": chance.choice(BOOLEANS),
            "narrow": chance.choice([None, chance.randrange(-(2**31), 2**31)]),
        }
        for _ in range(number)
    ]


def write_parquet(directory: Path, rows: list[Row]) -> None:
    directory.mkdir()
    for number, part in enumerate((rows[::2], rows[1::2])):
        table = pa.Table.from_pylist(part, SCHEMA)
        pq.write_table(table, directory / f"{number}.parquet", row_group_size=max(1, len(part) // 3))


def write_csv(directory: Path, rows: list[Row]) -> None:
    """Texts are quoted, so that an empty one is not taken for none."""
    directory.mkdir()
    for number, part in enumerate((rows[::2], rows[1::2])):
        lines = [SCHEMA.names, *([cell(row[name]) for name in SCHEMA.names] for row in part)]
        (directory / f"{number}.csv").write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f'"{value}"' if isinstance(value, str) else repr(value)


WRITE = {"parquet": write_parquet, "csv": write_csv}
DDL = "text string, real double, whole bigint, flag boolean, narrow int"


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

    answer = pa.concat_tables(pq.read_table(part) for part in tmp_path.glob("out/part-*")).to_pylist()
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

    answer = pa.concat_tables(pq.read_table(part) for part in tmp_path.glob("out/part-*")).to_pylist()
    assert sorted(answer, key=lambda row: row["rows"]) == [
        {"list": [1], "word_count": 1, "rows": 1},
        {"list": [1, 2], "word_count": 2, "rows": 2},
    ]
    assert run.report.plan is None
