"""Dask array, chunks of 1,000 x 1,000, on all cores: `random|file`, then `mean` for the mean alone."""

import json
import sys
from pathlib import Path

import dask
import dask.array as da
import numpy as np

from bench.serve import main

SOURCE = sys.argv.pop(1)
MEAN_ALONE = sys.argv[1] == "mean" and bool(sys.argv.pop(1))
CHUNKS = (1_000, 1_000)


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    stored = np.load(source, mmap_mode="r")
    array = da.random.random(stored.shape, chunks=CHUNKS) if SOURCE == "random" else da.from_array(stored, CHUNKS)
    if MEAN_ALONE:
        figures = {"mean": array.mean().compute()}
    else:
        mean, std, least, greatest = dask.compute(array.mean(), array.std(), array.min(), array.max())
        figures = {"mean": mean, "std": std, "min": least, "max": greatest}
    found = {name: float(value) for name, value in figures.items()}
    Path(target).write_text(json.dumps({"n": array.size, **found}))


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
