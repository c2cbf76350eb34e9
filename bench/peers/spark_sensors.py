"""Plain PySpark on defaults."""

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.serve import main

QUANTITIES = ("temperature", "humidity", "pressure")


def start() -> SparkSession:
    return SparkSession.builder.appName("sensors").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    readings = spark.read.parquet(str(Path(source, "readings.parquet"))).dropDuplicates(["device_id", "timestamp"])
    hours = readings.groupBy("device_id", F.date_trunc("hour", "timestamp").alias("window_start"))
    report = hours.agg(
        *(
            statistic
            for name in QUANTITIES
            for statistic in (
                F.count(name).alias(f"{name}_count"),
                F.mean(name).alias(f"{name}_mean"),
                F.min(name).alias(f"{name}_min"),
                F.max(name).alias(f"{name}_max"),
                F.stddev(name).alias(f"{name}_std"),
                F.percentile(name, [0.5, 0.95])[0].alias(f"{name}_p50"),
                F.percentile(name, [0.5, 0.95])[1].alias(f"{name}_p95"),
            )
        )
    )
    report.write.parquet(target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
