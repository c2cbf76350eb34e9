"""Which narrower type holds every value of a column, and the proof: back again, each value is what it was.

Text is a value of a type when that type, written as text again, gives the same text. Only what means nothing may go:
zeros at the end of a fraction (1.50 is 1.5), the T before a time, the case of true. So 007, +5 and 1e5 stay text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Texts: TypeAlias = pa.StringArray
FRACTION_ZEROS = r"^(-?[0-9]+\.[0-9]*?)0+$"
FRACTION_OF_SECOND = r"\.0+(Z?)$|(\.[0-9]*?)0+(Z?)$"
DECIMAL = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"
TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
MOST_DIGITS = 38
HEAD = 16  # values that are tried first
LARGEST_EXACT = 2**53  # up to there a double has every whole number
WHOLE = {"tinyint": pa.int8(), "smallint": pa.int16(), "int": pa.int32(), "bigint": pa.int64()}


@dataclass(frozen=True)
class Reading:
    """One way to read a column of text: `write(read(texts))` has to be `plain(texts)`."""

    read: Callable[[Texts], pa.Array]
    write: Callable[[pa.Array], Texts]
    plain: Callable[[Texts], Texts]

    def holds(self, texts: Texts) -> bool:
        # most columns are most types at no row: Arrow looks at every value though the first is none
        return self._holds(texts[:HEAD]) and (len(texts) <= HEAD or self._holds(texts))

    def _holds(self, texts: Texts) -> bool:
        try:
            return bool(self.write(self.read(texts)).equals(self.plain(texts)))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return False


def same(texts: Texts) -> Texts:
    return texts


def plain_number(texts: Texts) -> Texts:
    """Without zeros at the end of a fraction."""
    shorter = pc.replace_substring_regex(texts, FRACTION_ZEROS, r"\1")
    return pc.replace_substring_regex(shorter, r"\.$", "")


def read_booleans(texts: Texts) -> pa.Array:
    """Raises ArrowInvalid."""
    if not pc.all(pc.is_in(texts, pa.array([*TRUE, *FALSE, None]))).as_py():
        raise pa.ArrowInvalid("no booleans")
    return pc.if_else(texts.is_valid(), pc.is_in(texts, pa.array(TRUE)), None)


def read_decimals(texts: Texts) -> pa.Array:
    if not pc.all(pc.match_substring_regex(texts, DECIMAL)).as_py():
        raise pa.ArrowInvalid("no decimals")
    before, after = digits(texts)
    if before + after > MOST_DIGITS:
        raise pa.ArrowInvalid("too many digits")
    return texts.cast(pa.decimal128(max(before + after, 1), after))


def digits(texts: Texts) -> tuple[int, int]:
    """The most digits before and after the point, of plain numbers."""
    numbers = pc.replace_substring_regex(plain_number(texts), "^-", "")
    lengths = pc.binary_length(numbers)
    points = pc.find_substring(numbers, ".")
    wholes = pc.if_else(pc.less(points, 0), lengths, points)
    fractions = pc.if_else(pc.less(points, 0), 0, pc.subtract(pc.subtract(lengths, points), 1))
    return tuple(pc.max(one).as_py() or 0 for one in (wholes, fractions))  # type: ignore[return-value]


def write_number(values: pa.Array) -> Texts:
    return plain_number(values.cast(pa.string()))


def write_times(values: pa.Array) -> Texts:
    """Those of a zone are in UTC, and end in Z."""
    zone = "Z" if values.type.tz else ""
    return plain_times(pc.strftime(values, "%Y-%m-%d %H:%M:%S" + zone))


def plain_times(texts: Texts) -> Texts:
    """With a blank before the time, and without zeros at the end of a fraction."""
    blank = pc.replace_substring_regex(texts, "^([0-9-]{10})T", r"\1 ")
    return pc.replace_substring_regex(blank, FRACTION_OF_SECOND, r"\2\1\3")


# in the order in which they are preferred
READINGS: Mapping[str, Reading] = {
    "boolean": Reading(read_booleans, lambda values: values.cast(pa.string()), lambda texts: pc.utf8_lower(texts)),
    "bigint": Reading(lambda texts: texts.cast(pa.int64()), lambda values: values.cast(pa.string()), same),
    "double": Reading(lambda texts: texts.cast(pa.float64()), write_number, plain_number),
    "decimal": Reading(read_decimals, write_number, plain_number),
    "date": Reading(lambda texts: texts.cast(pa.date32()), lambda values: values.cast(pa.string()), same),
    "timestamp": Reading(lambda texts: texts.cast(pa.timestamp("us", "UTC")), write_times, plain_times),
    "timestamp_ntz": Reading(lambda texts: texts.cast(pa.timestamp("us")), write_times, plain_times),
}


@dataclass(frozen=True)
class Profile:
    """What all values of a column, or of a block of it, have in common."""

    values: int = 0
    kinds: frozenset[str] = frozenset(READINGS)
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
            self.kinds & other.kinds,
            min((one.least for one in bounds if one.least is not None), default=None),
            max((one.greatest for one in bounds if one.greatest is not None), default=None),
            self.in_float and other.in_float,
            max(self.before, other.before),
            max(self.after, other.after),
        )


def profile(column: pa.Array, kinds: frozenset[str]) -> Profile:
    """Of one batch; `kinds` are those that the batches before it left."""
    column = column.drop_null()
    if not len(column):
        return Profile()
    if pa.types.is_integer(column.type):
        bounds = pc.min_max(column)
        return Profile(len(column), frozenset({"bigint"}), bounds["min"].as_py(), bounds["max"].as_py())
    if pa.types.is_float64(column.type):
        return Profile(len(column), frozenset({"double"}), in_float=fits_float(column))
    if not pa.types.is_string(column.type):
        return Profile(len(column), frozenset())
    whole = kinds & {"bigint", "double", "decimal"}
    if whole and READINGS["bigint"].holds(column):
        return profile_whole(column.cast(pa.int64()), whole)
    held = frozenset(kind for kind in kinds - {"bigint"} if READINGS[kind].holds(column))
    in_float = "double" in held and fits_float(column.cast(pa.float64()))
    before, after = digits(column) if "decimal" in held else (0, 0)
    return Profile(len(column), held, None, None, in_float, before, after)


def profile_whole(numbers: pa.Int64Array, kinds: frozenset[str]) -> Profile:
    """Of texts that are whole numbers: surely decimals, and doubles if they are not too large."""
    bounds = pc.min_max(numbers)
    least, greatest = bounds["min"].as_py(), bounds["max"].as_py()
    largest = max(-least, greatest)
    kinds = kinds if largest <= LARGEST_EXACT else kinds - {"double"}
    in_float = largest <= LARGEST_EXACT and fits_float(numbers.cast(pa.float64()))
    return Profile(len(numbers), kinds, least, greatest, in_float, len(str(largest)))


def fits_float(values: pa.Array) -> bool:
    """Whether each double comes back from a float with the same bits."""
    doubles = values.drop_null().to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        back = doubles.astype(np.float32).astype(np.float64)
    return bool(np.array_equal(doubles.view(np.int64), back.view(np.int64)))


def narrowest(declared: str, found: Profile) -> str:
    """The narrowest type of Spark's that holds every value; the declared one where there is none."""
    kind = next((kind for kind in READINGS if kind in found.kinds), "")
    if not found.values or (not kind and declared):
        return declared
    if kind == "bigint" and found.least is not None and found.greatest is not None:
        return next(
            name
            for name, type_ in WHOLE.items()
            if -(2 ** (type_.bit_width - 1)) <= found.least and found.greatest < 2 ** (type_.bit_width - 1)
        )
    if kind == "double":
        return "float" if found.in_float else "double"
    return f"decimal({max(found.before + found.after, 1)},{found.after})" if kind == "decimal" else kind
