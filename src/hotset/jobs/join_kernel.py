"""Join Arrow tables: which row of one side meets which of the other, and the rows that come of it.

A key of several columns becomes one number, column by column: the place of its value among those of the held side, then
the place of the pair of what stands before it and of that. So a lookup is in Arrow's hash tables, whatever the types.
Keys are equal as in Spark's joins: null meets nothing, NaN meets NaN, and -0.0 meets 0.0.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset import comparable, gathered

How = Literal["inner", "left", "right", "full", "semi", "anti"]
AT_ONCE_BYTES = 96 * 1024**2  # of the side that streams: each time, Arrow makes its hash table of the held side anew
AT_ONCE_ROWS = 1024**2  # of what comes of it, unless one row meets more
NOTHING = -1


@dataclass(frozen=True)
class Shape:
    """How the sides meet, and what comes out: (name, side, name there), side 0 for the left."""

    on: tuple[str, ...]
    how: How
    columns: tuple[tuple[str, int, str], ...]
    schema: pa.Schema

    @property
    def keeps_left(self) -> bool:
        """Whether a left row that meets nothing comes out."""
        return self.how in ("left", "full", "anti")

    @property
    def keeps_right(self) -> bool:
        return self.how in ("right", "full")


def key_of(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Keys of one kind in one type, equal where their bytes are: numbers of 64 bits."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_integer(array.type):
        return array.cast(pa.int64())
    return comparable(array.cast(pa.float64()) if pa.types.is_floating(array.type) else array)


@dataclass
class Held:
    """The side that is looked up; its index is made once, and travels with it."""

    table: pa.Table
    on: tuple[str, ...]

    def __post_init__(self) -> None:
        # in one piece: it travels, and every slice would bring all that it was cut from
        self.table = self.table.combine_chunks()
        # of each column of the key, its different values but null
        self._values = [pc.unique(key_of(self.table[name]).drop_null()) for name in self.on]
        # behind the first column, the different pairs: of a value, and of the number of all that stands before it
        self._pairs: list[pa.Array] = []
        places = self._codes(self.table, 0)
        for column in range(1, len(self.on)):
            pairs = self._paired(places, self.table, column)
            self._pairs.append(pc.unique(pa.array(pairs, mask=pairs == NOTHING)).drop_null())
            places = _found(pa.array(pairs), self._pairs[-1])
        # of each different key its first place in the order and its rows; then all rows in that order
        self._index = self._indexed(places)

    def _indexed(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        different = len([*self._values[:1], *self._pairs][-1])
        if different == len(places):  # no key twice: its place is its row
            rows = np.arange(different)
            return rows, np.ones(different, np.int64), rows
        order = np.argsort(places, kind="stable")
        order = order[np.searchsorted(places[order], 0) :]  # without those that have a null
        counts = np.bincount(places[order], minlength=different)
        return np.cumsum(counts) - counts, counts, order

    def _codes(self, table: pa.Table, column: int) -> np.ndarray:
        """The place of each row's value among the different ones, NOTHING for a null and for one that is not here."""
        return _found(key_of(table[self.on[column]]), self._values[column])

    def _paired(self, places: np.ndarray, table: pa.Table, column: int) -> np.ndarray:
        """One number for both; it fits into 64 bits, since neither is greater than the number of rows."""
        codes = self._codes(table, column)
        known = (places != NOTHING) & (codes != NOTHING)
        paired: np.ndarray = np.where(known, places * len(self._values[column]) + codes, NOTHING)
        return paired

    @property
    def most_rows_of_a_key(self) -> int:
        counts = self._index[1]
        return int(counts.max()) if len(counts) else 0

    def places(self, table: pa.Table) -> np.ndarray:
        """The number of each row's key among the different ones, NOTHING where there is none."""
        places = self._codes(table, 0)
        for column, pairs in enumerate(self._pairs, start=1):
            places = _found(pa.array(self._paired(places, table, column)), pairs)
        return places

    def counts(self, places: np.ndarray) -> np.ndarray:
        """How many rows each of the keys has here."""
        counts: np.ndarray = np.append(self._index[1], 0)[places]  # NOTHING looks at the last
        return counts

    def rows(self, places: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """The rows here that keys with these counts meet, one behind the other; NOTHING where none was found."""
        starts, _, order = self._index
        if not len(order):
            return np.full(int(counts.sum()), NOTHING)
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        found = np.repeat(places, counts)
        taken = order[np.append(starts, 0)[found] + np.where(found < 0, 0, within)]
        return np.where(found < 0, NOTHING, taken)


def _found(values: pa.Array, among: pa.Array) -> np.ndarray:
    """The place of each value, NOTHING where it is not there."""
    places = pc.index_in(values, value_set=among, skip_nulls=True)
    found: np.ndarray = np.from_dlpack(pc.fill_null(places, NOTHING)).astype(np.int64)
    return found


def join_stream(
    batches: Iterable[pa.RecordBatch], held: Held, shape: Shape, held_side: int
) -> Iterator[pa.RecordBatch]:
    """rows of one side -> joined rows; the held side's rows that meet nothing do not come out."""
    for table in gathered(batches, AT_ONCE_BYTES):
        yield from join_table(table, held, shape, held_side)


def join_table(table: pa.Table, held: Held, shape: Shape, held_side: int) -> Iterator[pa.RecordBatch]:
    """The same for one table."""
    places = held.places(table)
    counts = held.counts(places)
    keeps = shape.keeps_left if held_side else shape.keeps_right
    if shape.how in ("semi", "anti"):
        meets = np.flatnonzero((counts > 0) == (shape.how == "semi"))
        yield from _assembled((table, meets), None, shape)
        return
    counts = np.maximum(counts, 1) if keeps else counts
    for first, last in _bounded(counts):
        part = counts[first:last]
        theirs = np.arange(first, last) if (part == 1).all() else np.repeat(np.arange(first, last), part)
        ours = held.rows(places[first:last], part)
        streamed, looked_up = (table, theirs), (held.table, ours)
        left, right = (streamed, looked_up) if held_side else (looked_up, streamed)
        yield from _assembled(left, right, shape)


def _bounded(counts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Ranges of rows from which not more than twice AT_ONCE_ROWS come, or a single one."""
    ends, first = np.cumsum(counts), 0
    while first < len(counts):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + 2 * AT_ONCE_ROWS, side="right")))
        yield first, last
        first = last


Rows = tuple[pa.Table, np.ndarray]


def _assembled(left: Rows, right: Rows | None, shape: Shape) -> Iterator[pa.RecordBatch]:
    """Joined rows: of each side a table, and which of its rows; NOTHING makes nulls."""
    sides = [None if side is None else (side[0], _places(side[1])) for side in (left, right)]
    columns = []
    for place, (_, side, name) in enumerate(shape.columns):
        column = _taken(sides[side], name)
        if name in shape.on and side == 0 and right is not None and shape.keeps_right:
            column = pc.coalesce(column, _taken(sides[1], name).cast(column.type))
        columns.append(column.cast(shape.schema.field(place).type))
    yield from pa.Table.from_arrays(columns, schema=shape.schema).to_batches()


def _places(rows: np.ndarray) -> slice | pa.Array:
    """Rows that stand one behind the other need not be gathered."""
    if len(rows) and rows[0] >= 0 and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return pa.array(rows, mask=rows == NOTHING)


def _taken(side: tuple[pa.Table, slice | pa.Array] | None, name: str) -> pa.ChunkedArray:
    assert side is not None, "who keeps one side names no column of the other"
    table, places = side
    if isinstance(places, slice):
        return table[name].slice(places.start, places.stop - places.start)
    return table[name].combine_chunks().take(places)


def join_partition(
    left: Iterable[pa.RecordBatch], right: Iterable[pa.RecordBatch], shape: Shape, schemas: Sequence[pa.Schema]
) -> Iterator[pa.RecordBatch]:
    """left rows, right rows of one hash partition -> joined rows"""
    tables = [pa.Table.from_batches(side, schema) for side, schema in zip((left, right), schemas, strict=True)]
    held = Held(tables[1], shape.on)
    yield from join_table(tables[0], held, shape, held_side=1)
    if shape.keeps_right:
        met = np.zeros(len(tables[1]), bool)
        places = held.places(tables[0])
        met[held.rows(places, held.counts(places))] = True
        alone = np.flatnonzero(~met)
        yield from _assembled((tables[0], np.full(len(alone), NOTHING)), (tables[1], alone), shape)


# how many rows will come


def count_met(batches: Iterable[pa.RecordBatch], held: Held) -> Iterator[pa.RecordBatch]:
    """rows -> met(place, rows): how many rows meet each key of the held side; NOTHING for those that meet none"""
    total = np.zeros(1, np.int64)
    for batch in batches:
        found = np.bincount(held.places(pa.Table.from_batches([batch])) + 1)
        total, found = (found, total) if len(found) > len(total) else (total, found)
        total[: len(found)] += found
    some = np.flatnonzero(total)
    yield pa.RecordBatch.from_pydict({"place": some - 1, "rows": total[some]}, MET)


MET = pa.schema([("place", pa.int64()), ("rows", pa.int64())])


def numbered(on: Sequence[str]) -> list[str]:
    """What the columns of a key are called where they stand beside ours, which any of them could be called."""
    return [str(place) for place in range(len(on))]


def count_keys(batches: Iterable[pa.RecordBatch], on: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """rows -> keys(0, 1, …, rows): how often each key is there"""
    keys = numbered(on)
    tables = [
        pa.table([key_of(batch[name]) for name in on], keys).group_by(keys).aggregate([([], "count_all")])
        for batch in batches
    ]
    if tables:
        whole = pa.concat_tables(tables).group_by(keys).aggregate([("count_all", "sum")])
        yield from whole.rename_columns([*keys, "rows"]).to_batches()


WORST = 3


def count_pairs(
    left: Iterable[pa.RecordBatch], right: Iterable[pa.RecordBatch], on: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """keys(0, 1, …, rows) of both sides -> pairs(key, left, right), the worst keys first, and a last row for all"""
    names = numbered(on)
    counted, other = _added(left, names), _added(right, names)
    if counted is None or other is None:
        return
    held = Held(other, tuple(names))
    places = held.places(counted)
    ours = np.from_dlpack(counted["rows"].combine_chunks())[places >= 0]
    theirs = np.from_dlpack(held.table["rows"].combine_chunks())[
        held.rows(places[places >= 0], np.ones(len(ours), int))
    ]
    keys = counted.filter(pa.array(places >= 0))
    yield from worst_pairs(keys.select(names), ours, theirs)


def _added(side: Iterable[pa.RecordBatch], keys: list[str]) -> pa.Table | None:
    batches = list(side)
    if not batches:
        return None
    counted = pa.Table.from_batches(batches).group_by(keys).aggregate([("rows", "sum")])
    return counted.rename_columns([*keys, "rows"])


PAIRS_DDL = "key string, ours double, theirs double, pairs double, largest double"
PAIRS = pa.schema([("key", pa.string()), *((name, pa.float64()) for name in ("ours", "theirs", "pairs", "largest"))])


def worst_pairs(keys: pa.Table, ours: np.ndarray, theirs: np.ndarray) -> Iterator[pa.RecordBatch]:
    """The keys that meet most often, with their rows; then a row without key for all: rows, pairs, largest of a key."""
    pairs = ours.astype(float) * theirs
    worst = np.argsort(-pairs, kind="stable")[:WORST]
    shown = [", ".join(map(repr, row.values())) for row in keys.take(pa.array(worst)).to_pylist()]
    total = (float(ours.sum()), float(theirs.sum()), float(pairs.sum()), float(ours.max(initial=0)))
    rows = [
        *zip(shown, ours[worst], theirs[worst], pairs[worst], ours[worst], strict=True),
        (None, *total),
    ]
    columns = [pa.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), PAIRS, strict=True)]
    yield pa.RecordBatch.from_arrays(columns, schema=PAIRS)
