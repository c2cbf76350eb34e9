"""Plain PySpark: a range with a random number in each row, aggregated by Catalyst."""

import json
import sys
from pathlib import Path

import numpy as np
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.serve import main

sys.argv.remove("random")


def start() -> SparkSession:
    return SparkSession.builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    numbers = spark.range(np.load(source, mmap_mode="r").size).select(F.rand().alias("x"))
    found = numbers.agg(
        F.count("x").alias("n"),
        F.avg("x").alias("mean"),
        F.stddev_pop("x").alias("std"),
        F.min("x").alias("min"),
        F.max("x").alias("max"),
    ).first()
    assert found is not None, "an aggregate has a row"
    Path(target).write_text(json.dumps(found.asDict()))


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
