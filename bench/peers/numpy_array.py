"""NumPy: the array as a whole, in one process; of `random` numbers, or of the `file`, mapped into memory."""

import json
import sys
from pathlib import Path

import numpy as np

from bench.serve import main

SOURCE = sys.argv.pop(1)


def start() -> None:
    """Nothing is set up."""


def work(_: None, source: str, target: str) -> None:
    array = np.load(source, mmap_mode="r")
    if SOURCE == "random":
        array = np.random.default_rng().random(array.shape)
    figures = {"mean": array.mean(), "std": array.std(), "min": array.min(), "max": array.max()}
    found = {name: float(value) for name, value in figures.items()}
    Path(target).write_text(json.dumps({"n": array.size, **found}))


def stop(_: None) -> None:
    """Nothing is put away."""


if __name__ == "__main__":
    main(start, work, stop)
