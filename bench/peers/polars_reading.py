"""Polars: the file scanned as a stream, on all cores."""

import json
from pathlib import Path

import polars as pl

from bench.serve import main

TYPES = {
    "id": pl.Int64,
    "small": pl.Int32,
    "ratio": pl.Float64,
    "price": pl.Float64,
    "large": pl.Int64,
    "name": pl.String,
    "kind": pl.String,
    "flag": pl.Boolean,
    "day": pl.Date,
    "ts": pl.Datetime("us"),
}


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    rows = pl.scan_csv(Path(source, "clean.csv"), schema=TYPES)
    found = rows.select(
        pl.len().alias("rows"),
        pl.col("id", "small", "ratio", "price", "large").cast(pl.Float64).sum(),
        pl.col("name", "kind").str.len_chars().sum(),
        pl.col("flag").sum(),
        pl.col("day").max().dt.to_string("%Y-%m-%d"),
        pl.col("ts").max().dt.to_string("%Y-%m-%d %H:%M:%S"),
    )
    Path(target).write_text(json.dumps({"file": "clean", **found.collect(engine="streaming").row(0, named=True)}))


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
