"""What texts mean as values of a column: in bulk by Arrow, and one by one where Arrow refuses or may be too kind.

docs/data.md has the rules. Both ways give the same values; only the second one can say what is wrong.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.exact import BLANKS, FALSE, THOUSANDS, TRUE, Fault, Faults, reader
from hotset.columnar.layout import WHOLE, Column

ONE_BY_ONE = 64  # values; below that, another attempt in bulk costs more than looking at each
UNTRIMMED = ("boolean", "timestamp", "timestamp_ntz")

# Years from 1 on, and the days that every such month has.
A_DATE = (
    r"(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)"
    r"|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
A_TIME = A_DATE + r"(?:[ T](?:[01][0-9]|2[0-3])(?::[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?%s)?"
MANY = 4  # where more than one of so many is odd, it is not odd here
LONGEST_NUMBER = 40
UTC = ("UTC", "Etc/UTC", "GMT", "Z")  # names of the zone without an offset
DIGITS = b"0123456789-"
NUMBERS = DIGITS + b"+.eE"
COMMAS = NUMBERS + b","
BYTES = {
    **dict.fromkeys(WHOLE, DIGITS),
    "boolean": b"trueTRUEfalsFALS",
    "date": DIGITS,
    "timestamp": DIGITS + b"+:. TZ",
    "timestamp_ntz": DIGITS + b":. T",
}
# bytes -> what each byte becomes: 1 for the others
ODD = {known: bytes(byte not in known for byte in range(256)) for known in (NUMBERS, COMMAS, *BYTES.values())}
Rows = np.ndarray
# 2037-01-01: the tables of the zones end in that year, and Arrow does not know the rules for what comes after
LAST_LISTED_US = 2_114_380_800_000_000
DAY_US = 86_400_000_000
FIRST_DAY, LAST_DAY = -719_162, 2_932_896  # of the years 1 and 9999, since 1970
LAST_US = (LAST_DAY + 1) * DAY_US - 1

SURE_DIGITS = {"tinyint": 2, "smallint": 4, "int": 9, "bigint": 18}
SURE = {
    "float": r"^[+-]?(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:[eE][+-]?[01]?[0-9])?$",
    "double": r"^[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?$",
    "boolean": rf"^(?:{'|'.join((*TRUE, *FALSE))})$",
    "date": rf"^{A_DATE}$",
    "timestamp": "^" + A_TIME % r"(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?" + "$",
    "timestamp_ntz": "^" + A_TIME % "" + "$",
}


HAS_OFFSET = r"[T ].*(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"


class Doubtful(Exception):  # noqa: N818 (a doubt, not an error)
    """Arrow took it, but may have been too kind."""


def convert(texts: pa.StringArray, column: Column, zone: str, *, refuse_nan: bool) -> tuple[pa.Array, Faults]:
    """texts -> values of the column, null where there is a fault; and the faults by row."""
    if column.kind == "string":
        return texts, {}
    bulk = _bulk(column, zone, refuse_nan)
    exact = reader(column, zone, refuse_nan)
    suspects = _odd(texts, column)
    if len(suspects) > len(texts) // MANY and column.kind not in UNTRIMMED:
        texts = pc.ascii_trim(texts, BLANKS)
        suspects = _odd(texts, column)
    return _apart(texts, suspects, column, bulk, exact, partial(_by_pattern, column=column, bulk=bulk, exact=exact))


Bulk = Callable[[pa.StringArray], pa.Array]
Exact = Callable[[str], Any]
Converted = tuple[pa.Array, Faults]


def _apart(
    texts: pa.StringArray,
    suspects: Rows,
    column: Column,
    bulk: Bulk,
    exact: Exact,
    or_else: Callable[[pa.StringArray], Converted],
) -> Converted:
    """The suspects one by one, the others in bulk, or as `or_else` does it."""
    others = _without(texts, suspects) if len(suspects) else texts
    try:
        values: pa.Array = bulk(others)
        faults: Faults = {}
    except NOT_IN_BULK:
        values, faults = or_else(others)
    if len(suspects):
        looked_at, wrong = _one_by_one(texts.take(pa.array(suspects)), exact, column.type)
        if looked_at.null_count < len(looked_at):
            mask = np.zeros(len(texts), bool)
            mask[suspects] = True
            values = pc.replace_with_mask(values, pa.array(mask), looked_at)
        faults |= {int(suspects[row]): reason for row, reason in wrong.items()}
    return values, faults


def _by_pattern(texts: pa.StringArray, column: Column, bulk: Bulk, exact: Exact) -> Converted:
    known = pc.fill_null(pc.match_substring_regex(texts, _surely(column)), True)
    suspects = np.flatnonzero(~np.from_dlpack(known.cast(pa.uint8())).view(bool))
    return _apart(texts, suspects, column, bulk, exact, partial(_halved, bulk=bulk, exact=exact, kind=column.type))


def _odd(texts: pa.StringArray, column: Column) -> Rows:
    """The rows whose texts hold a byte, or have a length, that values of this kind seldom do."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    content = texts.buffers()[2].slice(offsets[0], offsets[-1] - offsets[0]).to_pybytes()
    marked = np.frombuffer(content.translate(ODD[COMMAS if column.comma else BYTES.get(column.kind, NUMBERS)]), bool)
    rows = np.searchsorted(offsets, np.flatnonzero(marked) + offsets[0], side="right") - 1
    lengths = np.diff(offsets)
    long = np.flatnonzero(lengths > SURE_DIGITS.get(column.kind, LONGEST_NUMBER))
    empty = np.flatnonzero((lengths == 0) & np.from_dlpack(texts.is_valid().cast(pa.uint8())).view(bool))
    return np.unique(np.concatenate([rows, long, empty]))


