"""Texts that are times, in ISO 8601 or by a pattern, as timestamps; the faults by row.

What lies below a microsecond is cut off, as everywhere: times that differ only there are one time.
"""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.exact import Fault, Faults, in_one_zone
from hotset.columnar.layout import UTC_TIME, Column
from hotset.columnar.values import NOT_IN_BULK, convert, in_zone, sure
from hotset.data.forms import PatternTime
from hotset.data.time_pattern import MONTHS, SHORT_MONTHS

EPOCH = datetime(1970, 1, 1)  # local, in whatever zone
SECOND_US = 1_000_000
PIVOT_YEAR = 69  # of two digits: 69 is 1969, 68 is 2068, as POSIX has it
TIME = Column("", "timestamp", UTC_TIME)
# What people write beside what the reader of timestamps takes; each rule leaves alone what it does not fit.
ODD = r"[a-z,]|\.[0-9]{7}| [+-]| (?:Z|UTC|GMT)$"
OFFSET = r"[+-][0-9:]{2,5}|[+-][0-9]{2}:[0-9]{2}"
RULES = (
    (r"^([0-9-]{10})t", r"\1T"),
    (rf"(:[0-9]{{2}})[.,]([0-9]{{1,6}})[0-9]{{0,3}}( ?(?:[Zz]|UTC|GMT|{OFFSET}))?$", r"\1.\2\3"),
    (r"^([0-9-]{10}[ T][0-9:.]+)(?: ?[Zz]| UTC| GMT)$", r"\1Z"),
    (rf"^([0-9-]{{10}}[ T][0-9:.]+) ({OFFSET})$", r"\1\2"),
)


def iso_times(texts: pa.StringArray, zone: str) -> tuple[pa.Array, Faults]:
    """Texts in ISO 8601 -> timestamps; what says no offset is in the zone."""
    if pc.any(pc.match_substring_regex(texts, ODD)).as_py():
        for pattern, replacement in RULES:
            texts = pc.replace_substring_regex(texts, pattern, replacement)
    return convert(texts, TIME, zone, refuse_nan=False)


def pattern_times(texts: pa.StringArray, form: PatternTime) -> tuple[pa.Array, Faults]:
    """Texts as the pattern has them -> timestamps."""
    found = pc.extract_regex(texts, f"^(?:{form.regex})$")
    parts = {name: pc.struct_field(found, name) for name in found.type.names}
    days, there = _days(parts)
    micros = days * (86_400 * SECOND_US) + _of_day(parts)
    ahead = _ahead(parts["z"]) if "z" in parts else 0
    good = rows_of(found.is_valid()) & there
    wrong = np.flatnonzero(rows_of(texts.is_valid()) & ~good)
    faults: Faults = dict.fromkeys(wrong.tolist(), f"not a time like {form.pattern}")
    local = pa.array(np.where(good, micros - ahead, 0), mask=~good).view(pa.timestamp("us"))
    values, more = in_zone_or_told(local, "UTC" if "z" in parts else form.zone)
    return values, faults | more


def in_zone_or_told(local: pa.Array, zone: str) -> tuple[pa.Array, Faults]:
    """Local times -> timestamps; those that the zone skips or repeats, or that Python has not, are faults."""
    try:
        return sure(in_zone(local, zone), TIME, refuse_nan=False), {}
    except NOT_IN_BULK:
        values, faults = [], {}
    for row, micros in enumerate(local.view(pa.int64()).to_pylist()):
        try:
            values.append(None if micros is None else _placed(micros, zone))
        except Fault as why:
            values.append(None)
            faults[row] = str(why)
    return pa.array(values, UTC_TIME), faults


def _placed(micros: int, zone: str) -> datetime:
    try:
        return in_one_zone(EPOCH + timedelta(microseconds=micros), zone)
    except OverflowError:
        raise Fault("out of range of type timestamp") from None


def rows_of(mask: pa.BooleanArray) -> np.ndarray:
    """A mask without nulls, as NumPy has it."""
    return np.from_dlpack(mask.cast(pa.uint8())).view(bool)


def cut_to_micros(nanos: pa.Int64Array) -> pa.Int64Array:
    """Microseconds, towards the past; Arrow's own cast goes towards 1970."""
    return pa.array(np.from_dlpack(pc.fill_null(nanos, 0)) // 1000, mask=~rows_of(nanos.is_valid()))


def _days(parts: dict[str, pa.Array]) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970, and where there is such a day."""
    year = _number(parts["Y"]) if "Y" in parts else _full_year(_number(parts["y"]))
    month = _month(parts)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (_number(parts["d"]) - 1)
    return days.astype(np.int64), (days.astype("datetime64[M]") == months) & (year > 0)


def _full_year(short: np.ndarray) -> np.ndarray:
    full: np.ndarray = np.where(short < PIVOT_YEAR, 2000, 1900) + short
    return full


def _month(parts: dict[str, pa.Array]) -> np.ndarray:
    if "m" in parts:
        return _number(parts["m"])
    letter, names = ("b", SHORT_MONTHS) if "b" in parts else ("B", MONTHS)
    places = pc.index_in(pc.utf8_lower(parts[letter]), pa.array(names, pa.string()))
    return np.from_dlpack(pc.fill_null(places, 0)).astype(np.int64) + 1


def _of_day(parts: dict[str, pa.Array]) -> np.ndarray | int:
    """Microseconds since midnight."""
    hours: np.ndarray | int = _number(parts["H"]) if "H" in parts else 0
    if "I" in parts:
        evening = rows_of(pc.equal(pc.utf8_lower(parts["p"]), "pm").fill_null(False))
        hours = _number(parts["I"]) % 12 + 12 * evening
    minutes, seconds = (_number(parts[letter]) if letter in parts else 0 for letter in "MS")
    fraction: np.ndarray | int = 0
    if "f" in parts:
        fraction = _number(pc.utf8_slice_codeunits(pc.ascii_rpad(parts["f"], 6, "0"), 0, 6))
    return ((hours * 60 + minutes) * 60 + seconds) * SECOND_US + fraction


def _ahead(offsets: pa.StringArray) -> np.ndarray:
    """Microseconds that the local time is ahead of UTC."""
    digits = pc.ascii_rpad(pc.replace_substring_regex(offsets, "[^0-9]", ""), 4, "0")
    minutes = _number(pc.utf8_slice_codeunits(digits, 0, 2)) * 60 + _number(pc.utf8_slice_codeunits(digits, 2, 4))
    behind = rows_of(pc.starts_with(offsets, "-").fill_null(False))
    ahead: np.ndarray = np.where(behind, -minutes, minutes) * 60 * SECOND_US
    return ahead


def _number(digits: pa.StringArray) -> np.ndarray:
    """0 where there is none: such a row did not match."""
    known = pc.if_else(pc.equal(digits, ""), "0", digits)
    return np.from_dlpack(pc.fill_null(known, "0").cast(pa.int64()))
