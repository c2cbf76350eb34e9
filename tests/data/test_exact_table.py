"""Tables of pandas and Arrow are published exactly as they are, or refused by the name of the column."""

import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hotset import DataError, Dataset, HotsetError, Run, SchemaError, UsageError
from hotset.data.exact_table import exact_table, is_pandas, table_of_pandas

pytestmark = pytest.mark.usefixtures("spark")  # it parses the columns of datasets
NOON = datetime(2026, 1, 31, 12, 0, 0, 123456)


def exact(values: Any, kind: str, **facts: Any) -> list[Any]:
    """The one column v as it would be published."""
    dataset = Dataset(f"v {kind}", **facts)
    table = exact_table(table_of_pandas(pd.DataFrame({"v": values}), dataset), dataset)
    assert table.schema.equals(dataset.arrow_schema())
    return list(table["v"].to_pylist())


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pd.Series([1, 2]), "bigint", [1, 2]),
        (pd.Series([1, 2], dtype="int8"), "tinyint", [1, 2]),
        (pd.Series([1, None], dtype="Int64"), "bigint", [1, None]),
        (pd.Series([2**63 - 1, None], dtype="Int64"), "bigint", [2**63 - 1, None]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, None]),
        (pd.Series([True, None], dtype=object), "boolean", [True, None]),
        (pd.Series([1.5, None]), "double", [1.5, None]),
        (pd.Series([float("inf")]), "double", [float("inf")]),
        (pd.Series([1.5], dtype="float32"), "float", [1.5]),
        (pd.Series([1.5], dtype="float16"), "float", [1.5]),
        (pd.Series(["a", None, ""]), "string", ["a", None, ""]),
        (pd.Series(["a", None], dtype="string"), "string", ["a", None]),
        (pd.Series(["a", "b", None, "a"], dtype="category"), "string", ["a", "b", None, "a"]),
        (pd.Series([3, 1, 3], dtype="category"), "bigint", [3, 1, 3]),
        (pd.Series([None, None]), "string", [None, None]),
        (pd.Series([None, None]), "date", [None, None]),
        (pd.Series([2**32 - 1], dtype="uint32"), "bigint", [2**32 - 1]),
        (pd.Series([2**64 - 1], dtype="uint64"), "decimal(20,0)", [Decimal(2**64 - 1)]),
        (pd.Series([5], dtype="UInt8"), "smallint", [5]),
        (pd.Series([Decimal("1.10"), None]), "decimal(10,2)", [Decimal("1.10"), None]),
        (pd.Series([date(2026, 1, 31), None]), "date", [date(2026, 1, 31), None]),
        (pd.Series([NOON, None]), "timestamp_ntz", [NOON, None]),
        (pd.Series([NOON], dtype="datetime64[s]"), "timestamp_ntz", [NOON.replace(microsecond=0)]),
        (pd.Series([NOON.replace(tzinfo=UTC)]), "timestamp", [NOON.replace(tzinfo=UTC)]),
        (pd.Series([NOON]).dt.tz_localize("Asia/Seoul"), "timestamp", [NOON.replace(tzinfo=UTC) - timedelta(hours=9)]),
        (pd.Series([timedelta(days=1)]), "interval day to second", [timedelta(days=1)]),
        (pd.Series([[1, 2], None]), "array<bigint>", [[1, 2], None]),
        (pd.Series([{"a": 1, "b": "x"}]), "struct<a: bigint, b: string>", [{"a": 1, "b": "x"}]),
        (pd.Series([b"x"]), "binary", [b"x"]),
        (pd.Series([], dtype=object), "string", []),
    ],
)
def test_a_column_of_pandas_has_just_its_values(values: Any, kind: str, expected: list[Any]) -> None:
    assert exact(values, kind) == expected


@pytest.mark.parametrize(
    ("values", "kind", "error", "told"),
    [
        ([1, "a"], "string", SchemaError, "the column 'v' mixes values of int and str; cast it"),
        ([True, 1], "bigint", SchemaError, "mixes values of bool and int"),
        (pd.Series([1, 1.5], dtype=object), "double", SchemaError, "mixes values of float and int"),
        ([b"a", "a"], "binary", SchemaError, "mixes values of bytes and str"),
        ([date(2026, 1, 1), NOON], "timestamp_ntz", SchemaError, "mixes values of date and datetime"),
        ([Decimal(1), 1.5], "double", SchemaError, "mixes values of Decimal and float"),
        ([[1], "a"], "string", SchemaError, "mixes values of list and str"),
        ([2**70], "bigint", SchemaError, "the column 'v' cannot be published, got object"),
        (["a", "\ud800"], "string", DataError, r"the column 'v' holds half a character, got '\ud800'; replace it"),
        (
            [NOON, NOON.replace(tzinfo=UTC)],
            "timestamp",
            SchemaError,
            "mixes values of datetime and datetime with a zone",
        ),
        ([["a", b"b"]], "array<string>", SchemaError, "the column 'v' mixes, in v[], values of bytes and str"),
        ([object()], "string", SchemaError, "the column 'v' cannot be published"),
        ([1 + 2j], "double", SchemaError, "the column 'v' cannot be published, got complex128"),
        (pd.Series(pd.period_range("2026", periods=1)), "string", SchemaError, "the column 'v' cannot be published"),
        (pd.Series([pd.Interval(0, 1)]), "string", SchemaError, "the column 'v' cannot be published"),
        (
            pd.Series([pd.Timestamp(1)], dtype=object),
            "timestamp_ntz",
            DataError,
            "the column 'v' do not fit microseconds",
        ),
        (
            pd.Series([{"t": [pd.Timestamp(1)]}]),
            "struct<t: array<timestamp_ntz>>",
            DataError,
            "do not fit microseconds",
        ),
        ([pd.Timestamp(1)], "timestamp_ntz", DataError, "the column 'v' do not fit timestamp[us], got timestamp[ns]"),
        ([pd.Timestamp(1, tz="UTC")], "timestamp", DataError, "the column 'v' do not fit timestamp[us, tz=UTC]"),
        ([pd.Timedelta(1)], "interval day to second", DataError, "the column 'v' do not fit duration[us]"),
        (pd.Series([2**64 - 1], dtype="uint64"), "bigint", DataError, "the column 'v' do not fit int64, got uint64"),
        (pd.Series([300], dtype="uint16"), "tinyint", DataError, "the column 'v' do not fit int8"),
        ([Decimal("1.234")], "decimal(10,2)", DataError, "the column 'v' do not fit decimal128(10, 2)"),
        ([[pd.Timestamp(1)]], "array<timestamp_ntz>", DataError, "the column 'v' do not fit"),
    ],
)
def test_what_cannot_be_published_as_it_is_is_refused_by_name(
    values: Any, kind: str, error: type[HotsetError], told: str
) -> None:
    with pytest.raises(error) as refused:
        exact(values, kind)

    assert told in str(refused.value)


