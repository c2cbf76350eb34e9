"""Calls on the cores of this machine, without Spark's tasks: by multiprocessing's Pool."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

import pyarrow as pa

from hotset.jobs.parallel_map_items import LOT

CallAll = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def call_in_pool(items: pa.Table, call_all: CallAll, processes: int) -> pa.Table:
    """items(__task, __item, …) -> outcomes, in the order of the items."""
    lots = items.combine_chunks().to_batches(LOT)
    # fork: a function need not be importable by its name, and this module is loaded in each process as it is here
    with multiprocessing.get_context("fork").Pool(processes, _start, (call_all,)) as pool:
        return pa.Table.from_batches([batch for batches in pool.imap(_call, lots) for batch in batches])


_call_all: CallAll | None = None


def _start(call_all: CallAll) -> None:
    global _call_all
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver ends the pool
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by this
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # what a function prints is not what the run prints
        os.dup2(nowhere, stream)
    _call_all = call_all


def _call(lot: pa.RecordBatch) -> list[pa.RecordBatch]:
    assert _call_all is not None, "set when the process started"
    return list(_call_all(iter([lot])))
