"""A frame in files, so that our own reader gets the same rows back; what a format cannot say is refused.

docs/data.md is the contract of reading. Spark's writers keep to it with the options below, but for the values that
`_unwritable` counts while they are written.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType, StringType

from hotset.data.columns import by_name, names_within
from hotset.data.dataset import Dataset
from hotset.data.listing import HADOOP_GLOB
from hotset.data.manifest import PublishedFile
from hotset.data.observed import observed
from hotset.data.partitions import NULL_PARTITION
from hotset.errors import DataError, SchemaError

LINES = "value string"
LINE_BREAK = re.compile(r"[\r\n\0]")
# what means null there, and what readers take for a file that is being copied
NOT_IN_DIRECTORIES = rf"\A{NULL_PARTITION}\z|\._COPYING_\z"
PART = re.compile(r"^part-(\d+)-")
# In UTC, which has an offset of whole minutes at all times; New York's was -04:56:02 in 1850.
TIMES = {
    "timeZone": "UTC",
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
TARGET_FILE_BYTES = 128 * 1024**2
FEW_FILES = {
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": f"{TARGET_FILE_BYTES}b",
}
PLAIN = {"compression": "none"}  # the manifest's rows are counted in the bytes


def part_name(task: int, run_id: str, number: int, suffix: str) -> str:
    """Of a data file that Spark does not write, in the form of those that it does."""
    return f"part-{task:05d}-{run_id}-c{number:03d}.{suffix}"


def csv_facts(dataset: Dataset) -> dict[str, Any] | None:
    """How the version's CSV is written, for the manifest."""
    names = ("header", "separator", "quote", "null", "multiline")
    return {name: getattr(dataset, name) for name in names} if dataset.format == "csv" else None


def write_options(dataset: Dataset) -> dict[str, str]:
    """Spark's CSV writer trims cells and escapes quotes by a backslash; other readers expect what RFC 4180 says."""
    if dataset.format == "json":
        return PLAIN | TIMES
    if dataset.format == "csv":
        return PLAIN | TIMES | {
            "header": str(dataset.header).lower(),
            "sep": dataset.separator,
            "quote": dataset.quote,
            "escape": dataset.quote or "\\",
            "nullValue": dataset.null,
            "emptyValue": dataset.quote * 2,
            "multiLine": str(dataset.multiline).lower(),
            "ignoreLeadingWhiteSpace": "false",
            "ignoreTrailingWhiteSpace": "false",
        }  # fmt: skip
    return PLAIN if dataset.format == "text" else {}


def write(frame: DataFrame, dataset: Dataset, version: Path, run_id: str) -> int:
    """rows written, counted by the plan that wrote them. Raises DataError for values that the format cannot say."""
    observation = Observation()
    unwritable = dict(_unwritable(frame, dataset))
    counts = [F.count_if(F.coalesce(found, F.lit(False))).alias(reason) for reason, found in unwritable.items()]
    counted = frame.observe(observation, F.count(F.lit(1)).alias("rows"), *counts)
    writer = counted.write.mode("errorifexists").format(dataset.format).options(**write_options(dataset))
    with _few_files(frame.sparkSession):
        writer.partitionBy(*dataset.partition_by).save(str(version))
    _name_parts(version, run_id)
    metrics = observed(frame.sparkSession.sparkContext, observation)
    if not metrics:
        return read_back(frame.sparkSession, dataset, version).count()
    for reason in unwritable:
        if metrics[reason]:
            raise DataError(f"{reason}, got {metrics[reason]} such rows; publish as parquet, or clean them")
    return int(metrics["rows"])


@contextmanager
def _few_files(spark: SparkSession) -> Iterator[None]:
    """What comes out of a shuffle is written as files of about the target size, not as one for each idle core.

    Neighbouring partitions are put together, so an order stays, and nothing is shuffled once more. Whoever has set
    these settings keeps them.
    """
    given = spark.conf.getAll
    ours = {name: value for name, value in FEW_FILES.items() if name not in given}
    for name, value in ours.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name in ours:
            spark.conf.unset(name)


