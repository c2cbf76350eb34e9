"""Aggregate Arrow batches by keys: partial states of each block, and what the states of one key add up to.

`median` and `distinct` have no state that is smaller than the values themselves: their rows travel as they are.

Equal keys are those that Spark's GROUP BY puts together: null is a key, NaN is one key, -0.0 is 0.0, and texts are
equal by their bytes. As values, NaN is a number greater than any other, and null is none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset import DataError, comparable, gathered, quoted_if_needed

Kind = Literal["count", "sum", "mean", "min", "max", "std", "median", "distinct"]
HOLISTIC = ("median", "distinct")
AT_ONCE_BYTES = 32 * 1024**2  # in one hash table
HALF = 32  # bits: a sum of whole numbers is kept in two halves, which no sum of theirs leaves
ROWS = "rows"  # the state that every query has


@dataclass(frozen=True)
class Aggregate:
    """One column of the answer: `kind` of `column`; of `*`, the rows."""

    column: str
    kind: Kind

    @property
    def name(self) -> str:
        return ROWS if self.column == "*" else f"{self.column}_{self.kind}"


@dataclass(frozen=True)
class Query:
    """What is asked of which columns, for each combination of the keys.

    `origins` are numbers in the midst of columns: deviations are computed from there, lest large values of small spread
    lose their digits.
    """

    by: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    origins: Mapping[str, float] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are aggregated, each once."""
        return tuple(dict.fromkeys(one.column for one in self.aggregates if one.column != "*"))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys inside of the kernels, where no value has their names."""
        return tuple(f"key {place}" for place in range(len(self.by)))

    @property
    def inside(self) -> "Query":
        """The same inside of the kernels: there columns are made beside the values, and none may have a user's name."""
        names = {name: f"value {place}" for place, name in enumerate(self.columns)}
        aggregates = tuple(replace(one, column=names.get(one.column, one.column)) for one in self.aggregates)
        return replace(self, aggregates=aggregates, origins={names[name]: at for name, at in self.origins.items()})

    @property
    def holistic(self) -> bool:
        return any(one.kind in HOLISTIC for one in self.aggregates)

    def kinds(self, column: str) -> set[str]:
        return {one.kind for one in self.aggregates if one.column == column}


def partial_states(batches: Iterable[pa.RecordBatch], query: Query) -> Iterator[pa.RecordBatch]:
    """rows -> states: one row for each key of the block."""
    states = [states_of(rows, query.inside) for rows in normalized(batches, query)]
    if states:
        yield from merged(pa.concat_tables(states), query.inside).to_batches()


def merge_states(batches: Iterable[pa.RecordBatch], query: Query) -> Iterator[pa.RecordBatch]:
    """states -> answer(keys, aggregates): of the keys of one hash partition, in their order."""
    states = list(batches)
    if states:
        yield from answer(merged(pa.Table.from_batches(states), query.inside), query).to_batches()


def aggregate_rows(batches: Iterable[pa.RecordBatch], query: Query) -> Iterator[pa.RecordBatch]:
    """normalized rows -> answer(keys, aggregates): of one hash partition, aggregated here for the first time."""
    rows = list(batches)
    if rows:
        table, inside = pa.Table.from_batches(rows), query.inside
        states = states_of(table, inside)
        if query.holistic:
            states = with_holistic(in_order(states, query.keys), in_order(table, query.keys), inside)
        yield from answer(states, query).to_batches()


def select_rows(batches: Iterable[pa.RecordBatch], query: Query) -> Iterator[pa.RecordBatch]:
    """rows -> normalized rows, with the columns of the query alone."""
    for table in normalized(batches, query):
        yield from table.to_batches()


# rows


def normalized(batches: Iterable[pa.RecordBatch], query: Query) -> Iterator[pa.Table]:
    """Tables of about AT_ONCE_BYTES: the keys so that equal ones have equal bytes, then the values."""
    names = [*query.keys, *query.inside.columns]
    selected = (
        pa.RecordBatch.from_arrays(
            [*(comparable(batch[name]) for name in query.by), *(batch[name] for name in query.columns)], names
        )
        for batch in batches
    )
    return gathered(selected, AT_ONCE_BYTES)


# states


def states_of(rows: pa.Table, query: Query) -> pa.Table:
    """normalized rows -> states(keys, rows, and of each column what its aggregates are made from)"""
    wanted: list[tuple[Any, ...]] = [([], "count_all")]
    names = [ROWS]
    for column in query.columns:
        for state, source, function in _parts(rows, column, query.kinds(column)):
            if source not in rows.column_names:
                rows = rows.append_column(source, _derived(rows[column], source, query.origins.get(column, 0.0)))
            wanted.append((source, function))
            names.append(f"{state} {column}")
    states = rows.group_by(list(query.keys), use_threads=False).aggregate(wanted).rename_columns([*query.keys, *names])
    for column in query.columns:
        if not rows[column].null_count:
            states = states.append_column(f"n {column}", states[ROWS])
    return _finished(states.select(sorted(states.column_names)))


