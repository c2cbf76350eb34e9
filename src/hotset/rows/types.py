"""Which aggregate a type has, and the type of what comes out."""

from collections.abc import Callable, Mapping

import narwhals as nw
from narwhals.dtypes import DType

from hotset.errors import UsageError

INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64)
FLOATS = (nw.Float32, nw.Float64)
SIMPLE = (*INTEGERS, *FLOATS, nw.String, nw.Boolean, nw.Date, nw.Binary)
MOST_DIGITS = 38  # of a decimal, in both engines


def is_integer(dtype: DType) -> bool:
    return isinstance(dtype, INTEGERS)


def is_float(dtype: DType) -> bool:
    return isinstance(dtype, FLOATS)


def is_number(dtype: DType) -> bool:
    return is_integer(dtype) or is_float(dtype) or isinstance(dtype, nw.Decimal)


def is_timestamp(dtype: DType) -> bool:
    """Of microseconds: neither engine has other ones from end to end."""
    return isinstance(dtype, nw.Datetime) and dtype.time_unit == "us"


def is_ordered(dtype: DType) -> bool:
    """Whether both engines put its values into the same order."""
    return isinstance(dtype, (*SIMPLE, nw.Decimal)) or is_timestamp(dtype)


def is_any(dtype: DType) -> bool:  # noqa: ARG001 (has the shape of the others)
    return True


INT64, FLOAT64 = nw.Int64(), nw.Float64()


def type_of_sum(dtype: DType) -> DType:
    """Wide enough for the sum of many; what does not fit in raises."""
    if isinstance(dtype, nw.Decimal):
        return nw.Decimal(min(dtype.precision + 10, MOST_DIGITS), dtype.scale)
    return INT64 if is_integer(dtype) else FLOAT64


Rule = tuple[Callable[[DType], bool], Callable[[DType], DType]]
TO_INT64: Callable[[DType], DType] = lambda _: INT64  # noqa: E731
TO_FLOAT64: Callable[[DType], DType] = lambda _: FLOAT64  # noqa: E731
TO_ITSELF: Callable[[DType], DType] = lambda dtype: dtype  # noqa: E731

RULES: Mapping[str, Rule] = {
    "length": (is_any, TO_INT64),
    "count": (is_any, TO_INT64),
    "distinct": (is_ordered, TO_INT64),
    "sum": (is_number, type_of_sum),
    "mean": (is_number, TO_FLOAT64),
    "std": (is_number, TO_FLOAT64),
    "median": (is_number, TO_FLOAT64),
    "quantile": (is_number, TO_FLOAT64),
    "corr": (is_number, TO_FLOAT64),
    "min": (is_ordered, TO_ITSELF),
    "max": (is_ordered, TO_ITSELF),
    "first": (is_ordered, TO_ITSELF),
    "last": (is_ordered, TO_ITSELF),
}
WANTED: Mapping[Callable[[DType], bool], str] = {
    is_number: "a signed integer, a float or a decimal",
    is_ordered: "a number, text, a boolean, a date, binary or a timestamp of microseconds",
}


def result_type(function: str, dtype: DType, column: str = "") -> DType:
    """The type of the published column: `result_type("sum", nw.Int32())` is Int64.

    Raises UsageError for a function that there is not, and for one that the type has not.
    """
    if function not in RULES:
        raise UsageError(f"no aggregate of this name, got {function!r}; there are {', '.join(RULES)}")
    takes, gives = RULES[function]
    if takes(dtype):
        return gives(dtype)
    fitting = [name for name, (accepts, _) in RULES.items() if accepts(dtype)]
    raise UsageError(
        f"{function} takes {WANTED[takes]}, got {_named(column)}of type {dtype}; "
        f"cast it first, or take one of {', '.join(fitting)}"
    )


def _named(column: str) -> str:
    return f"column {column!r} " if column else "a column "
