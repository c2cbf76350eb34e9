"""Parquet that DuckDB reads by itself holds what our reader finds in it; where that is in doubt, it is not asked."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hotset import Dataset
from hotset.columnar.layout import Layout
from hotset.data.listing import list_inputs
from hotset.rows.parquet_source import parquet_relation

NAN = float("nan")


def relation_of(path: Path, columns: str, **facts: Any) -> tuple[str, int] | None:
    dataset = Dataset(columns, **facts)
    safe = {name: name for name in dataset.schema().names}
    return parquet_relation(list_inputs((str(path),)), Layout.of(dataset, "UTC"), safe)


def write(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


@pytest.mark.parametrize(
    ("condition", "rows"),
    [("x > 5", 1), ("x >= 5", 1), ("x = 'NaN'::DOUBLE", 1), ("x < 5", 3), ("NOT x <= 3", 1), ("x BETWEEN 2 AND 9", 1)],
)
def test_nan_is_greater_than_all_numbers_whatever_statistics_say(tmp_path: Path, condition: str, rows: int) -> None:
    for kind, values in (("double", pa.float64()), ("float", pa.float32())):
        path = write(tmp_path / "rows.parquet", x=pa.array([1.0, NAN, 3.0, -2.0], values))
        found = relation_of(path, f"x {kind}")

        assert found is not None
        with duckdb.connect() as database:
            (counted,) = database.execute(f"SELECT count(*) FROM ({found[0]}) WHERE {condition}").fetchall()
            ((greatest, least),) = database.execute(f"SELECT max(x), min(x) FROM ({found[0]})").fetchall()
        assert counted == (rows,)
        assert math.isnan(greatest)
        assert least == -2.0


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1, None], pa.int8()), "tinyint"),
        (pa.array([1, None], pa.int64()), "bigint"),
        (pa.array([Decimal("1.10"), None]), "decimal(3,2)"),
        (pa.array(["a", None]), "string"),
        (pa.array(["a", None], pa.large_string()), "string"),
        (pa.array(["a", None]).dictionary_encode(), "string"),
        (pa.array([date(2024, 1, 31), None]), "date"),
        (pa.array([datetime(2024, 1, 31, 10, tzinfo=UTC), None], pa.timestamp("us", "UTC")), "timestamp"),
        (pa.array([datetime(1, 1, 1), datetime(9999, 12, 31)], pa.timestamp("us")), "timestamp_ntz"),
        (pa.array([None, None], pa.date32()), "date"),
        (pa.array([[1], None]), "array<bigint>"),
    ],
)
def test_values_are_read_as_they_are(tmp_path: Path, values: pa.Array, kind: str) -> None:
    path = write(tmp_path / "rows.parquet", v=values)

    found = relation_of(path, f"v {kind}")

    assert found is not None
    assert found[1] == 2
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        table = database.sql(found[0]).to_arrow_table()
    assert table["v"].to_pylist() == values.to_pylist()


@pytest.mark.parametrize(
    ("values", "columns", "facts"),
    [
        (pa.array([1, 2], pa.int32()), "v bigint", {}),  # another type: our reader widens it
        (pa.array([1, 2], pa.uint8()), "v smallint", {}),
        (pa.array([1, None]), "v bigint not null", {}),
        (pa.array([1.0, 2.0]), "v double", {"nan": "refuse"}),
        (pa.array([1, 2]), "v bigint", {"rules": {"small": "v < 2"}}),
        (pa.array([1, 2]), "v bigint, w int", {"defaults": {"w": 1}}),
        (pa.array([2**40, 2], pa.int64()).cast(pa.timestamp("s")), "v timestamp_ntz", {}),
        (pa.array([-(2**62), 2], pa.int64()).cast(pa.timestamp("us")), "v timestamp_ntz", {}),
        (pa.array([-(10**6), 2], pa.int32()).cast(pa.date32()), "v date", {}),
        (pa.array([1, 2], pa.int64()).cast(pa.timestamp("ns")), "v timestamp_ntz", {}),
    ],
)
def test_what_may_hold_a_bad_row_is_left_to_our_reader(
    tmp_path: Path, values: pa.Array, columns: str, facts: dict[str, Any]
) -> None:
    assert relation_of(write(tmp_path / "rows.parquet", v=values), columns, **facts) is None


def test_what_is_never_null_is_read_where_statistics_say_so(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", v=pa.array([1, 2, 3]), w=pa.array([None, 1, None]))

    assert relation_of(path, "v bigint not null, w bigint") is not None
    assert relation_of(path, "v bigint not null, w bigint not null") is None
    pq.write_table(pa.table({"v": [1, 2, 3]}), path, row_group_size=2, write_statistics=False)
    assert relation_of(path, "v bigint not null") is None
    pq.write_table(pa.table({"v": pa.array([], pa.int64())}), path)
    assert relation_of(path, "v bigint not null") is not None


def test_a_name_that_duckdb_takes_for_a_pattern_is_left_to_our_reader(tmp_path: Path) -> None:
    assert relation_of(write(tmp_path / "a[1].parquet", v=[1]), "v bigint") is None
