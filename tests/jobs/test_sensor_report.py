import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.answers.ways import WAYS
from pyarrow import orc
from sensor_oracle import AS_OF, expected_report, random_readings, write

from hotset import DataError, Duration, Run, SchemaError, UsageError, open_run
from hotset.jobs.sensor_report import job as sensor_report
from hotset.jobs.sensor_report.job import Method, Params
from hotset.row_counts import RowCounts

METHODS = get_args(Method)
EVERY_WAY = ("local", "node", "cluster", "dataframe")
ALONE: dict[str, Any] = {"anomalies": "", "future": ""}  # the report, and nothing that costs more jobs
pytestmark = pytest.mark.usefixtures("spark")


def made(directory: Path, way: str = "node", max_bad: str = "0", **params: Any) -> dict[str, pd.DataFrame]:
    """What the job publishes in a run of its own, by output; sorted."""
    outputs = {name: str(directory / name) for name in ("output", "anomalies", "future")}
    of_run, of_job = WAYS[way]
    with open_run("test", report=directory / "report.json", max_bad=max_bad, **of_run) as run:
        lengths: dict[str, Duration | None] = {
            name: Duration(params[name]) for name in ("window", "period", "gap") if params.get(name)
        }
        lengths |= dict.fromkeys({"period", "gap"} - {*lengths}, None)
        sensor_report.main(run, Params(**{"as_of": AS_OF.isoformat(), **outputs, **params, **lengths, **of_job}))
        assert run.report.plan == (None if way == "dataframe" else way)
    return {name: as_frame(path) for name, path in outputs.items() if Path(path).exists()}


def as_frame(path: str) -> pd.DataFrame:
    """Times in UTC, whoever wrote them."""
    frame = pd.read_parquet(path)
    for name in frame.columns[frame.dtypes.map(lambda kind: kind.kind == "M")]:
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame.sort_values([*frame.columns[:2], *frame.columns[2:4]], ignore_index=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12, atol=0)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("way", "window", "period", "seed"),
    [("local", "1 hour", "", 1), *((way, "25 minutes", "45 s", 2) for way in EVERY_WAY)],
)
def test_report_is_that_of_pandas(tmp_path: Path, way: str, window: str, period: str, seed: int) -> None:
    readings = random_readings(800, seed)
    source = write(readings, tmp_path / "input", parts=3)

    found = made(tmp_path, way, input=(source,), window=window, period=period)

    report = found["output"].set_index(["device_id", "window_start"])
    expected = expected_report(readings, window.replace("minutes", "min").replace("1 hour", "1h"), 45 if period else 0)
    assert list(report.columns[:4]) == ["readings", "duplicates", "future", "missing_s"]
    assert_same(report[expected.columns].reset_index(), expected.reset_index())
    assert report[["readings", "duplicates", "future"]].to_numpy().sum() == len(readings)
    ahead = readings[readings["timestamp"] > AS_OF].sort_values(["device_id", "timestamp", "temperature", "humidity"])
    assert_same(found["future"], ahead[found["future"].columns].reset_index(drop=True))


@pytest.mark.thorough
def test_methods_and_partitions_make_no_difference(tmp_path: Path) -> None:
    readings = random_readings(800, 3)
    sources = {"one": write(readings, tmp_path / "one", 1), "five": write(readings[::-1], tmp_path / "five", 5)}
    params: dict[str, Any] = {
        "period": "1 minute",
        "gap": "20 minutes",
        "history": 16,
        "stuck": 2,
        "limits": ("humidity=0:65",),
    }
    ways = [("one", "local"), *(("five", way) for way in EVERY_WAY)]

    answers = [made(tmp_path / f"{files}-{way}", way, input=(sources[files],), **params) for files, way in ways]
    alone = made(tmp_path / "alone", "local", input=(sources["five"],), **params | {"anomalies": "", "future": ""})

    assert set(answers[0]["anomalies"]["kind"]) == {"gap", "out of range", "spike", "stuck"}
    for answer in [*answers[1:], alone]:
        for name, frame in answer.items():
            assert_same(frame, answers[0][name])


