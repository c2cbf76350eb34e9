"""pandas on Spark: the program for pandas with another import."""

from pathlib import Path

import pyspark.pandas as ps
from pyspark.sql import SparkSession

from bench.serve import main


def start() -> SparkSession:
    return SparkSession.builder.appName("join").getOrCreate()


def work(_: SparkSession, source: str, target: str) -> None:
    left, right = (ps.read_parquet(str(Path(source, f"{name}.parquet"))) for name in ("main", "other"))
    left.merge(right, on="col_0", how="left").to_parquet(target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
