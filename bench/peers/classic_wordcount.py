"""The word count of a thousand tutorials, on plain PySpark defaults: classic_wordcount.py INPUT OUTPUT."""

import sys
from operator import add

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("wordcount").getOrCreate()
lines = spark.sparkContext.textFile(sys.argv[1])
words = lines.filter(lambda line: line != "").flatMap(lambda line: line.split(" ")).map(lambda word: (word, 1))
counts = words.reduceByKey(add)
for word, n in counts.takeOrdered(20, key=lambda pair: -pair[1]):
    sys.stdout.write(f"{word} {n}\n")
counts.saveAsTextFile(sys.argv[2])
spark.stop()
