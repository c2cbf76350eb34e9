"""compact changes types and no value: what it proposes, what it refuses to narrow, and the proof."""

import csv
import math
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotset import Bytes, Codec, DataError, Run, UsageError, open_run
from hotset.columnar import blocks
from hotset.jobs.compact import job as compact
from hotset.jobs.compact.job import Params, main
from hotset.jobs.compact.kernel import (
    Change,
    found_content,
    narrowed,
    profiles,
    put_together,
)
from hotset.jobs.compact.measure import best_codec
from hotset.jobs.compact.narrowing import READINGS, Narrow, Profile, narrowest, profile


def proposed(values: list[Any], kind: pa.DataType | None = None, declared: str = "string") -> str:
    column = pa.array(values, kind or pa.string())
    halves = (column[: len(column) // 2], column[len(column) // 2 :])
    first = profile(halves[0], None)
    return narrowest(declared, first | profile(halves[1], first.forms)).kind


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (["1", "-128", None, "127"], "tinyint"),
        (["1", "128"], "smallint"),
        (["32768", "0"], "int"),
        (["2147483648", "0"], "bigint"),
        (["9223372036854775807", "0"], "bigint"),
        (["9223372036854775808", "0"], "decimal(19,0)"),
        (["0.5", "1", "-2.25"], "float"),
        (["0.5", "1.0", "-2.25"], "float"),
        (["0.1", "1"], "double"),
        (["1e-05", "1.5", "1e+16"], "double"),
        (["nan", "0.5"], "float"),
        (["1.10", "-2.25"], "decimal(3,2)"),
        (["1.0", "2.0"], "float"),
        (["0.1234567890123456789", "1.0000000000000000000"], "decimal(20,19)"),
        (["9007199254740993.5", "1.0"], "decimal(17,1)"),
        (["true", "false", None], "boolean"),
        (["False", "True"], "boolean"),
        (["2024-02-29", "0001-01-01"], "date"),
        (["2024-02-29 12:00:00.000", "2024-02-29 12:00:00.250"], "timestamp_ntz"),
        (["2024-02-29 12:00", "2024-02-29 13:30"], "timestamp_ntz"),
        (["2024-02-29T12:00:00", "2024-02-28T00:00:00"], "timestamp_ntz"),
        (["2024-02-29T12:00:00.0Z", "2024-02-28T00:00:00.5Z"], "timestamp"),
    ],
)
def test_text_becomes_the_narrowest_type(texts: list[Any], type_: str) -> None:
    assert proposed(texts) == type_


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "1"],
        ["+5", "1"],
        ["1e5", "1"],
        [" 1", "1"],
        ["1,5", "1"],
        ["0x10", "1"],
        ["1_000", "1"],
        ["true", "1"],
        ["True", "FALSE"],
        ["true", "True"],
        ["1.10", "1.1"],
        ["1.10", "1"],
        ["1.0", "1"],
        ["0.5", "1", "-2.250"],
        ["-0", "1"],
        ["-0.0", "1.0"],
        ["0.1234567890123456789", "1"],
        ["9007199254740993.5", "1"],
        ["0.00001", "1.5"],
        ["12345678901234567890.5", "1e3"],
        ["2024-02-29 12:00:00", "2024-02-29 12:00:00.250"],
        ["2024-02-29T12:00:00Z", "2024-02-28T00:00:00.5Z"],
        ["2024-02-30", "2024-01-01"],
        ["2024-1-1", "2024-01-01"],
        ["0000-01-01", "2024-01-01"],
        ["0000-01-01 00:00:00", "2024-01-01 00:00:00"],
        ["0000-12-31T00:00:00Z", "2024-01-01T00:00:00Z"],
        ["2024-01-01T12:00:00Z", "2024-01-01T12:00:00"],
        ["2024-01-01T12:00:00+01:00", "2024-01-01T12:00:00+01:00"],
        ["", "1"],
        ["NA", "1"],
        ["٣", "1"],
        [None, None],
    ],
)
def test_text_that_would_be_written_otherwise_stays_text(texts: list[Any]) -> None:
    assert proposed(texts) == "string"


