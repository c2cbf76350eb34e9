"""Plain PySpark on defaults."""

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.serve import main

VALUES = ("col_1", "col_2", "col_3", "col_4")


def start() -> SparkSession:
    return SparkSession.builder.appName("unique").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    rows = spark.read.parquet(str(Path(source, "main.parquet")))
    means = rows.groupBy("col_0").agg(*(F.mean(name).alias(name) for name in VALUES))
    means.write.parquet(target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
