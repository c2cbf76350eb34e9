"""What a function returned, in the form that is published: just that, or an error that says why it cannot be.

Without --results that is JSON text; with them a value for each column.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import pyarrow as pa
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import DataType

from hotset import Dataset, UsageError, ddl
from hotset.jobs.parallel_map.cells import cells_of, shown

LARGEST_RESULT = 16 * 1024**2  # several of them, and of other tasks, are in Spark's memory at once
JSON_RESULT = "result string"
TIMES = (T.DateType, T.TimestampType, T.TimestampNTZType, T.DayTimeIntervalType)
IN_CELLS = (T.StringType, T.BooleanType, T.NumericType, *TIMES)


@dataclass(frozen=True)
class Results:
    """`declared` columns are published. What comes out of the calls may be null: a failure has no results."""

    declared: str
    nullable: str
    schema: pa.Schema
    shape: Callable[[Any], list[Any]]


def results_of(columns: str, format_: str) -> Results:
    """Without columns, JSON text. Raises UsageError for columns that cannot be."""
    declared = Dataset(columns or JSON_RESULT)
    struct, nullable = declared.schema(), ddl(declared.types())
    for name in struct.names:
        if name == "item" or name.startswith("__"):
            raise UsageError(f"--results may not name a column {name!r}, which is ours; choose another name")
    for field in struct.fields:
        _check_kind(field.name, field.dataType, format_)
    schema = to_arrow_schema(Dataset(nullable).schema(), timezone="UTC")
    shape = partial(as_columns, cells=cells_of(struct, format_), schema=schema) if columns else as_json
    return Results(declared.columns, nullable, schema, shape)


def _check_kind(name: str, kind: DataType, format_: str) -> None:
    """Raises UsageError for a type of which there are no values here, or none in such files."""
    inside: list[DataType] = []
    if isinstance(kind, T.StructType):
        inside = [field.dataType for field in kind.fields]
    elif isinstance(kind, T.ArrayType):
        inside = [kind.elementType]
    elif isinstance(kind, T.MapType):
        inside = [kind.keyType, kind.valueType]
    told = f"got {kind.simpleString()} in the column {name!r} of --results"
    if not inside and not isinstance(kind, (*IN_CELLS, T.BinaryType)):
        raise UsageError(f"a type that is not published, {told}; declare another, such as string")
    if format_ == "csv" and not isinstance(kind, IN_CELLS):
        raise UsageError(f"CSV has no such values, {told}; give --format parquet, or declare string")
    for one in inside:
        _check_kind(name, one, format_)


class Strict(json.JSONEncoder):
    """JSON of what JSON has; and it stays that if a function gives the encoders of `json` new habits."""

    def default(self, o: Any) -> NoReturn:
        raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")


def as_json(result: Any) -> list[Any]:
    """Raises TypeError and ValueError for what JSON in UTF-8 does not have, NaN and lone surrogates among it."""
    text = Strict(ensure_ascii=False, allow_nan=False).encode(result)
    check_size(len(text.encode()))
    if "{" in text:
        json.JSONDecoder(object_pairs_hook=_check_keys).decode(text)
    return [text]


def _check_keys(pairs: list[tuple[str, Any]]) -> None:
    """1 and "1" are two keys of a dict, and one of JSON."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"in JSON two keys of a dict would both be {shown(twice)}; make texts of them that differ")


def as_columns(result: Any, cells: Callable[[Any], list[Any]], schema: pa.Schema) -> list[Any]:
    """What `cells` makes of it. Raises ValueError, TypeError or Arrow's errors for what is no such value."""
    values = cells(result)
    check_size(sum(pa.array([value], field.type).nbytes for value, field in zip(values, schema, strict=True)))
    return values


def check_size(size_bytes: int) -> None:
    """Raises ValueError for a result that is too large."""
    if size_bytes > LARGEST_RESULT:
        raise ValueError(
            f"a result has at most {LARGEST_RESULT:,} bytes, got {size_bytes:,}; write it to a file and return its path"
        )
