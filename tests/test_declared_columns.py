"""What is declared on a command line holds in every job: `not null` of any column, and columns of a file of nothing."""

from pathlib import Path
from typing import Any

import pytest

from hotset import DataError, Run, open_run
from hotset.job import find_job
from hotset.row_counts import RowCounts
from hotset.run import call_main

READINGS = "device_id,timestamp,q\na,2024-03-01 00:00:00,1\na,2024-03-01 00:00:01,\n"
TABLE = "k,q\na,1\nb,\n"
FULL, ONE = "k string, q int not null", ("q=int not null",)
SENSOR_FULL = "device_id string, timestamp timestamp, q double not null"
CASES: dict[str, tuple[str, str, dict[str, Any], Any]] = {
    "group": ("group", TABLE, {"by": ("k",), "agg": ("q:sum",)}, FULL),
    "compact": ("compact", TABLE, {}, FULL),
    "sensor-report": ("sensor-report", READINGS, {"as_of": "2025-01-01"}, SENSOR_FULL),
    "sensor-report by frame": (
        *("sensor-report", READINGS),
        {"as_of": "2025-01-01", "method": "dataframe"},
        SENSOR_FULL,
    ),
}


def run_job(run: Run, name: str, **params: Any) -> None:
    found = find_job(name)
    call_main(found, run, found.params(**params))


@pytest.mark.parametrize("by", ["columns", "types"])
@pytest.mark.parametrize(("job", "text", "params", "columns"), CASES.values(), ids=CASES)
def test_not_null_is_checked(
    run: Run, tmp_path: Path, job: str, text: str, params: dict[str, Any], columns: str, by: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text)
    declared: dict[str, Any] = {"columns": columns} if by == "columns" else {"types": ONE}

    with pytest.raises(DataError, match=r"1 of 2 rows of .* are bad"):
        run_job(run, job, input=(str(file),), output=str(tmp_path / "out"), **params, **declared)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("keys", [("", ""), ("a", "")], ids=["no value in the key", "some"])
def test_not_null_of_a_side_is_checked(run: Run, tmp_path: Path, side: str, keys: tuple[str, str]) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("left", "right")}
    for file in files.values():
        file.write_text("k,v\na,1\n")
    files[side].write_text(f"k,w\n{keys[0]},1\n{keys[1]},\n")
    inputs: dict[str, Any] = {name: (str(file),) for name, file in files.items()}
    inputs[f"{side}_types"] = ("w=int not null",)

    with pytest.raises(DataError, match=r"1 of 2 rows of .* are bad"):
        run_job(run, "join", on=("k",), how="full", output=str(tmp_path / "out"), **inputs)


@pytest.mark.parametrize(
    ("job", "params"), [("group", {"by": ("k",), "agg": ("*:count",)}), ("compact", {}), ("parallel-map", {})]
)
@pytest.mark.parametrize("text", ["", "\ufeff"], ids=["nothing", "a mark alone"])
def test_a_file_of_nothing_has_the_declared_columns(
    tmp_path: Path, job: str, params: dict[str, Any], text: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text, encoding="utf-8")
    if job == "parallel-map":
        params = {"function": "builtins:len", "over": "rows"}

    with open_run("test", report=tmp_path / "report.json", on_empty="ok") as run:
        run_job(run, job, input=(str(file),), output=str(tmp_path / "out"), columns="k string, q int", **params)

        assert run.report.publishes[0].rows == 0
        assert run.report.reads[0].counts == RowCounts()
