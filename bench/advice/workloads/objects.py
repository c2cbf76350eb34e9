"""Hot sets of Python objects: RDDs."""

import re
from collections.abc import Iterable
from operator import add
from typing import Any

from pyspark import RDD

from bench.advice.tables import Tables
from bench.advice.workload import Workload
from hotset import Run

SIZE = re.compile(r'"GET (\S+) HTTP/[0-9.]+" [0-9]+ ([0-9]+)$')
Visit = dict[str, Any]


def visit(line: str) -> Visit:
    """A line as a small object."""
    found = SIZE.search(line)
    assert found is not None, "the tables are generated"
    return {"client": line.split(" ", 1)[0], "page": found[1], "size": int(found[2])}


def visits(run: Run, tables: Tables) -> RDD[Visit]:
    return run.spark.sparkContext.textFile(tables.path("logs.txt"), 4).map(visit)


def figures_of_visits(_run: Run, _tables: Tables, hot: RDD[Visit]) -> list[Any]:
    return [
        hot.map(lambda one: one["size"]).sum(),
        max(hot.map(lambda one: (one["client"], one["size"])).reduceByKey(add).values().collect()),
        hot.filter(lambda one: one["size"] > 50_000).count(),
    ]


def two_figures(_run: Run, _tables: Tables, hot: RDD[Visit]) -> list[Any]:
    return [hot.count(), hot.map(lambda one: one["size"]).max()]


def pairs(run: Run, _tables: Tables) -> RDD[tuple[int, str, float]]:
    """Cheap to make: out of nothing."""
    return run.spark.sparkContext.parallelize(range(400_000), 4).map(lambda i: (i, f"user-{i % 1000}", i * 0.5))


def figures_of_pairs(_run: Run, _tables: Tables, hot: RDD[tuple[int, str, float]]) -> list[Any]:
    return [hot.count(), hot.map(lambda one: one[0]).sum(), hot.map(lambda one: one[2]).max()]


def primes(run: Run, _tables: Tables) -> RDD[int]:
    """Dear to make, small to keep."""

    def of(part: Iterable[int]) -> Iterable[int]:
        return (n for n in part if n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)))

    return run.spark.sparkContext.parallelize(range(150_000), 4).mapPartitions(of)


def figures_of_primes(_run: Run, _tables: Tables, hot: RDD[int]) -> list[Any]:
    return [hot.count(), hot.sum(), hot.max(), hot.filter(lambda n: n % 10 == 7).count()]


def counted(run: Run, tables: Tables) -> RDD[tuple[str, int]]:
    """(client, bytes): what a shuffle holds already, Spark does not compute again."""
    return visits(run, tables).map(lambda one: (one["client"], one["size"])).reduceByKey(add, 4)


def figures_of_counted(_run: Run, _tables: Tables, hot: RDD[tuple[str, int]]) -> list[Any]:
    return [hot.count(), hot.values().sum(), hot.values().max(), hot.filter(lambda one: one[1] > 1_000_000).count()]


WORKLOADS = (
    Workload("counted", "sums out of a shuffle of objects, read four times", "report", counted, figures_of_counted),
    Workload("objects", "dictionaries out of lines, read three times", "build", visits, figures_of_visits),
    Workload("objects-twice", "dictionaries out of lines, read twice", "report", visits, two_figures),
    Workload("pairs", "tuples out of nothing, read three times", "build", pairs, figures_of_pairs),
    Workload("primes", "dear to make, small to keep, read four times", "build", primes, figures_of_primes),
)
