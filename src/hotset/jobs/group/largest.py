"""The rows of each group that have the greatest values of a column: `value:3`, whole rows, the same on every engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from hotset import UsageError, by_name, functions_of

MOST = 2**31 - 1


@dataclass(frozen=True)
class Largest:
    """So many rows of each group, from the greatest value of a column down; rows that have none are left out."""

    column: str
    rows: int


def parse_largest(text: str, by: Sequence[str]) -> Largest:
    """Raises UsageError for what is no column and number, and for a column that is a key."""
    column, _, number = text.rpartition(":")
    if not column or not number.isdecimal() or not 1 <= int(number) <= MOST:
        raise UsageError(f"--largest is COLUMN:ROWS, got {text!r}; write --largest value:3")
    if column in by:
        raise UsageError(f"{column!r} is a key, and the same in all rows of a group; take another column")
    return Largest(column, int(number))


def keep_largest(
    rows: nw.LazyFrame[Any], by: Sequence[str], largest: Largest, safe: Mapping[str, str]
) -> nw.LazyFrame[Any]:
    """rows -> rows, under safe names"""
    return functions_of(rows).largest(largest.rows, safe[largest.column], [safe[name] for name in by])


def keep_largest_frame(rows: DataFrame, by: Sequence[str], largest: Largest) -> DataFrame:
    """rows -> rows, in PySpark's words"""
    others = [by_name(name).asc_nulls_last() for name in rows.columns if name not in (*by, largest.column)]
    order = [by_name(largest.column).desc(), *others]
    place = F.row_number().over(Window.partitionBy(*map(by_name, by)).orderBy(*order))
    there = rows.where(by_name(largest.column).isNotNull())
    ranked = there.select(F.struct(*map(by_name, rows.columns)).alias("row"), place.alias("place"))
    return ranked.where(F.col("place") <= largest.rows).select("row.*")
