"""Columns in the names of directories: every file has them, with a value of the type; else the run says where not."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset, Run, SchemaError, TableOptions
from hotset.columnar.partitioned import partition_names
from hotset.data.listing import list_inputs


def make(root: Path, *files: str, content: str = "n\n1\n") -> str:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return str(root)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (("day=1/a.csv", "day=2/b.csv"), ("day",)),
        (("a=1/b=2/x.csv", "b=3/a=4/x.csv"), ("a", "b")),
        (("plain/x.csv", "y.csv"), ()),
        (("day=/x.csv", "day=__HIVE_DEFAULT_PARTITION__/x.csv"), ("day",)),
        (("=1/x.csv", "x.csv"), ()),
        (("plain/day=1/x.csv", "day=2/x.csv"), ("day",)),
    ],
)
def test_files_that_agree_have_the_columns_of_their_directories(
    tmp_path: Path, files: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert partition_names(list_inputs([make(tmp_path / "in", *files)])) == names


@pytest.mark.parametrize(
    ("files", "odd"),
    [
        (("day=1/a.csv", "b.csv"), "b.csv stands in none"),
        (("a.csv", "day=1/b.csv"), "b.csv stands in directories day=…, but"),
        (("day=1/a.csv", "plain/b.csv"), "b.csv stands in none"),
        (("day=1/a.csv", "day=1/hour=2/b.csv"), "b.csv stands in directories day=…/hour=…"),
        (("day=1/hour=2/a.csv", "day=2/b.csv"), "b.csv stands in directories day=…,"),
        (("day=1/a.csv", "month=2/b.csv"), "b.csv stands in directories month=…"),
        (("Day=1/a.csv", "day=2/b.csv"), "b.csv stands in directories day=…"),
        (("day=1/a.csv", "day =2/b.csv"), "b.csv stands in directories day =…"),
        (("day=1/a.csv", "=2/b.csv"), "=2/b.csv stands in none"),
        (("day=1/a.csv", "한국=2/b.csv"), "b.csv stands in directories 한국=…"),
    ],
)
def test_files_that_differ_are_refused_by_name(tmp_path: Path, files: tuple[str, ...], odd: str) -> None:
    with pytest.raises(SchemaError) as refused:
        partition_names(list_inputs([make(tmp_path / "in", *files)]))

    assert odd in str(refused.value)
    assert "give inputs of one kind, or --columns without" in str(refused.value)


def test_two_inputs_with_different_directories_are_refused(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one", "day=1/a.csv"), make(tmp_path / "other", "a.csv")

    with pytest.raises(SchemaError, match=r"other/a\.csv stands in none"):
        partition_names(list_inputs([one, other]))


TABLE: list[tuple[str, str, str, Any]] = [
    ("day=2026-01-31", "day date", "", "2026-01-31"),
    ("day=__HIVE_DEFAULT_PARTITION__", "day int", "", "None"),
    ("day=", "day string", "", ""),
    ("day=007", "day string", "", "007"),
    ("day=a%2Fb%3D", "day string", "", "a/b="),
    ("day=%ED%95%9C", "day string", "", "한"),
    ("a.b=1", "`a.b` int", "", "1"),
    ("`x%5B=[red]", "```x[` string", "", "[red]"),
    ("day=abc", "day int", "its directory says day='abc', not of type int", None),
    ("day=", "day int", "its directory says day='', not of type int", None),
    ("day=300", "day tinyint", "out of range of type tinyint", None),
    ("day=__HIVE_DEFAULT_PARTITION__", "day int not null", "no value of 'day', which is declared not null", None),
    ("Day=1", "day int", "has no 'day': no directory below", None),
    ("plain", "day int", "has no 'day'", None),
]


@pytest.mark.parametrize(("directory", "column", "refusal", "value"), TABLE)
def test_a_value_of_a_directory_is_one_of_its_type(
    run: Run, tmp_path: Path, directory: str, column: str, refusal: str, value: str | None
) -> None:
    path = make(tmp_path / "in", f"{directory}/x.csv")
    name = Dataset(column).schema().names[0]
    dataset = Dataset(f"n int, {column}", format="csv", partition_by=(name,))

    if refusal:
        with pytest.raises(SchemaError) as refused:
            run.read(dataset, path)
        assert refusal in str(refused.value)
    else:
        assert [(row[0], str(row[1])) for row in run.read(dataset, path).collect()] == [(1, value)]


def test_one_partition_that_is_named_itself_has_no_column_and_the_message_says_what_to_name(
    run: Run, tmp_path: Path
) -> None:
    path = make(tmp_path / "in", "day=1/x.csv")

    with pytest.raises(SchemaError, match=r"name the directory above day=… as the input"):
        run.read(Dataset("n int, day int", format="csv", partition_by=("day",)), f"{path}/day=1")

    assert run.dataset(f"{path}/day=1").schema().names == ["n"]


def test_types_that_are_given_hold_for_directories_too_and_what_the_file_has_wins(run: Run, tmp_path: Path) -> None:
    path = make(tmp_path / "in", "day=1/x.csv", "day=2/y.csv")
    stored = tmp_path / "stored" / "day=9"
    stored.mkdir(parents=True)
    pq.write_table(pa.table({"day": [7], "n": [1]}), stored / "x.parquet")

    typed = run.dataset(path, TableOptions(columns="n bigint, day int"))
    both = run.dataset(str(tmp_path / "stored"))

    assert sorted(map(tuple, run.read(typed, path).collect())) == [(1, 1), (1, 2)]
    assert (both.partition_by, run.read(both, str(tmp_path / "stored")).collect()[0].day) == ((), 7)
    assert run.dataset(path, TableOptions(columns="n bigint")).partition_by == ()
