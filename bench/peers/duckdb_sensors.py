"""DuckDB: SQL from file to file, on all cores."""

from pathlib import Path

import duckdb

from bench.serve import main

STATISTICS = ", ".join(
    f"{function.format(name)} AS {name}_{statistic}"
    for name in ("temperature", "humidity", "pressure")
    for statistic, function in {
        "count": "count({})",
        "mean": "avg({})",
        "min": "min({})",
        "max": "max({})",
        "std": "stddev_samp({})",
        "p50": "quantile_cont({}, [0.5, 0.95])[1]",
        "p95": "quantile_cont({}, [0.5, 0.95])[2]",
    }.items()
)


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(database: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    readings = f"SELECT DISTINCT ON (device_id, timestamp) * FROM '{Path(source, 'readings.parquet')}'"
    hours = (
        f"SELECT device_id, date_trunc('hour', timestamp) AS window_start, {STATISTICS} FROM ({readings}) GROUP BY ALL"
    )
    database.execute(f"COPY ({hours}) TO '{target}' (FORMAT parquet)")


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
