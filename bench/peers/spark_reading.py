"""Spark's own CSV reader, with the schema declared and all else by default."""

import json
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.serve import main
from bench.ten_columns import COLUMNS, SUMMED


def start() -> SparkSession:
    return SparkSession.builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    rows = spark.read.csv(str(Path(source, "clean.csv")), schema=COLUMNS, header=True)
    write_facts(rows, "clean", target)


def write_facts(rows: DataFrame, file: str, target: str) -> None:
    """A number for each column; no column can be left unread."""
    found = rows.agg(
        F.count(F.lit(1)).alias("rows"),
        *(F.sum(name).alias(name) for name in SUMMED),
        *(F.sum(F.length(name)).alias(name) for name in ("name", "kind")),
        F.count_if("flag").alias("flag"),
        F.max("day").cast("string").alias("day"),
        F.max("ts").cast("string").alias("ts"),
    ).first()
    assert found is not None, "an aggregate has a row"
    Path(target).write_text(json.dumps({"file": file, **found.asDict()}))


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
