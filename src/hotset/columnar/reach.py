"""Whether the workers can do what the columnar lane asks of them: reach the files, and load NumPy and Arrow."""

import sys
from collections.abc import Iterable, Iterator
from functools import partial

from pyspark import SparkContext
from pyspark.errors import PySparkException

from hotset.data.listing import InputFile, Listing
from hotset.errors import InputError

OUT_OF_REACH = "the workers do not reach"


def out_of_reach(context: SparkContext, listing: Listing) -> str | None:
    """The reason why the workers could not open the files; None if they can. A small Spark job asks them."""
    tasks = context.defaultParallelism
    ends = (*listing.files[:1], *listing.files[-1:])
    try:
        reasons = context.parallelize(range(tasks), tasks).mapPartitions(partial(_look, ends)).take(1)
    except PySparkException as why:
        return f"the workers cannot run our Python: {str(why).strip().splitlines()[-1]}"
    return reasons[0] if reasons else None


def _look(files: Iterable[InputFile], _tasks: Iterable[int]) -> Iterator[str]:
    """In a worker: what is missing there."""
    try:
        import numpy  # noqa: F401 (whether it is there is the question)
        import pyarrow.parquet  # noqa: F401
    except ImportError as why:
        yield f"the workers' Python {sys.executable} lacks a library: {why}"
        return
    for file in files:
        try:
            file.check_unchanged()
        except InputError:
            yield f"{OUT_OF_REACH} {file.path}"
