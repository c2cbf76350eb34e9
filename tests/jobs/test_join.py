"""Join: every way to join, every plan, held to a join of plain loops; and what is refused before it starts."""

import math
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import DataError, UsageError, open_run
from hotset.jobs import join
from hotset.jobs.join import Params, main
from hotset.jobs.join_kernel import Held, How

NAN = float("nan")
PLANS = ("map-side", "exchange", "broadcast", "shuffled-hash", "sort-merge")
Row = dict[str, Any]
pytestmark = pytest.mark.usefixtures("spark")

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


def meet(one: Row, other: Row, on: tuple[str, ...]) -> bool:
    """null meets nothing, NaN meets NaN."""
    pairs = [(one[name], other[name]) for name in on]
    return all(a is not None and b is not None and (a == b or (a != a and b != b)) for a, b in pairs)


def joined(left: list[Row], right: list[Row], on: tuple[str, ...], how: How) -> list[Row]:
    """By two loops."""
    if how in ("semi", "anti"):
        return [row for row in left if any(meet(row, other, on) for other in right) == (how == "semi")]
    nothing = {"v_right": None, **({} if "g" in on else {"g_right": None})}
    theirs = [{name if name in on else f"{name}_right": value for name, value in row.items()} for row in right]
    rows = [{**other, **row} for row in left for other in theirs if meet(row, other, on)]
    if how in ("left", "full"):
        rows += [{**row, **nothing} for row in left if not any(meet(row, other, on) for other in right)]
    if how in ("right", "full"):
        alone = [other for other in theirs if not any(meet(row, other, on) for row in left)]
        rows += [{"g": None, "v": None, **other} for other in alone]
    return rows


def as_bag(rows: list[Row]) -> Counter[tuple[tuple[str, str], ...]]:
    """Rows without order; -0.0 is 0.0, and NaN is itself."""
    plain = [
        {name: 0.0 if value == 0 and isinstance(value, float) else value for name, value in row.items()} for row in rows
    ]
    return Counter(tuple(sorted((name, repr(value)) for name, value in row.items())) for row in plain)


def run_join(tmp_path: Path, left: pa.Table, right: pa.Table, **params: Any) -> tuple[list[Row], Any]:
    pq.write_table(left, tmp_path / "left.parquet", row_group_size=2)
    pq.write_table(right, tmp_path / "right.parquet", row_group_size=2)
    given = Params(
        (str(tmp_path / "left.parquet"),), (str(tmp_path / "right.parquet"),), str(tmp_path / "out"), **params
    )
    with open_run("join", report=tmp_path / "report.json") as run:
        main(run, given)
    parts = [pq.read_table(file) for file in (tmp_path / "out").glob("*.parquet")]
    return pa.concat_tables(parts).to_pylist(), run.report


@pytest.mark.parametrize("on", [("k",), ("k", "g")])
@pytest.mark.parametrize("how", get_args(How))
def test_rows_meet_as_two_loops_make_them_meet(tmp_path: Path, how: How, on: tuple[str, ...]) -> None:
    plan = "exchange" if how == "full" else "map-side"

    found, _ = run_join(tmp_path, LEFT, RIGHT, on=on, how=how, plan=plan)

    assert as_bag(found) == as_bag(joined(LEFT.to_pylist(), RIGHT.to_pylist(), on, how))


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("how", ["left", "right"])
def test_every_plan_gives_one_answer(tmp_path: Path, plan: str, how: How) -> None:
    found, report = run_join(tmp_path, LEFT, RIGHT, on=("k",), how=how, plan=plan)

    assert as_bag(found) == as_bag(joined(LEFT.to_pylist(), RIGHT.to_pylist(), ("k",), how))
    assert report.notes == {"plan": plan}


def test_smaller_side_is_held_and_the_report_says_why(tmp_path: Path) -> None:
    _, report = run_join(tmp_path, LEFT, RIGHT, on=("k",), how="left")

    assert report.notes == {"plan": "map-side"}
    assert any("the right one fits into every worker" in warning for warning in report.warnings)


