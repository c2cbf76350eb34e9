"""Whether a text is its value's own text: what writing the value gives again, so that different texts stay different.

A column has one form, in which all of its values are written: whole numbers of a column of doubles as `20` or as
`20.0`, booleans in one case, times in one pattern, decimals with one number of digits behind the point.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CASES = {
    text: f"{yes}/{no}" for yes, no in (("true", "false"), ("True", "False"), ("TRUE", "FALSE")) for text in (yes, no)
}
TIMES = ("timestamp", "timestamp_ntz")
POINT = ".0"
DECIMAL = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"
# In this range Arrow writes doubles without an exponent, as Python does.
LEAST, GREATEST = 1e-4, 1e10
LARGEST_WHOLE = 2.0**53  # from here on, doubles leave whole numbers out
WHOLE = r"^[ \t]*[+-]?[0-9]{1,400}[ \t]*$"
# An offset is no part of a time: different texts would be one time.
OFFSET = r"^.{10}[ T].*[+-][0-9]{2}(:?[0-9]{2})?$"


def forms_of(texts: pa.StringArray, kind: str) -> tuple[str, ...]:
    """The forms that all of these texts may have as values of that type; there is one at least, and no null."""
    first = texts[0].as_py()
    if kind == "boolean":
        return (CASES[first],) if first in CASES else ()
    if kind == "double":
        return ("", POINT)
    if kind == "decimal":
        return (str(len(first.partition(".")[2])),) if pc.all(pc.match_substring_regex(texts, DECIMAL)).as_py() else ()
    if kind in TIMES:
        zoned = pc.any(pc.match_substring_regex(texts, OFFSET)).as_py()
        return () if zoned else (_pattern(texts.slice(0, 1))[0].as_py(),)
    return ("",)


def own_texts(texts: pa.StringArray, values: pa.Array, kind: str, form: str, *, comma: bool = False) -> np.ndarray:
    """For each text, whether it is its value's own text, with a decimal comma for a point if it says so; null is."""
    if comma and kind == "double":
        texts = pc.replace_substring(texts, ",", ".")
    # times are compared by their pattern: which zone they are of, they do not say
    own = pc.equal(_pattern(texts), form) if kind in TIMES else pc.equal(texts, write(values, kind, form))
    return np.asarray(pc.fill_null(own, True).to_numpy(zero_copy_only=False))


def keep_order(texts: pa.StringArray, values: pa.Array, kind: str, length: str) -> np.ndarray:
    """For each text, whether its value stands for it among the least and the greatest; null does.

    A code of the column's `length` with zeros in front would lose them, a whole number beyond 2**53 may be another
    double.
    """
    if kind == "bigint":
        lost = pc.and_(pc.starts_with(texts, "0"), pc.equal(pc.binary_length(texts), int(length)))
        return ~np.asarray(pc.fill_null(lost, False).to_numpy(zero_copy_only=False))
    kept = np.ones(len(texts), bool)
    large = pc.and_(pc.greater_equal(pc.abs(values), LARGEST_WHOLE), pc.match_substring_regex(texts, WHOLE))
    rows = np.flatnonzero(pc.fill_null(large, False).to_numpy(zero_copy_only=False))
    kept[rows] = [int(texts[row].as_py()) == values[row].as_py() for row in rows.tolist()]
    return kept


def write(values: pa.Array, kind: str, form: str) -> pa.StringArray:
    """The values as texts of this form; times in UTC."""
    if kind == "boolean":
        yes, no = form.split("/")
        return pc.if_else(values, yes, no)
    if kind == "double":
        return _write_doubles(values, form)
    if kind in TIMES:
        return _write_times(values, form)
    return values.cast(pa.string())


def _write_doubles(values: pa.Array, form: str) -> pa.StringArray:
    """As Python writes them, with or without the .0 of a whole number; 0 has no sign."""
    texts = values.cast(pa.string())
    if form == POINT:
        whole = pc.match_substring_regex(texts, "^-?[0-9]+$")
        texts = pc.if_else(whole, pc.binary_join_element_wise(texts, POINT, ""), texts)
    size = pc.abs(values)
    plain = pc.fill_null(pc.and_(pc.greater_equal(size, LEAST), pc.less(size, GREATEST)), True)
    rest = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
    if not len(rest):
        return texts
    odd = [repr(value or 0.0) for value in values.take(pa.array(rest)).to_pylist()]
    mask = np.zeros(len(values), bool)
    mask[rest] = True
    return pc.replace_with_mask(
        texts, pa.array(mask), pa.array([text if form else text.removesuffix(POINT) for text in odd], pa.string())
    )


def _write_times(values: pa.Array, form: str) -> pa.StringArray:
    """`form` is a pattern: 9999-99-99T99:99:99.999Z"""
    end = "Z" if form.endswith("Z") else ""
    separator = form[10:11].removesuffix("Z") or " "
    kind = pa.timestamp("us", values.type.tz)
    texts = pc.strftime(values.cast(kind), f"%Y-%m-%d{separator}%H:%M:%S")
    return pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, len(form.removesuffix("Z"))), end, "")


def _pattern(texts: pa.StringArray) -> pa.StringArray:
    """2026-01-31T10:00:00Z -> 9999-99-99T99:99:99Z"""
    return pc.replace_substring_regex(texts, "[0-9]", "9")
