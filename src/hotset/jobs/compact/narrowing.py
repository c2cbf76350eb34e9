"""Which narrower type holds every value of a column, and the proof: back again, each value is what it was.

Text is a value of a type when that type, written as text again, gives the same text, character by character. So 007,
+5, 1e5, and 1.10 beside 1.1, stay text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset import own_text

Texts: TypeAlias = pa.StringArray
TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
MOST_DIGITS = 38
HEAD = 16  # values that are tried first
LARGEST_EXACT = 2**53  # up to there a double has every whole number
WHOLE = {"tinyint": pa.int8(), "smallint": pa.int16(), "int": pa.int32(), "bigint": pa.int64()}


def read_booleans(texts: Texts) -> pa.Array:
    """Raises ArrowInvalid."""
    if not pc.all(pc.is_in(texts, pa.array([*TRUE, *FALSE, None]))).as_py():
        raise pa.ArrowInvalid("no booleans")
    return pc.if_else(texts.is_valid(), pc.is_in(texts, pa.array(TRUE)), None)


def read_times(texts: Texts, kind: pa.DataType) -> pa.Array:
    """Days and times from the year 1 on, as all readers have them. Raises ArrowInvalid."""
    if pc.any(pc.starts_with(texts, "0000")).as_py():
        raise pa.ArrowInvalid("a year 0")
    return texts.cast(kind)


def read_decimals(texts: Texts) -> pa.Array:
    before, after = digits(texts)
    if before + after > MOST_DIGITS:
        raise pa.ArrowInvalid("too many digits")
    return texts.cast(pa.decimal128(max(before + after, 1), after))


def digits(texts: Texts) -> tuple[int, int]:
    """The most digits before and after the point, of plain numbers."""
    numbers = pc.replace_substring_regex(texts, "^-", "")
    lengths = pc.binary_length(numbers)
    points = pc.find_substring(numbers, ".")
    wholes = pc.if_else(pc.less(points, 0), lengths, points)
    fractions = pc.if_else(pc.less(points, 0), 0, pc.subtract(pc.subtract(lengths, points), 1))
    return tuple(pc.max(one).as_py() or 0 for one in (wholes, fractions))  # type: ignore[return-value]


# in the order in which they are preferred
READINGS: Mapping[str, Callable[[Texts], pa.Array]] = {
    "boolean": read_booleans,
    "bigint": lambda texts: texts.cast(pa.int64()),
    "double": lambda texts: texts.cast(pa.float64()),
    "decimal": read_decimals,
    "date": lambda texts: read_times(texts, pa.date32()),
    "timestamp": lambda texts: read_times(texts, pa.timestamp("us", "UTC")),
    "timestamp_ntz": lambda texts: read_times(texts, pa.timestamp("us")),
}
PLAIN = frozenset({""})
Forms = Mapping[str, frozenset[str]]  # type -> the forms in which all values are its own texts


def forms_of(texts: Texts, kind: str) -> frozenset[str]:
    """The forms in which every text is the own text of a value of this type; none where it has no such values."""
    # most columns are most types at no row: Arrow looks at every value though the first is none
    if len(texts) > HEAD and not forms_of(texts[:HEAD], kind):
        return frozenset()
    try:
        values = READINGS[kind](texts)
        forms = own_text.forms_of(texts, kind)
        return frozenset(form for form in forms if own_text.write(values, kind, form).equals(texts))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return frozenset()


def common_forms(one: Forms | None, other: Forms | None) -> Forms | None:
    """Those of both; None is everything."""
    if one is None or other is None:
        return one if other is None else other
    return {kind: both for kind in one if kind in other and (both := one[kind] & other[kind])}


@dataclass(frozen=True)
class Profile:
    """What all values of a column, or of a block of it, have in common."""

    values: int = 0
    forms: Forms | None = None  # of types that hold all values; None before there was a value
    least: int | None = None
    greatest: int | None = None
    in_float: bool = True  # every double is a float's value
    before: int = 0
    after: int = 0

    def __or__(self, other: "Profile") -> "Profile":
        known = [one for one in (self, other) if one.values]
        bounds = [one for one in known if one.least is not None and one.greatest is not None]
        return Profile(
            self.values + other.values,
            common_forms(self.forms, other.forms),
            min((one.least for one in bounds if one.least is not None), default=None),
            max((one.greatest for one in bounds if one.greatest is not None), default=None),
            self.in_float and other.in_float,
            max(self.before, other.before),
            max(self.after, other.after),
        )


def profile(column: pa.Array, forms: Forms | None) -> Profile:
    """Of one batch; `forms` are those that the batches before it left."""
    column = column.drop_null()
    if not len(column):
        return Profile()
    if pa.types.is_integer(column.type):
        bounds = pc.min_max(column)
        return Profile(len(column), {"bigint": PLAIN}, bounds["min"].as_py(), bounds["max"].as_py())
    if pa.types.is_float64(column.type):
        return Profile(len(column), {"double": PLAIN}, in_float=fits_float(column))
    if not pa.types.is_string(column.type):
        return Profile(len(column), {})
    kinds = READINGS.keys() if forms is None else forms.keys()
    if kinds & {"bigint", "double", "decimal"} and forms_of(column, "bigint"):
        return profile_whole(column.cast(pa.int64()))
    held = {kind: found for kind in kinds if kind != "bigint" and (found := forms_of(column, kind))}
    in_float = "double" in held and fits_float(column.cast(pa.float64()))
    before, after = digits(column) if "decimal" in held else (0, 0)
    return Profile(len(column), held, None, None, in_float, before, after)


def profile_whole(numbers: pa.Int64Array) -> Profile:
    """Of texts that are whole numbers: surely decimals, and doubles if they are not too large."""
    bounds = pc.min_max(numbers)
    least, greatest = bounds["min"].as_py(), bounds["max"].as_py()
    largest = max(-least, greatest)
    exact = largest <= LARGEST_EXACT
    forms = {"bigint": PLAIN, "decimal": frozenset({"0"})} | ({"double": PLAIN} if exact else {})
    in_float = exact and fits_float(numbers.cast(pa.float64()))
    return Profile(len(numbers), forms, least, greatest, in_float, len(str(largest)))


def fits_float(values: pa.Array) -> bool:
    """Whether each double comes back from a float with the same bits."""
    doubles = values.drop_null().to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        back = doubles.astype(np.float32).astype(np.float64)
    return bool(np.array_equal(doubles.view(np.int64), back.view(np.int64)))


@dataclass(frozen=True)
class Narrow:
    """A type of Spark's, and how its values are written where they were text."""

    kind: str
    reading: str = ""
    form: str = ""


def narrowest(declared: str, found: Profile) -> Narrow:
    """The narrowest type that holds every value; the declared one where there is none."""
    forms = found.forms or {}
    kind = next((kind for kind in READINGS if kind in forms), "")
    if not found.values or not kind:
        return Narrow(declared)
    return Narrow(_narrowest_of(kind, found), kind, min(forms[kind]))


def _narrowest_of(kind: str, found: Profile) -> str:
    if kind == "bigint" and found.least is not None and found.greatest is not None:
        return next(
            name
            for name, type_ in WHOLE.items()
            if -(2 ** (type_.bit_width - 1)) <= found.least and found.greatest < 2 ** (type_.bit_width - 1)
        )
    if kind == "double":
        return "float" if found.in_float else "double"
    return f"decimal({max(found.before + found.after, 1)},{found.after})" if kind == "decimal" else kind
