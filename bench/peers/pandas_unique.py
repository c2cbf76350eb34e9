"""pandas, the whole file in memory."""

from pathlib import Path

import pandas as pd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    means = pd.read_parquet(Path(source, "main.parquet")).groupby("col_0").mean()
    means.reset_index().to_parquet(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
