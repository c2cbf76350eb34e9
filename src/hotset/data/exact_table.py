"""Tables that the driver holds, in the types of a dataset: every value as it is, or refused by name.

What pandas calls missing (None, NaN, NaT, NA) is null. A type that Spark lacks becomes the declared one where that
holds every value; times are in microseconds where nothing is cut off.
"""

import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pyarrow as pa
from pyspark.errors import PySparkTypeError
from pyspark.sql.pandas.types import from_arrow_type

from hotset.data.dataset import Dataset
from hotset.data.families import check_alike
from hotset.errors import DataError, SchemaError, UsageError

if TYPE_CHECKING:
    import pandas as pd

Kinds = Callable[[pa.DataType], bool]
# types that Spark lacks, or that were guessed from the values, and the declared ones that may hold the same
WIDENED: tuple[tuple[Kinds, Kinds], ...] = (
    (pa.types.is_null, lambda _: True),
    (pa.types.is_unsigned_integer, lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind)),
    (pa.types.is_float16, pa.types.is_floating),
    (pa.types.is_decimal, pa.types.is_decimal),
    (pa.types.is_date64, pa.types.is_date32),
)


def is_pandas(data: Any) -> "TypeGuard[pd.DataFrame]":
    """Whether it is a frame of pandas, which is imported only where somebody has one."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def table_of_pandas(data: "pd.DataFrame", dataset: Dataset) -> pa.Table:
    """Raises UsageError for an index that would be lost, SchemaError for a column that is no column of values."""
    _check_index(data)
    _check_names(list(data.columns))
    columns = [_array(name, data[name], dataset) for name in data.columns]
    return pa.Table.from_arrays(columns, names=list(data.columns))


def exact_table(table: pa.Table, dataset: Dataset) -> pa.Table:
    """The same values. Raises SchemaError for a type that nothing here is, DataError for values that do not fit."""
    _check_names(table.column_names)
    declared = dataset.arrow_schema()
    kinds = {name: declared.field(name).type for name in table.column_names if name in declared.names}
    columns = [_exact(name, table[name], kinds.get(name)) for name in table.column_names]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _check_index(data: "pd.DataFrame") -> None:
    """A default index says nothing; any other does, and files have no place for it."""
    index = data.index
    counted = index.nlevels == 1 and index.equals(type(data)(index=range(len(data))).index)
    if not counted or any(name is not None for name in index.names):
        named = ", ".join(map(str, index.names))
        raise UsageError(
            f"the index of a pandas frame is not published, got one of its own ({named}); make columns of it with "
            f".reset_index(), or drop it with .reset_index(drop=True)"
        )


def _check_names(names: list[Any]) -> None:
    for name, times in Counter(names).items():
        if not isinstance(name, str):
            raise SchemaError(f"the names of columns are texts, got {name!r}; rename it")
        if times > 1:
            raise SchemaError(f"the column {name!r} is there {times} times; rename or drop one")


def _array(name: str, values: "pd.Series[Any]", dataset: Dataset) -> pa.Array:
    if values.dtype == object:
        check_alike(name, values)
        if any(map(_has_nanoseconds, values)):
            raise DataError(f"values of the column {name!r} do not fit microseconds, got nanoseconds; round them")
    if dataset.nan == "refuse" and isinstance(values.dtype, np.dtype) and values.dtype.kind == "f" and values.hasnans:
        raise DataError(
            f"column {name!r} is not finite, in {int(values.isna().sum()):,} of {len(values):,} rows, got NaN under "
            f"nan='refuse'; drop these rows, or make them missing with .convert_dtypes()"
        )
    try:
        return pa.array(values, from_pandas=True)
    except UnicodeEncodeError as why:
        raise DataError(f"the column {name!r} holds half a character, got {why.object!r:.100}; replace it") from None
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError, NotImplementedError) as why:
        raise SchemaError(f"the column {name!r} cannot be published, got {values.dtype}: {_line(why)}") from None


def _has_nanoseconds(value: Any) -> bool:
    """Of pandas' own times, which Arrow takes for Python's where it finds them among objects."""
    if isinstance(value, list | tuple | dict):
        return any(map(_has_nanoseconds, value.values() if isinstance(value, dict) else value))
    return bool(getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0))


def _exact(name: str, values: pa.ChunkedArray, declared: pa.DataType | None) -> pa.ChunkedArray:
    target = _target(values.type, declared)
    try:
        if declared is not None and _in_spark(target) == _in_spark(declared):
            target = declared
        values.validate(full=True)  # texts may be none
        return values.cast(target)
    except PySparkTypeError:
        raise SchemaError(f"the column {name!r} cannot be published, got {values.type}; cast it first") from None
    except pa.ArrowException as why:
        raise DataError(
            f"values of the column {name!r} do not fit {target}, got {values.type}: {_line(why)}; round or cast them"
        ) from None


def _in_spark(kind: pa.DataType) -> str:
    """Raises PySparkTypeError for what Spark has no type for."""
    return from_arrow_type(kind, prefer_timestamp_ntz=True).simpleString()


def _target(kind: pa.DataType, declared: pa.DataType | None) -> pa.DataType:
    """The same type, Spark's own for it, or the declared one of its kind."""
    if pa.types.is_dictionary(kind):
        return _target(kind.value_type, declared)
    for is_such, is_fit in WIDENED:
        if is_such(kind) and declared is not None and is_fit(declared):
            return declared
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    return pa.duration("us") if pa.types.is_duration(kind) else kind


def _line(why: BaseException) -> str:
    return str(why).strip().splitlines()[0] if str(why).strip() else type(why).__name__