def _without(texts: pa.StringArray, rows: Rows) -> pa.StringArray:
    """The same texts, null in these rows."""
    valid = np.from_dlpack(texts.is_valid().cast(pa.uint8())).copy()
    valid[rows] = 0
    bits = pa.py_buffer(np.packbits(valid.astype(bool), axis=None, bitorder="little"))
    _, offsets, data = texts.buffers()
    moved = offsets.slice(texts.offset * 4, (len(texts) + 1) * 4)
    return pa.StringArray.from_buffers(len(texts), moved, data, bits)


def _halved(texts: pa.StringArray, bulk: Bulk, exact: Exact, kind: pa.DataType) -> Converted:
    """In bulk if that goes; else each half by itself, and few one by one."""
    try:
        return bulk(texts), {}
    except NOT_IN_BULK:
        if len(texts) <= ONE_BY_ONE:
            return _one_by_one(texts, exact, kind)
    half = len(texts) // 2
    first, faults = _halved(texts[:half], bulk, exact, kind)
    second, more = _halved(texts[half:], bulk, exact, kind)
    return pa.concat_arrays([first, second]), faults | {half + row: reason for row, reason in more.items()}


def _one_by_one(texts: pa.StringArray, exact: Exact, kind: pa.DataType) -> Converted:
    values: list[Any] = []
    faults: Faults = {}
    for row, text in enumerate(texts.to_pylist()):
        try:
            values.append(None if text is None else exact(text))
        except Fault as why:
            values.append(None)
            faults[row] = str(why)
    return pa.array(values, kind), faults


def _surely(column: Column) -> str:
    """A pattern for texts that are values without doubt, so that few are looked at one by one."""
    if column.comma:
        return _surely(replace(column, comma=False)).replace(r"\.", ",")
    if column.kind in WHOLE:
        return rf"^-?[0-9]{{1,{SURE_DIGITS[column.kind]}}}$"
    if column.kind.startswith("decimal"):
        scale, before = column.type.scale, column.type.precision - column.type.scale
        return rf"^[+-]?[0-9]{{1,{before}}}(?:\.[0-9]{{0,{scale}}})?$" if before else r"^\b\B"
    return SURE[column.kind]


