"""What a job gives the columnar lane to run: pure functions on Arrow batches, and the columns that come out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Kernel:
    """A pure function from a block to Arrow batches, and the columns of the batches in Spark's DDL.

    The function gets the block as pieces: of text, `bytes` of whole lines in valid UTF-8, each line ended by one
    `\\n`; of every other format, a `pyarrow.RecordBatch` of good rows with the columns of the dataset. It is tested
    by calling it.
    """

    columns: str
    function: Callable[[Iterator[Any]], Iterable[pa.RecordBatch]]