def test_sides_too_large_to_hold_are_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "HELD_BYTES", 0)
    many = pa.table({"k": list(range(100)), "g": ["a"] * 100, "v": list(range(100))})

    found, report = run_join(tmp_path, many, many, on=("k",))

    assert len(found) == 100
    assert report.notes == {"plan": "exchange"}


def test_key_with_most_of_the_rows_is_left_to_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "HELD_BYTES", 0)
    skewed = pa.table({"k": [7] * 90 + list(range(10)), "g": ["a"] * 100, "v": list(range(100))})

    found, report = run_join(tmp_path, skewed, skewed.slice(90), on=("k",))

    assert len(found) == 100
    assert report.notes == {"plan": "sort-merge"}
    assert any("key 7 alone has 91 rows" in warning for warning in report.warnings)


@pytest.mark.parametrize("plan", ["map-side", "exchange", "sort-merge"])
def test_join_that_explodes_is_refused_with_its_worst_keys(tmp_path: Path, plan: str) -> None:
    left = pa.table({"k": [1] * 300 + [2], "g": ["a"] * 301, "v": list(range(301))})
    right = pa.table({"k": [1] * 200 + [2] * 5, "g": ["a"] * 205, "v": ["x"] * 205})

    with pytest.raises(DataError, match=r"would make 60,005 rows, allowed are 5,060; its worst keys are 1: 300 x 200"):
        run_join(tmp_path, left, right, on=("k",), plan=plan)

    assert not (tmp_path / "out").exists()


def test_many_rows_are_made_where_they_are_allowed(tmp_path: Path) -> None:
    side = pa.table({"k": [1] * 300, "g": ["a"] * 300, "v": list(range(300))})

    found, _ = run_join(tmp_path, side, side, on=("k",), max_rows=90_000)

    assert len(found) == 90_000


def test_rows_that_meet_nothing_are_counted_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="would make 8 rows, allowed are 7"):
        run_join(tmp_path, LEFT, RIGHT, on=("k",), how="left", max_rows=7)


def test_key_that_is_no_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the left side has no column 'id'; it has k, g, v"):
        run_join(tmp_path, LEFT, RIGHT, on=("id",))


def test_keys_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="key 'v' is bigint on the left and string on the right"):
        run_join(tmp_path, LEFT, RIGHT, on=("v",))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two columns of the output would be called 'g'"):
        run_join(tmp_path, LEFT, RIGHT, on=("k",), suffix="")


def test_full_join_holds_no_side() -> None:
    with pytest.raises(UsageError, match="none can be held"):
        Params(("l",), ("r",), "out", ("k",), how="full", plan="map-side")


def test_csv_and_parquet_are_joined(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("id,name\n1,one\n2,two\n")
    pq.write_table(pa.table({"id": pa.array([2, 3], pa.int16()), "n": [20, 30]}), tmp_path / "right.parquet")
    params = Params(
        (str(tmp_path / "left.csv"),),
        (str(tmp_path / "right.parquet"),),
        str(tmp_path / "out"),
        ("id",),
        "full",
        format="csv",
    )

    with open_run("join", report=tmp_path / "report.json") as run:
        main(run, params)

    lines = [line for file in (tmp_path / "out").glob("*.csv") for line in file.read_text().splitlines()[1:]]
    assert sorted(lines) == ["1,one,", "2,two,20", "3,,30"]


def test_held_side_counts_its_keys() -> None:
    held = Held(pa.table({"a": [1, 1, None, 2], "b": ["x", "x", "x", "y"]}), ("a", "b"))

    places = held.places(pa.table({"a": [2, 1, 1, None], "b": ["y", "x", "y", "x"]}))

    assert held.counts(places).tolist() == [1, 2, 0, 0]
    assert held.most_rows_of_a_key == 2
    assert math.isclose(held.rows(places[:2], held.counts(places[:2])).sum(), 3 + 0 + 1)
