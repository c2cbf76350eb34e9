"""`join` against plain Python, on keys with all that makes meeting hard."""

import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from group_oracle import Row
from hypothesis import given, settings
from hypothesis import strategies as st
from join_oracle import Oracle, Told, told
from pyspark.sql import SparkSession

from hotset import Dataset, Run, UsageError
from hotset.jobs import join
from hotset.jobs.join import Params, Plan, Sides, catalyst, joined_columns
from hotset.jobs.join_kernel import Held, How, Shape, join_partition, join_stream

pytestmark = pytest.mark.thorough

NAN = float("nan")
# é in two spellings, and a Hangul syllable beside its letters: they look alike, and do not meet
TEXTS = [None, "", " ", "a", "A", "é", "e\u0301", "한", "\u1112\u1161\u11ab", "NaN"]
REALS = [None, NAN, -NAN, 0.0, -0.0, 0.3, 0.1 + 0.2, float("inf"), -float("inf"), 5e-324]
WHOLES = [None, 0, 1, -1, 2**31 - 1]
# the key `whole` is narrower on the left; `a` is on both sides and no key
LEFT = pa.schema([("text", pa.string()), ("real", pa.float64()), ("whole", pa.int32()), ("a", pa.float64())])
RIGHT = pa.schema(
    [("whole", pa.int64()), ("text", pa.string()), ("a", pa.string()), ("real", pa.float64()), ("b", pa.bool_())]
)
DDL = ("text string, real double, whole int, a double", "whole bigint, text string, a string, real double, b boolean")
ON = [("text",), ("real",), ("whole",), ("text", "real"), ("whole", "real", "text")]
HOWS: tuple[How, ...] = get_args(How)
CATALYST: tuple[Plan, ...] = ("broadcast", "shuffled-hash", "sort-merge")

keys = {"text": st.sampled_from(TEXTS), "real": st.sampled_from(REALS), "whole": st.sampled_from(WHOLES)}
lefts = st.lists(st.fixed_dictionaries(keys | {"a": st.sampled_from([None, 1.5, NAN])}), max_size=20)
rights = st.lists(
    st.fixed_dictionaries(keys | {"a": st.sampled_from([None, "x"]), "b": st.sampled_from([None, True])}), max_size=20
)


def params(on: tuple[str, ...], how: str, **others: Any) -> Params:
    values: dict[str, Any] = {"left": ("unused",), "right": ("unused",), "output": "unused", "on": on, "how": how}
    return Params(**(values | others))


def oracle(left: list[Row], right: list[Row], on: tuple[str, ...]) -> Oracle:
    return Oracle(left, right, LEFT.names, RIGHT.names, on)


@cache
def shape_of(on: tuple[str, ...], how: How) -> tuple[Shape, str]:
    """How the two sides of these tests meet, and the columns of the answer."""
    sides = Sides((Dataset(DDL[0]), Dataset(DDL[1])), cast(Any, ()))
    named, columns = joined_columns(sides, params(on, how))
    return Shape(on, how, named, Dataset(columns).arrow_schema()), columns


def pieces(rows: list[Row], schema: pa.Schema, cut: int) -> list[pa.RecordBatch]:
    return [pa.RecordBatch.from_pylist(part, schema) for part in (rows[:cut], rows[cut:])]


def rows_of(batches: Iterable[pa.RecordBatch]) -> Told:
    return told(row.values() for batch in batches for row in batch.to_pylist())


@pytest.mark.usefixtures("spark")  # which reads the columns' DDL
@settings(max_examples=120, deadline=None)
@given(lefts, rights, st.sampled_from(ON), st.sampled_from(HOWS), st.integers(0, 20))
def test_a_partition_is_joined_as_plain_python_does(
    left: list[Row], right: list[Row], on: tuple[str, ...], how: How, cut: int
) -> None:
    shape, _ = shape_of(on, how)

    found = join_partition(pieces(left, LEFT, cut), pieces(right, RIGHT, cut), shape, (LEFT, RIGHT))

    assert rows_of(found) == oracle(left, right, on).joined(how)


@pytest.mark.usefixtures("spark")
@settings(max_examples=120, deadline=None)
@given(lefts, rights, st.sampled_from(ON), st.sampled_from([how for how in HOWS if how != "full"]), st.integers(0, 20))
def test_a_stream_meets_a_held_side_as_in_plain_python(
    left: list[Row], right: list[Row], on: tuple[str, ...], how: How, cut: int
) -> None:
    shape, _ = shape_of(on, how)
    tables = pa.Table.from_pylist(left, LEFT), pa.Table.from_pylist(right, RIGHT)

    answers = []
    if how != "right":
        answers.append(join_stream(pieces(left, LEFT, cut), Held(tables[1], on), shape, held_side=1))
    if how in ("right", "inner"):
        answers.append(join_stream(pieces(right, RIGHT, cut), Held(tables[0], on), shape, held_side=0))

    expected = oracle(left, right, on).joined(how)
    assert [rows_of(answer) for answer in answers] == [expected] * len(answers)