@pytest.mark.parametrize(
    "index",
    [[5, 6], ["a", "b"], pd.RangeIndex(1, 3), pd.RangeIndex(2, name="n"), pd.MultiIndex.from_product([[1], [1, 2]])],
)
def test_an_index_that_says_something_is_refused_with_what_to_do(index: Any) -> None:
    with pytest.raises(UsageError, match=r"\.reset_index\(\)"):
        table_of_pandas(pd.DataFrame({"v": [1, 2]}, index=index), Dataset("v bigint"))


@pytest.mark.parametrize("index", [pd.RangeIndex(2), [0, 1]])
def test_a_default_index_is_dropped(index: Any) -> None:
    table = table_of_pandas(pd.DataFrame({"v": [1, 2]}, index=index), Dataset("v bigint"))

    assert table.to_pydict() == {"v": [1, 2]}


@pytest.mark.parametrize(("names", "told"), [(["v", "v"], "'v' is there 2 times"), ([1, "v"], "got 1; rename")])
def test_names_that_are_no_names_are_refused(names: list[Any], told: str) -> None:
    with pytest.raises(SchemaError, match=told):
        table_of_pandas(pd.DataFrame(np.zeros((1, 2)), columns=names), Dataset("v double"))


def test_nan_is_missing_unless_it_is_refused() -> None:
    with pytest.raises(DataError, match=r"column 'v' is not finite, in 1 of 2 rows, got NaN under nan='refuse'"):
        exact([1.5, float("nan")], "double", nan="refuse")

    assert exact(pd.Series([1.5, None], dtype="Float64"), "double", nan="refuse") == [1.5, None]


def test_arrow_s_own_times_of_nanoseconds_are_published_where_nothing_is_cut_off() -> None:
    dataset = Dataset("v array<timestamp_ntz>")
    times = [pa.table({"v": pa.array([[ns]], pa.list_(pa.timestamp("ns")))}) for ns in (1000, 1)]

    assert exact_table(times[0], dataset)["v"].to_pylist() == [[datetime(1970, 1, 1, 0, 0, 0, 1)]]
    with pytest.raises(DataError, match="values of the column 'v' do not fit"):
        exact_table(times[1], dataset)


def test_a_text_of_arrow_s_that_is_no_utf_8_is_refused() -> None:
    text = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])

    with pytest.raises(DataError, match="values of the column 'v' do not fit string"):
        exact_table(pa.table({"v": text}), Dataset("v string"))


def test_only_frames_of_pandas_are_taken_for_some(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_pandas(pd.DataFrame())
    assert not is_pandas(pd.Series([1]))
    monkeypatch.delitem(sys.modules, "pandas")
    assert not is_pandas(pa.table({}))


@pytest.mark.parametrize("file_format", ["parquet", "csv", "json"])
def test_a_frame_of_pandas_is_published_like_a_table(run: Run, tmp_path: Path, file_format: Any) -> None:
    dataset = Dataset("n bigint not null, s string", file_format, key=("n",))
    frame = pd.DataFrame({"n": [1, 2], "s": pd.Series(["a", None], dtype="category")})

    run.publish(dataset, frame, str(tmp_path / "out"))

    assert sorted(run.published(dataset, str(tmp_path / "out")).collect()) == [(1, "a"), (2, None)]


def test_what_is_wrong_with_a_frame_of_pandas_is_found_before_anything_appears(run: Run, tmp_path: Path) -> None:
    wrong: list[tuple[str, Any, type[HotsetError]]] = [
        ("n bigint not null", pd.DataFrame({"n": pd.Series([1, None], dtype="Int64")}), DataError),
        ("n int", pd.DataFrame({"n": [1]}), SchemaError),
        ("n bigint, m bigint", pd.DataFrame({"m": [1], "n": [1]}), SchemaError),
        ("n bigint", [1], UsageError),
    ]

    for columns, data, error in wrong:
        with pytest.raises(error):
            run.publish(Dataset(columns), data, str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()
