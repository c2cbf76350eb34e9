"""Polars: the file scanned as a stream, on all cores."""

import polars as pl

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    counts = pl.scan_csv(source).group_by("category").agg(pl.col("value").count())
    counts.sink_csv(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