@pytest.mark.parametrize(
    ("values", "kind", "declared", "type_"),
    [
        ([1, 200], pa.int64(), "bigint", "smallint"),
        ([None, None], pa.int64(), "bigint", "bigint"),
        ([0.5, math.nan, math.inf, -0.0], pa.float64(), "double", "float"),
        ([0.1, 1.0], pa.float64(), "double", "double"),
        ([1e300, 1.0], pa.float64(), "double", "double"),
        ([5e-324, 1.0], pa.float64(), "double", "double"),
        ([[1], [2]], pa.list_(pa.int64()), "array<bigint>", "array<bigint>"),
    ],
)
def test_typed_columns_become_narrower_where_nothing_is_lost(
    values: list[Any], kind: pa.DataType, declared: str, type_: str
) -> None:
    assert proposed(values, kind, declared) == type_


def change(before: pa.DataType, after: pa.DataType, type_: str) -> Change:
    reading = {"smallint": "bigint"}.get(type_, type_) if pa.types.is_string(before) else ""
    return Change.of(before, after, Narrow(type_, reading, FORMS.get(reading, "")))


def test_narrowing_refuses_a_value_that_would_change() -> None:
    to_tiny, to_float = change(pa.int64(), pa.int8(), "tinyint"), change(pa.float64(), pa.float32(), "float")

    with pytest.raises(ValueError, match="not in range"):
        to_tiny.narrow(pa.array([300]))
    with pytest.raises(ValueError, match="the input has changed"):
        to_float.narrow(pa.array([0.1]))
    with pytest.raises(ValueError, match="the input has changed"):
        change(pa.string(), pa.float64(), "double").narrow(pa.array(["1e5"]))


UTC = pa.timestamp("us", "UTC")
FORMS = {"boolean": "True/False", "timestamp": "9999-99-99T99:99:99.9Z"}
COLUMNS = {
    "whole": (pa.string(), pa.int16(), "smallint", ["1", "-300", None]),
    "real": (pa.string(), pa.float64(), "double", ["0.1", None, "nan"]),
    "small": (pa.float64(), pa.float32(), "float", [0.5, -0.0, None]),
    "flag": (pa.string(), pa.bool_(), "boolean", ["True", None, "False"]),
    "when": (pa.string(), UTC, "timestamp", ["2024-01-01T00:00:00.5Z", None, "1969-12-31T23:59:59.0Z"]),
    "day": (pa.string(), pa.date32(), "date", [None, "2024-02-29", "0001-01-01"]),
    "text": (pa.string(), pa.string(), "string", ["", None, "말"]),
    "list": (pa.list_(pa.int64()), pa.list_(pa.int64()), "array<bigint>", [[1], None, []]),
}  # fmt: skip


def sums(batches: Any) -> tuple[int, int]:
    table = pa.Table.from_batches(list(batches))
    return sum(table["rows"].to_pylist()), sum(table["hash"].to_pylist()) % 2**64


def test_the_content_is_the_same_before_and_after_in_any_order_and_batches() -> None:
    changes = {name: change(before, after, type_) for name, (before, after, type_, _) in COLUMNS.items()}
    rows = pa.RecordBatch.from_arrays([pa.array(one[3], one[0]) for one in COLUMNS.values()], list(COLUMNS))

    narrow = list(narrowed(iter([rows]), changes))
    before = (3, sum(narrow[0].columns[-1].to_pylist()) % 2**64)
    now = pa.RecordBatch.from_arrays(narrow[0].columns[:-1], list(COLUMNS))
    turned = [now.slice(2), now.slice(0, 2)]

    assert sums(found_content(iter(turned), changes)) == before
    for column in range(len(COLUMNS)):
        other = now.columns
        other[column] = other[column].take(pa.array([1, 2, 0]))
        changed = pa.RecordBatch.from_arrays(other, now.schema.names)
        assert sums(found_content(iter([changed]), changes)) != before


