"""A function of Python's over the rows of each group: an Arrow table in, an Arrow table out, the same on every engine.

On Spark it is `applyInArrow`. Elsewhere an engine writes the rows by group into an Arrow file, which is mapped; each
worker takes groups that stand one after the other, and leaves a file of what came out.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from hotset.data.columns import differing
from hotset.data.dataset import Dataset
from hotset.data.exact_table import exact_table
from hotset.errors import DataError, SchemaError
from hotset.rows.staging import SUFFIX, staged_dataset
from hotset.session.machine import read_machine

Function = Callable[[pa.Table], pa.Table]
PARTS_PER_CORE = 4
SURELY_THERE_BYTES = 64 * 1024**2  # up to it nobody has to look how much memory there is
SHARE = 4  # of the memory of this machine, what the groups of all workers may take as they come in


@dataclass(frozen=True)
class GroupMap:
    """What is done: `columns` come out, in DDL; the rows of a group come in by `order_by`, null last.

    `most_bytes` bounds a group; by default it is a share of the machine on which the function runs.
    """

    by: tuple[str, ...]
    order_by: tuple[str, ...]
    function: Function
    columns: str
    most_bytes: int | None = None

    def apply(self, group: pa.Table) -> pa.Table:
        """What the function makes of the rows of one group. Raises DataError and SchemaError."""
        made = self.function(group)
        if not isinstance(made, pa.Table):
            raise SchemaError(f"{self._named} gives an Arrow table, got {type(made).__name__}; make one of its columns")
        dataset = Dataset(self.columns)
        schema = dataset.arrow_schema()
        if made.column_names != schema.names:
            expected, got = differing(schema.names, made.column_names)
            raise SchemaError(f"{self._named} gives other columns: declared {expected}, got {got}; rename them")
        table = exact_table(made, dataset)
        return pa.table([self._typed(*one) for one in zip(schema, table.columns, strict=True)], schema)

    def _typed(self, field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if column.type == field.type:
            return column
        if not _holds(field.type, column.type):
            raise SchemaError(
                f"{self._named} gives another type for {field.name!r}: declared {field.type}, got {column.type}; "
                "cast it"
            )
        try:
            return column.cast(field.type)
        except pa.ArrowInvalid as why:
            raise DataError(f"{self._named} gives a value of {field.name!r} that is no {field.type}: {why}") from None

    def check_size(self, group: pa.Table) -> None:
        """Raises DataError, with the key, for a group that is larger than the bound."""
        most = self.most_bytes or _most_here()
        if group.nbytes > most:
            key = ", ".join(f"{name}={group[name][0].as_py()!r}" for name in self.by)
            raise DataError(
                f"the group {key} has {group.nbytes:,} bytes or more, and {self._named} takes at most {most:,} at "
                "once; give more with --memory, or take smaller groups"
            )

    @property
    def _named(self) -> str:
        return f"the function {getattr(self.function, '__name__', type(self.function).__name__)!r}"


def _most_here() -> int:
    machine = read_machine()
    return machine.memory_bytes // SHARE // machine.cores


def _holds(declared: pa.DataType, kind: pa.DataType) -> bool:
    """Whether values of the type are looked at as the declared one: whole numbers of any width, and narrower floats."""
    if pa.types.is_signed_integer(kind):
        return bool(pa.types.is_signed_integer(declared))
    return bool(pa.types.is_float32(kind) and pa.types.is_float64(declared))


def map_frame(frame: DataFrame, task: GroupMap) -> DataFrame:
    """frame -> what comes out, by Spark"""

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from task.apply(_gather(batches, task)).to_batches()

    return frame.groupBy(*(f"`{name}`" for name in task.by)).applyInArrow(work, Dataset(task.columns).schema())


def _gather(batches: Iterable[pa.RecordBatch], task: GroupMap) -> pa.Table:
    """The rows of a group in their order; it is looked at while it grows."""
    parts: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        parts.append(batch)
        size += batch.nbytes
        if size > (task.most_bytes or SURELY_THERE_BYTES):
            task.check_size(pa.Table.from_batches(parts))
    table = pa.Table.from_batches(parts)
    return table.sort_by([(name, "ascending") for name in task.order_by]) if task.order_by else table


@dataclass(frozen=True)
class MapGroups:
    """number of a part -> that number, when what comes out of its groups stands in a file of `target`.

    The rows stand in Arrow files in `source`, those of a group one after the other; `parts` says where each begins.
    """

    source: Path
    schema: pa.Schema  # of the rows
    names: tuple[str, ...]  # that the function knows the columns by
    target: Path
    known: tuple[str, ...]  # the columns that come out, by the names that engines know them by
    parts: tuple[tuple[int, int], ...]  # first row, and how many
    task: GroupMap

    def __call__(self, number: int) -> int:
        task, file = self.task, self.target / f"{number:06}{SUFFIX}"
        draft = file.with_suffix(f".{os.getpid()}")
        schema = known_schema(task.columns, self.known)
        with pa.OSFile(str(draft), "wb") as out, pa.ipc.new_file(out, schema) as writer:
            for group in self._groups(*self.parts[number], task):
                task.check_size(group)
                writer.write_table(task.apply(group).rename_columns([*self.known]))
        draft.rename(file)
        return number

    def _groups(self, start: int, rows: int, task: GroupMap) -> Iterator[pa.Table]:
        if not rows:
            return
        table = staged_dataset(self.source, self.schema).to_table()
        part = table.slice(start, rows).rename_columns([*self.names])
        begins = [*group_starts(part, task.by), rows]
        for begin, end in pairwise(begins):
            yield part.slice(begin, end - begin)


def known_schema(columns: str, known: Sequence[str]) -> pa.Schema:
    """The columns in Arrow's types, under other names."""
    fields = zip(Dataset(columns).arrow_schema(), known, strict=True)
    return pa.schema([field.with_name(name) for field, name in fields])


def group_starts(rows: pa.Table, by: Sequence[str]) -> list[int]:
    """Where another group begins, 0 among them. Null equals null here, and NaN equals NaN."""
    changes = np.zeros(len(rows), bool)
    changes[:1] = True
    for name in by:
        column = rows[name]
        changes[1:] |= _differs(column.slice(1), column.slice(0, max(len(column) - 1, 0)))
    starts: list[int] = np.flatnonzero(changes).tolist()
    return starts


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> np.ndarray:
    different = pc.fill_null(pc.not_equal(one, other), False)
    if pa.types.is_floating(one.type):
        both_nan = pc.and_(pc.is_nan(one), pc.is_nan(other))
        different = pc.and_not(different, pc.fill_null(both_nan, False))
    different = pc.or_(different, pc.xor(pc.is_null(one), pc.is_null(other)))
    found: np.ndarray = np.from_dlpack(different.combine_chunks().cast(pa.uint8())).astype(bool)
    return found


def split_groups(
    source: Path, schema: pa.Schema, names: Sequence[str], by: Sequence[str], parts: int
) -> tuple[tuple[int, int], ...]:
    """About so many parts of whole groups, one at least: the first row of each, and how many there are."""
    table = staged_dataset(source, schema).to_table(columns=[schema.names[names.index(name)] for name in by])
    starts = np.array(group_starts(table.rename_columns([*by]), by), np.int64)
    wanted = np.arange(parts) * len(table) // parts
    begins = sorted({0, *starts[np.searchsorted(starts, wanted[wanted <= starts.max(initial=-1)])].tolist()})
    return tuple((begin, end - begin) for begin, end in pairwise([*begins, len(table)]))
