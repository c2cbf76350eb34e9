from pyspark.sql import functions as F

from hotset import Run
from hotset.lab.shuffled import keys_of_readers, last_execution


def test_a_key_that_every_reader_shuffles_by_is_found(run: Run) -> None:
    before = last_execution(run.spark)
    kept = run.keep("numbers", run.spark.range(100).selectExpr("id % 5 AS k", "id AS v"))
    other = run.spark.range(50).selectExpr("id % 5 AS k", "id AS w").hint("merge")

    kept.groupBy("k").agg(F.sum("v")).collect()
    kept.hint("merge").join(other, on="k", how="inner").count()

    assert keys_of_readers(run.spark, before) == {"numbers": "k"}


def test_readers_by_different_keys_or_without_a_shuffle_have_none(run: Run) -> None:
    before = last_execution(run.spark)
    kept = run.keep("numbers", run.spark.range(100).selectExpr("id % 5 AS k", "id % 3 AS j"))
    plain = run.keep("plain", run.spark.range(7))
    made = run.keep("made", run.spark.range(9).selectExpr("id AS m"))

    kept.groupBy("k").count().collect()
    kept.groupBy("j").count().collect()
    plain.filter("id > 3").collect()
    made.groupBy(F.col("m") % 2).count().collect()

    assert keys_of_readers(run.spark, before) == {}
