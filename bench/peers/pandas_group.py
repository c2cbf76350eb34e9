"""pandas, the whole file in memory."""

import pandas as pd

from bench.serve import main


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    counts = pd.read_csv(source).groupby("category")["value"].count()
    counts.to_csv(target)


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