def _parts(rows: pa.Table, column: str, kinds: set[str]) -> Iterator[tuple[str, str, str]]:
    """(state, column that it is made from, Arrow's function)"""
    kind = rows.schema.field(column).type
    if rows[column].null_count:
        yield "n", column, "count"
    if kinds & {"sum", "mean", "std"}:
        if pa.types.is_integer(kind):
            yield "high", f"high {column}", "sum"
            yield "low", f"low {column}", "sum"
        else:
            yield "sum", column, "sum"
    if "std" in kinds:
        yield "mean", f"from {column}", "mean"
        yield "squares", f"from {column}", "variance"
    if kinds & {"min", "max"}:
        yield from ((one, column, one) for one in ("min", "max") if one in kinds)
        if pa.types.is_floating(kind):
            yield "nans", f"nans {column}", "sum"


def _derived(values: pa.ChunkedArray, name: str, origin: float) -> pa.ChunkedArray:
    if name.startswith("from "):
        return pc.subtract(values.cast(pa.float64(), safe=False), origin)
    if name.startswith("nans "):
        return pc.is_nan(values).cast(pa.int64())
    whole = values.cast(pa.int64())
    if name.startswith("high "):
        return pc.shift_right(whole, HALF)
    return pc.bit_wise_and(whole, pa.scalar(2**HALF - 1, pa.int64()))


def _finished(states: pa.Table) -> pa.Table:
    """Arrow's variance is made the sum of squares about the mean."""
    for name in [name for name in states.column_names if name.startswith("squares ")]:
        column = name.removeprefix("squares ")
        squares = pc.multiply(states[name], states[f"n {column}"].cast(pa.float64()))
        states = states.set_column(states.column_names.index(name), name, squares)
    return states


def merged(states: pa.Table, query: Query) -> pa.Table:
    """states -> states: one row for each key, in the order of the keys, null last."""
    ordered = in_order(states, query.keys)
    starts = group_starts(ordered, query)
    lengths = np.diff(np.append(starts, len(ordered)))
    group = pa.array(np.repeat(np.arange(len(starts)), lengths))
    names = [name for name in ordered.column_names if name not in query.keys]
    wanted = [(name, function if (function := name.split(" ")[0]) in ("min", "max") else "sum") for name in names]
    sums = ordered.append_column("group", group).group_by("group", use_threads=False).aggregate(wanted)
    found = ordered.select(list(query.keys)).take(pa.array(starts))
    for name, (_, function) in zip(names, wanted, strict=True):
        found = found.append_column(name, sums[f"{name}_{function}"])
    return _with_squares(found, ordered, starts, lengths)


