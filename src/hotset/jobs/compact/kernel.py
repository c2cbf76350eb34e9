"""The kernels of compact: look at every value, make it narrower, and prove by content that nothing has changed.

The content of a table is the sum, modulo 2**64, of a hash of each row, so that its order does not count; equal values
of another type have equal hashes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hotset import own_text
from hotset.jobs.compact.narrowing import READINGS, Forms, Narrow, Profile, profile

Hashes = npt.NDArray[np.uint64]
PROFILE_COLUMNS = (
    "name string, values bigint, forms string, least bigint, greatest bigint, in_float boolean, before int, after int"
)
CONTENT_COLUMNS = "rows bigint, hash bigint"
ABSENT = np.uint64(0x9E3779B97F4A7C15)
FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def beside(name: str, others: Iterable[str]) -> str:
    """A name for a column beside these: longer than any, so that it is none of them."""
    return name + "_" * max(map(len, others))


def profiles(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """rows -> batches(name, values, forms, …): a row for each column"""
    found: dict[str, Profile] = {}
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            known = found.get(name, Profile())
            found[name] = known | profile(column, known.forms)
    rows = [{"name": name, **vars(one), "forms": _packed(one.forms)} for name, one in found.items()]
    if rows:
        yield pa.RecordBatch.from_pylist(rows, PROFILES)


def _packed(forms: Forms | None) -> str | None:
    return None if forms is None else json.dumps({kind: sorted(found) for kind, found in forms.items()})


def _unpacked(text: str | None) -> Forms | None:
    return None if text is None else {kind: frozenset(found) for kind, found in json.loads(text).items()}


PROFILES = pa.schema(
    [
        ("name", pa.string()),
        ("values", pa.int64()),
        ("forms", pa.string()),
        ("least", pa.int64()),
        ("greatest", pa.int64()),
        ("in_float", pa.bool_()),
        ("before", pa.int32()),
        ("after", pa.int32()),
    ]
)


def put_together(rows: pa.Table) -> dict[str, Profile]:
    """The profiles of all blocks -> of each column."""
    found: dict[str, Profile] = {}
    for row in rows.to_pylist():
        name, forms = row.pop("name"), _unpacked(row.pop("forms"))
        found[name] = found.get(name, Profile()) | Profile(forms=forms, **row)
    return found


@dataclass(frozen=True)
class Change:
    """A column before and after, in Arrow's types.

    `reading` is how its text is read, '' where it is no text, and `form` how it is written again.
    """

    before: pa.DataType
    after: pa.DataType
    reading: str = ""
    form: str = ""

    @classmethod
    def of(cls, before: pa.DataType, after: pa.DataType, narrow: Narrow) -> "Change":
        is_read = pa.types.is_string(before) and not pa.types.is_string(after)
        return cls(before, after, narrow.reading if is_read else "", narrow.form)

    def narrow(self, column: pa.Array) -> pa.Array:
        """The same values. Raises ValueError for one that is not."""
        if self.before == self.after:
            return column
        values = READINGS[self.reading](column) if self.reading else column
        if not pa.types.is_floating(self.after):
            values = values.cast(self.after)
        else:
            with np.errstate(over="ignore"):
                values = values.cast(self.after, safe=False)
        if not self.of_wide(column).equals(self.of_narrow(values)):
            raise ValueError(f"a value of {self.before} is none of {self.after}: the input has changed")
        return values

    def of_wide(self, column: pa.Array) -> pa.Array:
        """What is compared and hashed, of a column as it was."""
        return column if self.reading else _bits(column)

    def of_narrow(self, column: pa.Array) -> pa.Array:
        """The same of a column as it is now."""
        if self.reading:
            wide = pa.float64() if self.reading == "double" else pa.int64() if self.reading == "bigint" else column.type
            return own_text.write(column.cast(wide), self.reading, self.form)
        return _bits(column.cast(self.before))


def _bits(column: pa.Array) -> pa.Array:
    """Doubles by their bits: NaN is itself, and -0.0 is not 0.0."""
    if not pa.types.is_float64(column.type):
        return column
    bits = column.fill_null(0.0).to_numpy(zero_copy_only=False).view(np.int64)
    return pc.if_else(column.is_valid(), pa.array(bits), None)


Changes = Mapping[str, Change]


def narrowed(batches: Iterator[pa.RecordBatch], changes: Changes) -> Iterator[pa.RecordBatch]:
    """rows -> rows(…, hash): narrower, each value compared with what it was, and the hash of what it was"""
    names = [*changes, beside("hash", changes)]
    for batch in batches:
        columns = [change.narrow(batch.column(name)) for name, change in changes.items()]
        before = [change.of_wide(batch.column(name)) for name, change in changes.items()]
        hashes = pa.array(row_hashes(before, batch.num_rows).view(np.int64))
        yield pa.RecordBatch.from_arrays([*columns, hashes], names)


def found_content(batches: Iterator[pa.RecordBatch], changes: Changes) -> Iterator[pa.RecordBatch]:
    """rows -> batches(rows, hash): the content of the rows as they are now, their columns in the changes' order"""
    for batch in batches:
        now = [change.of_narrow(column) for change, column in zip(changes.values(), batch.columns, strict=True)]
        yield _content(row_hashes(now, batch.num_rows))


def _content(hashes: Hashes) -> pa.RecordBatch:
    total = np.add.reduce(hashes, dtype=np.uint64).view(np.int64)
    return pa.RecordBatch.from_pylist([{"rows": len(hashes), "hash": int(total)}])


def row_hashes(columns: list[pa.Array], rows: int) -> Hashes:
    """A hash for each row; the places of the columns count."""
    hashes = np.zeros(rows, np.uint64)
    for column in columns:
        hashes = _mixed(hashes * ABSENT + _hashes(column))
    return hashes


def _hashes(column: pa.Array) -> Hashes:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_temporal(kind):
        numbers = _as_int64(column).fill_null(0).to_numpy(zero_copy_only=False)
        hashes = _mixed(numbers.view(np.uint64) + np.uint64(1))
    else:
        texts = column if pa.types.is_string(kind) else pa.array([_told(value) for value in column.to_pylist()])
        coded = texts.cast(pa.string()).dictionary_encode()
        known = pd.util.hash_array(coded.dictionary.to_numpy(zero_copy_only=False), categorize=False)
        codes = coded.indices.fill_null(0).to_numpy(zero_copy_only=False)
        hashes = known[codes] if len(known) else np.zeros(len(column), np.uint64)
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), hashes, ABSENT)


def _as_int64(column: pa.Array) -> pa.Array:
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    return column.cast(pa.int64())


def _told(value: object) -> str | None:
    return None if value is None else repr(value)


def _mixed(numbers: Hashes) -> Hashes:
    """SplitMix64's last step: every bit of the result depends on every bit of the number."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * FACTORS[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * FACTORS[1]
    mixed: Hashes = numbers ^ (numbers >> np.uint64(31))
    return mixed
