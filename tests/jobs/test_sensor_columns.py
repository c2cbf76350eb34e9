"""Which columns make a reading: read rightly, or told rightly."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from hotset import AsText, Dataset, Form, Guess, IsoTime, PatternTime, UnitTime, UsageError, WholeNumber
from hotset.data.dataset import Format
from hotset.jobs.sensor_report.columns import Chosen, Wanted, choose

pytestmark = pytest.mark.usefixtures("spark")  # which parses DDL; no job runs here

SECOND = 1_709_251_200


def chosen(
    columns: str,
    format_: Format = "csv",
    values: dict[str, Sequence[Any]] | None = None,
    declared: Sequence[str] = (),
    **wanted: Any,
) -> Chosen:
    """Of an input with these columns, of which a sample shows these values; `declared` are those of CSV and JSON."""

    def look(dataset: Dataset) -> pa.Table:
        shown = {name: (values or {}).get(name, []) for name in dataset.schema().names}
        return pa.table({name: pa.array(some, None if some else pa.string()) for name, some in shown.items()})

    found = Dataset(columns, format_)
    guessed = [name for name in found.types() if format_ in ("csv", "json") and name not in declared]
    found = replace(found, guesses={name: Guess() for name in guessed})
    return choose(found, Wanted(**{"device": "id", "time": "at", "quantities": ()} | wanted), look)


def refused(
    columns: str, format_: Format = "csv", values: dict[str, Sequence[Any]] | None = None, **wanted: Any
) -> str:
    with pytest.raises(UsageError) as raised:
        chosen(columns, format_, values, **wanted)
    return str(raised.value)


@pytest.mark.parametrize(
    ("kind", "format_", "values", "made", "form"),
    [
        ("int", "parquet", [], "int", None),
        ("bigint", "orc", [], "bigint", None),
        ("string", "parquet", [], "string", None),
        ("string", "json", ["1.0"], "string", None),
        ("bigint", "csv", ["1"], "bigint", WholeNumber(plain=True)),
        ("bigint", "json", ["1"], "bigint", None),
        ("double", "csv", ["1.0", "2.0", "nan"], "bigint", WholeNumber(plain=True)),
        ("double", "json", ["1.0"], "bigint", WholeNumber()),
        ("double", "parquet", [1.0, None, float("nan"), 1e10], "bigint", WholeNumber()),
        ("float", "parquet", [7.0], "bigint", WholeNumber()),
        ("decimal(10,2)", "parquet", [Decimal("7.00")], "bigint", WholeNumber()),
        ("decimal(10,0)", "orc", [Decimal(7)], "bigint", WholeNumber()),
        ("decimal(20,0)", "parquet", [], "string", AsText()),
        ("string", "csv", ["1.0", "2.0"], "bigint", WholeNumber(plain=True)),
        ("string", "csv", ["1", "2.00"], "bigint", WholeNumber(plain=True)),
        ("string", "csv", ["1.0", "1.1"], "string", None),
        ("string", "csv", ["007", "8"], "string", None),
        ("string", "csv", ["a", "b"], "string", None),
        ("string", "csv", [], "string", None),
        ("boolean", "csv", ["True"], "string", AsText()),
        ("date", "csv", ["2024-01-01"], "string", AsText()),
        ("timestamp", "json", ["2024-01-01"], "string", AsText()),
    ],
)
def test_devices_are_whole_numbers_or_text(
    kind: str, format_: Format, values: list[Any], made: str, form: Form | None
) -> None:
    found = chosen(f"id {kind}, at timestamp, v double", format_, {"id": values})

    assert found.columns.types["id"] == made
    assert found.dataset.forms.get("id") == form
    assert found.dataset.columns.split(",")[0] == f"`id` {made} not null"


@pytest.mark.parametrize(
    ("kind", "format_", "values", "message"),
    [
        ("double", "csv", ["1.0", "1.5"], "is double, and 1.5 in it is not a whole number"),
        ("double", "csv", ["0.25"], "--types id=string"),
        ("double", "parquet", [1.5], "and 1.5 in it is not a whole number, so it names no device; name another with"),
        ("double", "parquet", [1e18], "no longer exact"),
        ("decimal(10,2)", "parquet", [Decimal("7.50")], "7.50 in it is not a whole number"),
        ("boolean", "parquet", [], "is boolean, which names no device"),
        ("date", "parquet", [], "is date, which names no device"),
        ("timestamp", "orc", [], "is timestamp, which names no device"),
        ("array<int>", "json", [], "is array<int>, which names no device"),
        ("binary", "parquet", [], "is binary, which names no device"),
    ],
)
def test_devices_that_are_none_are_refused_by_name(kind: str, format_: Format, values: list[Any], message: str) -> None:
    told = refused(f"id {kind}, at timestamp, v double", format_, {"id": values})

    assert message in told
    assert "column 'id'" in told


@pytest.mark.parametrize(
    ("kind", "format_", "values", "wanted", "form"),
    [
        ("timestamp", "parquet", [], {}, None),
        ("timestamp_ntz", "parquet", [], {"zone": "Asia/Tokyo"}, IsoTime("Asia/Tokyo")),
        ("date", "orc", [], {}, IsoTime()),
        ("timestamp", "csv", ["2024-03-01 10:00"], {}, IsoTime()),
        ("timestamp", "csv", [str(SECOND)], {}, UnitTime("s", "guessed")),
        ("bigint", "csv", [str(SECOND)], {}, UnitTime("s", "guessed")),
        ("int", "parquet", [str(SECOND)], {}, UnitTime("s", "guessed")),
        ("double", "parquet", [f"{SECOND}.25"], {}, UnitTime("s", "guessed")),
        ("decimal(20,3)", "parquet", [f"{SECOND}.250"], {}, UnitTime("s", "guessed")),
        ("string", "parquet", [str(SECOND * 1000)], {}, UnitTime("ms", "guessed")),
        ("string", "json", ["2024-03-01 10:00:00.123456789"], {}, IsoTime()),
        ("bigint", "json", ["0", "60"], {"unit": "s"}, UnitTime("s", "none")),
        ("string", "csv", ["01.03.2024"], {"pattern": "%d.%m.%Y"}, PatternTime("%d.%m.%Y")),
        ("int", "parquet", [], {"pattern": "%Y%m%d"}, PatternTime("%Y%m%d")),
    ],
)
def test_times_of_every_kind_have_a_form(
    kind: str, format_: Format, values: list[Any], wanted: dict[str, Any], form: Form | None
) -> None:
    found = chosen(f"id int, at {kind}, v double", format_, {"at": values}, **wanted)

    assert found.dataset.forms.get("at") == form
    assert "`at` timestamp not null" in found.dataset.columns


@pytest.mark.parametrize(
    ("columns", "wanted", "message"),
    [
        ("id int, at boolean, v double", {}, "'at' is boolean, which no time is; name another with --timestamp"),
        ("id int, at float, v double", {}, "floats are 128 seconds apart"),
        ("id int, at array<int>, v double", {}, "'at' is array<int>"),
        ("id int, at timestamp, v double", {"unit": "s"}, "is timestamp: it needs no --time-unit"),
        ("id int, at date, v double", {"pattern": "%Y"}, "is date: it needs no --time-unit"),
        ("id int, at timestamp, v double", {"device": "ID"}, "did you mean 'id'? name one with --device"),
        ("device_id int, at timestamp, v double", {"device": "deviceid"}, "did you mean 'device_id'?"),
        (
            "id int, timestamp timestamp, v double",
            {"time": "timestmap"},
            "did you mean 'timestamp'? name one with --time",
        ),
        ("id int, at timestamp, temperature double", {"quantities": ("temprature",)}, "did you mean 'temperature'?"),
        ("id int, at timestamp, v double", {"device": "zzz"}, "'zzz'; name one with --device; there are id, at, v"),
        (
            "id int, at timestamp, note string",
            {},
            "no column holds numbers: there are note string; if one should, declare",
        ),
        ("id int, at timestamp", {}, "no column holds numbers: there is none"),
        ("id int, at timestamp, note string", {"quantities": ("note",)}, "'note' is string, and a quantity is numbers"),
        ("id int, at timestamp, day date", {"quantities": ("day",)}, "'day' is date, and a quantity is numbers"),
        ("id int, at timestamp, v double", {"quantities": ("v", "v")}, "all different"),
        ("id int, at timestamp, v double", {"quantities": ("id",)}, "all different"),
        ("readings int, at timestamp, v double", {"device": "readings"}, "have a column 'readings' of their own"),
    ],
)
def test_columns_that_are_no_readings_are_told_what_to_do(columns: str, wanted: dict[str, Any], message: str) -> None:
    assert message in refused(columns, "parquet", **wanted)


def test_a_quantity_that_is_text_is_told_by_what_it_holds() -> None:
    told = refused("id int, at timestamp, temp string", values={"temp": ["20.5", "n/a"]}, quantities=("temp",))

    assert "column 'temp' is string, like 'n/a'" in told
    assert "--types temp=double" in told


def test_a_column_of_numbers_and_some_text_is_not_left_out_silently() -> None:
    columns = "id int, at timestamp, v double, temp string, note string"
    values: dict[str, Sequence[Any]] = {"temp": ["1", "2", "3", "n/a"], "note": ["1", "a", "b", "2x"]}

    found = chosen(columns, values=values)

    assert found.columns.quantities == ("v",)
    assert len(found.warnings) == 1
    assert "'temp' is left out" in found.warnings[0]
    assert "'n/a'" in found.warnings[0]


def test_a_unit_that_hardly_is_right_is_told() -> None:
    found = chosen("id int, at bigint, v double", values={"at": [str(SECOND)]}, unit="ms")

    assert "by their size seconds" in found.warnings[0]


def test_declared_types_are_not_doubted() -> None:
    found = chosen("id string, at timestamp, v double", values={"id": ["1.0", "2.0"]}, declared=("id",))

    assert found.columns.types["id"] == "string"
    assert "id" not in found.dataset.forms


def test_numbers_of_every_kind_are_quantities() -> None:
    columns = "id int, at timestamp, a int, b decimal(10,2), c float, d boolean"

    assert chosen(columns, "parquet").columns.quantities == ("a", "b", "c")
    assert chosen(columns, "parquet", quantities=("d", "b")).columns.quantities == ("d", "b")
