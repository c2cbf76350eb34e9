"""What run.keep hands out: plain frames and RDDs, made anew of what is stored."""

from typing import Any

from pyspark import RDD
from pyspark.sql import DataFrame
from pyspark.sql.classic.dataframe import DataFrame as ClassicDataFrame


def same_frame(frame: DataFrame) -> DataFrame:
    """The same plan; a frame that was planned before it was kept would go on with its old one."""
    session: Any = frame.sparkSession
    datasets = session.sparkContext._jvm.org.apache.spark.sql.classic.Dataset
    same = ClassicDataFrame(datasets.ofRows(session._jsparkSession, frame._jdf.logicalPlan()), session)
    same.is_cached = frame.is_cached
    return same


def same_rdd(rdd: RDD[Any]) -> RDD[Any]:
    """The stored RDD; the Python functions of one that knows its source would run again."""
    same: RDD[Any] = RDD(rdd._jrdd, rdd.ctx, rdd._jrdd_deserializer)
    same.partitioner, same.is_cached, same.is_checkpointed = rdd.partitioner, rdd.is_cached, rdd.is_checkpointed
    return same
