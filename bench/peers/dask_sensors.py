"""Dask, pandas in chunks on all cores: brought together by device, since its own grouping has no exact quantiles."""

from pathlib import Path

import dask.dataframe as dd

from bench.peers.pandas_sensors import start, stop, summarise
from bench.serve import main


def work(_: None, source: str, target: str) -> None:
    readings = dd.read_parquet(Path(source, "readings.parquet"))
    readings.shuffle("device_id").map_partitions(summarise).to_parquet(target)


if __name__ == "__main__":
    main(start, work, stop)
