"""Guess and reader agree: whatever is guessed from a file reads every row of the sample that it was guessed from."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hotset import Dataset, SchemaError
from hotset.columnar.blocks import Slice
from hotset.columnar.cut import cut
from hotset.columnar.discover import Question, discover
from hotset.columnar.faults import FaultFile
from hotset.columnar.found import Bad
from hotset.columnar.layout import Layout
from hotset.columnar.records import Records, breaks_guess
from hotset.data.guess import Role, Roles
from hotset.data.listing import list_inputs

pytestmark = pytest.mark.usefixtures("spark")


class Heard(FaultFile):
    """Keeps what is wrong in memory."""

    def __init__(self) -> None:
        super().__init__(Path(), 0)
        self.faults: list[Bad] = []

    def add(self, part: int, fault: Bad) -> None:  # noqa: ARG002 (of one part)
        self.faults.append(fault)


def guess_and_read(file: Path, role: Role) -> tuple[Dataset, pa.Table, list[Bad]]:
    """The dataset, the good rows, and the faults that say the guess was wrong."""
    listing = list_inputs((str(file),))
    dataset = discover(Question((str(file),), listing, roles=Roles(others=role))).dataset
    layout, heard = Layout.of(dataset, "UTC"), Heard()
    block: tuple[Slice, ...] = tuple(part for parts in cut(listing, layout, 1) for part in parts)
    rows = pa.Table.from_batches(Records(block, layout, heard).batches(), layout.schema)
    return dataset, rows, [one for one in heard.faults if breaks_guess(dataset, one.column, one.reason)]


ROLES = st.sampled_from(["exact", "measure", "ordered", "time"])
CELLS = st.one_of(
    st.sampled_from(
        ["", "0x1A", "0", "1", "true", "True", "007", "1.10", "1e3", "+5", " 5", "5 ", "nan", "-0", "2026-01-31", '""',
         "2026-01-31T10:00:00.123456789", "2026-01-31 10:00", "1,5", "a;b", 'say "hi"', "1e999", "9" * 25, "12:30"]
    ),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(repr),
    st.datetimes().map(lambda time: time.isoformat()),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=5),
)  # fmt: skip
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), ROLES)
@example([("9" * 25, "1"), ("1e+38", "1")], "ordered")
def test_csv(tmp_path: Path, rows: list[tuple[str, str]], role: Role) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("a", "b"), *rows])
    (tmp_path / "rows.csv").write_text(out.getvalue(), encoding="utf-8", newline="")

    try:
        _, read, broken = guess_and_read(tmp_path / "rows.csv", role)
    except SchemaError as why:
        # 1e300 beside a number of 25 digits: no type orders both exactly, and advice stands in the place of a guess
        assert role == "ordered"
        assert "has numbers of more digits than a type has" in str(why)  # noqa: PT017
        return

    assert broken == []
    assert len(read) == len(rows)


@FEW
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_different_texts_of_a_csv_stay_different(tmp_path: Path, cells: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [("a", "b"), *((cell, "x") for cell in cells)]
    )
    (tmp_path / "rows.csv").write_text(out.getvalue(), encoding="utf-8", newline="")

    _, read, broken = guess_and_read(tmp_path / "rows.csv", "exact")

    assert broken == []
    values = ["nan" if value != value else value for value in read["a"].to_pylist()]
    assert len(set(values)) == len(set(cells))


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
        st.sampled_from(["2026-01-31", "2026-01-31T10:00:00Z", "5", "true", ""]),
        st.text(st.characters(codec="utf-8"), max_size=5),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("xyz"), inner, min_size=1)),
    max_leaves=4,
)


@FEW
@given(st.lists(VALUES, min_size=1, max_size=6), ROLES)
@example([{"x": 2**53 + 1, "y": 0.0}], "exact")
def test_json_lines(tmp_path: Path, values: list[object], role: Role) -> None:
    lines = [json.dumps({"k": value, "n": 1}, ensure_ascii=False) for value in values]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        _, read, broken = guess_and_read(tmp_path / "rows.jsonl", role)
    except Exception as why:
        assert "--types" in str(why) or "--columns" in str(why)  # noqa: PT017
        return

    assert broken == []
    assert len(read) == len(values)


def test_a_line_of_json_longer_than_the_head_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"k": "x" * 1_500_000, "n": 1.5}) + '\n{"k": "y", "n": 2}\n')

    dataset, read, broken = guess_and_read(tmp_path / "rows.jsonl", "exact")

    assert (dataset.columns, len(read), broken) == ("`k` string, `n` double", 2, [])


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"k": ["a"], "nothing": pa.nulls(1)}),
        pa.table({"k": pa.array([], pa.int64()), "s": pa.array([], pa.string())}),
        pa.table({"k": pa.nulls(0)}),
        pa.table({"d": pa.array(["a", "b"]).dictionary_encode()}),
        pa.table({"u": pa.array([2**64 - 1], pa.uint64())}),
    ],
    ids=["all null", "no rows", "no rows and no type", "dictionary", "unsigned"],
)
def test_parquet(tmp_path: Path, table: pa.Table) -> None:
    pq.write_table(table, tmp_path / "rows.parquet")

    _, read, broken = guess_and_read(tmp_path / "rows.parquet", "exact")

    assert broken == []
    assert [[str(one) for one in column] for column in read.to_pydict().values()] == [
        [str(one) for one in column] for column in table.to_pydict().values()
    ]


def test_a_header_alone_has_columns_of_text(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n")

    dataset, read, broken = guess_and_read(tmp_path / "rows.csv", "exact")

    assert (dataset.columns, len(read), broken) == ("`a` string, `b` string", 0, [])
