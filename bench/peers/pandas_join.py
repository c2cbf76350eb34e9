"""pandas, both files in memory."""

from pathlib import Path

import pandas as pd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    left, right = (pd.read_parquet(Path(source, f"{name}.parquet")) for name in ("main", "other"))
    left.merge(right, on="col_0", how="left").to_parquet(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
