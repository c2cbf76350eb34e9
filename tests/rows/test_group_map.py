"""A function over the rows of each group: the same table in and out on every engine; what is wrong is told by key."""

import random
import sys
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from faults.answers.ways import WAYS
from pyspark import cloudpickle
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

from doors import call
from hotset import DataError, Dataset, Run, SchemaError, UsageError, open_run
from hotset.rows.group_map import GroupMap, group_starts, map_frame, split_groups

pytestmark = pytest.mark.usefixtures("spark")
NAN = float("nan")
WAYS_OF_ROWS = ("local", "node", "cluster")
COUNTED = "k string, x double, n bigint, first bigint, rising boolean"
Rows = list[tuple[Any, ...]]


def count_group(group: pa.Table) -> pa.Table:
    """One row: the key, how many rows, the first of them, and whether they stand in order."""
    at = group["at"].to_pylist()
    return pa.table(
        {
            "k": group["k"].slice(0, 1),
            "x": group["x"].slice(0, 1),
            "n": [len(group)],
            "first": [at[0]],
            "rising": [at == sorted(at, key=lambda one: (one is None, one))],
        }
    )


def each_row_twice(group: pa.Table) -> pa.Table:
    both = pa.concat_tables([group, group]).select(["k", "at"])
    return both.set_column(1, "at", both["at"].cast(pa.int32()))


@pytest.fixture(scope="module")
def table() -> pa.Table:
    chance = random.Random(7)
    rows = [
        {
            "k": chance.choice([None, "", "a", "b"]),
            "x": chance.choice([None, NAN, -0.0, 0.0, 1.5]),
            "at": chance.choice([None, *range(50)]),
        }
        for _ in range(400)
    ]
    return pa.Table.from_pylist(rows, pa.schema([("k", pa.string()), ("x", pa.float64()), ("at", pa.int64())]))


def told(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple("NaN" if one != one else one + 0.0 if isinstance(one, float) else one for one in row)


def expected(table: pa.Table) -> set[tuple[Any, ...]]:
    groups: dict[tuple[Any, ...], list[int | None]] = {}
    for row in table.to_pylist():
        groups.setdefault(told((row["k"], row["x"])), []).append(row["at"])
    least = {key: min((one for one in at if one is not None), default=None) for key, at in groups.items()}
    return {(*key, len(at), least[key], True) for key, at in groups.items()}


def mapped(tmp_path: Path, way: str, table: pa.Table, function: Any, columns: str, **options: Any) -> Rows:
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=90)
    with open_run("test", report=tmp_path / "report.json", on_empty="ok", **WAYS[way][0]) as run:
        rows = run.group_map(run.rows(str(tmp_path / "in.parquet")), ("k", "x"), function, columns, **options)
        run.publish(Dataset(columns), rows, str(tmp_path / "out"))
        assert run.report.plan == way
    found = pa.concat_tables([pq.read_table(file) for file in tmp_path.glob("out/part-*")])
    return [told(tuple(row.values())) for row in found.to_pylist()]


@pytest.mark.parametrize("way", WAYS_OF_ROWS)
def test_every_engine_gives_the_function_the_same_groups(tmp_path: Path, table: pa.Table, way: str) -> None:
    found = mapped(tmp_path, way, table, count_group, COUNTED, order_by="at")

    assert len(found) == len(set(found))
    assert set(found) == expected(table)


@pytest.mark.parametrize("way", WAYS_OF_ROWS)
def test_a_function_may_give_more_rows_than_it_gets_and_what_comes_out_goes_on(
    tmp_path: Path, table: pa.Table, way: str
) -> None:
    pq.write_table(table, tmp_path / "in.parquet")
    with open_run("test", report=tmp_path / "report.json", **WAYS[way][0]) as run:
        rows = run.rows(str(tmp_path / "in.parquet")).filter(nw.col("k") == "a")
        twice = run.group_map(rows, ["k", "x"], each_row_twice, "k string, at int")
        found = run.take(twice.filter(nw.col("at") < 10).select("at"), 1_000)

    wanted = [row["at"] for row in table.to_pylist() if row["k"] == "a" and row["at"] is not None and row["at"] < 10]
    assert found.schema.types == [pa.int32()]
    assert sorted(found["at"].to_pylist()) == sorted(wanted * 2)


