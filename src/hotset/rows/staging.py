"""Checked rows as memory-mapped Arrow files, a block each: what our own readers make of an input for another engine.

A block is the work of one task, in a Spark worker or in a process of its own. A task that runs again writes the same
file again; it gets its name when everything is in it.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from hotset.columnar.blocks import Block
from hotset.columnar.chunks import gathered
from hotset.columnar.faults import FaultFile
from hotset.columnar.layout import Layout
from hotset.columnar.records import PartCount, Records

BATCH_BYTES = 4 * 1024**2  # few batches, and none that is too large to be one thread's work
SUFFIX = ".arrow"


@dataclass(frozen=True)
class StageBlock:
    """number of a block -> that number, and what its parts held, when its good rows stand in `directory`.

    The others are told in files in `faults`. Raises InputError for a file that cannot be read.
    """

    blocks: tuple[Block, ...]
    layout: Layout
    directory: Path
    faults: Path
    schema: pa.Schema  # of the files: the layout's columns, under names that engines take

    def __call__(self, number: int) -> tuple[int, tuple[PartCount, ...]]:
        records = Records(self.blocks[number], self.layout, FaultFile(self.faults, number))
        target = self.directory / f"{number:06}{SUFFIX}"
        draft = target.with_suffix(f".{os.getpid()}")
        with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_file(file, self.schema) as writer:
            for table in gathered(records.batches(), BATCH_BYTES):
                writer.write_table(table.combine_chunks().rename_columns(self.schema.names))
        draft.rename(target)
        return number, tuple(records.counts)


def staged_dataset(directory: Path, schema: pa.Schema) -> Any:
    """The rows of all blocks in the directory as Arrow's dataset, mapped into memory when they are read."""
    import pyarrow.dataset as ds  # which loads pandas: not in every command
    from pyarrow.fs import LocalFileSystem

    files = sorted(str(path) for path in directory.glob(f"*{SUFFIX}"))
    return ds.dataset(files, schema, format="ipc", filesystem=LocalFileSystem(use_mmap=True))
