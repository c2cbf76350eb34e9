"""Plain PySpark on defaults, as everybody writes it: the columns' types are inferred, in a pass of its own."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.serve import main


def start() -> SparkSession:
    return SparkSession.builder.appName("group").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    write_counts(spark.read.csv(source, header=True, inferSchema=True), target)


def write_counts(events: DataFrame, target: str) -> None:
    counts = events.groupBy("category").agg(F.count("value"))
    counts.write.csv(target, header=True)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