@given(st.lists(st.one_of(st.none(), st.floats(width=64), st.integers(-(2**70), 2**70), st.text()), min_size=1))
def test_whatever_is_proposed_holds_every_value(values: list[Any]) -> None:
    texts = [None if value is None else str(value) for value in values]
    column = pa.RecordBatch.from_pydict({"c": pa.array(texts, pa.string())})
    found = put_together(pa.Table.from_batches(profiles(iter([column, column]))))["c"]
    narrow = narrowest("string", found)

    if narrow.reading:
        read = READINGS[narrow.reading](pa.array(texts, pa.string())).to_pylist()
        kinds = {"bigint": int, "double": float}
        if kind := kinds.get(narrow.reading):
            expected = [None if text is None else kind(text) for text in texts]
            assert np.array_equal(np.array(read, float), np.array(expected, float), equal_nan=True)
            different = {text for text in texts if text is not None}
            assert len({repr(kind(text)) for text in different}) == len(different)
        if narrow.kind == "float":
            finite = [value for value in read if value is not None and not math.isnan(value)]
            assert [float(np.float32(value)) for value in finite] == finite


@pytest.mark.parametrize(
    ("sizes", "best"),
    [
        ({"none": 100, "lz4": 99, "snappy": 98, "zstd": 97}, "none"),
        ({"none": 100, "lz4": 60, "snappy": 59, "zstd": 40}, "zstd"),
        ({"none": 100, "lz4": 60, "snappy": 60, "zstd": 59}, "lz4"),
    ],
)
def test_a_codec_has_to_be_worth_it(sizes: dict[Codec, int], best: str) -> None:
    assert best_codec(sizes) == best


def write_csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.thorough
def test_a_csv_becomes_sorted_parquet_of_narrow_columns(run: Run, tmp_path: Path) -> None:
    rows = [[str(n % 7), f"{n / 4:g}", "NA" if n % 5 == 0 else str(n * 1000), "ab"[n % 2], "x"] for n in range(200)]
    write_csv(tmp_path / "rows.csv", [["k", "quarter", "gap", "word", "unused"], *rows])
    out = tmp_path / "out"
    wanted = "k, quarter, gap, word"

    main(run, Params((str(tmp_path / "rows.csv"),), str(out), ("k",), "zstd", columns=wanted, null=("NA",)))

    (part,) = out.glob("part-*")
    table = pq.read_table(part)
    assert [str(kind) for kind in table.schema.types] == ["int8", "float", "int32", "string"]
    assert pq.ParquetFile(part).metadata.row_group(0).column(0).compression == "ZSTD"
    expected = sorted(rows, key=lambda row: int(row[0]))  # stable, as the job is
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        (int(k), float(quarter), None if gap == "NA" else int(gap), word) for k, quarter, gap, word, _ in expected
    ]
    titles = [one.title for one in run.report.tables]
    assert titles == ["Types", "Parquet of a sample", "Bytes, and time"]
    assert len(str(run.report.notes["content"])) == 16


def test_without_a_column_to_sort_by_the_order_stays_in_files_of_about_the_size(run: Run, tmp_path: Path) -> None:
    numbers = [(n * 7919) % 1_000_003 * 10**6 for n in range(100_000)]
    write_csv(tmp_path / "rows.csv", [["n"], *([str(n)] for n in numbers)])

    main(
        run, Params((str(tmp_path / "rows.csv"),), str(tmp_path / "out"), compression="none", file_size=Bytes("256KiB"))
    )

    parts = sorted((tmp_path / "out").glob("part-*"))
    assert 2 <= len(parts) <= 6
    assert [row for part in parts for row in pq.read_table(part)["n"].to_pylist()] == numbers


