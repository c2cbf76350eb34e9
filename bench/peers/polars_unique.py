"""Polars: the file scanned as a stream, on all cores.

Compressed as all the others do it by default; the default of Polars takes longer.
"""

from pathlib import Path

import polars as pl

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    means = pl.scan_parquet(Path(source, "main.parquet")).group_by("col_0").mean()
    means.sink_parquet(target, compression="snappy")


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
