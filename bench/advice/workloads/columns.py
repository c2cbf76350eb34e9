"""Hot sets that come out of columns: Parquet, joins, aggregations, sorts."""

from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from bench.advice.tables import Tables
from bench.advice.workload import Workload, answers
from hotset import Run

SMALL_MEMORY = {"spark.driver.memory": "1g", "spark.memory.fraction": "0.06"}  # 43 MB for storage and execution


def narrow(run: Run, tables: Tables) -> DataFrame:
    return run.spark.read.parquet(tables.path("narrow.parquet"))


def few_of_narrow(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    """Each use wants one column of some rows: what Parquet is good at."""
    return [answers(hot.filter(F.col("id") < bound).agg(F.max("y"))) for bound in (1_000, 500_000, 2_000_000)]


def wide(run: Run, tables: Tables) -> DataFrame:
    return run.spark.read.parquet(tables.path("wide.parquet"))


def columns_of_wide(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.round(F.sum(f"c{number}"), 6))) for number in range(6)]


def all_of_wide(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(*(F.round(F.sum(column) + shift, 6) for column in hot.columns))) for shift in range(5)]


def digests(run: Run, tables: Tables) -> DataFrame:
    """narrow -> (k, h, ax): dear to compute, a thousand rows."""
    rows = narrow(run, tables).filter(F.col("id") < F.lit(700_000))
    hashed = rows.withColumn("h", F.sha2(F.concat_ws("|", "x", "y", "k"), 512))
    return hashed.groupBy("k").agg(F.max("h").alias("h"), F.avg("x").alias("ax"))


def few_of_digests(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.agg(F.max("h"))),
        answers(hot.filter(F.col("ax") > 0.5).agg(F.min("h"))),
        answers(hot.groupBy((F.col("k") % 3).alias("r")).agg(F.max("h"))),
        answers(hot.agg(F.min("h"))),
    ]


def once(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.max("h"), F.count(F.lit(1))))]


def hashed(run: Run, tables: Tables) -> DataFrame:
    """narrow -> (id, k, x, h): the dear column is wanted by the first use alone."""
    rows = narrow(run, tables).filter(F.col("id") < F.lit(600_000))
    return rows.select("id", "k", "x", F.sha2(F.concat_ws("|", "x", "y", "k"), 512).alias("h"))


def pruned(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.max("h"))), *(answers(hot.agg(F.max("x") + shift)) for shift in range(3))]


def joined(run: Run, tables: Tables) -> DataFrame:
    """narrow with narrow by k and id: the shuffle is the work."""
    rows = narrow(run, tables).filter(F.col("id") < F.lit(500_000))
    others = narrow(run, tables).filter(F.col("id") % 3 == 0).select("id", F.col("y").alias("z"))
    return rows.join(others.hint("merge"), "id", how="inner").select("id", "k", "x", "z")


def groups_of_joined(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.groupBy((F.col("k") % m).alias("r")).agg(F.sum("z"), F.max("x"))) for m in (2, 3, 5, 7)]


def by_key(run: Run, tables: Tables) -> DataFrame:
    """people -> (id, user, code): every use groups by the user."""
    return run.spark.read.csv(tables.path("people.csv"), "id bigint, user string, colour string, code string")


def groups_by_user(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    groups = [
        hot.groupBy("user").agg(F.count(F.lit(1)).alias("n"), F.max(column).alias("m")) for column in ("id", "code")
    ]
    return [answers(group.agg(F.max("n"), F.max("m"))) for group in (*groups, *groups)]


def ranked(run: Run, tables: Tables) -> DataFrame:
    """skewed -> (k, v, n): numbered within the key, most of them in one."""
    rows = run.spark.read.parquet(tables.path("skewed.parquet"))
    return rows.withColumn("n", F.row_number().over(Window.partitionBy("k").orderBy("v")))


def parts_of_ranked(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.filter(F.col("n") <= top).agg(F.count(F.lit(1)), F.round(F.sum("v"), 6))) for top in (3, 30, 300)
    ]


def in_order(run: Run, tables: Tables) -> DataFrame:
    return narrow(run, tables).filter(F.col("id") < F.lit(1_200_000)).orderBy("y")


def ends(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.first("y"))), answers(hot.agg(F.last("y"))), answers(hot.agg(F.sum("k")))]


def exploded(run: Run, tables: Tables) -> DataFrame:
    """narrow -> (id, x, n): eight rows of each, cheap to make again and large to keep."""
    rows = narrow(run, tables).filter(F.col("id") < F.lit(300_000))
    return rows.select("id", "x", F.explode(F.sequence(F.lit(1), F.lit(8))).alias("n"))


def sums_of_exploded(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.round(F.sum(F.col("x") * F.col("n") + shift), 4))) for shift in range(3)]


