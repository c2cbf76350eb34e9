"""Polars: the file scanned as a stream, on all cores."""

from pathlib import Path

import polars as pl

from bench.serve import main

QUANTITIES = ("temperature", "humidity", "pressure")


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    readings = pl.scan_parquet(Path(source, "readings.parquet")).unique(["device_id", "timestamp"])
    hours = readings.group_by("device_id", pl.col("timestamp").dt.truncate("1h").alias("window_start"))
    values = pl.col(QUANTITIES)
    report = hours.agg(
        values.count().name.suffix("_count"),
        values.mean().name.suffix("_mean"),
        values.min().name.suffix("_min"),
        values.max().name.suffix("_max"),
        values.std().name.suffix("_std"),
        values.quantile(0.5, "linear").name.suffix("_p50"),
        values.quantile(0.95, "linear").name.suffix("_p95"),
    )
    report.sink_parquet(target, compression="snappy")


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
