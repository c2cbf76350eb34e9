"""pandas, the whole file in memory."""

from pathlib import Path

import pandas as pd

from bench.serve import main

QUANTITIES = ["temperature", "humidity", "pressure"]
STATISTICS = ["count", "mean", "min", "max", "std"]


def start() -> None:
    """Nothing is set up."""


def summarise(readings: pd.DataFrame) -> pd.DataFrame:
    """One row for each device and hour. Quantiles are taken by themselves: as functions in `agg` they are slow."""
    readings = readings.drop_duplicates(["device_id", "timestamp"])
    hours = readings.groupby(["device_id", readings["timestamp"].dt.floor("h").rename("window_start")])[QUANTITIES]
    report = hours.agg(STATISTICS)
    report.columns = ["_".join(names) for names in report.columns]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        report = report.join(hours.quantile(share).add_suffix(f"_{name}"))
    return report.reset_index()


def work(_: None, source: str, target: str) -> None:
    summarise(pd.read_parquet(Path(source, "readings.parquet"))).to_parquet(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