def selective(run: Run, tables: Tables) -> DataFrame:
    """narrow -> a thousandth of it, found by a calculation that no statistics help with."""
    return narrow(run, tables).filter(F.pmod(F.xxhash64("id"), F.lit(1000)) == 0)


def six_reads(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.filter(F.col("k") > low).agg(F.sum("y"))) for low in range(0, 600, 100)]


def ten_reads(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.round(F.sum(F.col("x") + F.col("y") * shift), 4))) for shift in range(10)]


def larger(run: Run, tables: Tables) -> DataFrame:
    """narrow with a text of 64 characters: about three times what this session can keep in memory."""
    rows = narrow(run, tables).filter(F.col("id") < F.lit(1_500_000))
    return rows.withColumn("h", F.sha2(F.concat_ws("|", "x", "y"), 256))


def maxima_of_larger(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.max(F.concat("h", F.lit(str(shift)))))) for shift in range(3)]


def distinct(run: Run, tables: Tables) -> DataFrame:
    """narrow -> (k, z): what is there once, out of a shuffle."""
    return narrow(run, tables).select("k", F.pmod("y", F.lit(500)).alias("z")).distinct()


def figures_of_distinct(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.filter(F.col("z") < top).agg(F.sum("k"), F.count(F.lit(1)))) for top in (10, 100, 400, 500)]


def pivoted(run: Run, tables: Tables) -> DataFrame:
    """skewed -> (r, 0, 1, 2, 3): a small table out of all rows."""
    rows = run.spark.read.parquet(tables.path("skewed.parquet"))
    keys = rows.select((F.col("k") % 7).alias("r"), F.floor(F.col("v") * 4).alias("quarter"), "v")
    return keys.groupBy("r").pivot("quarter", [0, 1, 2, 3]).agg(F.round(F.sum("v"), 4))


def rows_of_pivoted(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.filter(F.col("r") == number)) for number in range(5)]


def filtered_wide(run: Run, tables: Tables) -> DataFrame:
    return wide(run, tables).filter(F.col("c0") > F.lit(0.5))


def three_of_wide(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.round(F.sum(F.col(f"c{n}") * F.col(f"c{n + 1}")), 6))) for n in (1, 2, 3)]


def looked_up(run: Run, tables: Tables) -> DataFrame:
    """narrow with a thousand names: a broadcast join."""
    names = run.spark.range(1000).select(F.col("id").alias("k"), F.concat(F.lit("name-"), "id").alias("name"))
    return narrow(run, tables).filter(F.col("id") < F.lit(1_000_000)).join(F.broadcast(names), "k", how="inner")


def names_of_looked_up(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.agg(F.max("name"), F.sum("y"))),
        answers(hot.filter(F.col("name") == "name-17").agg(F.sum("y"))),
        answers(hot.groupBy(F.substring("name", 6, 1).alias("first")).agg(F.count(F.lit(1)))),
    ]


WORKLOADS = (
    Workload("distinct", "what is there once, read four times", "report", distinct, figures_of_distinct),
    Workload("pivoted", "a small table out of all rows, read five times", "report", pivoted, rows_of_pivoted),
    Workload("wide-half", "half of forty columns' rows, three uses of two", "report", filtered_wide, three_of_wide),
    Workload("looked-up", "a broadcast join, read three times", "report", looked_up, names_of_looked_up),
    Workload("narrow", "narrow numbers in Parquet, three uses of one column", "build", narrow, few_of_narrow),
    Workload("wide", "forty columns in Parquet, six uses of one each", "build", wide, columns_of_wide),
    Workload("wide-all", "forty columns in Parquet, five uses of all", "build", wide, all_of_wide),
    Workload("aggregated", "a dear aggregation of few rows, read four times", "build", digests, few_of_digests),
    Workload("once", "a dear aggregation, read once", "build", digests, once),
    Workload("pruned", "the dear column is wanted by the first of four uses", "build", hashed, pruned),
    Workload("joined", "a sort-merge join, read four times", "build", joined, groups_of_joined),
    Workload("by-key", "strings out of CSV, four uses that group by the same key", "build", by_key, groups_by_user),
    Workload("skewed", "numbered within a skewed key, read three times", "build", ranked, parts_of_ranked),
    Workload("sorted", "sorted, read three times", "build", in_order, ends),
    Workload("exploded", "eight rows made of each, read three times", "build", exploded, sums_of_exploded),
    Workload("selective", "a thousandth of Parquet, read six times", "build", selective, six_reads),
    Workload("ten-times", "narrow numbers in Parquet, read ten times", "build", narrow, ten_reads),
    Workload("larger", "three times the memory, read three times", "build", larger, maxima_of_larger, SMALL_MEMORY),
)
