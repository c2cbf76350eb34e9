"""Mean, spread, least and greatest of a large array, chunk by chunk.

array  --cut-->  chunks  --figures_of-->  figures(n, nans, sum, squares, least, greatest)  --together-->  one row

The array is drawn at random (--shape, --chunks, --seed, --distribution), or lies in .npy files (--input). It is never
in memory as a whole: a worker holds a mebibyte of it. Method `columnar` gives ranges of chunks to Spark's tasks, or to
processes; `numpy` takes one chunk after the other in this one. All give the same bits, and so does every number of
tasks: a chunk's numbers depend on the seed and its place alone, and the sums over chunks round once.
"""

import math
from dataclasses import astuple, dataclass, fields
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, Literal

import pyarrow as pa

from hotset import DataError, Dataset, InputError, Inputs, Output, Run, UsageError
from hotset.jobs.array_mean.chunks import (
    Chunks,
    Distribution,
    RandomChunks,
    StoredChunks,
    chunk_figures,
    parse_shape,
    stored_array,
)
from hotset.jobs.array_mean.figures import Figures, Nan, together

RESULT = Dataset("n bigint, nans bigint, mean double, std double, min double, max double")
NUMBERS_PER_TASK = 100_000_000  # a third of a second: the start of a task is little beside it
MOST_CHUNKS = 4_000_000  # the driver holds the figures of each, in about 100 bytes

Method = Literal["columnar", "numpy"]
Format = Literal["parquet", "csv", "json"]


@dataclass(frozen=True)
class Params:
    output: Annotated[Output, "directory to create"]
    input: Annotated[Inputs, ".npy files to read instead of drawing numbers"] = ()
    shape: Annotated[str, "of the random array: sizes with x between them"] = "10000x10000"
    chunks: Annotated[str, "shape of a chunk; of a file, as many numbers are read at once"] = "1000x1000"
    seed: Annotated[int, "of the random array: the same seed, shape and chunks give the same numbers"] = 42
    distribution: Annotated[Distribution, "of the random array: uniform in [0, 1), or standard normal"] = "uniform"
    nan: Annotated[Nan, "of NaN: keep it (then the figures are NaN), skip it, or refuse the input"] = "keep"
    format: Annotated[Format, "of the output"] = "parquet"
    method: Annotated[Method, "on all cores, or in one process; the answer is the same"] = "columnar"

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UsageError(f"--seed is 0 or more, got {self.seed}")
        shape, chunk_shape = parse_shape(self.shape, "shape"), parse_shape(self.chunks, "chunks")
        if self.input:
            for name in ("shape", "seed", "distribution"):
                default = next(field.default for field in fields(self) if field.name == name)
                if getattr(self, name) != default:
                    raise UsageError(
                        f"--{name} is for a random array, got {getattr(self, name)} and --input; leave one of them out"
                    )
        elif len(shape) != len(chunk_shape):
            raise UsageError(f"--chunks has as many sizes as --shape ({self.shape}), got {self.chunks}")


def array_chunks(run: Run, params: Params) -> Chunks:
    """The array. Raises InputError for files that hold none, UsageError for too many chunks."""
    chunk_shape = parse_shape(params.chunks, "chunks")
    chunks: Chunks
    if params.input:
        arrays = tuple(stored_array(path) for path in run.files(params.input))
        chunks = StoredChunks(arrays, math.prod(chunk_shape))
    else:
        chunks = RandomChunks(parse_shape(params.shape, "shape"), chunk_shape, params.seed, params.distribution)
    if not len(chunks):
        raise InputError(f"no number in {' '.join(params.input)}; give another input")
    if len(chunks) > MOST_CHUNKS:
        raise UsageError(f"--chunks makes more than {MOST_CHUNKS} chunks, got {len(chunks)}; make them larger")
    return chunks


# method columnar


def in_tasks(run: Run, chunks: Chunks, nan: Nan) -> list[Figures]:
    """chunks -> the figures of each, computed on all cores."""
    tasks = min(len(chunks), max(run.cores, chunks.numbers // NUMBERS_PER_TASK))
    ends = [len(chunks) * task // tasks for task in range(tasks + 1)]
    ranges = [range(*pair) for pair in pairwise(ends)]
    found = run.map(partial(range_figures, chunks=chunks, nan=nan), ranges)
    return [Figures(*one) for figures in found for one in figures]  # not more than MOST_CHUNKS


def range_figures(which: range, chunks: Chunks, nan: Nan) -> list[tuple[Any, ...]]:
    """chunks -> their figures as plain tuples: a worker need not know our classes, nor the driver a worker's."""
    return [astuple(one) for one in chunk_figures(chunks, which, nan)]


# method numpy


def in_one_process(chunks: Chunks, nan: Nan) -> list[Figures]:
    """chunks -> the figures of each."""
    return list(chunk_figures(chunks, range(len(chunks)), nan))


# all methods


def check_figures(figures: Figures, params: Params) -> None:
    """Raises DataError for NaN that is refused, InputError when no number is left."""
    if figures.nans and params.nan == "refuse":
        raise DataError(f"{figures.nans} of {figures.n} numbers are NaN; mend them, or give --nan skip or keep")
    if not figures.n:
        raise InputError(f"all {figures.nans} numbers in {' '.join(params.input)} are NaN; give another input")


def needs_spark(_params: Params) -> bool:
    """Its run opens a session when the chunks are known, if it has one."""
    return False


def main(run: Run, params: Params) -> None:
    chunks = array_chunks(run, params)
    with run.step("figures"):
        in_one = params.method == "numpy"
        figures = together(in_one_process(chunks, params.nan) if in_one else in_tasks(run, chunks, params.nan))
    check_figures(figures, params)
    facts = {
        "n": figures.n,
        "nans": figures.nans,
        "mean": figures.mean,
        "std": figures.std,
        "min": figures.least,
        "max": figures.greatest,
    }
    run.note(chunks=len(chunks), **facts)
    run.publish(RESULT.stored_as(params.format), pa.Table.from_pylist([facts]), params.output)
