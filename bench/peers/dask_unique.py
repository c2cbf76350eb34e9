"""Dask, pandas in chunks on all cores, in its classic form."""

from pathlib import Path

import dask.dataframe as dd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    means = dd.read_parquet(Path(source, "main.parquet")).groupby("col_0").mean()
    means.to_parquet(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