@pytest.mark.parametrize("way", WAYS_OF_ROWS)
def test_of_no_rows_no_group_is_made(tmp_path: Path, table: pa.Table, way: str) -> None:
    assert mapped(tmp_path, way, table.slice(0, 0), count_group, COUNTED) == []


def no_table(_group: pa.Table) -> Any:
    return {"k": 1}


def other_columns(group: pa.Table) -> pa.Table:
    return group


def text_for_number(group: pa.Table) -> pa.Table:
    return count_group(group).set_column(2, "n", pa.array(["1"]))


def nothing_fits(group: pa.Table) -> pa.Table:
    return count_group(group).set_column(2, "n", pa.array([2**64 - 1], pa.uint64()))


@pytest.mark.parametrize("way", WAYS_OF_ROWS)
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_table, "the function 'no_table' gives an Arrow table, got dict"),
        (
            other_columns,
            "the function 'other_columns' gives other columns: declared k, x, n, first, rising, got k, x, at",
        ),
        (text_for_number, "gives another type for 'n': declared int64, got string; cast it"),
        (nothing_fits, "values of the column 'n' do not fit int64"),
    ],
    ids=["no table", "columns", "type", "value"],
)
def test_what_a_function_must_not_give_is_told(
    tmp_path: Path, table: pa.Table, way: str, function: Any, message: str
) -> None:
    with pytest.raises(Exception, match=message) as told:
        mapped(tmp_path, way, table, function, COUNTED)

    assert way == "cluster" or isinstance(told.value, SchemaError | DataError)
    assert not (tmp_path / "out").exists()


class OutOfSeasonError(DataError):
    """A kind of somebody's own."""

    exit_code = 40


def wrong_season(group: pa.Table) -> pa.Table:
    raise OutOfSeasonError(f"{group['k'][0]} is out of season")


@pytest.mark.parametrize("way", ["local", "node"])
def test_an_error_of_one_s_own_kind_stays_that(tmp_path: Path, table: pa.Table, way: str) -> None:
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)  # type: ignore[no-untyped-call] # as the modules of jobs are
    try:
        with pytest.raises(OutOfSeasonError, match="is out of season"):
            mapped(tmp_path, way, table, wrong_season, COUNTED)
    finally:
        cloudpickle.unregister_pickle_by_value(module)  # type: ignore[no-untyped-call]


def keeps_all(group: pa.Table) -> pa.Table:
    return group.select(["k"])


@pytest.mark.parametrize("way", ["local", "node"])
def test_a_group_that_is_too_large_is_named(tmp_path: Path, way: str) -> None:
    keys = pa.array(["small"] * 10 + ["large"] * 200_000)
    large = pa.table({"k": keys, "x": pa.nulls(len(keys), pa.float64()), "text": pa.array(["t" * 2_000] * len(keys))})
    pq.write_table(large, tmp_path / "in.parquet")

    with (
        pytest.raises(
            Exception, match=r"the group k='large' has [\d,]+ bytes or more, and .*'keeps_all' takes at most"
        ),
        open_run("test", report=tmp_path / "report.json", **WAYS[way][0], memory="600MB") as run,
    ):
        rows = run.group_map(run.rows(str(tmp_path / "in.parquet")), "k", keeps_all, "k string")
        run.publish(Dataset("k string"), rows, str(tmp_path / "out"))


def test_spark_looks_at_a_group_while_it_grows(spark: SparkSession, table: pa.Table) -> None:
    task = GroupMap(("k",), ("at",), keeps_all, "k string", most_bytes=500)

    with pytest.raises(PythonException, match=r"the group k=.* has [\d,]+ bytes or more, and .*'keeps_all' takes at"):
        map_frame(spark.createDataFrame(table), task).count()


