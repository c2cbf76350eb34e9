"""Hourly statistics of 100 sensors, from Parquet to Parquet; of readings sent twice only one counts.

For each device, hour and quantity: how many values, mean, least, greatest, sample standard deviation, median and 95th
percentile, both exact. One reading in a hundred comes late, and one in two hundred a second time.
"""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.answers import parts
from bench.programs import archived, job, local, peer
from bench.work import INPUT, OUTPUT, Data, Work
from hotset.data.sensors import write_sensors

QUANTITIES = ("temperature", "humidity", "pressure")
STATISTICS = ("count", "mean", "min", "max", "std", "p50", "p95")
COLUMNS = [f"{quantity}_{statistic}" for quantity, statistic in product(QUANTITIES, STATISTICS)]
KEYS = ("device_id", "window_start")
HOUR_US = 3_600_000_000
Report = dict[str, NDArray[Any]]  # by device and hour


def write_readings(directory: Path, rows: int, seed: int) -> None:
    directory.mkdir()
    write_sensors(directory / "readings.parquet", rows, seed, "philox", {"late": 0.01, "duplicate": 0.005})


def true_report(directory: Path) -> Report:
    """By sorting: once by device and time, and once for each quantity by device, hour and value."""
    table = pq.read_table(directory / "readings.parquet")
    device = table["device_id"].to_numpy()
    micros = _micros(table["timestamp"])
    order = np.lexsort((micros, device))
    order = order[(np.diff(device[order], prepend=0) != 0) | (np.diff(micros[order], prepend=-1) != 0)]
    device, hour = device[order], micros[order] // HOUR_US
    first = np.flatnonzero((np.diff(device, prepend=0) != 0) | (np.diff(hour, prepend=-1) != 0))
    report = {"device_id": device[first], "window_start": hour[first] * HOUR_US}
    for name in QUANTITIES:
        values = table[name].to_numpy()[order]
        found = _statistics(values[np.lexsort((values, hour, device))], first)
        report |= {f"{name}_{statistic}": column for statistic, column in zip(STATISTICS, found, strict=True)}
    return report


def _statistics(values: NDArray[Any], first: NDArray[Any]) -> list[NDArray[Any]]:
    """Of segments that are sorted each."""
    count = np.diff(first, append=len(values))
    mean = np.add.reduceat(values, first) / count
    squares = np.add.reduceat(np.square(values - np.repeat(mean, count)), first)
    std = np.sqrt(squares / np.where(count > 1, count - 1, np.nan))
    quantiles = []
    for share in (0.5, 0.95):
        place = share * (count - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, count - 1)
        quantiles.append(values[first + low] * (low + 1 - place) + values[first + high] * (place - low))
    return [count, mean, values[first], values[first + count - 1], std, *quantiles]


def read_report(output: Path) -> Report:
    """The columns that are asked for, by device and hour; others are passed over."""
    table = pa.concat_tables(
        pq.read_table(part, columns=[*KEYS, *COLUMNS], partitioning=None) for part in parts(output)
    )
    device, hour = table["device_id"].to_numpy(), _micros(table["window_start"])
    order = np.lexsort((hour, device))
    report = {"device_id": device[order], "window_start": hour[order]}
    return report | {name: table[name].to_numpy()[order].astype(float) for name in COLUMNS}


def _micros(times: pa.ChunkedArray) -> NDArray[Any]:
    micros: NDArray[Any] = times.cast(pa.timestamp("us", times.type.tz)).cast(pa.int64()).to_numpy()
    return micros


def differ(expected: Report, found: Report) -> str:
    """The first column and row that is another one; statistics to 1e-9 of themselves."""
    if len(expected["device_id"]) != len(found["device_id"]):
        return f"{len(found['device_id'])} rows instead of {len(expected['device_id'])}"
    for name, column in expected.items():
        exact = name in KEYS or name.endswith("_count")
        same = np.isclose(found[name], column, rtol=0 if exact else 1e-9, atol=0, equal_nan=True)
        if not same.all():
            row = int(np.argmin(same))
            where = f"device {expected['device_id'][row]}, hour {expected['window_start'][row] // HOUR_US}"
            return f"{name} of {where} is {found[name][row]} instead of {column[row]}"
    return ""


JOB = ("sensor-report", "--input", f"{INPUT}/readings.parquet", "--output", OUTPUT, "--as-of", "2099-01-01")
OURS = ("hotset", "hotset, `sensor-report`", JOB, read_report)
CATALYST = (
    "hotset-dataframe",
    "hotset, `sensor-report`, method `dataframe`",
    (*JOB, "--method", "dataframe"),
    read_report,
)
WORK = Work(
    name="sensors",
    title="Hourly statistics of sensors",
    programs=(
        job(*OURS),
        archived(*OURS),
        local(*OURS),
        job(*CATALYST),
        peer("spark", "plain PySpark", "spark_sensors", read_report),
        peer("pandas", "pandas", "pandas_sensors", read_report),
        peer("dask", "Dask", "dask_sensors", read_report),
        peer("polars", "Polars", "polars_sensors", read_report),
        peer("duckdb", "DuckDB", "duckdb_sensors", read_report),
    ),
    baseline="spark",
    data=Data("sensors-v1", "generated Parquet of readings", write_readings, true_report, differ, unit="rows"),
    quick=("hotset", "pandas", "dask", "polars", "duckdb"),
)
