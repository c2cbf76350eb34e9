"""The same values in CSV, JSON lines, Parquet and ORC: in a form of its own a column is read alike from all."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest
from layouts import column

from hotset import Dataset, SchemaError
from hotset.columnar.cut import cut
from hotset.columnar.faults import FaultFile
from hotset.columnar.found import Bad
from hotset.columnar.layout import Column, Layout
from hotset.columnar.records import Records
from hotset.data.forms import AsText, Form, IsoTime, PatternTime, UnitTime, WholeNumber
from hotset.data.listing import list_inputs

AT = datetime(2024, 3, 1, tzinfo=UTC)
SECOND = 1_709_251_200
MANY = 100


class Heard(FaultFile):
    """The faults, in memory."""

    def __init__(self) -> None:
        super().__init__(Path(), 0)
        self.reasons: dict[int, str] = {}

    def add(self, part: int, fault: Bad) -> None:  # noqa: ARG002 (the method of FaultFile)
        self.reasons[fault.line] = fault.reason


def written(directory: Path, values: Sequence[Any], kind: pa.DataType, suffix: str) -> Path:
    path = directory / f"one.{suffix}"
    table = pa.table({"n": range(len(values)), "c": pa.array(values, kind)})
    if suffix == "json":
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    elif suffix == "csv":
        pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style="needed", quoting_header="none"))
    elif suffix == "orc":
        orc.write_table(table, path)
    else:
        pq.write_table(table, path)
    return path


def layout_of(suffix: str, form: Form, kind: str) -> Layout:
    dataset = Dataset(f"n bigint, c {kind}", suffix, on_new="ignore", forms={"c": form})  # type: ignore[arg-type]
    columns = (column("n", "bigint"), column("c", kind, nullable=False, form=form))
    return Layout(dataset, columns, "America/New_York")  # of which a form knows nothing


def read(path: Path, form: Form, kind: str) -> tuple[list[Any], dict[int, str]]:
    """The values of the good rows, and the reasons of the bad ones by row."""
    layout, faults, found = layout_of(path.suffix[1:], form, kind), Heard(), []
    for block in cut(list_inputs([str(path)]), layout, 1):
        records = Records(block, layout, faults)
        found += [row for batch in records.batches() for row in batch.to_pylist()]
        (count,) = records.counts
        assert (count.rows.good, count.rows.rejected) == (len(found), len(faults.reasons))
    head = 1 if path.suffix == ".csv" else 0
    return [row["c"] for row in found], {line - head: reason for line, reason in faults.reasons.items()}


ISO = [
    "2024-03-01 00:00:00",
    "2024-03-01T00:00:01.000000999Z",
    "2024-03-01 02:00:02+02:00",
    "2024-03-01t00:00:03z",
    "x",
]
GERMAN = [
    "01.03.2024 00:00:00",
    "01.03.2024 00:00:01",
    "1.3.2024 00:00:02",
    "01.03.2024 00:00:03",
    "30.02.2024 00:00:00",
]
FOUR = [AT + timedelta(seconds=n) for n in range(4)]


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "orc"])
@pytest.mark.parametrize(
    ("values", "kind", "form", "good"),
    [
        (ISO, pa.string(), IsoTime(), FOUR),
        (GERMAN, pa.string(), PatternTime("%d.%m.%Y %H:%M:%S"), FOUR),
        ([*range(SECOND, SECOND + 4), SECOND * 1000], pa.int64(), UnitTime("s", "guessed"), FOUR),
        ([SECOND * 1000 + n * 1000 for n in range(4)] + [SECOND], pa.int64(), UnitTime("ms"), FOUR),
        ([SECOND * 10**9 + n * 10**9 + 999 for n in range(4)] + [5], pa.int64(), UnitTime("ns", "guessed"), FOUR),
        ([SECOND + n for n in range(4)] + [0.25], pa.float64(), UnitTime("s", "guessed"), FOUR),
        ([str(SECOND + n) for n in range(4)] + [""], pa.string(), UnitTime("s"), FOUR),
        ([1.0, 2.0, 30.0, -4.0, 1.5], pa.float64(), WholeNumber(), [1, 2, 30, -4]),
        (["1", "2.0", "30.", "-4", "x"], pa.string(), WholeNumber(), [1, 2, 30, -4]),
    ],
)  # fmt: skip
def test_every_format_gives_the_same(
    tmp_path: Path, suffix: str, values: list[Any], kind: pa.DataType, form: Form, good: list[Any]
) -> None:
    path = written(tmp_path, [*values, None] * MANY, kind, suffix)

    found, faults = read(path, form, "bigint" if isinstance(form, WholeNumber) else "timestamp")

    assert found == good * MANY
    assert sorted(faults) == [row for n in range(MANY) for row in (6 * n + 4, 6 * n + 5)]
    assert faults[5] == faults[6 * MANY - 1] == "null, declared not null"
    assert faults[4] == faults[6 * MANY - 2] != faults[5]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_numbers_with_fractions_lose_no_digit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"one.{suffix}"
    texts = [f"{SECOND + n}.123456999{n}" for n in range(10, 99)]
    csv = "n,c\n" + "".join(f"1,{text}\n" for text in texts)
    path.write_text(csv if suffix == "csv" else "".join(f'{{"n": 1, "c": {text}}}\n' for text in texts))

    found, faults = read(path, UnitTime("s", "guessed"), "timestamp")

    assert found == [AT + timedelta(seconds=n, microseconds=123456) for n in range(10, 99)]
    assert not faults


def test_json_may_mix_numbers_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    cells = [f"{SECOND}", f'"{SECOND + 1}"', f"{SECOND + 2}.0", "true", "[1]", "{}", "null"]
    path.write_text("".join(f'{{"n": {n}, "c": {cell}}}\n' for n, cell in enumerate(cells)) + '{"n": 9}\n')

    found, faults = read(path, UnitTime("s"), "timestamp")
    texts, none = read(path, AsText(), "string")

    assert found == FOUR[:3]
    missing = "null, declared not null"
    assert faults == dict.fromkeys((3, 4, 5), "not of type timestamp") | {6: missing, 7: missing}
    assert texts == [f"{SECOND}", f"{SECOND + 1}", f"{SECOND + 2}.0", "true"]
    assert sorted(none) == [4, 5, 6, 7]


def test_hexadecimal_is_no_number_of_seconds(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(f"n,c\n1,0x65e11a00\n2,{SECOND}\n")

    assert read(path, UnitTime("s"), "timestamp") == ([AT], {0: "not a number of seconds"})


def test_quoted_nothing_is_a_fault_and_not_null(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(f'n,c\n1,""\n2,"{SECOND}"\n3,\n')

    assert read(path, UnitTime("s"), "timestamp") == (
        [AT],
        {0: "not a number of seconds", 2: "null, declared not null"},
    )


@pytest.mark.parametrize(
    ("values", "kind", "form"),
    [
        ([1.5], pa.float32(), UnitTime("s")),
        ([True], pa.bool_(), UnitTime("s")),
        ([AT], pa.timestamp("us"), UnitTime("s")),
        ([AT], pa.timestamp("us"), PatternTime("%Y%m%d")),
        ([1], pa.int64(), IsoTime()),
        ([1.5], pa.float64(), IsoTime()),
        ([[1]], pa.list_(pa.int64()), AsText()),
        ([AT], pa.timestamp("us"), WholeNumber()),
        ([b"x"], pa.binary(), IsoTime()),
        ([b"x"], pa.binary(), WholeNumber()),
    ],
)
def test_a_stored_type_that_no_form_takes_is_refused(
    tmp_path: Path, values: list[Any], kind: pa.DataType, form: Form
) -> None:
    path = written(tmp_path, values, kind, "parquet")

    with pytest.raises(SchemaError, match="column 'c' is"):
        read(path, form, "bigint" if isinstance(form, WholeNumber) else "timestamp")


def test_the_quarantine_shows_times_that_python_does_not_have(tmp_path: Path) -> None:
    table = pa.table(
        {"n": [1], "c": pa.array([None], pa.int64()), "t": pa.array([SECOND * 10**9 + 1], pa.timestamp("ns"))}
    )
    pq.write_table(table, tmp_path / "one.parquet")
    layout = Layout(
        Dataset("c bigint, t timestamp", "parquet", on_new="ignore"),
        (column("c", "bigint", nullable=False), Column("t", "timestamp", pa.timestamp("us", "UTC"), form=IsoTime())),
        "UTC",
    )
    ((block,),) = (cut(list_inputs([str(tmp_path)]), layout, 1),)
    raws: list[bytes] = []

    class Raws(Heard):
        def add(self, part: int, fault: Bad) -> None:  # noqa: ARG002 (the method of FaultFile)
            raws.append(fault.raw)

    assert [batch.num_rows for batch in Records(block, layout, Raws()).batches()] == []
    assert json.loads(raws[0]) == {"c": None, "t": "2024-03-01 00:00:00.000000001"}
