"""One version after another at one place, by df.write.mode("overwrite"); ends when it is killed.

python -m faults.programs.plain_rewriter OUTPUT IDS FIRST_GENERATION
"""

import sys
from itertools import count

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from faults.programs.marks import mark
from faults.subjects.plain import SETTINGS


def main(output: str, ids: int, first: int) -> None:
    builder = SparkSession.builder.appName("plain rewriter")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    mark("started")
    for generation in count(first):
        rows = spark.range(ids).select("id", F.lit(generation).alias("generation"), (F.col("id") % 8).alias("day"))
        rows.write.mode("overwrite").partitionBy("day").parquet(output)
        mark("published")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
