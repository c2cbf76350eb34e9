"""Plain PySpark from start to exit: a session, a tiny query on a frame, a tiny one on an RDD, stop."""

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("start").getOrCreate()
assert spark.range(100).selectExpr("sum(id)").first()[0] == 4950  # type: ignore[index]
assert spark.sparkContext.parallelize(range(100)).map(lambda n: n + 1).sum() == 5050
spark.stop()