@pytest.mark.thorough
@pytest.mark.parametrize("way", EVERY_WAY)
def test_readings_of_other_names_and_types_are_understood(tmp_path: Path, way: str) -> None:
    table = pa.table(
        {
            "note": ["a", "b", "c", "d"],
            "flow.rate": pa.array([1.5, float("nan"), float("inf"), 2.5], pa.float32()),
            "sensor": ["x`1", "x`1", "x`1", "y"],
            "at": pa.array([-1, 0, 1, 3_600_000_000], pa.timestamp("us")),
            "level": pa.array([None, 3, 4, 5], pa.int16()),
        }
    )
    pq.write_table(table, tmp_path / "own.parquet")

    found = made(
        tmp_path,
        way,
        input=(str(tmp_path / "own.parquet"),),
        device="sensor",
        timestamp="at",
        limits=("level=4:",),
    )

    report = found["output"]
    assert report["sensor"].tolist() == ["x`1", "x`1", "y"]
    assert report["window_start"].dt.strftime("%d %H").tolist() == ["31 23", "01 00", "01 01"]
    assert report["flow.rate_count"].tolist() == [1, 0, 1]
    assert report["level_mean"].tolist()[1:] == [3.5, 5.0]
    np.testing.assert_array_equal(report["flow.rate_mean"], [1.5, np.nan, 2.5])
    assert found["anomalies"][["sensor", "quantity", "kind", "value"]].values.tolist() == [
        ["x`1", "level", "out of range", 3.0]
    ]


def test_a_file_of_whole_numbers_may_go_on_with_fractions(tmp_path: Path) -> None:
    lines = [f"7,2023-01-01 00:{n // 60:02}:{n % 60:02},{n % 9}\n" for n in range(3000)]
    path = tmp_path / "readings.csv"
    path.write_text("device_id,timestamp,value\n" + "".join(lines) * 20 + "7,2023-01-02,0.5\n")

    found = made(tmp_path, input=(str(path),), quantities=("value",))

    assert found["output"]["readings"].tolist() == [3000, 1]
    assert found["output"]["value_mean"].tolist()[1] == 0.5