def read_back(spark: SparkSession, dataset: Dataset, version: Path) -> DataFrame:
    """The rows as Spark's own reader sees them; text as lines."""
    schema = LINES if dataset.format == "text" else dataset.schema()
    reader = spark.read.schema(schema).format(dataset.format).options(**write_options(dataset))
    return reader.load(HADOOP_GLOB.sub(r"\\\1", str(version)))


def check_books(rows: int, files: tuple[PublishedFile, ...], dataset: Dataset) -> None:
    """Raises DataError when the files do not hold as many rows as were written."""
    found = sum(file.rows for file in files)
    if found == rows:
        return
    causes = {
        "text": "; a value with a line break makes two lines: replace it, or publish as parquet",
        "csv": "; a value with a line break needs multiline=True, and a single column must not be null",
    }
    cause = causes.get(dataset.format, "; publish again, and tell us if it happens again")
    raise DataError(f"the books do not balance: {rows} rows were written, got {found} in the files{cause}")


def _name_parts(version: Path, run_id: str) -> None:
    """Each data file's name carries the run, so that it can lie beside those of others; checksums and marks go.

    The manifest says what they say, and more: the files are renamed, and Hadoop's checksums would not be found.
    """
    for path in list(version.rglob("*")):
        if path.name.endswith(".crc") or path.name == "_SUCCESS":
            path.unlink()
        elif path.is_file() and PART.match(path.name):
            path.rename(path.with_name(PART.sub(rf"part-\1-{run_id}-", path.name)))


def check_names(dataset: Dataset) -> None:
    """Raises SchemaError for a name that a header or a directory cannot hold so that it is found again."""
    schema = dataset.schema()
    names = schema.names
    if "" in names:
        raise SchemaError("a column of the output has no name; give it one")
    if dataset.format == "csv" and dataset.header:
        stored = (name for name in names if name not in dataset.partition_by)
        if odd := next((name for name in stored if LINE_BREAK.search(name)), None):
            raise SchemaError(
                f"the header of a CSV is one line, got the column {odd!r}; rename it, or publish as parquet"
            )
    if dataset.format == "orc" and (odd := next((name for name in names_within(schema) if "`" in name), None)):
        raise SchemaError(
            f"ORC does not find a name with a back-tick again, got {odd!r}; rename it, or publish as parquet"
        )
    if odd := next((name for name in dataset.partition_by if name.startswith(".") or LINE_BREAK.search(name)), None):
        raise SchemaError(f"readers pass over a directory {odd!r}=…; rename the column, or do not partition by it")


def _unwritable(frame: DataFrame, dataset: Dataset) -> Iterator[tuple[str, Column]]:
    """What to refuse, and the column that tells."""
    fields = [field for field in frame.schema.fields if field.name not in dataset.partition_by]
    for name in dataset.partition_by:
        value = by_name(name).cast("string")
        yield f"Spark makes null of an empty text in the partition column {name!r}", value == ""
        yield f"a directory cannot say this text, in the partition column {name!r}", value.rlike(NOT_IN_DIRECTORIES)
    if dataset.format == "json":
        numbers = [by_name(field.name) for field in fields if isinstance(field.dataType, FloatType | DoubleType)]
        if numbers:
            yield "JSON cannot hold NaN or an infinity", _any(_is_not_finite(number) for number in numbers)
    if dataset.format != "csv":
        return
    names = [by_name(field.name).cast("string") for field in fields]
    texts = [by_name(field.name) for field in fields if isinstance(field.dataType, StringType)]
    if texts:
        yield "CSV cannot hold a NUL character", _any(text.contains("\0") for text in texts)
    if dataset.null and names:
        yield (
            f"CSV that writes null as {dataset.null!r} cannot hold it as a value",
            _any(name == dataset.null for name in names),
        )
    if not dataset.quote and names:
        odd = "[\r\n" + re.escape(dataset.separator) + "]"
        yield (
            "CSV without quotes cannot hold separators, line breaks or empty text",
            _any(name.rlike(odd) | (name == "") for name in names),
        )


def _is_not_finite(number: Column) -> Column:
    return F.isnan(number) | (F.abs(number) == float("inf"))


def _any(conditions: Iterator[Column]) -> Column:
    return F.greatest(F.lit(False), *(F.coalesce(one, F.lit(False)) for one in conditions))
