"""Join: every way to join, on every engine, held to plain loops; and what is refused before it starts."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.answers.group_oracle import Row
from faults.answers.join_oracle import Oracle, Told, told
from faults.answers.ways import WAYS

from hotset import DataError, How, UsageError, open_run
from hotset.job import find_job
from hotset.jobs.join.job import Params, parse_keys
from hotset.row_counts import RowCounts
from hotset.run import call_main

NAN = float("nan")
HOWS: tuple[How, ...] = get_args(How)

LEFT = pa.table(
    {
        "k": pa.array([1.0, 1.0, -0.0, NAN, None, 5.0]),
        "g": pa.array(["a", "b", "a", "a", "a", None]),
        "v": pa.array([1, 2, 3, 4, 5, 6]),
    }
)
RIGHT = pa.table(
    {
        "k": pa.array([1.0, 1.0, 0.0, NAN, None, 7.0], pa.float32()),
        "g": pa.array(["a", "a", "a", "a", "a", "x"]),
        "v": pa.array(["p", "q", "r", "s", "t", "u"]),
    }
)


def run_join(
    tmp_path: Path, left: pa.Table, right: pa.Table, way: str = "local", **params: Any
) -> tuple[list[Row], Any]:
    """The rows that the job publishes, as Python has them, and the report."""
    pq.write_table(left, tmp_path / "left.parquet", row_group_size=2)
    pq.write_table(right, tmp_path / "right.parquet", row_group_size=2)
    out, (of_run, of_job) = tmp_path / f"out-{way}", WAYS[way]
    given = Params(
        (str(tmp_path / "left.parquet"),), (str(tmp_path / "right.parquet"),), str(out), **params, **of_job
    )  # fmt: skip
    with open_run("join", report=tmp_path / "report.json", **of_run) as run:
        call_main(find_job("join"), run, given)
        assert run.report.plan == (None if way == "dataframe" else way)
    return pa.concat_tables([pq.read_table(file) for file in out.glob("*.parquet")]).to_pylist(), run.report


def oracle(left: pa.Table, right: pa.Table, on: tuple[str, ...]) -> Oracle:
    keys = {name: name for name in on}
    return Oracle(left.to_pylist(), right.to_pylist(), left.column_names, right.column_names, keys)


def bag(rows: list[Row]) -> Told:
    return told(row.values() for row in rows)


@pytest.mark.parametrize("on", [("k",), ("k", "g")])
@pytest.mark.parametrize("how", HOWS)
def test_rows_meet_as_two_loops_make_them_meet(tmp_path: Path, how: How, on: tuple[str, ...]) -> None:
    found, _ = run_join(tmp_path, LEFT, RIGHT, on=on, how=how)

    assert bag(found) == oracle(LEFT, RIGHT, on).joined(how)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", [way for way in WAYS if way != "local"])
@pytest.mark.parametrize("how", ["left", "full"])
def test_every_engine_gives_one_answer(tmp_path: Path, way: str, how: How) -> None:
    found, _ = run_join(tmp_path, LEFT, RIGHT, way, on=("k",), how=how)

    assert bag(found) == oracle(LEFT, RIGHT, ("k",)).joined(how)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node", "cluster"])
def test_numbers_meet_by_their_values_whatever_their_types(tmp_path: Path, way: str) -> None:
    left = pa.table(
        {
            "i": pa.array([1, 2**53 + 1, None], pa.int64()),
            "d": pa.array([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(10, 2)),
            "u": pa.array([2**64 - 1, 7, None], pa.uint64()),
            "n": [1, 2, 3],
        }
    )
    right = pa.table(
        {
            "f": pa.array([1.0, float(2**53), NAN, 1.5]),
            "e": pa.array([Decimal("1.5"), Decimal("2.001"), Decimal("2"), None], pa.decimal128(38, 30)),
            "s": pa.array([7, 2, 1, 1], pa.int16()),
            "m": [10, 20, 30, 40],
        }
    )

    pairs = {}
    for on in ("i=f", "d=e", "d=s", "u=s"):
        (tmp_path / on).mkdir()
        found, _ = run_join(tmp_path / on, left, right, way, on=(on,))
        pairs[on] = sorted((row["n"], row["m"]) for row in found)

    assert pairs == {"i=f": [(1, 10)], "d=e": [(1, 10), (2, 30)], "d=s": [(2, 20)], "u=s": [(2, 10)]}


def test_a_key_with_another_name_on_the_right_comes_out_once(tmp_path: Path) -> None:
    right = RIGHT.rename_columns(["key", "g", "v"])

    found, _ = run_join(tmp_path, LEFT, right, on=("k=key",), how="full")

    assert list(found[0]) == ["k", "g", "v", "g_right", "v_right"]
    assert bag(found) == oracle(LEFT, RIGHT, ("k",)).joined("full")


def test_an_equals_sign_may_be_part_of_a_name() -> None:
    assert parse_keys(("a=b",), ["a=b", "a"], ["a=b", "b"]) == {"a=b": "a=b"}
    assert parse_keys(("a=b=c",), ["a=b"], ["c"]) == {"a=b": "c"}
    assert parse_keys(("a=b=c", "x"), ["a", "x"], ["b=c", "x"]) == {"a": "b=c", "x": "x"}


@pytest.mark.parametrize(
    ("on", "what"),
    [
        (("id",), "the left side has no column 'id'; it has k, g, v"),
        (("k=id",), "the right side has no column 'id'; it has k, g, v"),
        (("k", "k=g"), "column 'k' of the left side is a key twice"),
        (("v",), "key 'v' is bigint on the left and string on the right; give one type by --left-types"),
        (("v=g",), "key 'v' is bigint on the left and 'g' string on the right; give one type by --left-types"),
        (("v=k", "g"), None),
    ],
)
def test_keys_that_cannot_meet_are_refused(tmp_path: Path, on: tuple[str, ...], what: str | None) -> None:
    if what is None:
        run_join(tmp_path, LEFT, RIGHT, on=on)
        return
    with pytest.raises(UsageError, match=what):
        run_join(tmp_path, LEFT, RIGHT, on=on)


def test_keys_that_no_type_can_hold_are_no_full_join(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no type holds the keys"):
        run_join(tmp_path, LEFT, RIGHT, on=("v=k",), how="full")


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_join_that_explodes_is_refused_with_its_worst_keys(tmp_path: Path, way: str) -> None:
    left = pa.table({"k": [1] * 300 + [2], "g": ["a"] * 301, "v": list(range(301))})
    right = pa.table({"k": [1] * 200 + [2] * 5, "g": ["a"] * 205, "v": ["x"] * 205})

    with pytest.raises(DataError, match=r"would make 60,005 rows, allowed are 5,060; its worst keys are 1: 300 x 200"):
        run_join(tmp_path, left, right, way, on=("k",))

    assert not (tmp_path / f"out-{way}").exists()


def test_few_rows_of_every_key_of_the_smaller_side_need_no_count(tmp_path: Path) -> None:
    left = pa.table({"k": [1] * 300, "g": ["a"] * 300, "v": list(range(300))})
    right = pa.table({"k": [1] * 10, "g": ["a"] * 10, "v": ["x"] * 10})

    found, report = run_join(tmp_path, left, right, on=("k",))

    assert len(found) == 3_000
    assert not any("key" in warning for warning in report.warnings)


def test_many_rows_are_made_where_they_are_allowed(tmp_path: Path) -> None:
    side = pa.table({"k": [1] * 300, "g": ["a"] * 300, "v": list(range(300))})

    found, report = run_join(tmp_path, side, side, on=("k",), max_rows=90_000)

    assert len(found) == 90_000
    assert any("key 1 has 300 of the 300 left rows" in warning for warning in report.warnings)


@pytest.mark.parametrize(("how", "rows"), [("left", 8), ("right", 8), ("full", 10)])
def test_rows_that_meet_nothing_are_counted_too(tmp_path: Path, how: How, rows: int) -> None:
    with pytest.raises(DataError, match=f"would make {rows} rows, allowed are {rows - 1}"):
        run_join(tmp_path, LEFT, RIGHT, on=("k",), how=how, max_rows=rows - 1)

    assert len(run_join(tmp_path, LEFT, RIGHT, on=("k",), how=how, max_rows=rows)[0]) == rows


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two columns of the output would be called 'g'"):
        run_join(tmp_path, LEFT, RIGHT, on=("k",), suffix="")


@pytest.mark.usefixtures("spark")
def test_spark_alone_is_not_asked_to_compare_numbers_of_other_kinds(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--method dataframe does not join bigint and float; leave it out"):
        run_join(tmp_path, LEFT, RIGHT, "dataframe", on=("v=k",))


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node"])
def test_csv_and_parquet_are_joined_and_read_once(tmp_path: Path, way: str) -> None:
    (tmp_path / "left.csv").write_text('id,name\n1,"one"\n2,two\n')  # a quote: our own reader takes the file
    pq.write_table(pa.table({"id": pa.array([2, 3], pa.int16()), "n": [20, 30]}), tmp_path / "right.parquet")
    params = Params(
        (str(tmp_path / "left.csv"),),
        (str(tmp_path / "right.parquet"),),
        str(tmp_path / "out"),
        ("id",),
        "full",
        max_rows=5,
        format="csv",
    )

    with open_run("join", report=tmp_path / "report.json", **WAYS[way][0]) as run:
        call_main(find_job("join"), run, params)

    lines = [line for file in (tmp_path / "out").glob("*.csv") for line in file.read_text().splitlines()[1:]]
    assert sorted(lines) == ["1,one,", "2,two,20", "3,,30"]
    assert [read.counts for read in run.report.reads] == [RowCounts.all_good(2)] * 2
