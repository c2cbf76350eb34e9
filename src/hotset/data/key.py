"""The promise of a dataset's key: never null, never twice in the whole version."""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from hotset.data.columns import by_name, unlike
from hotset.data.dataset import Dataset
from hotset.data.manifest import PublishedFile
from hotset.data.writing import is_shown
from hotset.errors import DataError, UsageError

EXAMPLES = 3
TIMES = "times"


def check_key_kind(dataset: Dataset, *, is_whole: bool) -> None:
    """Raises UsageError for a key that could not be checked. `is_whole` says that no rows of before stay."""
    if dataset.key and is_shown(dataset) and not is_whole:
        raise UsageError("a key of tuples written as text cannot be checked when they are added; publish as csv")


def check_key(rows: DataFrame, dataset: Dataset, before: Sequence[PublishedFile]) -> None:
    """Raises DataError, with the worst keys and where they stand, when a key in `rows` is null or there twice.

    `before` are the files that a version of before has left.
    """
    worst = _worst(rows, dataset.key)
    if worst:
        places = _old_places(rows, dataset.key, worst, before) if before else [""] * len(worst)
        refuse_key(dataset.key, [(tuple(row[:-1]), row[-1]) for row in worst], places)


def refuse_key(key: Sequence[str], worst: Sequence[tuple[tuple[Any, ...], int]], places: Sequence[str]) -> None:
    """Raises DataError; `worst` are values of the key and how often they are there, `places` where they stand."""
    told = ", ".join(
        f"({', '.join(map(repr, values))}) {times} times{place}"
        for (values, times), place in zip(worst, places, strict=True)
    )
    raise DataError(f"the key ({', '.join(key)}) is null or not unique, got {told}; drop the duplicates")


def _worst(rows: DataFrame, key: tuple[str, ...]) -> list[Row]:
    columns = [by_name(name) for name in key]
    absent = F.greatest(F.lit(False), F.lit(False), *(column.isNull() for column in columns))
    times = unlike(TIMES, key)
    counts = rows.groupBy(*columns).agg(F.count(F.lit(1)).alias(times)).filter((by_name(times) > 1) | absent)
    return counts.orderBy(by_name(times).desc(), *columns).take(EXAMPLES)


def _old_places(
    rows: DataFrame, key: tuple[str, ...], worst: Sequence[Row], before: Sequence[PublishedFile]
) -> list[str]:
    """For each of the worst keys: which file it stands in that was there before, or that all of it is new."""
    schema = StructType([StructField(f"wanted_{place}", rows.schema[name].dataType) for place, name in enumerate(key)])
    wanted = rows.sparkSession.createDataFrame([tuple(row[:-1]) for row in worst], schema)
    keys = (by_name(name).alias(f"key_{place}") for place, name in enumerate(key))
    named = rows.select(*keys, rows.metadataColumn("_metadata").getField("file_path").alias("file"))
    same = reduce(and_, (F.col(f"key_{place}").eqNullSafe(F.col(f"wanted_{place}")) for place in range(len(key))))
    found = named.join(F.broadcast(wanted), same, "inner").select(*schema.names, "file").distinct()
    files: dict[str, list[str]] = {}
    for *values, file in found.collect():
        files.setdefault(repr(values), []).append(unquote(file))
    return [tell_places(files.get(repr([*row[:-1]]), []), before) for row in worst]


def tell_places(files: Sequence[str], before: Sequence[PublishedFile]) -> str:
    """` (in day=mon/part-…, there before, and in new rows)`"""
    old = sorted(file.path for file in before if any(one.endswith(f"/{file.path}") for one in files))
    if not old:
        return " (all in new rows)"
    more = f" and {len(old) - 1} more" if len(old) > 1 else ""
    new = ", and in new rows" if len(files) > len(old) else ""
    return f" (in {old[0]}{more}, there before{new})"
