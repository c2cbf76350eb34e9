"""The oracles of group, unique and join on frames worked out by hand, and the answers that they refuse."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.work import Data
from bench.works import find_work, group, join, unique

KEYS = {"group": 200, "unique": 1000, "join": 1000}


def write(path: Path, **columns: list[Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table({name: pa.array(values, pa.float64()) for name, values in columns.items()}), path)
    return path


def numbered(name: str, *columns: list[Any], start: int = 0) -> dict[str, list[Any]]:
    return {f"{name}_{n}": column for n, column in enumerate(columns, start)}


def test_missing_values_do_not_count_but_their_category_is_there(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("id,category,value,qty,note\n0,a,1.5,1,x\n1,b,,1,x\n2,a,2.5,1,x\n3,a,,1,x\n")

    assert group.true_counts(tmp_path / "events") == {"a": 2, "b": 0}


def test_counts_are_read_with_and_without_headers(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("a,2\nb,0\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "part-0.csv").write_text("category,count(value)\na,2\n")
    (tmp_path / "parts" / "part-1.csv").write_text("category,count(value)\nb,0\n")
    (tmp_path / "twice").write_text("a,2\na,2\n")

    assert group.read_counts(tmp_path / "one") == group.read_counts(tmp_path / "parts") == {"a": 2, "b": 0}
    with pytest.raises(ValueError, match="2 rows for 1 categories"):
        group.read_counts(tmp_path / "twice")


def test_means_are_of_all_values_of_a_key(tmp_path: Path) -> None:
    write(tmp_path / "main.parquet", **numbered("col", [0.5, 0.1, 0.5], [1, 2, 4], [0, 0, 1], [1, 1, 1], [3, 2, 1]))

    means = unique.true_means(tmp_path)

    assert [column.tolist() for column in means] == [[0.1, 0.5], [2, 2.5], [0, 0.5], [1, 1], [2, 2]]


def test_means_are_read_in_any_order_and_under_any_name(tmp_path: Path) -> None:
    truth = unique.true_means(write(tmp_path / "main.parquet", **numbered("col", *[[0.1, 0.5]] * 5)).parent)
    named = {"avg(col_1)": [0.5, 0.1], "col_0": [0.5, 0.1], "col_2_mean": [0.5, 0.1], "col_3": [0.5, 0.1]}
    right = write(tmp_path / "right" / "part-0.parquet", **named, col_4=[0.5, 0.1]).parent
    write(tmp_path / "wrong" / "part.0.parquet", **named, col_4=[0.5, 0.1 + 1e-8])
    write(tmp_path / "few" / "part.0.parquet", **{name: [0.1] for name in named}, col_4=[0.1])
    write(tmp_path / "other" / "part.0.parquet", **named)

    assert unique.differ(truth, unique.read_means(right)) == ""
    assert unique.differ(truth, unique.read_means(tmp_path / "wrong")).startswith("col_4 of key 0.1 is 0.10000001")
    assert unique.differ(truth, unique.read_means(tmp_path / "few")) == "1 keys instead of 2"
    with pytest.raises(ValueError, match="the columns are"):
        unique.read_means(tmp_path / "other")


MAIN: list[list[Any]] = [[0.5, 0.1, 0.9], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]
OTHER: list[list[Any]] = [[0.9, 0.5, 0.9, 0.2], [7, 8, 9, 6], [7, 8, 9, 6], [7, 8, 9, 6], [7, 8, 9, 6]]
# by hand: 0.5 meets 8, 0.1 nothing, 0.9 both 7 and 9
JOINED: list[list[Any]] = [[0.9, 0.5, 0.1, 0.9], *[[3, 1, 2, 3]] * 4, *[[9, 8, None, 7]] * 4]


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """A directory with both frames."""
    write(tmp_path / "main.parquet", **numbered("col", *MAIN))
    write(tmp_path / "other.parquet", **numbered("col", *OTHER))
    return tmp_path


def test_a_join_keeps_rows_without_a_match_and_repeats_those_with_two(joined: Path) -> None:
    answer = write(joined / "answer", **numbered("any", *JOINED))

    truth = join.true_facts(joined)

    assert (truth.rows, truth.nulls) == (4, [0] * 5 + [1] * 4)
    assert truth.sums[-1] == 24
    assert join.differ(truth, join.read_facts(answer)) == ""


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ([*JOINED[:-1], [8, 9, None, 7]], "values stand in other rows than they should"),
        ([*JOINED[:-1], [9, 8, None, 8]], "sums "),
        ([*JOINED[:-1], [9, 8, 0, 7]], "4 rows, nulls "),
        ([column[:3] for column in JOINED], "3 rows, nulls "),
    ],
)
def test_a_wrong_join_is_found_out(joined: Path, columns: list[list[Any]], told: str) -> None:
    answer = write(joined / "answer", **numbered("any", *columns))

    assert join.differ(join.true_facts(joined), join.read_facts(answer)).startswith(told)


def test_a_join_with_other_columns_is_no_answer(joined: Path) -> None:
    answer = write(joined / "answer", **numbered("any", *JOINED[:-1]))

    with pytest.raises(ValueError, match="8 columns instead of 9"):
        join.read_facts(answer)


@pytest.mark.parametrize("name", ["group", "unique", "join"])
def test_generated_data_is_what_its_oracle_expects(tmp_path: Path, name: str) -> None:
    data = find_work(name).data

    assert isinstance(data, Data)
    data.write(tmp_path / "input", KEYS[name], 7)
    truth = data.answer(tmp_path / "input")

    assert data.unit == "rows"
    assert data.differ(truth, data.answer(tmp_path / "input")) == ""
