"""Hot sets that come out of text: CSV, JSON, lines."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from bench.advice.tables import Tables
from bench.advice.workload import Workload, answers
from hotset import Dataset, Run

NUMBERS = Dataset("id bigint, k bigint, x double, y double", format="csv", header=False)
LINE = r'^(\S+) .* "GET (\S+) HTTP/[0-9.]+" ([0-9]+) ([0-9]+)$'


def numbers(run: Run, tables: Tables) -> DataFrame:
    return run.spark.read.csv(tables.path("numbers.csv"), "id bigint, k bigint, x double, y double")


def checked_numbers(run: Run, tables: Tables) -> DataFrame:
    return run.read(NUMBERS, tables.path("numbers.csv"))


def twice(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.sum("k"))), answers(hot.agg(F.round(F.sum("x"), 6), F.round(F.sum("y"), 6)))]


def five_times(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.agg(F.round(F.sum("x") + shift, 6), F.max("y"))) for shift in range(5)]


def people(run: Run, tables: Tables) -> DataFrame:
    return run.spark.read.csv(tables.path("people.csv"), "id bigint, user string, colour string, code string")


def texts_of_people(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.groupBy("colour").agg(F.max("code"))),
        answers(hot.agg(F.max("user"), F.min("code"))),
        answers(hot.filter(F.col("user") == "user-17").agg(F.count(F.lit(1)))),
        answers(hot.agg(F.max(F.length("code")), F.sum("id"))),
    ]


def parsed_lines(run: Run, tables: Tables) -> DataFrame:
    lines = run.spark.read.text(tables.path("logs.txt"))
    found = [F.regexp_extract("value", LINE, number) for number in (1, 2, 4)]
    return lines.select(found[0].alias("client"), found[1].alias("page"), found[2].cast("bigint").alias("size"))


def figures_of_lines(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.agg(F.sum("size"))),
        answers(hot.groupBy("client").agg(F.sum("size").alias("s")).agg(F.max("s"))),
        answers(hot.groupBy("page").agg(F.sum("size").alias("s")).agg(F.max("s"))),
    ]


def events(run: Run, tables: Tables) -> DataFrame:
    schema = "id bigint, kind string, value double, tags array<string>"
    return run.spark.read.json(tables.path("events.json"), schema)


def figures_of_events(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.groupBy("kind").agg(F.round(F.sum("value"), 6))),
        answers(hot.agg(F.max("id"), F.max(F.size("tags")))),
        answers(hot.filter(F.col("kind") == "kind-3").agg(F.round(F.avg("value"), 6))),
    ]


def _slow(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
    """Work in Python that takes its time: a few microseconds a row."""
    for batch in batches:
        yield batch.map(lambda value: sum(ord(c) for c in f"{value:.12f}"))


def python_made(run: Run, tables: Tables) -> DataFrame:
    """numbers -> (id, k, s): a column that a Python function makes."""
    slow = pandas_udf(_slow, "bigint")  # type: ignore[call-overload]  # its stubs know fewer annotations than it does
    return numbers(run, tables).filter(F.col("id") < F.lit(250_000)).select("id", "k", slow("x").alias("s"))


def figures_of_python(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.agg(F.sum("s"))),
        answers(hot.groupBy((F.col("k") % 3).alias("r")).agg(F.max("s"))),
        answers(hot.filter(F.col("s") > 600).agg(F.count(F.lit(1)))),
    ]


def dated(run: Run, tables: Tables) -> DataFrame:
    """numbers -> (id, day, x): texts of days parsed again, as files have them."""
    days = F.date_format(F.date_add(F.lit("2026-01-01").cast("date"), F.col("k").cast("int")), "dd.MM.yyyy")
    return numbers(run, tables).select("id", F.to_date(days, "dd.MM.yyyy").alias("day"), "x")


def figures_of_days(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.groupBy(F.month("day").alias("m")).agg(F.round(F.sum("x"), 4))),
        answers(hot.agg(F.min("day"), F.max("day"))),
        answers(hot.filter(F.dayofweek("day") == 1).agg(F.count(F.lit(1)))),
        answers(hot.groupBy(F.year("day").alias("y")).agg(F.max("id"))),
    ]


def words(run: Run, tables: Tables) -> DataFrame:
    """logs -> (word): some ten of each line."""
    lines = run.spark.read.text(tables.path("logs.txt"))
    return lines.select(F.explode(F.split("value", r"[ /\[\]\"]+")).alias("word")).filter(F.col("word") != "")


def figures_of_words(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [
        answers(hot.agg(F.count(F.lit(1)))),
        answers(hot.groupBy(F.length("word").alias("letters")).agg(F.count(F.lit(1)))),
        answers(hot.filter(F.col("word") == "GET").agg(F.count(F.lit(1)))),
    ]


def _centred(group: pd.DataFrame) -> pd.DataFrame:
    group["x"] = group["x"] - group["x"].mean()
    return group


def by_group(run: Run, tables: Tables) -> DataFrame:
    """numbers -> (r, x): a pandas function for each of a hundred groups."""
    rows = numbers(run, tables).select((F.col("k") % 100).alias("r"), "x")
    return rows.groupBy("r").applyInPandas(_centred, "r bigint, x double")


def figures_of_groups(_run: Run, _tables: Tables, hot: DataFrame) -> list[Any]:
    return [answers(hot.filter(F.col("x") > limit).agg(F.count(F.lit(1)))) for limit in (0.0, 0.1, 0.2)]


WORKLOADS = (
    Workload("dates", "texts of days parsed, read four times", "report", dated, figures_of_days),
    Workload("words", "ten words of each line, read three times", "report", words, figures_of_words),
    Workload("groups", "a pandas function for each group, read three times", "report", by_group, figures_of_groups),
    Workload("csv-twice", "numbers out of CSV, read twice", "build", numbers, twice),
    Workload("csv-five", "numbers out of CSV, read five times", "report", numbers, five_times),
    Workload("checked", "numbers out of CSV by run.read, read five times", "report", checked_numbers, five_times),
    Workload("strings", "strings out of CSV, read four times", "build", people, texts_of_people),
    Workload("lines", "a regular expression over lines, read three times", "build", parsed_lines, figures_of_lines),
    Workload("json", "lines of JSON, read three times", "build", events, figures_of_events),
    Workload("python", "a column made by a Python function, read three times", "build", python_made, figures_of_python),
)
