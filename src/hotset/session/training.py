"""A small session that does a bit of everything, and whose JVM writes an archive of what it has loaded as it ends.

Run as `python -m hotset.session.training ARCHIVE LOG`. Ends at once, with its JVM, when its stdin is closed: by a
builder that was told to stop, or was killed.
"""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow as pa
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from hotset.hadoop import hadoop_path, hadoop_pattern
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session

ROWS = 20_000


def main(archive: Path, log: Path) -> None:
    """Leaves the archive; what the JVM says is in the log."""
    here = Ask("spark.master", "local[2]", "hotset warm")  # wherever the site's jobs run: the driver's JVM is here
    session = open_session(Wishes("hotset warm", (here,), log=log, dump_to=archive))
    try:
        exercise(session.spark, session.scratch / "training")
    finally:
        session.close()


def exercise(spark: SparkSession, directory: Path) -> None:
    """One of each: query, join, window-free sort, both kinds of Python worker, kept data, files out and in."""
    rows = numbers(spark).persist()
    counts = rows.groupBy("word").agg(F.count("*").alias("n"), F.sum("value").alias("total"))
    counts.join(rows.select("word").distinct(), on="word", how="inner").orderBy(F.desc("n"), "word").collect()
    rows.mapInArrow(as_they_come, rows.schema).agg(F.min("value"), F.max("value")).first()
    as_text = counts.select(F.concat_ws("\t", "word", "n").alias("value"))
    as_text.write.text(hadoop_path(directory / "text"))
    spark.read.text(hadoop_pattern(directory / "text")).filter(F.length("value") > 1).count()
    counts.write.parquet(hadoop_path(directory / "parquet"))
    spark.read.parquet(hadoop_pattern(directory / "parquet")).orderBy("word").take(10)
    count_words(spark.sparkContext, directory)
    rows.unpersist()


def numbers(spark: SparkSession) -> DataFrame:
    """rows(id, word, value): words of several lengths."""
    word = F.explode(F.split(F.concat_ws(" ", F.lit("a"), (F.col("id") % 97).cast("string")), " "))
    return spark.range(ROWS).select("id", word.alias("word"), F.rand(7).alias("value"))


def as_they_come(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def count_words(context: SparkContext, directory: Path) -> None:
    """The classic, on an RDD: a shuffle between Python workers."""
    lines = context.textFile(hadoop_pattern(directory / "text"))
    pairs = lines.flatMap(str.split).map(lambda word: (word, 1))
    pairs.reduceByKey(int.__add__).sortBy(lambda pair: -pair[1]).take(10)


def _end_with_the_builder() -> None:
    os.read(sys.stdin.fileno(), 1)  # unbuffered: a reader that waits in a buffer makes the exit of Python fail
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_builder, daemon=True).start()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
