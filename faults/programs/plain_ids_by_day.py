"""The same work as ids_by_day.py by PySpark alone, as it is commonly written.

python -m faults.programs.plain_ids_by_day --input DIR --output DIR [--mode overwrite|append|dynamic] [--conf K=V]
"""

import argparse
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from faults.programs.marks import mark
from faults.programs.poison import poisoned

COLUMNS = "id bigint, generation int, day string, at timestamp"


def main() -> None:
    asked = arguments()
    builder = SparkSession.builder.appName("plain")
    for setting in asked.conf:
        builder = builder.config(*setting.split("=", 1))
    spark = builder.getOrCreate()
    mark("started")
    ids = spark.read.csv(asked.input, COLUMNS, header=True)
    mark("listed")
    filling = F.concat_ws("", *(F.sha2(F.concat("id", F.lit(f"/{number}")), 256) for number in range(asked.fill)))
    rows = ids.filter(F.expr(asked.where)).select(
        "id", "generation", F.unix_timestamp("at").alias("at_s"), filling.alias("filling"), "day"
    )
    rows = rows.repartition(4, "day")
    kept = rows.cache()
    sys.stdout.write(f"{kept.select('day').distinct().count()} days\n")
    mark("kept")
    checked = poisoned(kept, asked.poison) if asked.poison >= 0 else kept
    if asked.mode == "dynamic":
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    mark("publishing")
    checked.write.mode("overwrite" if asked.mode == "dynamic" else asked.mode).partitionBy("day").parquet(asked.output)
    mark("published")
    spark.stop()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--mode", default="errorifexists")
    parser.add_argument("--where", default="true")
    parser.add_argument("--fill", type=int, default=0)
    parser.add_argument("--poison", type=int, default=-1)
    parser.add_argument("--conf", action="append", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