def group_starts(ordered: pa.Table, query: Query) -> np.ndarray:
    """The first row of each key, in a table that is in their order."""
    changes = np.zeros(len(ordered), bool)
    changes[:1] = True
    for key in query.keys:
        column = ordered[key].combine_chunks()
        codes = np.from_dlpack(column.dictionary_encode(null_encoding="encode").indices)
        changes[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(changes)


def _with_squares(found: pa.Table, states: pa.Table, starts: np.ndarray, lengths: np.ndarray) -> pa.Table:
    """Squares about the means of parts -> about the mean of all: Chan, Golub and LeVeque, 1983, of many at once."""
    for name in [name for name in found.column_names if name.startswith("squares ")]:
        column = name.removeprefix("squares ")
        n, mean = _numbers(states[f"n {column}"]), _numbers(states[f"mean {column}"])
        with np.errstate(invalid="ignore"):  # about infinity there are none
            weighted = np.add.reduceat(n * mean, starts)
            whole = weighted / np.maximum(_numbers(found[f"n {column}"]), 1)
            between = n * (mean - np.repeat(whole, lengths)) ** 2
            squares = np.add.reduceat(_numbers(states[name]) + between, starts)
        found = found.set_column(found.column_names.index(name), name, pa.array(squares))
        found = found.set_column(found.column_names.index(f"mean {column}"), f"mean {column}", pa.array(whole))
    return found


def in_order(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The same rows, in the order of these columns; null last."""
    return table.take(pc.sort_indices(table, [(name, "ascending") for name in names])).combine_chunks()


def sorted_by(batches: Iterable[pa.RecordBatch], columns: int) -> Iterator[pa.RecordBatch]:
    """rows -> rows in the order of so many columns, null last"""
    found = list(batches)
    if found:
        table = pa.Table.from_batches(found)
        numbers = [str(place) for place in range(table.num_columns)]  # to Arrow a name like .x is a path
        ordered = in_order(table.rename_columns(numbers), numbers[:columns])
        yield from ordered.rename_columns(table.column_names).to_batches()


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """As floating numbers, 0 where there is none."""
    return np.from_dlpack(pc.fill_null(column.cast(pa.float64(), safe=False), 0.0).combine_chunks())


# what needs the values themselves


def with_holistic(states: pa.Table, ordered: pa.Table, query: Query) -> pa.Table:
    """states -> with `median` and `distinct` of the rows that they were made from; both in the order of the keys"""
    starts = group_starts(ordered, query)
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(ordered))))
    for one in query.aggregates:
        if one.kind == "median":
            states = states.append_column(f"median {one.column}", medians(ordered[one.column], group, len(starts)))
        elif one.kind == "distinct":
            values = pa.table({"group": group, "value": comparable(ordered[one.column].combine_chunks())})
            counted = values.group_by("group", use_threads=False).aggregate([("value", "count_distinct")])
            states = states.append_column(f"distinct {one.column}", counted["value_count_distinct"])
    return states


def medians(values: pa.ChunkedArray, group: np.ndarray, groups: int) -> pa.Array:
    """The middle value of each group, or the mean of the middle two; NaN is greater than any other."""
    valid = np.from_dlpack(values.is_valid().combine_chunks().cast(pa.uint8())).astype(bool)
    numbers, group = _numbers(values)[valid], group[valid]
    numbers = numbers[np.lexsort((numbers, group))]
    counts = np.bincount(group, minlength=groups)
    first = np.cumsum(counts) - counts
    none = counts == 0
    low, high = first + np.maximum(counts - 1, 0) // 2, first + counts // 2
    padded = np.append(numbers, 0.0)  # for groups without a value behind the last one
    low, high = np.where(none, len(numbers), low), np.where(none, len(numbers), high)
    below, above = padded[low], padded[high]
    with np.errstate(invalid="ignore"):  # between two infinities there is none
        return pa.array(np.where(below == above, below, below / 2 + above / 2), mask=none)


# the answer


def answer(states: pa.Table, query: Query) -> pa.Table:
    """states -> answer(keys, aggregates), under the names that the user knows"""
    both = zip(query.inside.aggregates, query.aggregates, strict=True)
    columns = [*(states[key] for key in query.keys), *(_aggregated(states, one, told.column) for one, told in both)]
    return pa.table(columns, [*query.by, *(one.name for one in query.aggregates)])


def _aggregated(states: pa.Table, one: Aggregate, told: str) -> pa.ChunkedArray | pa.Array:
    column = one.column
    if column == "*":
        return states[ROWS]
    if one.kind in HOLISTIC:
        return states[f"{one.kind} {column}"]
    n = states[f"n {column}"]
    if one.kind == "count":
        return n
    some = pc.greater(n, 0)
    if one.kind in ("min", "max"):
        return _extreme(states, one, some)
    if one.kind == "sum":
        return pc.if_else(some, _sum(states, column, told), None)
    if one.kind == "mean":
        return pc.if_else(some, pc.divide(_float_sum(states, column), n.cast(pa.float64())), None)
    freedom = pc.subtract(n, 1).cast(pa.float64())
    deviation = pc.sqrt(pc.divide(states[f"squares {column}"], freedom))
    return pc.if_else(pc.greater(n, 1), deviation, None)


def _extreme(states: pa.Table, one: Aggregate, some: pa.ChunkedArray) -> pa.ChunkedArray:
    found = states[f"{one.kind} {one.column}"]
    if not pa.types.is_floating(found.type):
        return found
    nans, n = states[f"nans {one.column}"], states[f"n {one.column}"]
    is_nan = pc.and_(some, pc.greater(nans, 0) if one.kind == "max" else pc.equal(nans, n))
    nan = pa.scalar(float("nan"), found.type)
    return pc.if_else(is_nan, nan, pc.add(found, pa.scalar(0.0, found.type)))


def _sum(states: pa.Table, column: str, told: str) -> pa.ChunkedArray | pa.Array:
    if f"sum {column}" in states.column_names:
        return states[f"sum {column}"].cast(pa.float64())
    high, low = states[f"high {column}"], states[f"low {column}"]
    carried = pc.add(high, pc.shift_right(low, HALF))
    bounds = pc.min_max(carried).as_py()
    if (bounds["max"] or 0) >= 2 ** (63 - HALF) or (bounds["min"] or 0) < -(2 ** (63 - HALF)):
        raise DataError(
            f"a sum of {told!r} is beyond 64 bits; of CSV or JSON declare the column, "
            f"--types {quoted_if_needed(told)}=double, of other formats take mean and count"
        )
    return pc.add(pc.shift_left(carried, HALF), pc.bit_wise_and(low, pa.scalar(2**HALF - 1, pa.int64())))


def _float_sum(states: pa.Table, column: str) -> pa.ChunkedArray:
    if f"sum {column}" in states.column_names:
        return states[f"sum {column}"].cast(pa.float64())
    high, low = (states[f"{half} {column}"].cast(pa.float64(), safe=False) for half in ("high", "low"))
    return pc.add(pc.multiply(high, float(2**HALF)), low)
