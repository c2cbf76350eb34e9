"""Hot sets that every round of a loop reads."""

from operator import add
from typing import Any

from pyspark import RDD
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from bench.advice.tables import Tables
from bench.advice.workload import Workload, answers
from hotset import Run

CENTRES = 4
POINTS = ", ".join(f"x{number} double" for number in range(8))


def links(run: Run, tables: Tables) -> DataFrame:
    """edges -> (src, dst, share): each node's rank is shared out by its edges."""
    edges = run.spark.read.parquet(tables.path("edges.parquet")).distinct()
    degrees = edges.groupBy("src").agg(F.count(F.lit(1)).alias("degree"))
    return edges.join(degrees, "src", how="inner").select("src", "dst", (1 / F.col("degree")).alias("share"))


def ranks(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    """Three rounds of page rank, each from the start: the links are what they share."""
    found = hot.select(F.col("src").alias("node")).distinct().withColumn("rank", F.lit(1.0))
    for _ in range(3):
        sent = hot.join(found, F.col("src") == F.col("node"), how="inner")
        found = sent.groupBy(F.col("dst").alias("node")).agg(
            (0.15 + 0.85 * F.sum(F.col("rank") * F.col("share"))).alias("rank")
        )
    return answers(found.agg(F.round(F.sum("rank"), 3), F.round(F.max("rank"), 6)))


def points(run: Run, tables: Tables) -> DataFrame:
    return run.spark.read.csv(tables.path("points.csv"), POINTS)


def centres(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    """Six rounds of k-means on one axis at a time: one pass over the points a round."""
    found = [float(number * 2) for number in range(CENTRES)]
    for number in range(6):
        axis = F.col(f"x{number}")
        nearest = F.least(
            *(F.struct(F.abs(axis - centre).alias("d"), F.lit(i).alias("i")) for i, centre in enumerate(found))
        )
        means = answers(hot.groupBy(nearest["i"].alias("i")).agg(F.avg(axis), F.count(F.lit(1))))
        found = [round(mean, 9) for _, mean, _ in means]
    return [round(one, 6) for one in found]


def neighbours(run: Run, tables: Tables) -> RDD[tuple[int, list[int]]]:
    edges = run.spark.read.parquet(tables.path("edges.parquet")).limit(60_000)
    return edges.rdd.map(lambda row: (row[0], row[1])).groupByKey(4).mapValues(sorted)


def reached(_run: Run, _tables: Tables, hot: RDD[tuple[int, list[int]]]) -> list[Any]:
    """Four rounds, each with a join of what is known: the classic loop of RDD programs."""
    weights = hot.mapValues(lambda _: 1.0)
    for _ in range(4):
        sent = hot.join(weights, 4).flatMap(lambda one: [(node, one[1][1] / len(one[1][0])) for node in one[1][0]])
        weights = sent.reduceByKey(add, 4)
    return [round(weights.values().sum(), 3)]


def scaled(run: Run, tables: Tables) -> DataFrame:
    """points -> (x0 … x7): each axis by its least and greatest value, for which they are read once before."""
    rows = points(run, tables)
    ends = rows.agg(*(f(column).alias(f"{f.__name__}_{column}") for column in rows.columns for f in (F.min, F.max)))
    near = rows.crossJoin(F.broadcast(ends))
    return near.select(
        *(((F.col(c) - F.col(f"min_{c}")) / (F.col(f"max_{c}") - F.col(f"min_{c}"))).alias(c) for c in rows.columns)
    )


def descent(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    """Five steps of a linear fit of x7 by x0 and x1."""
    weights = [0.0, 0.0]
    for _ in range(5):
        error = F.col("x7") - weights[0] * F.col("x0") - weights[1] * F.col("x1")
        ((one, other),) = answers(hot.agg(F.avg(error * F.col("x0")), F.avg(error * F.col("x1"))))
        weights = [round(weights[0] + one, 9), round(weights[1] + other, 9)]
    return [round(weight, 6) for weight in weights]


WORKLOADS = (
    Workload("descent", "points scaled by their ends, one pass for each of five steps", "report", scaled, descent),
    Workload("pagerank", "links of a graph, three rounds of joins", "build", links, ranks),
    Workload("kmeans", "points out of CSV, one pass a round for six rounds", "build", points, centres),
    Workload("pagerank-rdd", "neighbours as an RDD, four rounds of joins", "report", neighbours, reached),
)
