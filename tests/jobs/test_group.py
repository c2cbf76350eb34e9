"""Group: every aggregate, on every engine, held to pandas and to rows worked out by hand."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.answers.ways import WAYS

from hotset import Dataset, HotsetError, UsageError, open_run
from hotset.job import find_job
from hotset.jobs.group.job import Params, check_measures, main
from hotset.jobs.group.query import parse_query
from hotset.run import call_main

NAN = float("nan")


def run_group(tmp_path: Path, table: pa.Table, way: str = "local", **params: Any) -> list[dict[str, Any]]:
    """The groups that the job publishes, as Python has them."""
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=4)
    out = tmp_path / f"out-{way}"
    of_run, of_job = WAYS[way]
    given = Params(input=(str(tmp_path / "rows.parquet"),), output=str(out), **params, **of_job)
    with open_run("group", report=tmp_path / "report.json", **of_run) as run:
        call_main(find_job("group"), run, given)
        assert run.report.plan == (None if way == "dataframe" else way)
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
@pytest.mark.parametrize("way", WAYS)
def test_keys_and_values_follow_one_rule_in_every_way(tmp_path: Path, way: str) -> None:
    table = pa.table(
        {
            "key": pa.array([0.0, -0.0, NAN, None, NAN, 1.0, None]),
            "value": pa.array([1.0, NAN, 3.0, None, 5.0, -2.0, None]),
        }
    )

    found = run_group(
        tmp_path, table, by=("key",), agg=("value:count,sum,mean,min,max,std,median,distinct", "*:count"), way=way
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
@pytest.mark.parametrize("way", WAYS)
def test_texts_that_look_alike_are_different_keys(tmp_path: Path, way: str) -> None:
    table = pa.table({"key": ["é", "e\u0301", "é", "", None], "n": [1, 2, 3, 4, 5]})

    found = run_group(tmp_path, table, by=("key",), agg=("n:sum",), way=way)

    assert {row["key"]: row["n_sum"] for row in found} == {"": 4, "e\u0301": 2, "é": 4, None: 5}
    assert [row["key"] for row in found] == ["", "e\u0301", "é", None]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_where_and_several_keys(tmp_path: Path, way: str) -> None:
    table = pa.table({"a": ["x", "x", "y", "y"], "b": [1, 1, 1, 2], "v": [1, 2, 3, 4]})

    found = run_group(tmp_path, table, by=("a", "b"), agg=("v:max", "*:count"), where="v > 1", way=way)

    assert found == [
        {"a": "x", "b": 1, "v_max": 2, "rows": 1},
        {"a": "y", "b": 1, "v_max": 3, "rows": 1},
        {"a": "y", "b": 2, "v_max": 4, "rows": 1},
    ]


@pytest.mark.thorough
def test_nearly_unique_keys(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    frame = pd.DataFrame({"key": chance.random(200_000), "value": chance.random(200_000)})

    found = run_group(tmp_path, pa.Table.from_pandas(frame), by=("key",), agg=("value:mean,std",))

    expected = frame.groupby("key")["value"].mean()
    assert {row["key"]: row["value_mean"] for row in found} == expected.to_dict()
    assert all(row["value_std"] is None for row in found)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_decimals_are_added_as_decimals(tmp_path: Path, way: str) -> None:
    price = pa.array([Decimal("0.10"), Decimal("0.20"), Decimal("99999999.99")], pa.decimal128(10, 2))

    (found,) = run_group(
        tmp_path, pa.table({"key": ["a"] * 3, "price": price}), way, by=("key",), agg=("price:sum,max,mean",)
    )

    assert (found["price_sum"], found["price_max"]) == (Decimal("100000000.29"), Decimal("99999999.99"))
    assert math.isclose(found["price_mean"], 100000000.29 / 3)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_a_sum_that_is_no_bigint_is_refused(tmp_path: Path, way: str) -> None:
    table = pa.table({"key": [1, 1], "v": [2**62, 2**62]})

    with pytest.raises(HotsetError) as failed:
        run_group(tmp_path, table, way, by=("key",), agg=("v:sum",))

    assert failed.value.exit_code in (5, 7)
    assert not (tmp_path / f"out-{way}").exists()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node", "cluster"])
def test_formulas_quantiles_and_values_by_an_order(tmp_path: Path, way: str) -> None:
    table = pa.table({"k": ["a", "a", "a", "b"], "v 1": [1, 5, 3, 7], "w.x": [2.0, 4.0, 9.0, None], "t": [3, 2, 1, 0]})
    agg = (
        *("range=max(`v 1`)-min(`w.x`)", "half=sum(`v 1`)/2", "q=quantile(`v 1`,0.75)", "r=corr(`v 1`,`w.x`)"),
        *("oldest=first(`v 1`,t)", "newest=last(`w.x`,t)", "`a b`=rows()*2", "less=1-count(`w.x`)", "minus=-max(t)"),
    )

    found = run_group(tmp_path, table, way, by=("k",), agg=agg)

    correlation = float(np.corrcoef([1, 5, 3], [2, 4, 9])[0, 1])
    a = ("a", 3.0, 4.5, 4.0, correlation, 3, 2.0, 6, -2, -3)
    b = ("b", None, 3.5, 7.0, None, 7, None, 2, 1, 0)
    names = ("k", "range", "half", "q", "r", "oldest", "newest", "a b", "less", "minus")
    assert_same_rows(found, [dict(zip(names, row, strict=True)) for row in (a, b)])


@pytest.mark.parametrize(
    ("agg", "message"),
    [
        ("x=max(v", "no formula, got 'max\\(v'"),
        ("x=max(v)+", "no formula"),
        ("x=product(v)", "no such function as 'product'"),
        ("x=v+1", "'v' is neither a number nor a function"),
        ("x=1+2", "has no column"),
        ("x=quantile(v)", r"write quantile\(COLUMN, NUMBER\)"),
        ("x=quantile(v,w)", "the last of quantile is a number"),
        ("x=max(v)**2", "neither a number"),
        ("x=max(v,key=1)", "no such function"),
        ("x=__import__('os').system('ls')", "no such function"),
        ("x=max(v) if 1 else 2", "neither a number"),
        ("x=" + "(" * 300 + "max(v)" + ")" * 300, "no formula"),
    ],
)
def test_what_is_no_formula_is_refused(agg: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Params(("in",), "out", ("key",), (agg,))


@pytest.mark.usefixtures("spark")
def test_csv_is_read_by_a_sample_and_sums_are_told(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("category,value\na,1\nb,2\na,3\n")
    params = Params((str(tmp_path / "rows.csv"),), str(tmp_path / "out"), ("category",), ("value:sum",), format="csv")

    with open_run("group", report=tmp_path / "report.json", engine="local") as run:
        main(run, params)

    (file,) = (tmp_path / "out").glob("*.csv")
    assert file.read_text() == "category,value_sum\na,4\nb,2\n"
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


@pytest.mark.parametrize("agg", ["note:mean", "x=1+quantile(note,0.5)", "x=corr(n,note)"])
def test_a_mean_of_texts_is_refused(agg: str) -> None:
    with pytest.raises(UsageError, match=r"there is no .* of 'note', which is string"):
        check_measures(Dataset("key string, note string, n int"), parse_query(("key",), (agg,)))


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_whole_numbers_beyond_doubles_have_means_and_deviations(tmp_path: Path, way: str) -> None:
    table = pa.table({"key": [1, 1, 1], "value": [9 * 10**18, 9 * 10**18, None]})

    found = run_group(tmp_path, table, by=("key",), agg=("value:mean,std,median,min",), way=way)

    assert found == [{"key": 1, "value_mean": 9e18, "value_std": 0.0, "value_median": 9e18, "value_min": 9 * 10**18}]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", WAYS)
def test_the_largest_rows_of_each_group_are_whole_rows(tmp_path: Path, way: str) -> None:
    table = pa.table(
        {
            "name": ["d", "c", "b", "a", "e", "f", "g", "h"],
            "k.1": ["x", "x", "x", "x", "y", "y", None, "z"],
            "v": pa.array([1.0, 2.0, 2.0, None, NAN, 5.0, -0.0, None]),
        }
    )

    found = run_group(tmp_path, table, way, by=("k.1",), largest="v:2")

    expected = [("b", "x", 2.0), ("c", "x", 2.0), ("e", "y", NAN), ("f", "y", 5.0), ("g", None, 0.0)]
    assert_same_rows(found, [dict(zip(table.column_names, row, strict=True)) for row in expected])


def test_the_largest_of_a_csv_are_numbers_and_other_columns_keep_their_texts(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,k,v\n007,a,1.10\n8,a,9.5\n9,a,10\n")
    params = Params((str(tmp_path / "in.csv"),), str(tmp_path / "out"), ("k",), largest="v:2", where="v < 10")

    with open_run("group", report=tmp_path / "report.json", engine="local") as run:
        call_main(find_job("group"), run, params)

    rows = [row for file in (tmp_path / "out").glob("*.parquet") for row in pq.read_table(file).to_pylist()]
    assert rows == [{"id": "007", "k": "a", "v": 1.1}, {"id": "8", "k": "a", "v": 9.5}]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"largest": "v"}, "--largest is COLUMN:ROWS, got 'v'; write --largest value:3"),
        ({"largest": "v:0"}, "--largest is COLUMN:ROWS"),
        ({"largest": "v:2147483648"}, "--largest is COLUMN:ROWS"),
        ({"largest": "k:1"}, "'k' is a key, and the same in all rows of a group"),
        ({"largest": "v:1", "agg": ("v:sum",)}, "give --agg or --largest, and not both"),
        ({}, "give --agg or --largest"),
    ],
)
def test_what_is_no_number_of_largest_rows_is_refused(given: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        Params(("in",), "out", ("k",), **given)
