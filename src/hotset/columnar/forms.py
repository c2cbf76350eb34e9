"""The values of a column that is written in a form of its own: one function, for texts and for what footers type.

Every reader goes through it, and so does Catalyst where it reads by itself: the answer is the same by construction.
"""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.epochs import epoch_times
from hotset.columnar.exact import BLANKS, Faults
from hotset.columnar.layout import UTC_TIME, Column
from hotset.columnar.times import cut_to_micros, in_zone_or_told, iso_times, pattern_times, rows_of
from hotset.columnar.values import convert
from hotset.data.forms import AsText, Form, IsoTime, PatternTime, UnitTime, WholeNumber

EXACT = {"float": 2**24, "double": 2**53}  # from there on they skip whole numbers
KINDS: dict[str, Callable[[pa.DataType], bool]] = {
    "text": lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind),
    "number": lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_float64(kind),
    "float": pa.types.is_floating,
    "time": lambda kind: pa.types.is_timestamp(kind) or pa.types.is_date(kind),
    "boolean": pa.types.is_boolean,
}
TAKEN: dict[type[Form], tuple[str, ...]] = {
    IsoTime: ("text", "time"),
    PatternTime: ("text", "number"),
    UnitTime: ("text", "number"),
    WholeNumber: ("text", "number", "float"),
    AsText: tuple(KINDS),
}
WHOLE = r"^-?[0-9]+(?:\.0*)?$"
PLAIN = r"^(?:0|-?[1-9][0-9]*)(?:\.0+)?$"


def bulk_type(form: Form) -> pa.DataType:
    """What a text mostly is, so that Arrow may parse it; where it refuses, all are read as texts."""
    if isinstance(form, IsoTime):
        return UTC_TIME
    is_whole = isinstance(form, UnitTime) or (isinstance(form, WholeNumber) and not form.plain)
    return pa.int64() if is_whole else pa.string()


def takes(stored: pa.DataType, form: Form) -> bool:
    """Whether a file's column of this type may be in the form. Floats have 128 seconds between their times."""
    if pa.types.is_dictionary(stored):
        stored = stored.value_type
    kinds = [kind for kind, is_such in KINDS.items() if is_such(stored)]
    return bool(kinds and kinds[0] in TAKEN[type(form)])


def read_texts(texts: pa.StringArray, column: Column, zone: str, *, refuse_nan: bool) -> tuple[pa.Array, Faults]:
    """What the texts of a column mean, in its form or its type's own way; null where there is a fault."""
    if column.form is None:
        return convert(texts, column, zone, refuse_nan=refuse_nan)
    return read_form(texts, column.form)


def read_form(values: pa.Array, form: Form) -> tuple[pa.Array, Faults]:
    """Values -> what the form makes of them, null where there is none or a fault; and the faults by row."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    if isinstance(form, WholeNumber):
        return _whole(values, PLAIN if form.plain else WHOLE)
    if isinstance(form, UnitTime):
        return epoch_times(_numbers(values), form)
    if isinstance(form, IsoTime) and pa.types.is_temporal(values.type):
        return _stored_times(values, form.zone)
    texts = values.cast(pa.string())
    if isinstance(form, AsText):
        return texts, {}
    return pattern_times(texts, form) if isinstance(form, PatternTime) else iso_times(texts, form.zone)


def _numbers(values: pa.Array) -> pa.Array:
    """As whole numbers where they surely are: they are read faster than texts."""
    if pa.types.is_float64(values.type):
        numbers = np.from_dlpack(pc.fill_null(values, 0))
        if np.all((np.abs(numbers) <= EXACT["double"]) & (numbers == np.floor(numbers))):
            return values.cast(pa.int64())
    return values if pa.types.is_signed_integer(values.type) else values.cast(pa.string())


def _stored_times(values: pa.Array, zone: str) -> tuple[pa.Array, Faults]:
    """Dates are midnights, and both they and times without a zone are in `zone`."""
    if pa.types.is_date(values.type):
        return in_zone_or_told(values.cast(pa.timestamp("ms")).cast(pa.timestamp("us")), zone)
    micros = values.view(pa.int64()) if values.type.unit != "ns" else cut_to_micros(values.view(pa.int64()))
    unit = "us" if values.type.unit == "ns" else values.type.unit
    local = micros.view(pa.timestamp(unit)).cast(pa.timestamp("us"))
    return in_zone_or_told(local, "UTC" if values.type.tz else zone)


def _whole(values: pa.Array, pattern: str) -> tuple[pa.Array, Faults]:
    if pa.types.is_signed_integer(values.type):
        return values.cast(pa.int64()), {}
    if limit := EXACT.get(str(values.type)):
        return _whole_floats(values, limit)
    texts = values.cast(pa.string())
    texts = texts if pattern == PLAIN else pc.ascii_trim(texts, BLANKS)
    plain = pc.match_substring_regex(texts, pattern)
    digits = pc.replace_substring_regex(pc.if_else(plain, texts, None), r"\..*$", "")
    try:
        numbers, beyond = digits.cast(pa.int64()), np.zeros(len(digits), bool)
    except pa.ArrowInvalid:
        known = [None if text is None else int(Decimal(text)) for text in digits.to_pylist()]
        beyond = np.array([one is not None and not -(2**63) <= one < 2**63 for one in known])
        numbers = pa.array([None if far else one for one, far in zip(known, beyond, strict=True)], pa.int64())
    faults = dict.fromkeys(np.flatnonzero(~rows_of(plain.fill_null(True))).tolist(), "not a whole number")
    return numbers, faults | dict.fromkeys(np.flatnonzero(beyond).tolist(), "out of range of type bigint")


def _whole_floats(values: pa.Array, limit: int) -> tuple[pa.Array, Faults]:
    numbers = np.from_dlpack(pc.fill_null(values, 0)).astype(np.float64)
    exact, whole = np.abs(numbers) < limit, numbers == np.floor(numbers)
    reason = f"beyond {limit:,}, where a {values.type} is no longer exact"
    faults: Faults = {
        row: reason if whole[row] else "not a whole number" for row in np.flatnonzero(~(exact & whole)).tolist()
    }
    good = exact & whole & rows_of(values.is_valid())
    return pa.array(np.where(good, numbers, 0).astype(np.int64), mask=~good), faults