def test_the_order_of_files_of_any_size_stays(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LEAST_BYTES", 1_000)
    (tmp_path / "in").mkdir()
    numbers = iter(range(10_000))
    for name, rows in (("a", 10), ("b", 900), ("c", 300)):
        texts = [str(next(numbers) * 10 ** (row % 7)) for row in range(rows)]
        write_csv(tmp_path / "in" / f"{name}.csv", [["n"], *([text] for text in texts)])
    lines = [line for name in "abc" for line in (tmp_path / "in" / f"{name}.csv").read_text().splitlines()[1:]]

    main(run, Params((str(tmp_path / "in"),), str(tmp_path / "out")))

    parts = sorted((tmp_path / "out").glob("part-*"))
    assert [str(n) for part in parts for n in pq.read_table(part)["n"].to_pylist()] == lines


@pytest.mark.parametrize("sort_by", [(), ("k",)])
def test_a_row_that_is_lost_while_writing_publishes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sort_by: tuple[str, ...]
) -> None:
    write_csv(tmp_path / "rows.csv", [["k"], *([str(n)] for n in range(100))])
    out, in_order = tmp_path / "out", compact.in_order
    monkeypatch.setattr(compact, "in_order", lambda *given: in_order(*given).filter(nw.col("k") != 7))

    with pytest.raises(DataError, match=r"what was written is not what was read, got .*; nothing was published"):
        main(run, Params((str(tmp_path / "rows.csv"),), str(out), sort_by))

    assert not out.exists()


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("way", ["local", "node", "cluster"])
def test_every_engine_writes_the_same_rows_in_the_same_order(tmp_path: Path, way: str) -> None:
    numbers = [(n * 7919) % 10_007 for n in range(30_000)]
    write_csv(tmp_path / "rows.csv", [["n", "x", "day"], *([str(n), f"{n / 8}", "2026-01-31"] for n in numbers)])
    engine, levels = ("local" if way == "local" else "spark"), {"narrow": "DISK_ONLY"} if way == "cluster" else {}

    with open_run("compact", report=tmp_path / "report.json", engine=engine, levels=levels) as run:  # type: ignore[arg-type]
        params = Params((str(tmp_path / "rows.csv"),), str(tmp_path / "out"), ("n",), "zstd", Bytes("64KiB"))
        main(run, params)
        assert run.report.plan == way

    parts = sorted((tmp_path / "out").glob("part-*"))
    tables = [pq.read_table(part) for part in parts]
    found = pa.concat_tables(tables)
    assert found["n"].to_pylist() == sorted(numbers)
    assert found["x"].to_pylist() == [n / 8 for n in sorted(numbers)]
    assert [str(kind) for kind in found.schema.types] == ["int16", "float", "date32[day]"]
    assert {pq.ParquetFile(part).metadata.row_group(0).column(0).compression for part in parts} == {"ZSTD"}


def test_a_figure_that_spark_cannot_measure_fails_nothing(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"k": ["a", "b"], "nothing": pa.nulls(2)}), tmp_path / "rows.parquet")

    main(run, Params((str(tmp_path / "rows.parquet"),), str(tmp_path / "out")))

    assert "ms to scan, by Spark" not in [row[0] for row in run.report.tables[-1].rows]


def test_odd_names_are_names(run: Run, tmp_path: Path) -> None:
    names = ["a b", "c.d", "e`f", "말"]
    write_csv(tmp_path / "odd.csv", [names, ["1", "2", "3", "4"]])

    main(run, Params((str(tmp_path / "odd.csv"),), str(tmp_path / "out"), sort_by=("e`f",)))

    (part,) = (tmp_path / "out").glob("part-*")
    assert pq.read_table(part).to_pylist() == [dict(zip(names, range(1, 5), strict=True))]


def test_a_dry_run_proposes_and_publishes_nothing(run: Run, tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(10), "x": [0.5] * 10}), tmp_path / "rows.parquet")

    main(run, Params((str(tmp_path / "rows.parquet"),), dry_run=True))

    assert run.report.tables[0].rows == [("n", "bigint", "tinyint", 10), ("x", "double", "float", 10)]
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"output": ""}, "--output is missing"),
        ({"file_size": Bytes("1")}, "--file-size is from 64KiB"),
        ({"sort_by": ("a", "a")}, "--sort-by has 'a' twice"),
    ],
)
def test_wrong_parameters_are_refused(given_: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Params(**{"input": ("i",), "output": "o", **given_})


def test_profiles_of_nothing_change_nothing() -> None:
    assert narrowest("bigint", Profile()) == Narrow("bigint")
