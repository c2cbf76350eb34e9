"""A frame in files, so that our own reader gets the same rows back; what a format cannot say is refused.

docs/data.md is the contract of reading. Spark's writers keep to it with the options below, but for the values that
`unwritable` tells, which are counted while they are written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField

from hotset.data.columns import by_name, names_within
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8
from hotset.data.manifest import PublishedFile
from hotset.data.observed import observed
from hotset.data.parquet_files import ParquetFiles
from hotset.data.promises import Promise, check_counts
from hotset.data.unwritable import check_directory_name, check_unwritable, unwritable, without_unwritable
from hotset.errors import DataError, SchemaError, UsageError
from hotset.hadoop import hadoop_path, hadoop_pattern

LINES = "value string"
EMPTY = "\ue000\ue001"  # of the private use area: nobody's text
LINE_BREAK = re.compile(r"[\r\n\0]")
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
AS_OTHERS = {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}  # times of eight bytes, as others write them
PLAIN = {"compression": "none"}  # the manifest's rows are counted in the bytes


def part_name(task: int, run_id: str, number: int, suffix: str) -> str:
    """Of a data file that Spark does not write, in the form of those that it does."""
    return f"part-{task:05d}-{run_id}-c{number:03d}.{suffix}"


def nth_part(first: Path, number: int) -> Path:
    """The file that bears this number, beside the first one."""
    return first.with_name(PART.sub(f"part-{number:05d}-", first.name))


def csv_facts(dataset: Dataset) -> dict[str, Any] | None:
    """How the version's CSV is written, for the manifest."""
    names = ("header", "separator", "quote", "null", "multiline")
    return {name: getattr(dataset, name) for name in names} if dataset.format == "csv" else None


def check_writable(dataset: Dataset) -> None:
    """Raises UsageError for a dataset that tells of other people's files: what is published is written one way."""
    if dataset.format in ("parquet", "orc"):
        return
    if not in_utf8(dataset.encoding):
        raise UsageError(f"what is published is UTF-8, got encoding={dataset.encoding!r}; publish a dataset without it")
    if dataset.format == "csv" and (dataset.decimal_comma or dataset.skip or not isinstance(dataset.null, str)):
        raise UsageError(
            f"what is published as CSV has decimal points, one text for null and nothing above its header, got "
            f"decimal_comma={dataset.decimal_comma}, null={dataset.null!r}, skip={dataset.skip}; "
            f"publish a dataset without these"
        )


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
            "nullValue": dataset.nulls[0],
            "emptyValue": dataset.quote * 2,
            "multiLine": str(dataset.multiline).lower(),
            "ignoreLeadingWhiteSpace": "false",
            "ignoreTrailingWhiteSpace": "false",
        }  # fmt: skip
    return PLAIN if dataset.format == "text" else {}


def write(
    rows: DataFrame,
    dataset: Dataset,
    version: Path,
    run_id: str,
    promises: Sequence[Promise] = (),
    line: Column | None = None,
    parquet: ParquetFiles | None = None,
) -> int:
    """rows written, counted by the plan that wrote them; of text it is `line` of each that is written.

    Raises DataError for values that the format cannot say, and for rows that break a promise.
    """
    kinds = unwritable(rows, dataset, line)
    broken = [*(kind.broken for kind in kinds), *(promise.broken for promise in promises)]
    counts = [F.count_if(F.coalesce(one, F.lit(False))).alias(str(place)) for place, one in enumerate(broken)]
    metrics = _write_counted(rows, dataset, version, [F.count(F.lit(1)).alias("rows"), *counts], line, parquet)
    _name_parts(version, run_id)
    if not metrics:
        return read_back(rows.sparkSession, dataset, version).count()
    numbers = [int(metrics[str(place)]) for place in range(len(broken))]
    check_unwritable(kinds, numbers[: len(kinds)], rows)
    if any(numbers):
        at_rest = () if is_shown(dataset) else (read_back(rows.sparkSession, dataset, version),)
        check_counts(promises, numbers[len(kinds) :], int(metrics["rows"]), (*at_rest, rows))
    return int(metrics["rows"])


def is_shown(dataset: Dataset) -> bool:
    """Whether the files hold rows as Python shows them: text that no reader makes columns of again."""
    return dataset.format == "text" and len(dataset.schema().names) > 1


def _write_counted(
    rows: DataFrame,
    dataset: Dataset,
    version: Path,
    counts: Sequence[Column],
    line: Column | None,
    parquet: ParquetFiles | None,
) -> dict[str, Any]:
    """What was counted of the rows while they were written; nothing where there were none."""
    observation = Observation()
    counted = rows.observe(observation, *counts)
    counted = without_unwritable(counted, dataset) if line is None else counted.select(line.alias("value"))
    writer = counted.write.mode("errorifexists").format(dataset.format).options(**write_options(dataset))
    if parquet:
        writer = writer.options(compression=parquet.compression, maxRecordsPerFile=parquet.rows_per_file)
    with _settings(rows.sparkSession, AS_OTHERS if parquet else {}):
        writer.partitionBy(*dataset.partition_by).save(hadoop_path(version))
    metrics = observed(rows.sparkSession.sparkContext, observation)
    return rows.agg(*counts).collect()[0].asDict() if metrics is None else metrics


@contextmanager
def _settings(spark: SparkSession, more: Mapping[str, str]) -> Iterator[None]:
    """What comes out of a shuffle is written as files of about the target size, not as one for each idle core.

    Neighbouring partitions are put together, so an order stays, and nothing is shuffled once more. Whoever has set
    these settings keeps them.
    """
    given = spark.conf.getAll
    ours = {name: value for name, value in {**FEW_FILES, **more}.items() if name not in given}
    for name, value in ours.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name in ours:
            spark.conf.unset(name)


def read_back(spark: SparkSession, dataset: Dataset, version: Path) -> DataFrame:
    """The rows as Spark's own reader sees them, in the columns of the dataset; rows that are shown as lines."""
    schema = dataset.schema()
    options = write_options(dataset)
    if dataset.format == "csv" and dataset.quote:
        options["emptyValue"] = EMPTY
    reader = spark.read.schema(LINES if dataset.format == "text" else schema).format(dataset.format).options(**options)
    rows = reader.load(hadoop_pattern(version))
    if dataset.format == "text":
        return rows if is_shown(dataset) else rows.toDF(*schema.names)
    # Spark has the columns that stand in the directories' names last
    return rows.select(*(_as_published(field, dataset) for field in schema.fields))


def _as_published(field: StructField, dataset: Dataset) -> Column:
    """The reader takes an empty text for null where null is written as nothing, so it is given another one for it."""
    column = by_name(field.name)
    if dataset.format != "csv" or not isinstance(field.dataType, StringType):
        return column
    return F.when(column == EMPTY, F.lit("")).otherwise(column).alias(field.name)


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
    for name in dataset.partition_by:
        check_directory_name(name)
    if odd := next((name for name in dataset.partition_by if name.startswith(".") or LINE_BREAK.search(name)), None):
        raise SchemaError(f"readers pass over a directory {odd!r}=…; rename the column, or do not partition by it")
