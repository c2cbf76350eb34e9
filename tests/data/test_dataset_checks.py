"""What is wrong with a dataset is said when it is made, by the name of the field and what to write."""

from collections.abc import Callable
from typing import Any

import pytest

from hotset import Dataset, UsageError

COLUMNS = "day string, n int not null"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"partition_by": "day"}, "partition_by is a tuple of names, got 'day'; write partition_by=('day',)"),
        ({"key": "day"}, "key is a tuple of names, got 'day'; write key=('day',)"),
        ({"partition_by": ["day"]}, "partition_by is a tuple of names, got ['day']; write partition_by=('day',)"),
        ({"key": ["day", "n"]}, "write key=('day', 'n')"),
        ({"key": {"day"}}, "write key=('day',)"),
        ({"key": None}, "key is a tuple of names, got None"),
        ({"key": (1,)}, "key is a tuple of names, got (1,)"),
        ({"key": ("N",)}, "'N' in key is no column of the dataset; its columns are day, n"),
        ({"key": ("n", "n")}, "key has 'n' twice"),
        ({"partition_by": ("week",)}, "'week' in partition_by is no column of the dataset"),
        ({"partition_by": ("day", "n")}, "partition_by names all columns"),
        ({"defaults": {"m": 1}}, "'m' in defaults is no column of the dataset"),
        ({"defaults": ("n", 1)}, "defaults is a mapping"),
        ({"format": "avro"}, "format is one of 'text', 'csv', 'json', 'parquet', 'orc', got 'avro'"),
        ({"format": "CSV"}, "got 'CSV'"),
        ({"format": None}, "got None"),
        ({"on_new": "drop"}, "on_new is one of 'fail', 'ignore', got 'drop'"),
        ({"nan": "null"}, "nan is one of 'keep', 'refuse', got 'null'"),
        ({"nan": False}, "nan is one of 'keep', 'refuse', got False"),
        ({"rules": "n > 0"}, 'rules is a mapping, got \'n > 0\'; write rules={"n is positive": "n > 0"}'),
        ({"rules": ["n > 0"]}, "rules is a mapping"),
        ({"rules": {"n": True}}, "rules is a mapping"),
        ({"longest_line_bytes": "1"}, "longest_line_bytes is a whole number, got '1'"),
        ({"longest_line_bytes": 0}, "longest_line_bytes is at least 1"),
        ({"header": "yes"}, "header is True or False, got 'yes'"),
        ({"multiline": 1}, "multiline is True or False, got 1"),
        ({"null": None}, "null of a CSV is a text or a tuple of texts, got None"),
        ({"separator": "||"}, "the separator of a CSV is one ASCII character, got '||'"),
        ({"columns": ["day", "n"]}, "written in Spark's DDL"),
        ({"columns": ""}, "written in Spark's DDL"),
        ({"columns": "day string, n"}, "got 'day string, n': a type is missing at the end"),
        ({"columns": "day string, n int, day int"}, "the column 'day' is declared twice"),
    ],
)
def test_a_dataset_that_makes_no_sense_is_refused_when_it_is_made(facts: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        Dataset(**{"columns": COLUMNS, **facts})

    assert told in str(refused.value)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("columns", ["int", "a b c", "a int,", "a-b int"])
def test_what_only_spark_can_tell_is_told_at_first_use(columns: str) -> None:
    with pytest.raises(UsageError, match="written in Spark's DDL"):
        Dataset(columns).schema()


@pytest.mark.usefixtures("spark")
def test_a_selection_of_nothing_but_partitions_has_a_column_of_the_files_beside() -> None:
    dataset = Dataset(COLUMNS, partition_by=("day",))

    assert list(dataset.select("day").types()) == [name for name in dataset.types() if name in ("day", "n")]


WRONG_RULES = {
    "m > 0": "`m` cannot be resolved",
    "days > 0": "`days` cannot be resolved",
    "n.inner > 0": "",
    "n": "not a boolean",
    "n + 1": "not a boolean",
    "sum(n) > 0": "invalid expressions: sum(n)",
    "row_number() over (order by n) > 0": "window",
    "explode(array(true))": "generator",
    "no_such_function(n)": "no_such_function",
    "n >": "not an SQL expression",
    "": "not an SQL expression",
    "exists (select 1)": "may not contain a query",
}


@pytest.mark.parametrize("use", ["read", "publish"])
@pytest.mark.parametrize("rule", WRONG_RULES)
def test_a_rule_that_says_nothing_of_a_row_is_refused_before_anything_is_read(run: Any, use: str, rule: str) -> None:
    dataset = Dataset(COLUMNS, "csv", rules={"r": rule})
    frame = run.spark.range(1).selectExpr("'mon' day", "raise_error('it ran') is null", "1 n").select("day", "n")
    uses: dict[str, Callable[[], Any]] = {
        "read": lambda: run.read(dataset, "/nowhere/at/all"),
        "publish": lambda: run.publish(dataset, frame, "/nowhere/at/all"),
    }

    with pytest.raises(UsageError) as refused:
        uses[use]()

    assert WRONG_RULES[rule] in str(refused.value)
    assert repr(rule) in str(refused.value)
