"""Numbers that are times since 1970, as timestamps; the faults by row.

A number is what its digits say: a double of Parquet stands for the shortest decimal that names it, which is what a CSV
of it holds. What lies below a microsecond is cut off, towards the past.
"""

from decimal import Decimal
from fractions import Fraction
from math import floor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.columnar.exact import BLANKS, NUMBER, Faults
from hotset.columnar.layout import UTC_TIME
from hotset.columnar.times import rows_of
from hotset.data.forms import IN_SECOND, UNIT_NAMES, UNITS, UnitTime, plausible

MICROS_IN_SECOND = 1_000_000
LONGEST_NUMBER = 100
BEYOND = 25  # digits before the point: more than any time has
PLAIN = r"^[0-9]{1,18}(?:\.[0-9]{1,60})?$"  # no sign: below 0, cutting digits off goes the other way


def epoch_times(numbers: pa.Array, form: UnitTime) -> tuple[pa.Array, Faults]:
    """Whole numbers of 64 bits, or texts of numbers -> timestamps."""
    if pa.types.is_integer(numbers.type):
        return _whole_times(numbers.cast(pa.int64()), form)
    texts = pc.ascii_trim(numbers, BLANKS)
    plain = pc.match_substring_regex(texts, PLAIN).fill_null(False)
    micros = np.zeros(len(texts), np.int64)
    some = rows_of(plain).copy()
    micros[some], fits = _plain_micros(texts.filter(plain), form)
    some[some] = fits
    faults: Faults = {}
    for row in np.flatnonzero(rows_of(texts.is_valid()) & ~some).tolist():
        found = _exactly(texts[row].as_py(), form)
        if isinstance(found, str):
            faults[row] = found
        else:
            micros[row], some[row] = found, True
    return pa.array(micros, mask=~some).view(UTC_TIME), faults


def _whole_times(numbers: pa.Int64Array, form: UnitTime) -> tuple[pa.Array, Faults]:
    whole = np.from_dlpack(pc.fill_null(numbers, 0))
    fits, valid = _fits(whole, form), rows_of(numbers.is_valid())
    rows = np.flatnonzero(valid & ~fits).tolist()
    good = fits & valid
    return pa.array(_micros(np.where(good, whole, 0), form), mask=~good).view(UTC_TIME), {
        row: _reason(Decimal(int(whole[row])), form) for row in rows
    }


def _plain_micros(texts: pa.StringArray, form: UnitTime) -> tuple[np.ndarray, np.ndarray]:
    """Digits, with or without a fraction: their microseconds, and which of them are times."""
    parts = pc.extract_regex(texts, r"^(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?$")
    whole = np.from_dlpack(parts.field(0).cast(pa.int64()))
    fits = _fits(whole, form)
    micros = _micros(np.where(fits, whole, 0), form)
    if digits := len(str(MICROS_IN_SECOND // IN_SECOND[form.unit])) - 1 if form.unit in ("s", "ms") else 0:
        padded = pc.utf8_slice_codeunits(pc.ascii_rpad(parts.field(1), digits, "0"), 0, digits)
        micros = micros + np.from_dlpack(padded.cast(pa.int64()))
    return micros, fits


def _fits(whole: np.ndarray, form: UnitTime) -> np.ndarray:
    least, greatest = -(2**63), 2**63 - 1
    fits = np.zeros(len(whole), bool)
    for first, end in form.spans:
        fits |= (whole >= max(first, least)) & (whole <= min(end - 1, greatest))
    return fits


def _micros(whole: np.ndarray, form: UnitTime) -> np.ndarray:
    factor = IN_SECOND[form.unit]
    if factor > MICROS_IN_SECOND:
        return whole // (factor // MICROS_IN_SECOND)
    return whole * (MICROS_IN_SECOND // factor)


def _exactly(text: str, form: UnitTime) -> int | str:
    """Microseconds, or what is wrong."""
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        return f"not a number of {UNIT_NAMES[form.unit]}"
    number = Decimal(text) if len(text.lower().partition("e")[2]) < 6 else Decimal("Infinity")
    if number.is_infinite() or number.adjusted() > BEYOND:
        return "out of range of type timestamp"
    exact = Fraction(0) if number.adjusted() < -LONGEST_NUMBER else Fraction(number)
    if not any(first <= exact < end for first, end in form.spans):
        return _reason(number, form)
    return floor(exact * MICROS_IN_SECOND / IN_SECOND[form.unit])


def _reason(number: Decimal, form: UnitTime) -> str:
    for unit in UNITS:
        least, end = plausible(unit)
        if unit != form.unit and least <= number < end:
            return f"{UNIT_NAMES[unit]} since 1970, by its size, in a column of {UNIT_NAMES[form.unit]}"
    if form.unlike != "guessed":
        return "out of range of type timestamp"
    return f"not within 1973 to 2286 as {UNIT_NAMES[form.unit]} since 1970"