# in bulk

NOT_IN_BULK = (pa.ArrowInvalid, pa.ArrowNotImplementedError, Doubtful)


def _bulk(column: Column, zone: str, refuse_nan: bool) -> Callable[[pa.StringArray], pa.Array]:
    def of_texts(texts: pa.StringArray) -> pa.Array:
        if column.kind == "boolean":
            return _booleans(texts)
        if column.kind == "timestamp":
            return _timestamps(texts, zone)
        if column.comma:
            texts = _pointed(texts)
        return sure(texts.cast(column.type), column, refuse_nan=refuse_nan)

    return of_texts


def _pointed(texts: pa.StringArray) -> pa.StringArray:
    """Numbers with a decimal comma, with a decimal point. Raises Doubtful for other points than those of thousands."""
    pointed = pc.match_substring(texts, ".")
    if pc.any(pointed).as_py():
        grouped = pc.match_substring_regex(texts, rf"^[{BLANKS}]*{THOUSANDS}[{BLANKS}]*$")
        if pc.any(pc.and_not(pointed, grouped)).as_py():
            raise Doubtful
        texts = pc.replace_substring(texts, ".", "")
    return pc.replace_substring(texts, ",", ".")


def sure(values: pa.Array, column: Column, *, refuse_nan: bool) -> pa.Array:
    """The values, if they are what the texts said. Raises ArrowInvalid where Arrow may have been too kind."""
    if pa.types.is_decimal(values.type):
        values.validate(full=True)  # Arrow's readers do not ask whether all digits fit
    if pa.types.is_floating(values.type):
        suspects = pc.invert(pc.is_finite(values)) if refuse_nan else pc.is_inf(values)
        if pc.any(suspects).as_py():
            raise Doubtful
    if column.kind in ("date", "timestamp", "timestamp_ntz") and pc.any(beyond_years(values)).as_py():
        raise Doubtful
    return values


def beyond_years(values: pa.Array) -> pa.BooleanArray:
    """Which days or microseconds lie outside of the years 1 to 9999, which Python's dates have."""
    is_day = pa.types.is_date(values.type)
    numbers = values.cast(pa.int32() if is_day else pa.int64())
    first, last = (FIRST_DAY, LAST_DAY) if is_day else (FIRST_DAY * DAY_US, LAST_US)
    return pc.fill_null(pc.or_(pc.less(numbers, first), pc.greater(numbers, last)), False)


def _booleans(texts: pa.StringArray) -> pa.Array:
    yes = pc.is_in(texts, pa.array(TRUE))
    known = pc.or_(pc.or_(yes, pc.is_in(texts, pa.array(FALSE))), texts.is_null())
    if not pc.all(known).as_py():
        raise Doubtful
    return pc.if_else(texts.is_valid(), yes, None)


def _timestamps(texts: pa.StringArray, zone: str) -> pa.Array:
    """Those with an offset, and the others, which are in the zone."""
    if not len(texts):
        return pa.array([], pa.timestamp("us", "UTC"))
    zoned = pc.fill_null(pc.match_substring_regex(texts, HAS_OFFSET), False)
    local = in_zone(pc.if_else(zoned, None, texts).cast(pa.timestamp("us")), zone)
    absolute = pc.if_else(zoned, texts, None).cast(pa.timestamp("us", "UTC"))
    both = pc.if_else(zoned, absolute, local)
    return sure(both, Column("", "timestamp", both.type), refuse_nan=False)


def in_zone(local: pa.Array, zone: str) -> pa.Array:
    """Local times -> timestamps. Raises ArrowInvalid where the zone skips or repeats one, Doubtful from 2037 on."""
    if zone in UTC:
        return local.cast(pa.timestamp("us", "UTC"))
    latest = pc.max(local)
    if latest.is_valid and latest.value >= LAST_LISTED_US:
        raise Doubtful
    return pc.assume_timezone(local, zone).cast(pa.timestamp("us", "UTC"))
