"""Group: every aggregate, every method, every plan, held to pandas and to rows worked out by hand."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset import DataError, Dataset, Sample, UsageError, open_run
from hotset.jobs import group
from hotset.jobs.group import Params, main, plan_of, query_of, result_columns
from hotset.jobs.group_kernel import Aggregate, Query, aggregate_rows, merge_states, partial_states, select_rows

NAN = float("nan")
METHODS = ("columnar", "dataframe")


def run_group(tmp_path: Path, table: pa.Table, **params: Any) -> list[dict[str, Any]]:
    """The groups that the job publishes, as Python has them."""
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=4)
    out = tmp_path / f"out-{params.get('method')}"
    given = Params(input=(str(tmp_path / "rows.parquet"),), output=str(out), **params)
    with open_run("group", report=tmp_path / "report.json") as run:
        main(run, given)
    rows: list[dict[str, Any]] = pa.concat_tables(
        [pq.read_table(file) for file in sorted(out.glob("*.parquet"))]
    ).to_pylist()
    return rows


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


def assert_same_rows(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert [list(row) for row in found] == [list(row) for row in expected]
    wrong = [
        (one, other)
        for one, other in zip(found, expected, strict=True)
        if not all(map(is_same, one.values(), other.values()))
    ]
    assert wrong == []


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("method", METHODS)
def test_keys_and_values_follow_one_rule_in_every_method(tmp_path: Path, method: str) -> None:
    table = pa.table(
        {
            "key": pa.array([0.0, -0.0, NAN, None, NAN, 1.0, None]),
            "value": pa.array([1.0, NAN, 3.0, None, 5.0, -2.0, None]),
        }
    )

    found = run_group(
        tmp_path, table, by=("key",), agg=("value:count,sum,mean,min,max,std,median,distinct", "*:count"), method=method
    )

    names = ("key", "value_count", "value_sum", "value_mean", "value_min", "value_max", "value_std", "value_median")
    rows = (
        (0.0, 2, NAN, NAN, 1.0, NAN, NAN, NAN, 2, 2),
        (1.0, 1, -2.0, -2.0, -2.0, -2.0, None, -2.0, 1, 1),
        (NAN, 2, 8.0, 4.0, 3.0, 5.0, math.sqrt(2), 4.0, 2, 2),
        (None, 0, None, None, None, None, None, None, 0, 2),
    )
    assert_same_rows(found, [dict(zip((*names, "value_distinct", "rows"), row, strict=True)) for row in rows])


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("method", METHODS)
def test_texts_that_look_alike_are_different_keys(tmp_path: Path, method: str) -> None:
    table = pa.table({"key": ["é", "e\u0301", "é", "", None], "n": [1, 2, 3, 4, 5]})

    found = run_group(tmp_path, table, by=("key",), agg=("n:sum",), method=method)

    assert {row["key"]: row["n_sum"] for row in found} == {"": 4, "e\u0301": 2, "é": 4, None: 5}
    assert [row["key"] for row in found] == ["", "e\u0301", "é", None]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("method", METHODS)
def test_where_and_several_keys(tmp_path: Path, method: str) -> None:
    table = pa.table({"a": ["x", "x", "y", "y"], "b": [1, 1, 1, 2], "v": [1, 2, 3, 4]})

    found = run_group(tmp_path, table, by=("a", "b"), agg=("v:max", "*:count"), where="v > 1", method=method)

    assert found == [
        {"a": "x", "b": 1, "v_max": 2, "rows": 1},
        {"a": "y", "b": 1, "v_max": 3, "rows": 1},
        {"a": "y", "b": 2, "v_max": 4, "rows": 1},
    ]


@pytest.mark.thorough
@pytest.mark.usefixtures("spark")
def test_nearly_unique_keys_are_not_aggregated_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "FEW_GROUPS", 10)
    chance = np.random.default_rng(5)
    frame = pd.DataFrame({"key": chance.random(5_000), "value": chance.random(5_000)})

    found = run_group(tmp_path, pa.Table.from_pandas(frame), by=("key",), agg=("value:mean,std",))

    expected = frame.groupby("key")["value"].mean()
    assert {row["key"]: row["value_mean"] for row in found} == expected.to_dict()
    assert all(row["value_std"] is None for row in found)


@pytest.mark.usefixtures("spark")
def test_decimals_are_left_to_spark(tmp_path: Path) -> None:
    table = pa.table({"key": ["a", "a"], "price": pa.array([1, 2], pa.decimal128(10, 2))})

    assert run_group(tmp_path, table, by=("key",), agg=("price:sum,max",))[0]["price_sum"] == 3.0


@pytest.mark.usefixtures("spark")
def test_csv_is_read_by_a_sample_and_sums_are_told(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("category,value\na,1\nb,2\na,3\n")
    params = Params((str(tmp_path / "rows.csv"),), str(tmp_path / "out"), ("category",), ("value:sum",), format="csv")

    with open_run("group", report=tmp_path / "report.json") as run:
        main(run, params)

    (file,) = (tmp_path / "out").glob("*.csv")
    assert file.read_text() == "category,value_sum\na,4\nb,2\n"
    assert run.report.notes == {"plan": "states by key", "groups_expected": 2}
    assert run.report.tables[0].rows == [("a", 4), ("b", 2)]


@pytest.mark.parametrize(
    ("agg", "message"),
    [
        ("value", "COLUMN:KIND"),
        ("value:product", "no such aggregate as 'product', got 'value:product'"),
        ("value:sum,,max", "no such aggregate as '', got 'value:sum,,max'"),
        ("*:sum", "no such aggregate"),
        (":count", "COLUMN:KIND"),
    ],
)
def test_what_is_no_aggregate_is_refused(agg: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Params(("in",), "out", ("key",), (agg,))


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="two columns of the output are called 'v_sum'"):
        Params(("in",), "out", ("v_sum",), ("v:sum",))


@pytest.mark.usefixtures("spark")
def test_a_mean_of_texts_is_refused() -> None:
    dataset = Dataset("key string, note string")

    with pytest.raises(UsageError, match="no mean of 'note'"):
        result_columns(dataset, query_of(Params(("in",), "out", ("key",), ("note:mean",))))


def states(rows: list[tuple[int, int | None]], query: Query, cut: int) -> pa.Table:
    """The answer, by states of two blocks."""
    table = pa.table(
        {"key": pa.array([key for key, _ in rows], pa.int64()), "v": pa.array([v for _, v in rows], pa.int64())}
    )
    blocks = [table.slice(0, cut), table.slice(cut)]
    parts = [batch for block in blocks for batch in partial_states(block.to_batches(), query)]
    found = list(merge_states(parts, query))
    return pa.Table.from_batches(found) if found else None


LARGE = 2**53


@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(-LARGE, LARGE)), max_size=30), st.integers(0, 30))
def test_states_of_parts_add_up_to_what_the_rows_are(rows: list[tuple[int, int | None]], cut: int) -> None:
    query = Query(("key",), tuple(Aggregate("v", kind) for kind in ("count", "sum", "min", "max", "mean", "std")))

    found = states(rows, query, cut)

    values: dict[int, list[int]] = {}
    for key, v in rows:
        values.setdefault(key, []).extend([] if v is None else [v])
    for row in found.to_pylist() if found else []:
        mine = values.pop(row["key"])
        assert (row["v_count"], row["v_sum"]) == (len(mine), sum(mine) if mine else None)
        assert (row["v_min"], row["v_max"]) == (min(mine, default=None), max(mine, default=None))
        assert mine == [] or math.isclose(row["v_mean"], sum(mine) / len(mine), rel_tol=1e-12)
        std = float(np.std(np.array(mine, float), ddof=1)) if len(mine) > 1 else None
        assert is_same(row["v_std"], std) or math.isclose(row["v_std"], std or 0.0, rel_tol=1e-9)
    assert values == {}


def test_sum_that_is_no_bigint_is_refused() -> None:
    query = Query(("key",), (Aggregate("v", "sum"),))

    assert states([(1, -(2**62)), (1, -(2**62))], query, 1).to_pylist() == [{"key": 1, "v_sum": -(2**63)}]
    with pytest.raises(DataError, match="beyond 64 bits"):
        states([(1, 2**62), (1, 2**62)], query, 1)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("method", METHODS)
def test_whole_numbers_beyond_doubles_have_means_and_deviations(tmp_path: Path, method: str) -> None:
    table = pa.table({"key": [1, 1, 1], "value": [9 * 10**18, 9 * 10**18, None]})

    found = run_group(tmp_path, table, by=("key",), agg=("value:mean,std,median,min",), method=method)

    assert found == [{"key": 1, "value_mean": 9e18, "value_std": 0.0, "value_median": 9e18, "value_min": 9 * 10**18}]


def test_rows_and_states_give_one_answer() -> None:
    chance = np.random.default_rng(1)
    table = pa.table({"key": chance.integers(0, 9, 500), "v": chance.normal(1e9, 1, 500)})
    aggregates = (Aggregate("v", "mean"), Aggregate("v", "std"), Aggregate("*", "count"))
    query = Query(("key",), aggregates, origins={"v": 1e9})

    by_states = pa.Table.from_batches(merge_states(partial_states(table.to_batches(max_chunksize=100), query), query))
    by_rows = pa.Table.from_batches(aggregate_rows(select_rows(table.to_batches(), query), query)).sort_by("key")

    for one, other in zip(by_states.to_pylist(), by_rows.to_pylist(), strict=True):
        assert all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(one.values(), other.values(), strict=True))


@pytest.mark.parametrize(
    ("keys", "unique", "groups"),
    [(1_000_000, True, (500_000, 1_000_000)), (200, False, (200, 200)), (150_000, False, (140_000, 160_000))],
)
def test_plan_follows_the_keys_that_are_seen_once_and_twice(keys: int, unique: bool, groups: tuple[int, int]) -> None:
    sampled = pa.table({"key": np.random.default_rng(3).integers(0, keys, 100_000)})

    plan = plan_of(Sample(sampled, rows=1_000_000, rows_in_block=500_000), Query(("key",), (Aggregate("*", "count"),)))

    assert plan.unique is unique
    assert groups[0] <= plan.groups <= groups[1]
