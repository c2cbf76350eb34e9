"""pandas on Spark: the program for pandas with another import."""

from pathlib import Path

import pyspark.pandas as ps
from pyspark.sql import SparkSession

from bench.serve import main


def start() -> SparkSession:
    return SparkSession.builder.appName("unique").getOrCreate()


def work(_: SparkSession, source: str, target: str) -> None:
    means = ps.read_parquet(str(Path(source, "main.parquet"))).groupby("col_0").mean()
    means.reset_index().to_parquet(target)  # type: ignore[union-attr]


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
