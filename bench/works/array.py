"""Figures of an array of random numbers: count, mean, spread, least and greatest; the array is drawn, not read.

The input is a file of numbers, and only its shape is looked at: as many random ones are drawn. What comes out differs
from program to program and has to be what uniform numbers give; `array_file` is the work with one right answer.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.work import INPUT, OUTPUT, PYTHON, Data, Program, Work

SCALE = 2**20  # numbers are whole parts of it, so that their sums are exact in every order
ROWS_AT_ONCE = 100
SURE = 6  # standard errors: once in 500 million answers by chance
LEAST_LIKELY = 30  # exp(-30): the chance that no number of n is below 30 / n

Facts = dict[str, Any]


def write_array(path: Path, size_bytes: int, seed: int) -> None:
    """A square .npy file of doubles from 0 to below 1."""
    side = max(math.isqrt(size_bytes // 8), 1)
    chance = np.random.default_rng(seed)
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (side, side)}
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, side, ROWS_AT_ONCE):
            rows = min(ROWS_AT_ONCE, side - start)
            file.write((chance.integers(0, SCALE, (rows, side)) / SCALE).tobytes())


def true_figures(path: Path) -> Facts:
    """By whole numbers, which are exact."""
    array = np.load(path, mmap_mode="r")
    total = squares = 0
    for row in array:
        whole = (row * SCALE).astype(np.int64)
        total += int(whole.sum())
        squares += int((whole * whole).sum())
    n = array.size
    std = math.sqrt((n * squares - total * total) / (n * SCALE) ** 2)
    return {"n": n, "mean": total / (n * SCALE), "std": std, "min": float(array.min()), "max": float(array.max())}


def differ_from_uniform(expected: Facts, found: Facts) -> str:
    """What uniform numbers do not give."""
    n = expected["n"]
    likely = {
        "n": (n, n),
        "mean": _around(0.5, 1 / math.sqrt(12 * n)),
        "std": _around(1 / math.sqrt(12), math.sqrt(12 / 180 / n) / 2),
        "min": (0.0, LEAST_LIKELY / n),
        "max": (1 - LEAST_LIKELY / n, 1 - 2**-53),
    }
    odd = (name for name in found if not likely[name][0] <= found[name] <= likely[name][1])
    return _missing(found) or "; ".join(f"{name} {found[name]} is not from {likely[name]}" for name in odd)


def _around(value: float, error: float) -> tuple[float, float]:
    return value - SURE * error, value + SURE * error


def _missing(found: Facts) -> str:
    return ", ".join(f"no {name}" for name in ("n", "mean") if name not in found)


def differ_at_all(expected: Facts, found: Facts) -> str:
    """Every figure but the spread is exact."""
    odd = (name for name in found if not _same(name, expected[name], found[name]))
    return _missing(found) or "; ".join(f"{name} {found[name]} instead of {expected[name]}" for name in odd)


def _same(name: str, one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-12) if name == "std" else one == other


def read_figures(output: Path) -> Facts:
    """What a program wrote: JSON, or a version of one row."""
    if output.is_file():
        facts: Facts = json.loads(output.read_text())
        return facts
    (row,) = pq.read_table(output).select(["n", "mean", "std", "min", "max"]).to_pylist()
    return dict(row)


def ours(source: str, method: str, *, archive: bool = False) -> Program:
    """A method of array-mean, on `random` numbers or those of the `file`."""
    command = (PYTHON, "-m", "bench.ours.array", source, method)
    return Program(
        name=f"{method}+archive" if archive else method,
        label=f"hotset, `{method}`" + (", after `hotset warm`" if archive else ""),
        whole=(*command, INPUT, OUTPUT),
        warm=None if archive else (*command, "--serve"),
        read=read_figures,
        archive=archive,
    )


def peer(source: str, module: str, name: str, label: str, *words: str) -> Program:
    command = (PYTHON, "-m", f"bench.peers.{module}", source, *words)
    return Program(name, label, (*command, INPUT, OUTPUT), (*command, "--serve"), read_figures)


def programs(source: str) -> Iterator[Program]:
    yield ours(source, "columnar")
    yield ours(source, "columnar", archive=True)
    yield ours(source, "numpy")
    yield peer(source, "dask_array", "dask", "Dask array")
    yield peer(source, "dask_array", "dask-mean", "Dask array, the mean alone", "mean")
    yield peer(source, "numpy_array", "whole", "NumPy, the array as a whole")
    if source == "random":
        yield peer(source, "spark_array", "spark", "plain PySpark, `spark.range` and `rand`")


def data(differ: Any) -> Data:
    return Data("array-v1", "an array of doubles", write_array, true_figures, differ)


WORK = Work(
    name="array",
    title="Figures of random numbers in chunks",
    programs=tuple(programs("random")),
    baseline="dask",
    data=data(differ_from_uniform),
    quick=("columnar", "dask", "whole"),
)
