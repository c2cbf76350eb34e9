"""`join` against plain Python, on keys with all that makes meeting hard, from files to published files."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from group_oracle import WAYS, Row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from join_oracle import Oracle, Told, told

from hotset import How, Run, UsageError, open_run
from hotset.jobs import join
from hotset.jobs.join import Params

pytestmark = pytest.mark.thorough

NAN, INF = float("nan"), float("inf")
# é in two spellings, and a Hangul syllable beside its letters: they look alike, and do not meet
TEXTS = [None, "", " ", "a", "A", "é", "e\u0301", "한", "\u1112\u1161\u11ab", "NaN", "\0", "a\n"]
REALS = [None, NAN, -NAN, 0.0, -0.0, 1.0, 0.3, 0.1 + 0.2, INF, -INF, 5e-324, 2.0**53, -(2.0**63)]
WHOLES = [None, 0, 1, -1, 2**31 - 1]
LARGE = [*WHOLES, 2**53, 2**53 + 1, -(2**63), 2**63 - 1]
DECIMALS = [None, Decimal("0.00"), Decimal("1.00"), Decimal("1.50"), Decimal("-1.00")]
FINE = [None, Decimal(0), Decimal(1), Decimal("1.5"), Decimal("1.50000000000000000000001"), Decimal(-1)]
DAYS = [None, date(1, 1, 1), date(1970, 1, 1), date(9999, 12, 31)]
TIMES = [None, datetime(1, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2024, 2, 29, 12)]
LEFT = pa.schema(
    [
        ("text", pa.string()), ("real", pa.float64()), ("narrow", pa.int32()), ("large", pa.int64()),
        ("price", pa.decimal128(10, 2)), ("day", pa.date32()), ("time", pa.timestamp("us")), ("flag", pa.bool_()),
        ("a", pa.float64()),
    ]
)  # fmt: skip
# keys of other types, in another order; `a` is on both sides and no key
RIGHT = pa.schema(
    [
        ("large", pa.int64()), ("text", pa.string()), ("a", pa.string()), ("real", pa.float64()),
        ("single", pa.float32()), ("tiny", pa.int8()), ("fine", pa.decimal128(38, 30)), ("day", pa.date32()),
        ("time", pa.timestamp("us")), ("flag", pa.bool_()),
    ]
)  # fmt: skip
CHOICES: dict[str, list[Any]] = {
    **{"text": TEXTS, "real": REALS, "narrow": WHOLES, "large": LARGE, "price": DECIMALS, "day": DAYS, "time": TIMES},
    **{"flag": [None, True, False], "single": [None, NAN, 0.0, -0.0, 1.0, 0.5], "tiny": [None, 0, 1, -1, 127]},
    "fine": FINE,
}
ON: list[dict[str, str]] = [
    *({name: name} for name in ("text", "real", "large", "day", "time", "flag")),
    *({"narrow": "large"}, {"large": "tiny"}, {"large": "real"}, {"real": "large"}, {"real": "single"}),
    *({"price": "fine"}, {"price": "large"}, {"large": "fine"}, {"narrow": "single"}),
    *({"text": "text", "real": "real"}, {"narrow": "tiny", "price": "fine", "flag": "flag"}),
]
# of these no type holds the keys of both sides
FULL = [on for on in ON if on not in ({"large": "real"}, {"real": "large"}, {"large": "fine"}, {"narrow": "single"})]
HOWS: tuple[How, ...] = get_args(How)


def rows_of(schema: pa.Schema, **own: list[Any]) -> st.SearchStrategy[list[Row]]:
    choices = CHOICES | own
    return st.lists(st.fixed_dictionaries({name: st.sampled_from(choices[name]) for name in schema.names}), max_size=15)


lefts, rights = rows_of(LEFT, a=[None, 1.5, NAN]), rows_of(RIGHT, a=[None, "x"])
meetings = st.sampled_from([(on, how) for how in HOWS for on in (FULL if how == "full" else ON)])


def params(directory: Path, on: dict[str, str], how: How, **others: Any) -> Params:
    keys = tuple(one if one == other else f"{one}={other}" for one, other in on.items())
    left, right = ((str(directory / name),) for name in ("left", "right"))
    return Params(left, right, str(directory / "out"), keys, how, **others)


def write(directory: Path, name: str, rows: list[Row], schema: pa.Schema) -> None:
    """In two files, of small row groups."""
    (directory / name).mkdir()
    half = len(rows) // 2
    for place, part in enumerate((rows[:half], rows[half:])):
        pq.write_table(pa.Table.from_pylist(part, schema), directory / name / f"{place}.parquet", row_group_size=4)


def published(directory: Path) -> Told:
    return told(row.values() for file in directory.glob("part-*") for row in pq.read_table(file).to_pylist())


def oracle(left: list[Row], right: list[Row], on: dict[str, str]) -> Oracle:
    return Oracle(left, right, LEFT.names, RIGHT.names, on)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(lefts, rights, meetings)
def test_random_rows_meet_as_in_plain_python(
    tmp_path_factory: pytest.TempPathFactory, left: list[Row], right: list[Row], meeting: tuple[dict[str, str], How]
) -> None:
    directory, (on, how) = tmp_path_factory.mktemp("rows"), meeting
    write(directory, "left", left, LEFT)
    write(directory, "right", right, RIGHT)

    with open_run("test", report=directory / "report.json", on_empty="ok", engine="local") as run:
        join.main(run, params(directory, on, how, max_rows=1_000))

    assert published(directory / "out") == oracle(left, right, on).joined(how)


def random_rows(number: int, seed: int, schema: pa.Schema, **own: list[Any]) -> list[Row]:
    chance = random.Random(seed)
    choices = CHOICES | own
    return [{name: chance.choice(choices[name]) for name in schema.names} for _ in range(number)]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row], list[Row]]:
    directory = tmp_path_factory.mktemp("sides")
    left = random_rows(150, 7, LEFT, a=[None, 1.5, NAN])
    right = random_rows(100, 8, RIGHT, a=[None, "x"])
    write(directory, "left", left, LEFT)
    write(directory, "right", right, RIGHT)
    return directory, left, right


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["node", "cluster"])
@pytest.mark.parametrize("number", range(len(ON)))
def test_every_key_meets_alike_on_every_engine(
    tmp_path: Path, sides: tuple[Path, list[Row], list[Row]], way: str, number: int
) -> None:
    directory, left, right = sides
    on, how = ON[number], HOWS[number % len(HOWS)]
    how = "left" if how == "full" and on not in FULL else how
    paths: dict[str, Any] = {
        "left": (str(directory / "left"),),
        "right": (str(directory / "right"),),
        "output": str(tmp_path / "out"),
    }
    keys = tuple(f"{one}={other}" for one, other in on.items())

    with open_run("test", report=tmp_path / "report.json", **WAYS[way][0]) as run:
        join.main(run, Params(**paths, on=keys, how=how, max_rows=100_000))

    assert published(tmp_path / "out") == oracle(left, right, on).joined(how)


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("how", HOWS)
def test_plain_pyspark_gives_the_same(tmp_path: Path, sides: tuple[Path, list[Row], list[Row]], how: How) -> None:
    directory, left, right = sides
    paths: dict[str, Any] = {
        "left": (str(directory / "left"),),
        "right": (str(directory / "right"),),
        "output": str(tmp_path / "out"),
    }
    on = {"text": "text", "narrow": "large", "real": "single"}

    with open_run("test", report=tmp_path / "report.json") as run:
        keys = tuple(f"{one}={other}" for one, other in on.items())
        join.main(run, Params(**paths, on=keys, how=how, method="dataframe", max_rows=100_000))

    assert published(tmp_path / "out") == oracle(left, right, on).joined(how)


def test_arrays_are_compared_by_spark(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": [[1], [2], None], "a": [1, 2, 3]}), tmp_path / "left.parquet")
    pq.write_table(pa.table({"k": [[2], [2]], "b": [4, 5]}), tmp_path / "right.parquet")
    paths: dict[str, Any] = {name: (str(tmp_path / f"{name}.parquet"),) for name in ("left", "right")}

    join.main(run, Params(**paths, output=str(tmp_path / "out"), on=("k",), how="left"))

    rows = [tuple(row.values()) for part in tmp_path.glob("out/part-*") for row in pq.read_table(part).to_pylist()]
    assert sorted(rows, key=str) == [(None, 3, None), ([1], 1, None), ([2], 2, 4), ([2], 2, 5)]


def test_arrays_need_spark(tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": [1], "a": [[1]]}), tmp_path / "rows.parquet")
    path = (str(tmp_path / "rows.parquet"),)

    with (
        pytest.raises(UsageError, match="--engine local"),
        open_run("test", report=tmp_path / "report.json", engine="local") as run,
    ):
        join.main(run, Params(path, path, str(tmp_path / "out"), ("k",)))


def test_a_thousand_columns_on_either_side(tmp_path: Path) -> None:
    for side in ("left", "right"):
        names = ["k", *(f"{side} {number}" for number in range(1_000))]
        pq.write_table(pa.table([pa.array([1, 2])] * 1_001, names), tmp_path / f"{side}.parquet")
    paths: dict[str, Any] = {side: (str(tmp_path / f"{side}.parquet"),) for side in ("left", "right")}

    with open_run("test", report=tmp_path / "report.json", engine="local") as run:
        join.main(run, Params(**paths, output=str(tmp_path / "out"), on=("k",)))

    assert published(tmp_path / "out") == told([(1,) * 2_001, (2,) * 2_001])
