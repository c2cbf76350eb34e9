"""What a dataset promises of its rows holds of what is published: every kind of data, every format."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row

from hotset import DataError, Dataset, Run, SchemaError
from hotset.session.failure import explain

pytestmark = pytest.mark.thorough

KINDS = ("frame", "rdd", "table")
FORMATS = ("parquet", "csv", "json", "orc", "text")
COLUMNS = "n bigint not null, x double, s string"
GOOD = [(1, 1.5, "a"), (2, None, "b")]


def made(run: Run, kind: str, rows: list[tuple[Any, ...]]) -> Any:
    """The rows n, x, s as one of the things that are published."""
    if kind == "rdd":
        return run.spark.sparkContext.parallelize(rows, 2)
    if kind == "frame":
        return run.spark.createDataFrame(rows, COLUMNS.replace(" not null", ""))
    return pa.table(dict(zip("nxs", map(list, zip(*rows, strict=True)), strict=True)), schema=ARROW)


ARROW = pa.schema([("n", pa.int64()), ("x", pa.float64()), ("s", pa.string())])


def refused(run: Run, dataset: Dataset, data: Any, out: Path) -> str:
    """The message; nothing is there afterwards."""
    with pytest.raises(DataError) as why:
        run.publish(dataset, data, str(out))
    assert not out.exists()
    return str(why.value)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_dataset_promises_of_a_row_is_refused_with_the_first_rows_that_break_it(
    run: Run, tmp_path: Path, kind: str, file_format: Any
) -> None:
    dataset = Dataset(COLUMNS, file_format, rules={"x is small": "x < 2"}, nan="refuse")
    odd = [] if file_format == "json" else [(5, float("-inf"), "odd")]
    data = made(run, kind, [*GOOD, (None, 0.5, "here"), (None, 1.0, "there"), (4, 3.0, "large"), *odd])

    told = refused(run, dataset, data, tmp_path / "out")

    rows = 5 + len(odd)
    assert f"column 'n' is null, declared not null, in 2 of {rows} rows; " in told
    assert f"the rule 'x is small' (x < 2) is false, in 1 of {rows} rows, the first is (n=" in told
    assert not odd or "column 'x' is not finite, in 1 of 6 rows" in told


@pytest.mark.parametrize("file_format", ["parquet", "csv", "text"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_never_twice_and_rows_that_keep_all_promises_are_published(
    run: Run, tmp_path: Path, kind: str, file_format: Any
) -> None:
    dataset = Dataset(COLUMNS, file_format, rules={"n": "n > 0"}, nan="refuse", key=("n",))
    told = refused(run, dataset, made(run, kind, [*GOOD, (2, 1.0, "")]), tmp_path / "out")
    assert "the key (n) is null or not unique, got (2) 2 times; drop" in told

    run.publish(dataset, made(run, kind, GOOD), str(tmp_path / "out"))

    assert json.loads((tmp_path / "out/_MANIFEST.json").read_text())["rows"] == 2


NESTED = [
    ("s struct<a: int not null, b: string>", "named_struct('a', if(id = 1, null, 1), 'b', 'x')"),
    ("s struct<t: struct<a: int not null>>", "named_struct('t', named_struct('a', if(id = 1, null, 1)))"),
    ("s array<struct<a: int not null>>", "array(named_struct('a', 1), named_struct('a', if(id = 1, null, 1)))"),
    ("s map<string, struct<a: int not null>>", "map('k', named_struct('a', if(id = 1, null, 1)))"),
    ("s struct<a: int> not null", "if(id = 1, null, named_struct('a', 1))"),
]


@pytest.mark.parametrize(("columns", "value"), NESTED)
def test_a_null_inside_of_a_column_is_refused_where_none_may_be(
    run: Run, tmp_path: Path, columns: str, value: str
) -> None:
    whole = run.spark.range(3).selectExpr("id", f"{value} s")

    told = refused(run, Dataset(f"id bigint, {columns}"), whole, tmp_path / "out")
    run.publish(Dataset(f"id bigint, {columns}"), whole.filter("id <> 1"), str(tmp_path / "out"))

    assert "null" in told
    assert "in 1 of 3 rows, the first is (id=1, s=" in told


def test_null_structs_have_no_nulls_inside(run: Run, tmp_path: Path) -> None:
    rows = run.spark.sql("select cast(null as struct<a: int>) s, cast(null as array<struct<a: int>>) t")

    run.publish(Dataset("s struct<a: int not null>, t array<struct<a: int not null>>"), rows, str(tmp_path / "out"))


@pytest.mark.parametrize("kind", ["struct<x: double>", "array<float>", "map<string, double>"])
def test_json_refuses_what_is_not_finite_inside_of_columns(run: Run, tmp_path: Path, kind: str) -> None:
    value = {"s": "named_struct('x', double('NaN'))", "a": "array(float('NaN'))", "m": "map('k', double('inf'))"}
    frame = run.spark.sql(f"select {value[kind[0]]} v")

    assert "JSON cannot hold NaN" in refused(run, Dataset(f"v {kind}", "json"), frame, tmp_path / "out")
    if kind[0] != "m":
        told = refused(run, Dataset(f"v {kind}", nan="refuse"), frame, tmp_path / "out")
        assert "column 'v' holds what is not finite" in told


@pytest.mark.parametrize("text", ["", " ", '"', "a"])
def test_published_csv_has_the_texts_that_were_published(run: Run, tmp_path: Path, text: str) -> None:
    dataset = Dataset("n int, s string", "csv", rules={"s": f"s = '{text}'"}, key=("s",))

    run.publish(dataset, run.spark.createDataFrame([(1, text)], dataset.columns), str(tmp_path / "out"))

    assert run.published(dataset, str(tmp_path / "out")).collect() == [(1, text)]


@pytest.mark.parametrize("made_of", ["frame", "rdd", "table"])
def test_only_the_order_of_columns_differs(run: Run, tmp_path: Path, made_of: str) -> None:
    ran = run.spark.sparkContext.accumulator(0)
    frame = run.spark.createDataFrame([(1, "a")], "b int, a string")
    data: Any = {"frame": frame, "table": pa.table({"b": pa.array([1], pa.int32()), "a": ["a"]})}.get(made_of)
    if data is None:
        data = frame.rdd.map(lambda row: (ran.add(1), row)[1]).toDF(frame.schema)  # type: ignore[func-returns-value]

    with pytest.raises(SchemaError) as why:
        run.publish(Dataset("a string, b int"), data, str(tmp_path / "out"))

    assert "the order of the columns differs: declared a string, b int, got b int, a string" in str(why.value)
    assert ran.value == 0


def test_rows_and_dicts_with_the_declared_names_are_published(run: Run, tmp_path: Path) -> None:
    rows: list[Any] = [Row(a="1", b="x"), {"b": "y", "a": "2"}, {"a": "3"}, ("4", "z")]

    run.publish(Dataset("a string, b string"), run.spark.sparkContext.parallelize(rows, 1), str(tmp_path / "out"))

    found = run.published(Dataset("a string, b string"), str(tmp_path / "out")).collect()
    assert sorted(map(tuple, found)) == [("1", "x"), ("2", "y"), ("3", None), ("4", "z")]


def test_a_value_of_an_rdd_that_spark_would_make_null_of_is_refused(run: Run, tmp_path: Path) -> None:
    rows = run.spark.sparkContext.parallelize([("1",)], 1)

    with pytest.raises(PySparkException) as why:
        run.publish(Dataset("n bigint"), rows, str(tmp_path / "out"))

    assert isinstance(explain(why.value), DataError)
    assert "a row does not fit the declared columns, got ('1',)" in str(explain(why.value))
    assert not (tmp_path / "out").exists()