def test_what_is_no_column_is_refused(run: Run, tmp_path: Path, table: pa.Table) -> None:
    pq.write_table(table, tmp_path / "in.parquet")
    rows = run.rows(str(tmp_path / "in.parquet"))

    with pytest.raises(UsageError, match="no column of this name, got 'z'"):
        run.group_map(rows, "z", count_group, COUNTED)
    with pytest.raises(UsageError, match="no column of this name, got 'y'"):
        run.group_map(rows, "k", count_group, COUNTED, order_by="y")
    with pytest.raises(UsageError, match="groups without a key"):
        run.group_map(rows, (), count_group, COUNTED)


SHARED = """
import os, sys
from hotset import Dataset, DataError, open_run
import pyarrow as pa


def worker(group):
    if group["k"][0].as_py() == sys.argv[1]:
        raise DataError("this one is wrong")
    return pa.table({"k": group["k"].slice(0, 1), "process": [os.getpid()], "n": [len(group)]})


with open_run("test", engine="local") as run:
    rows = run.group_map(run.rows("in.parquet"), "k", worker, "k string, process bigint, n bigint")
    found = run.take(rows, 100).to_pylist()
    print(sum(one["n"] for one in found), len(found), {one["process"] for one in found} & {os.getpid()})
"""


def test_large_inputs_are_shared_among_processes(tmp_path: Path) -> None:
    keys = [f"k{number % 40}" for number in range(4_000)]
    pq.write_table(pa.table({"k": keys}), tmp_path / "in.parquet")
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}

    done = call(sys.executable, "-c", SHARED, "none", cwd=tmp_path, **state)
    wrong = call(sys.executable, "-c", SHARED, "k7", cwd=tmp_path, **state)

    assert (done.code, done.out.splitlines()[0]) == (0, "4000 40 set()"), done.err
    assert wrong.code == 1
    assert "DataError: this one is wrong" in wrong.err


def test_parts_are_of_whole_groups_and_of_all_rows(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number, groups in enumerate([0, 1, 2, 7, 40]):
        keys = sorted(chance.choices(range(groups), k=100)) if groups else []
        rows = pa.table({"k": pa.array(keys, pa.int64())})
        directory = tmp_path / str(number)
        directory.mkdir()
        with pa.OSFile(str(directory / "0.arrow"), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
            writer.write_table(rows, max_chunksize=9)

        parts = split_groups(directory, rows.schema, ["k"], ["k"], 4)

        assert [begin for begin, _ in parts] == [
            0,
            *(sum(n for _, n in parts[:place]) for place in range(1, len(parts))),
        ]
        assert sum(rows for _, rows in parts) == len(keys)
        assert {begin for begin, _ in parts} <= {0, *group_starts(rows, ["k"])}
        assert len(parts) <= 4


def test_numbers_of_another_width_are_taken_where_they_fit() -> None:
    group = pa.table({"n": pa.array([1], pa.int8()), "x": pa.array([0.5], pa.float32())})
    task = GroupMap(("n",), (), lambda rows: rows, "n bigint, x double")

    assert task.apply(group).schema.types == [pa.int64(), pa.float64()]
    with pytest.raises(DataError, match="gives a value of 'n' that is no int8: Integer value 300 not in range"):
        GroupMap(("n",), (), lambda rows: rows, "n tinyint").apply(pa.table({"n": [300]}))


def test_null_and_nan_are_keys() -> None:
    rows = pa.table({"x": pa.chunked_array([[None, None, 1.0], [1.0, NAN], [NAN]]), "k": [1, 1, 1, 1, 1, 2]})

    assert group_starts(rows, ["x"]) == [0, 2, 4]
    assert group_starts(rows, ["x", "k"]) == [0, 2, 4, 5]
    assert group_starts(rows.slice(0, 0), ["x"]) == []
    assert pc.is_nan(rows["x"])[4].as_py()
    assert GroupMap(("k",), (), keeps_all, "k int").most_bytes is None
