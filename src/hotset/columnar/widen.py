"""Types that a column has in several files, and the narrowest one that holds every value of both without a change."""

import re
from functools import reduce

from hotset.columnar.guess import MOST_DIGITS

WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}  # the digits that they need
FRACTIONS = ("float", "double")
DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
Digits = tuple[int, int]  # before the point, and behind it
EXACT_AS_DOUBLE = ("tinyint", "smallint", "int")


def widest(first: str, *others: str) -> str:
    """In Spark's DDL. The first one where no type holds all: who reads says which file does not fit."""
    found = reduce(lambda kind, other: kind and wider(kind, other), others, first)
    return found or first


def wider(one: str, other: str) -> str:
    """The type that holds the values of both; '' where there is none."""
    if one == other:
        return one
    if one in WHOLE and other in WHOLE:
        return max(one, other, key=WHOLE.__getitem__)
    if {one, other} <= {*FRACTIONS, *EXACT_AS_DOUBLE}:
        return "double"
    digits, others = _digits(one), _digits(other)
    found = wider_digits(digits, others) if digits and others else None
    return f"decimal({sum(found)},{found[1]})" if found else ""


def wider_digits(one: Digits, other: Digits) -> Digits | None:
    """Of the decimal that holds the values of both; None where 38 digits do not."""
    before, behind = max(one[0], other[0]), max(one[1], other[1])
    return (before, behind) if before + behind <= MOST_DIGITS else None


def _digits(kind: str) -> Digits | None:
    if kind in WHOLE:
        return WHOLE[kind], 0
    found = DECIMAL.fullmatch(kind)
    return (int(found[1]) - int(found[2]), int(found[2])) if found else None
