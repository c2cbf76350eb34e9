"""Calls for the items of parallel-map, a lot after the other.

items(…, item)  --call_lot-->  outcomes(__item, results…, __value, __error, __traceback, __attempts)
"""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hotset.jobs.parallel_map.attempt import Failure, Outcome, Task, failure, shortened
from hotset.jobs.parallel_map.calls import Caller

LOT = 512  # items in memory at once
ROWS = 64 * 1024
LONGEST_VALUE = 4 * 1024
# Ours begin with two underscores: the other columns are the input's and the function's.
FAILURE = pa.schema(
    [("__value", pa.string()), ("__error", pa.string()), ("__traceback", pa.string()), ("__attempts", pa.int32())]
)
FAILURE_COLUMNS = "__value string, __error string, __traceback string, __attempts int"


def split_lines(pieces: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
    """pieces of text -> batches(value): a row for each line"""
    for piece in pieces:
        lines = pc.split_pattern(pa.array([piece[:-1].decode()], pa.large_string()), "\n").flatten()
        yield from pa.table({"value": lines.cast(pa.string())}).to_batches(ROWS)


def call_lot(lot: pa.Table, task: Task, columns: Sequence[str], names: Sequence[str], schema: pa.Schema) -> pa.Table:
    """items(…, item, lot) -> outcomes; `columns` are the item's number and its values, as the engine knows them."""
    batches = lot.select([columns[0], *columns]).to_batches()
    return pa.Table.from_batches(call_all(iter(batches), task, names, schema))


def call_all(
    batches: Iterator[pa.RecordBatch], task: Task, names: Sequence[str], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """batches(task, item, …) -> batches(__item, results…, failure…): a row for each item, in their order

    The function gets what stands in the third column, or with `names` a dict of all columns from there on.
    """
    with Caller(task) as caller:
        for batch in batches:
            for start in range(0, batch.num_rows, LOT):
                _, numbers, *columns = batch.slice(start, LOT).columns
                items = rows_of(columns, names) if names else _values(columns[0])
                yield from _called(caller, numbers, items, schema)


def _called(caller: Caller, numbers: pa.Array, items: list[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Outcomes of the items; one that Python has no value for is a failure without a call."""
    start = 0
    while start < len(items):
        odd = next((place for place in range(start, len(items)) if isinstance(items[place], Failure)), len(items))
        for outcomes in chain(caller.outcomes(items[start:odd]), [items[odd : odd + 1]]):
            if outcomes:
                part = slice(start, start + len(outcomes))
                yield outcome_batch(numbers[part], items[part], outcomes, schema)
                start = part.stop


def rows_of(columns: list[pa.Array], names: Sequence[str]) -> list[dict[str, Any] | Failure]:
    rows = zip(*map(_values, columns), strict=True)
    return [
        next((cell for cell in row if isinstance(cell, Failure)), None) or dict(zip(names, row, strict=True))
        for row in rows
    ]


def _values(column: pa.Array) -> list[Any]:
    """As Python has them; a failure for what it has not, such as days after the year 9999."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError) as why:
        return failure(why, 0)


def as_path(function: Callable[[Path], Any], name: bytes) -> Any:
    return function(Path(os.fsdecode(name)))


def outcome_batch(numbers: pa.Array, items: list[Any], outcomes: list[Outcome], schema: pa.Schema) -> pa.RecordBatch:
    """numbers, items, their outcomes -> batch(__item, results…, failure…): either of the two is null"""
    results = zip(*(_results(one, len(schema)) for one in outcomes), strict=True)
    failures = zip(*(_told(item, one) for item, one in zip(items, outcomes, strict=True)), strict=True)
    columns = [
        numbers,
        *(pa.array(values, field.type) for values, field in zip(results, schema, strict=True)),
        *(pa.array(values, field.type) for values, field in zip(failures, FAILURE, strict=True)),
    ]
    return pa.RecordBatch.from_arrays(columns, ["__item", *schema.names, *FAILURE.names])


def _results(one: Outcome, columns: int) -> list[Any]:
    return [None] * columns if isinstance(one, Failure) else list(one.value)


def _told(item: Any, one: Outcome) -> tuple[Any, ...]:
    if isinstance(one, Failure):
        text = os.fsdecode(item) if isinstance(item, bytes) else str(item)
        return shortened(text, LONGEST_VALUE), one.error, one.traceback, one.attempts
    return (None,) * len(FAILURE)
