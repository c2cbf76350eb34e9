"""Types that a column has in several files, and the narrowest one that holds every value of both without a change."""

import re
from functools import reduce

WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}  # the digits that they need
FRACTIONS = ("float", "double")
DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
MOST_DIGITS = 38
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
    if digits is None or others is None:
        return ""
    before, scale = max(digits[0], others[0]), max(digits[1], others[1])
    return f"decimal({before + scale},{scale})" if before + scale <= MOST_DIGITS else ""


def _digits(kind: str) -> tuple[int, int] | None:
    """Before and behind the point."""
    if kind in WHOLE:
        return WHOLE[kind], 0
    found = DECIMAL.fullmatch(kind)
    return (int(found[1]) - int(found[2]), int(found[2])) if found else None
