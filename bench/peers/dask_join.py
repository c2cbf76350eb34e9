"""Dask, pandas in chunks on all cores, in its classic form."""

from pathlib import Path

import dask.dataframe as dd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    left, right = (dd.read_parquet(Path(source, f"{name}.parquet")) for name in ("main", "other"))
    dd.merge(left, right, on="col_0", how="left").to_parquet(target, write_index=False)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
