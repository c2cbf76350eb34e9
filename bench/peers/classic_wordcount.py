"""The word count of a thousand tutorials, on plain PySpark defaults.

It counts the nothing between two spaces as a word; that one is left out when its answer is compared.
"""

import sys
from operator import add

from pyspark.sql import SparkSession

from bench.serve import main


def start() -> SparkSession:
    return SparkSession.builder.appName("wordcount").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    lines = spark.sparkContext.textFile(source)
    words = lines.filter(lambda line: line != "").flatMap(lambda line: line.split(" ")).map(lambda word: (word, 1))
    counts = words.reduceByKey(add)
    for word, n in counts.takeOrdered(20, key=lambda pair: -pair[1]):
        sys.stdout.write(f"{word} {n}\n")
    counts.saveAsTextFile(target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
