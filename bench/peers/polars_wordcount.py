"""Polars: lines scanned as a stream, on all cores.

The fastest of the forms that were tried; docs/benchmarks.md has the others.
"""

import polars as pl

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    words = pl.scan_lines(source, name="line").select(pl.col("line").str.split(" ").explode().alias("word"))
    counts = words.group_by("word").len("n").filter(pl.col("word") != "")
    counts.sink_csv(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
