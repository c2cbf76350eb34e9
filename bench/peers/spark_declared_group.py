"""Plain PySpark on defaults, with the types of the columns declared."""

from pyspark.sql import SparkSession

from bench.peers.spark_group import start, write_counts
from bench.serve import main

COLUMNS = "id bigint, category string, value double, qty int, note string"


def work(spark: SparkSession, source: str, target: str) -> None:
    write_counts(spark.read.csv(source, header=True, schema=COLUMNS), target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