def test_a_key_of_many_columns_with_many_values_each_meets_its_like() -> None:
    names = [f"k{number}" for number in range(8)]  # 300 values each: more combinations than 64 bits count
    chance = random.Random(7)
    columns = [chance.sample(range(300), 300) for _ in names]
    table = pa.table([pa.array(column, pa.int64()) for column in columns], names)
    named = tuple((name, 0, name) for name in names)
    shape = Shape(tuple(names), "semi", named, table.schema)

    met = list(join_stream(table.to_batches(), Held(table, tuple(names)), shape, held_side=1))

    assert rows_of(met) == told(row.values() for row in table.to_pylist())


def random_rows(number: int, seed: int, **others: list[Any]) -> list[Row]:
    chance = random.Random(seed)
    choices: dict[str, list[Any]] = {
        "text": TEXTS,
        "real": [*REALS, *map(float, range(20))],
        "whole": [*WHOLES, *range(20)],
        **others,
    }
    return [{name: chance.choice(values) for name, values in choices.items()} for _ in range(number)]


SIDES = random_rows(150, 7, a=[None, 1.5, NAN]), random_rows(100, 8, a=[None, "x"], b=[None, True])


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both sides as Parquet, the left one in two files."""
    left, right = tmp_path_factory.mktemp("left"), tmp_path_factory.mktemp("right")
    pq.write_table(pa.Table.from_pylist(SIDES[0][:40], LEFT), left / "0.parquet")
    pq.write_table(pa.Table.from_pylist(SIDES[0][40:], LEFT), left / "1.parquet", row_group_size=30)
    pq.write_table(pa.Table.from_pylist(SIDES[1], RIGHT), right / "0.parquet")
    return left, right


@pytest.mark.parametrize(("how", "plan"), list(zip(HOWS, CATALYST * 2, strict=True)))
def test_catalyst_joins_as_plain_python_does(
    spark: SparkSession, inputs: tuple[Path, Path], how: How, plan: Plan
) -> None:
    on = ("text", "whole")
    shape, columns = shape_of(on, how)
    left, right = (spark.read.schema(ddl).parquet(str(path)) for ddl, path in zip(DDL, inputs, strict=True))

    found = catalyst(left, right, params(on, how), shape, columns, plan)

    assert told(found.collect()) == oracle(*SIDES, on).joined(how)


@pytest.mark.parametrize(
    ("plan", "how", "on"),
    [
        ("auto", "left", ("text", "real")),
        ("map-side", "right", ("text", "whole")),
        ("exchange", "full", ("real", "text")),
        ("exchange", "inner", ("whole", "real")),
        ("sort-merge", "full", ("real", "text")),
    ],
)
def test_a_run_joins_as_plain_python_does(
    run: Run, tmp_path: Path, inputs: tuple[Path, Path], plan: Plan, how: How, on: tuple[str, ...]
) -> None:
    left, right = ((str(path),) for path in inputs)

    join.main(run, params(on, how, left=left, right=right, output=str(tmp_path / "out"), plan=plan))

    tables = [pq.read_table(part) for part in tmp_path.glob("out/part-*")]
    assert rows_of(batch for table in tables for batch in table.to_batches()) == oracle(*SIDES, on).joined(how)


def test_arrays_are_compared_by_spark_alone(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": [[1], [2], None], "a": [1, 2, 3]}), tmp_path / "left.parquet")
    pq.write_table(pa.table({"k": [[2], [2]], "b": [4, 5]}), tmp_path / "right.parquet")
    paths = {name: (str(tmp_path / f"{name}.parquet"),) for name in ("left", "right")}

    join.main(run, params(("k",), "left", **paths | {"output": str(tmp_path / "out")}))
    with pytest.raises(UsageError, match=r"key 'k' is array<bigint>, which Spark compares; leave out --plan"):
        join.main(run, params(("k",), "left", **paths | {"output": str(tmp_path / "other"), "plan": "exchange"}))

    rows = [tuple(row.values()) for part in tmp_path.glob("out/part-*") for row in pq.read_table(part).to_pylist()]
    assert sorted(rows, key=str) == [(None, 3, None), ([1], 1, None), ([2], 2, 4), ([2], 2, 5)]
