"""What a dataset promises holds of what is published without Spark, and is told in the same words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hotset import DataError, Dataset, UsageError, open_run

NAN, INF = float("nan"), float("inf")
COLUMNS = "n bigint not null, x double, s string"
ROWS: list[tuple[Any, ...]] = [(1, 1.5, "a"), (2, None, "b")]
ARROW = pa.schema([("n", pa.int64()), ("x", pa.float64()), ("s", pa.string())])


def table(rows: list[tuple[Any, ...]], schema: pa.Schema = ARROW) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def publish(tmp_path: Path, dataset: Dataset, data: pa.Table, **options: Any) -> None:
    with open_run("test", report=tmp_path / "report.json", engine="local", **options) as run:
        run.publish(dataset, data, str(tmp_path / "out"))


def refused(tmp_path: Path, dataset: Dataset, rows: list[tuple[Any, ...]], **options: Any) -> list[str]:
    """The message, and the rows that are shown below it; what was there stays."""
    before = sorted((tmp_path / "out").glob("*"))
    with pytest.raises(DataError) as why:
        publish(tmp_path, dataset, table(rows), **options)
    assert sorted((tmp_path / "out").glob("*")) == before
    return [str(why.value).splitlines()[0], *(note for note in why.value.__notes__ if note.startswith("bad"))]


def test_rows_that_break_promises_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    dataset = Dataset(COLUMNS, rules={"x is small": "x < 2"}, nan="refuse")

    told, *shown = refused(
        tmp_path, dataset, [*ROWS, (None, 0.5, "here"), (4, 3.0, "large"), (5, -INF, "o"), (6, NAN, "")]
    )

    assert told.startswith(
        "the rows are not what the dataset says: column 'n' is null, declared not null, in 1 of 6 rows; "
        "column 'x' is not finite, in 2 of 6 rows; the rule 'x is small' (x < 2) is false, in 2 of 6 rows, "
        "the first is (n=None, x=0.5, s='here'); mend or drop them, or declare less"
    )
    assert shown == [
        "bad     (n=None, x=0.5, s='here'): column 'n' is null, declared not null",
        "bad     (n=4, x=3.0, s='large'): the rule 'x is small' (x < 2) is false",
        "bad     (n=5, x=-inf, s='o'): column 'x' is not finite",
    ]


@pytest.mark.parametrize("rows", [ROWS, [], [(1, 1e308, "\0"), (2, -0.0, "")]])
def test_rows_that_keep_all_promises_are_published(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    dataset = Dataset(COLUMNS, rules={"n": "n > 0", "s": "s <> 'c'"}, nan="refuse", key=("n",))

    publish(tmp_path, dataset, table(rows), on_empty="ok")

    assert (tmp_path / "out/_MANIFEST.json").is_file()


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        (pa.int64(), [1, 2, 2, 2, None], "(2) 3 times, (None) 1 times"),
        (pa.float64(), [NAN, NAN, 0.0, -0.0], "(0.0) 2 times, (nan) 2 times"),
        (pa.string(), ["é", "e\u0301", "é"], "('é') 2 times"),
        (pa.decimal128(10, 2), [Decimal("1.50"), Decimal("1.5")], "(Decimal('1.50')) 2 times"),
        (pa.date32(), [date(1, 1, 1), date(1, 1, 1)], "(datetime.date(1, 1, 1)) 2 times"),
        (pa.timestamp("us", "UTC"), [datetime(2024, 1, 1, tzinfo=UTC)] * 2, "2 times"),
    ],
)
def test_a_key_is_neither_null_nor_twice(tmp_path: Path, kind: pa.DataType, values: list[Any], told: str) -> None:
    schema, types = pa.schema([("k", kind)]), {pa.int64(): "bigint", pa.float64(): "double", pa.string(): "string"}
    types |= {pa.decimal128(10, 2): "decimal(10,2)", pa.date32(): "date", pa.timestamp("us", "UTC"): "timestamp"}
    rows = table([(value,) for value in values], schema)

    with pytest.raises(DataError, match=r"the key \(k\) is null or not unique, got ") as why:
        publish(tmp_path, Dataset(f"k {types[kind]}", key=("k",)), rows)

    assert told in str(why.value)


def test_a_key_that_was_there_before_is_told_with_its_file(tmp_path: Path) -> None:
    dataset = Dataset(COLUMNS, key=("n",))
    publish(tmp_path, dataset, table(ROWS))
    (old,) = (tmp_path / "out").glob("*.parquet")

    (told,) = refused(tmp_path, dataset, [(2, 0.0, ""), (3, 0.0, ""), (3, 0.0, "")], if_exists="append")

    assert f"(2) 2 times (in {old.name}, there before, and in new rows), (3) 2 times (all in new rows)" in told
    publish(tmp_path, dataset, table([(3, 0.0, "")]), if_exists="append")


def test_rows_of_before_are_looked_at_when_a_column_becomes_not_null(tmp_path: Path) -> None:
    publish(tmp_path, Dataset("n bigint, x double, s string"), table([(None, 1.0, "old")]))

    told, *_ = refused(tmp_path, Dataset(COLUMNS), ROWS, if_exists="append")

    assert "column 'n' is null, declared not null, in 1 of 3 rows" in told


def test_odd_names_are_names(tmp_path: Path) -> None:
    schema = pa.schema([('a "b`.c', pa.int64()), ("(times)x", pa.float64())])
    dataset = Dataset('`a "b``.c` bigint not null, `(times)x` double', key=('a "b`.c',), nan="refuse")

    publish(tmp_path, dataset, table([(1, 1.0)], schema))
    with pytest.raises(DataError, match=r"""column 'a "b`\.c' is null"""):
        publish(tmp_path, dataset, table([(None, 1.0)], schema), if_exists="replace")


@pytest.mark.parametrize(
    ("dataset", "told"),
    [
        (Dataset(COLUMNS, rules={"s": "soundex(s) = 'A'"}), "the rule 's' .* is left to Spark"),
        (Dataset(COLUMNS, rules={"s": "n + 1"}), "the rule 's' .* is no condition"),
        (Dataset(COLUMNS, rules={"s": "m > 1"}), "there is no column m"),
        (Dataset("n bigint not null, x array<double>, s string"), "flat Parquet alone"),
        (Dataset(COLUMNS, "csv"), "--engine local"),
    ],
)
def test_what_only_spark_can_look_at_is_refused(tmp_path: Path, dataset: Dataset, told: str) -> None:
    data = (
        table(ROWS)
        if "array" not in dataset.columns
        else table([(1, [1.0], "")], pa.schema([("n", pa.int64()), ("x", pa.list_(pa.float64())), ("s", pa.string())]))
    )

    with pytest.raises(UsageError, match=told):
        publish(tmp_path, dataset, data)

    assert not (tmp_path / "out").exists()
