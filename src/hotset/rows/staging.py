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
from hotset.columnar.records import PartCount
from hotset.columnar.scan import Scan, check_made, gather

SUFFIX = ".arrow"


@dataclass(frozen=True)
class StageBlock:
    """number of a block -> that number, and what its parts held, when what is made of it stands in `directory`.

    Without counts where a kernel did not want all of it. Raises InputError for a file that cannot be read, SchemaError
    for a kernel that makes other columns.
    """

    scan: Scan
    columns: pa.Schema
    directory: Path
    names: tuple[str, ...]  # that engines take

    def __call__(self, number: int) -> tuple[int, tuple[PartCount, ...] | None]:
        target = self.directory / f"{number:06}{SUFFIX}"
        draft, counts = target.with_suffix(f".{os.getpid()}"), list[tuple[PartCount, ...]]()
        made = check_made(self.scan.read(number, counts.append), self.columns)
        with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_file(file, self.schema) as writer:
            for batch in gather(made):
                writer.write_batch(batch.rename_columns(self.names))
        draft.rename(target)
        return number, counts[0] if counts else None

    @property
    def schema(self) -> pa.Schema:
        """Of the files."""
        return pa.schema([field.with_name(name) for field, name in zip(self.columns, self.names, strict=True)])

    def find_work(self) -> list[int]:
        """The numbers of the blocks that hold something, the largest first."""
        blocks = self.scan.blocks
        return sorted((number for number, block in enumerate(blocks) if block), key=lambda one: -_size_of(blocks[one]))


def _size_of(block: Block) -> int:
    return sum(part.size_bytes for part in block)


def write_arrow(table: pa.Table, directory: Path) -> None:
    """The rows as one file in the directory."""
    with pa.OSFile(str(directory / f"rows{SUFFIX}"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def map_arrow(directory: Path, schema: pa.Schema) -> pa.Table:
    """The rows of the files in the directory, mapped into memory."""
    files = sorted(directory.glob(f"*{SUFFIX}"))
    return pa.concat_tables(
        [schema.empty_table(), *(pa.ipc.open_file(pa.memory_map(str(one))).read_all() for one in files)]
    )


def staged_dataset(directory: Path, schema: pa.Schema) -> Any:
    """The rows of all blocks in the directory as Arrow's dataset, mapped into memory when they are read."""
    import pyarrow.dataset as ds  # which loads pandas: not in every command
    from pyarrow.fs import LocalFileSystem

    files = sorted(str(path) for path in directory.glob(f"*{SUFFIX}"))
    return ds.dataset(files, schema, format="ipc", filesystem=LocalFileSystem(use_mmap=True))
