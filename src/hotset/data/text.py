"""Lines of text files, as a frame or as an RDD, by one rule.

A line ends at `\\n`, `\\r\\n` or `\\r`; a byte-order mark at the head of a file is no text; compressed files are known
by their suffix; all three are what Hadoop's line reader does. Each maximal ill-formed piece of UTF-8 becomes U+FFFD
(Unicode Standard, section 3.9, "U+FFFD Substitution of Maximal Subparts"), in Spark and in Python alike.
"""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pyspark import RDD, Accumulator
from pyspark.serializers import UTF8Deserializer
from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from hotset.data.listing import Listing
from hotset.data.observed import observed
from hotset.data.suffixes import only_hadoop_reads, opened
from hotset.data.tally import LastReport
from hotset.errors import DataError
from hotset.row_counts import RowCounts

EXAMPLES = 10

# partition or block -> (rows, rows with invalid UTF-8)
PerPart = dict[int, tuple[int, int]]


class ObservedLines:
    """Counts what Spark's executed plan consumed."""

    def __init__(self, spark: SparkSession, listing: Listing) -> None:
        self.observation = Observation()
        self._spark, self._listing = spark, listing
        self._counted: RowCounts | None = None

    def counted(self) -> RowCounts | None:
        """None until an action has run. Where an empty answer took the counts with it, the lines are read once more."""
        if self._counted is None:
            self._counted = self._count()
        return self._counted

    def _count(self) -> RowCounts | None:
        if not self._listing.size_bytes:
            return RowCounts()
        metrics = observed(self._spark.sparkContext, self.observation)
        if metrics is None:
            return None
        if not metrics:
            metrics = _raw(self._spark, self._listing).agg(*_counts()).take(1)[0].asDict()
        return RowCounts.all_good(metrics["rows"], metrics["invalid_utf8"])


class AccumulatedLines:
    """Counts what Python workers consumed, a partition or block at a time: a task that runs again counts once."""

    def __init__(self, spark: SparkSession, listing: Listing) -> None:
        self.accumulator: Accumulator[PerPart] = spark.sparkContext.accumulator({}, LastReport())
        self._listing = listing

    def counted(self) -> RowCounts | None:
        """None until an action has run a task to its end."""
        counts = self.accumulator.value.values()
        if not counts and self._listing.size_bytes:
            return None
        return RowCounts.all_good(sum(rows for rows, _ in counts), sum(invalid for _, invalid in counts))


def read_lines(spark: SparkSession, listing: Listing) -> tuple[DataFrame, ObservedLines]:
    """lines(value): one row per line, always valid UTF-8; and what will have been counted."""
    counter = ObservedLines(spark, listing)
    counted = _raw(spark, listing).observe(counter.observation, *_counts())
    return counted.select(F.make_valid_utf8("value").alias("value")), counter


def rdd_of_lines(spark: SparkSession, listing: Listing) -> tuple[RDD[str], AccumulatedLines]:
    """The same lines as strings. Spark hands over a line's bytes as they are in the file; Python decodes them."""
    counter = AccumulatedLines(spark, listing)
    jvm: Any = spark.sparkContext._jvm
    binary = _raw(spark, listing).select(F.col("value").cast("binary"))._jdf
    typed = getattr(binary, "as")(jvm.org.apache.spark.sql.Encoders.BINARY())
    raw: RDD[bytes] = RDD(typed.toJavaRDD(), spark.sparkContext, UTF8Deserializer(use_unicode=False))  # type: ignore[no-untyped-call]
    accumulator = counter.accumulator
    return raw.mapPartitionsWithIndex(lambda index, lines: _decode(index, lines, accumulator)), counter


def invalid_utf8(listing: Listing) -> DataError:
    """An error that names the first places of an input in which there are some."""
    places = islice((place for file in listing.files for place in _invalid_lines(file.path)), EXAMPLES)
    named = "; ".join(places)
    return DataError(f"invalid UTF-8 at {named}; convert the files to UTF-8, or leave out --strict")


def _invalid_lines(file: Path) -> Iterator[str]:
    """`file:line: what is there`, for the lines with invalid UTF-8. Raises InputError."""
    if only_hadoop_reads(file):
        yield f"{file}: (a compressed file)"
        return
    # surrogateescape keeps a byte that is no UTF-8 as a character that cannot be encoded again
    with opened(file) as content, io.TextIOWrapper(content, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.encode()
            except UnicodeEncodeError as why:
                piece = line[max(0, why.start - 20) : why.start + 20].rstrip("\n")
                shown = piece.encode(errors="surrogateescape").decode(errors="backslashreplace")
                yield f"{file}:{number}: {''.join(char if char.isprintable() else ascii(char)[1:-1] for char in shown)}"


def _raw(spark: SparkSession, listing: Listing) -> DataFrame:
    return spark.read.text([file.for_spark for file in listing.files])


def _counts() -> tuple[Column, Column]:
    return F.count(F.lit(1)).alias("rows"), F.count_if(~F.is_valid_utf8("value")).alias("invalid_utf8")


def _decode(partition: int, lines: Iterable[bytes], accumulator: Accumulator[PerPart]) -> Iterator[str]:
    rows = invalid = 0
    for line in lines:
        rows += 1
        try:
            yield line.decode()
        except UnicodeDecodeError:
            invalid += 1
            yield line.decode(errors="replace")
    accumulator.add({partition: (rows, invalid)})
