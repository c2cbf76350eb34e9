"""Dask, pandas in chunks on all cores, in its classic form."""

import dask.dataframe as dd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    counts = dd.read_csv(source).groupby("category")["value"].count().compute()
    counts.to_csv(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