AT_MS = 1_672_531_200_000  # the beginning of 2023
ODD_READINGS = [  # the last three have no device, a time in seconds, and no time
    *((1.0, AT_MS + n * 1000, n % 3 == 0, n) for n in range(5)),
    (20.0, AT_MS + 3_600_000, None, 7),
    (None, AT_MS, True, 1),
    (1.0, AT_MS // 1000, True, 1),
    (1.0, None, True, 1),
]


def write_odd_readings(path: Path) -> str:
    """What pandas makes of whole numbers where some are missing; the format by the suffix."""
    frame = pd.DataFrame(ODD_READINGS, columns=["device_id", "timestamp", "on", "v"])
    table = pa.Table.from_pandas(frame.astype({"on": "boolean"}), preserve_index=False)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        (orc.write_table if path.suffix == ".orc" else pq.write_table)(table, path)
    return str(path)


@pytest.mark.parametrize(
    ("way", "suffix"), [("local", "csv"), ("dataframe", "jsonl"), ("node", "parquet"), ("cluster", "orc")]
)
def test_devices_and_times_that_pandas_made_floats(tmp_path: Path, way: str, suffix: str) -> None:
    source = write_odd_readings(tmp_path / f"odd.{suffix}")

    report = made(tmp_path, way, "3", input=(source,), quantities=("v",), **ALONE)["output"]

    assert report[["device_id", "readings", "v_mean"]].values.tolist() == [[1, 5, 2.0], [20, 1, 7.0]]
    assert report["window_start"].dt.strftime("%Y-%m-%d %H").tolist() == ["2023-01-01 00", "2023-01-01 01"]
    assert report["device_id"].dtype == np.int64
    (read,) = json.loads((tmp_path / "report.json").read_text())["reads"]
    assert RowCounts(**read["counts"]) == RowCounts(9, 6, 3)


def test_bad_times_are_more_than_is_allowed_by_default(tmp_path: Path) -> None:
    source = write_odd_readings(tmp_path / "odd.csv")

    with pytest.raises(DataError, match="3 of 9 rows") as raised:
        made(tmp_path, input=(source,), **ALONE)

    notes = "\n".join(raised.value.__notes__)
    assert "seconds since 1970, by its size, in a column of milliseconds" in notes


def test_booleans_and_decimals_are_quantities_everywhere(tmp_path: Path) -> None:
    numbers = pa.array([Decimal("1.25"), Decimal("2.75"), None], pa.decimal128(20, 2))
    large = [2**53 + 1, 2**53 + 1, 2**53 + 1]
    times = pa.array(["2023-01-01T01:00:00.123456789+01:00", "01.01.2023", "2023-01-01T00:00:00.1234569z"])
    table = {"device_id": pa.array(["a", "a", "a"]).dictionary_encode(), "timestamp": times}
    pq.write_table(pa.table(table | {"d": numbers, "on": [True, False, None], "n": large}), tmp_path / "one.parquet")
    params = ALONE | {"input": (str(tmp_path / "one.parquet"),), "quantities": ("d", "on", "n")}

    one, *others = (made(tmp_path / way, way, "1", **params)["output"] for way in EVERY_WAY)

    for other in others:
        assert_same(one, other)
    assert one[["readings", "duplicates", "d_count", "d_mean", "on_mean", "n_mean"]].values.tolist() == [
        [1, 1, 1, 1.25, 1.0, float(2**53)]
    ]


def test_future_readings_are_told_of_where_they_are_not_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("device_id,timestamp,value\n1,2023-01-01 00:00:00,1\n1,2099-01-01 00:00:00,2\n")

    sensor_report.main(run, Params(input=(str(path),), output=str(tmp_path / "out")))

    assert run.report.notes == {"readings": 1, "duplicates": 0, "future": 1}
    assert any("--future" in warning for warning in run.report.warnings)


def test_the_real_readings_show_what_the_page_says(tmp_path: Path) -> None:
    source = str(Path(__file__).parents[2] / "data/readings/nab.csv")

    found = made(tmp_path, input=(source,), window="1 day", gap="1 day", as_of="2020-01-01")

    assert found["output"]["readings"].sum() == 8394
    assert found["anomalies"].groupby(["device_id", "kind"]).size().to_dict() == {
        (1, "gap"): 7,
        (1, "spike"): 5,
        (7578, "spike"): 14,
    }


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"window": Duration("36501 days")}, "--window"),
        ({"period": Duration("40000 d")}, "--period"),
        ({"gap": Duration("10000000 hours")}, "--gap"),
        ({"as_of": "yesterday"}, "--as-of"),
        ({"limits": ("temperature",)}, "--limits"),
        ({"limits": ("temperature=9:1",)}, "--limits"),
        ({"limits": ("temperature=nan:1",)}, "--limits"),
        ({"limits": ("a=1:2", "a=1:2")}, "--limits"),
        ({"time_unit": "s", "time_format": "%Y-%m-%d"}, "exclude each other"),
        ({"time_format": "%Q"}, "'%Q'"),
        ({"time_zone": "Middle/Earth"}, "no time zone"),
        ({"stuck": 1}, "--stuck"),
        ({"history": 3}, "--history"),
        ({"threshold": 0.0}, "--threshold"),
        ({"threshold": float("nan")}, "--threshold"),
    ],
)
def test_params_refuse_what_means_nothing(params: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Params(input=("in",), output="out", **params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"device": "sensor"}, "'sensor'"),
        ({"device": "value"}, "'value' is double"),
        ({"timestamp": "note"}, "'note' holds no times of a known form"),
        ({"timestamp": "device_id"}, "all different"),
        ({"quantities": ("value", "value")}, "all different"),
        ({"quantities": ("note",)}, "'note' is string"),
        ({"limits": ("pressure=1:2",)}, "no quantity"),
        ({"columns": "device_id bigint, timestamp timestamp"}, "no column holds numbers"),
    ],
)
def test_columns_that_are_no_readings_are_refused(
    run: Run, tmp_path: Path, params: dict[str, Any], message: str
) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("device_id,timestamp,note,value\n1,2023-01-01 00:00:00,n,1.5\n")

    with pytest.raises((UsageError, SchemaError), match=message):
        sensor_report.main(run, Params(input=(str(path),), output=str(tmp_path / "out"), **params))
