"""Groups kept numbers twice: the job of the lab's tests."""

from dataclasses import dataclass

from pyspark.sql import functions as F

from hotset import Dataset, Output, Run


@dataclass(frozen=True)
class Params:
    output: Output
    rows: int = 1000
    by_chance: bool = False


def main(run: Run, params: Params) -> None:
    numbers = run.spark.range(params.rows).selectExpr("id % 7 AS k", "CAST(id AS double) / 3 AS x")
    kept = run.keep("numbers", numbers)
    counts = kept.groupBy("k").agg(F.count(F.lit(1)).alias("n"))
    sums = kept.groupBy("k").agg(F.sum("x").alias("x"))
    joined = counts.join(sums, on="k", how="inner")
    by_chance = joined.withColumn("n", F.col("n") + F.floor(F.rand() * 1000).cast("bigint"))
    run.publish(Dataset("k bigint, n bigint, x double"), by_chance if params.by_chance else joined, params.output)
