"""The promise of a dataset's key: never null, never twice."""

from pathlib import Path
from typing import Any

from pyspark import RDD
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from hotset.data.columns import by_name, unlike
from hotset.data.dataset import Dataset
from hotset.data.writing import read_back
from hotset.errors import DataError, UsageError

EXAMPLES = 3
TIMES = "(times)"


def check_key(
    spark: SparkSession, data: DataFrame | RDD[Any], dataset: Dataset, version: Path, *, is_whole: bool
) -> None:
    """Raises DataError, with the worst keys, when a key in `version` is null or there twice.

    `is_whole` says that `data` is all there is in it: tuples shown as text are not read back, the frame is looked at.
    """
    if not dataset.key:
        return
    worst = _worst(_rows(spark, data, dataset, version, is_whole), dataset.key)
    if worst:
        told = ", ".join(f"({', '.join(map(repr, row[:-1]))}) {row[-1]} times" for row in worst)
        raise DataError(f"the key ({', '.join(dataset.key)}) is null or not unique, got {told}; drop the duplicates")


def _rows(
    spark: SparkSession, data: DataFrame | RDD[Any], dataset: Dataset, version: Path, is_whole: bool
) -> DataFrame:
    names = dataset.schema().names
    if dataset.format == "text" and len(names) > 1:
        if isinstance(data, RDD) or not is_whole:
            raise UsageError("a key of tuples written as text cannot be checked; publish as csv or parquet")
        return data
    return read_back(spark, dataset, version).toDF(*names)


def _worst(rows: DataFrame, key: tuple[str, ...]) -> list[Row]:
    columns = [by_name(name) for name in key]
    absent = F.greatest(F.lit(False), *(column.isNull() for column in columns))
    times = unlike(TIMES, key)
    counts = rows.groupBy(*columns).agg(F.count(F.lit(1)).alias(times)).filter((by_name(times) > 1) | absent)
    return counts.orderBy(by_name(times).desc(), *columns).take(EXAMPLES)
