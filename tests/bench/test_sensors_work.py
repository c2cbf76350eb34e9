"""The oracle of the sensors on readings worked out by hand, and the answers that it refuses."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.works.sensors import HOUR_US, QUANTITIES, Report, differ, read_report, true_report, write_readings


def write(directory: Path, rows: list[tuple[int, int, float]]) -> Path:
    """Rows of device, seconds, value."""
    devices, seconds, values = zip(*rows, strict=True)
    times = pa.array(seconds, pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))
    directory.mkdir(exist_ok=True)
    table = pa.table({"timestamp": times, "device_id": devices, **dict.fromkeys(QUANTITIES, values)})
    pq.write_table(table, directory / "readings.parquet")
    return directory


def as_answer(report: Report, path: Path, order: list[int]) -> Path:
    times = pa.array(report["window_start"], pa.timestamp("us"))
    columns = report | {"window_start": times.cast(pa.timestamp("ns")), "more": np.zeros(len(times))}
    pq.write_table(pa.table(dict(columns)).take(order), path)
    return path


def test_the_oracle_takes_a_reading_once_and_puts_it_into_its_hour(tmp_path: Path) -> None:
    rows = [(2, 3600, 4.0), (1, 3599, 1.0), (2, 3600, 4.0), (2, 3610, 2.0), (2, 7199, 9.0), (2, 7200, 5.0)]

    report = true_report(write(tmp_path, rows))

    assert report["device_id"].tolist() == [1, 2, 2]
    assert (report["window_start"] // HOUR_US).tolist() == [0, 1, 2]
    assert report["humidity_count"].tolist() == [1, 3, 1]
    assert report["humidity_mean"].tolist() == [1.0, 5.0, 5.0]
    assert report["humidity_std"].tolist()[1] == pytest.approx(13**0.5)
    assert report["humidity_p50"].tolist() == [1.0, 4.0, 5.0]
    assert report["humidity_p95"].tolist() == pytest.approx([1.0, 8.5, 5.0])


def test_an_answer_may_have_another_order_and_other_units_and_no_other_value(tmp_path: Path) -> None:
    expected = true_report(write(tmp_path, [(1, 0, 1.0), (1, 5, 2.0), (1, 4000, 3.0), (2, 1, 4.0)]))

    same = read_report(as_answer(expected, tmp_path / "same", [2, 0, 1]))
    fewer = read_report(as_answer(expected, tmp_path / "fewer", [0, 1]))
    wrong = read_report(
        as_answer(expected | {"humidity_p95": np.array([1.9, 3.0, 4.0])}, tmp_path / "wrong", [0, 1, 2])
    )

    assert differ(expected, same) == ""
    assert differ(expected, fewer) == "2 rows instead of 3"
    assert differ(expected, wrong) == "humidity_p95 of device 1, hour 0 is 1.9 instead of 1.95"


def test_the_readings_hold_late_ones_and_copies(tmp_path: Path) -> None:
    write_readings(tmp_path / "input", 2000, seed=7)

    times = pq.read_table(tmp_path / "input" / "readings.parquet")["timestamp"].to_numpy()

    assert (np.diff(times) < np.timedelta64(0)).any()
    assert len(np.unique(times)) < len(times)
