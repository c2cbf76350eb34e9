"""Values that no file and no directory's name can hold are refused with their column, and nothing appears."""

from pathlib import Path
from typing import Any

import pytest

from hotset import DataError, Dataset, Run, SchemaError
from hotset.data.partitions import NULL_PARTITION
from hotset.data.unwritable import check_directory_name

DAYS = Dataset("day string, n int", partition_by=("day",))
OTHER_TEXT = "; give these rows another text, or do not partition by the column"
NO_UTF8 = "cast(unhex('61FF') as string)"


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("''", "Spark makes null of an empty text in the partition column 'day'"),
        ("'x._COPYING_'", "a directory cannot say this text, in the partition column 'day'"),
        (f"'{NULL_PARTITION}'", "a directory cannot say this text, in the partition column 'day'"),
        ("concat('a', char(0))", "a directory's name cannot hold a NUL character, in the partition column 'day'"),
        (NO_UTF8, "a directory's name cannot hold what is no UTF-8, in the partition column 'day'"),
        ("repeat('a', 252)", "a directory's name has no room for more than 251 bytes, in the partition column 'day'"),
        ("repeat('%', 84)", "a directory's name has no room for more than 251 bytes"),
        ("repeat('눈', 84)", "a directory's name has no room for more than 251 bytes"),
    ],
)
def test_a_partition_that_no_directory_can_say_is_refused_by_its_column(
    run: Run, tmp_path: Path, day: str, told: str
) -> None:
    rows = run.spark.range(3).selectExpr(f"if(id = 1, {day}, 'fine') as day", "int(id) as n")

    with pytest.raises(DataError) as why:
        run.publish(DAYS, rows, str(tmp_path / "out"))

    assert f"{told}" in str(why.value)
    assert ", got 1 such rows, the first is (day=" in str(why.value)
    assert str(why.value).endswith(OTHER_TEXT)
    assert not (tmp_path / "out").exists()


def test_the_longest_partitions_are_published(run: Run, tmp_path: Path) -> None:
    days = ["a" * 251, "%" * 83 + "aa", "눈" * 83, None, "\x7f[{^"]

    run.publish(DAYS, run.spark.createDataFrame([(day, 1) for day in days], DAYS.columns), str(tmp_path / "out"))

    assert {row.day for row in run.published(DAYS, str(tmp_path / "out")).collect()} == set(days)


def test_a_partition_column_has_a_name_that_a_directory_can_have() -> None:
    check_directory_name("d" * 228)
    with pytest.raises(SchemaError, match="too long for a directory, got 'ddd"):
        check_directory_name("d" * 229)


@pytest.mark.parametrize(
    ("dataset", "value", "told"),
    [
        (Dataset("v string", "text"), "cast(null as string)", "a line of text cannot be null, in the column 'v'"),
        (Dataset("v string", "text"), NO_UTF8, "text cannot hold what is no UTF-8, in the column 'v'"),
        (Dataset("v string", "csv"), NO_UTF8, "CSV cannot hold what is no UTF-8"),
        (Dataset("v array<string>", "json"), f"array({NO_UTF8})", "JSON cannot hold what is no UTF-8"),
    ],
)
def test_a_value_that_a_file_would_hold_as_another_is_refused(
    run: Run, tmp_path: Path, dataset: Dataset, value: str, told: str
) -> None:
    with pytest.raises(
        DataError, match=r"got 1 such rows, the first is \(v=.*; publish as parquet, or clean them"
    ) as why:
        run.publish(dataset, run.spark.sql(f"select {value} v"), str(tmp_path / "out"))

    assert told in str(why.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("row", [None, (None,)])
def test_a_null_of_an_rdd_is_no_line_of_text(run: Run, tmp_path: Path, row: Any) -> None:
    with pytest.raises(DataError, match="a line of text cannot be null, in the column 'v'"):
        run.publish(Dataset("v string", "text"), run.spark.sparkContext.parallelize([row], 1), str(tmp_path / "out"))
