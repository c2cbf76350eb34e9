"""What run.keep hands out: the frame or the RDD itself, which `with` releases."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self, TypeVar, cast

from pyspark import RDD
from pyspark.core.rdd import PipelinedRDD
from pyspark.sql import DataFrame
from pyspark.sql.classic.dataframe import DataFrame as ClassicDataFrame

T_co = TypeVar("T_co", covariant=True)


class Lent:
    """Is released at the end of a `with`."""

    _let_go: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._let_go is None:
            return
        if kind is None:
            self._let_go()
            return
        with suppress(Exception):  # the JVM may have died, and the error that says so is on its way
            self._let_go()


class KeptFrame(Lent, ClassicDataFrame):
    """A plain frame; made anew, since a frame that was planned before it was kept would go on with its old plan."""


class KeptRDD(Lent, RDD[T_co]):
    """A plain RDD."""


class _KeptPipelinedRDD(Lent, PipelinedRDD):  # type: ignore[type-arg]
    """An RDD of which nothing is stored: its Python functions still run in one worker with those that follow."""


def kept_frame(frame: DataFrame, let_go: Callable[[], None] | None) -> KeptFrame:
    """The same plan."""
    session: Any = frame.sparkSession
    datasets = session.sparkContext._jvm.org.apache.spark.sql.classic.Dataset
    kept = KeptFrame(datasets.ofRows(session._jsparkSession, frame._jdf.logicalPlan()), session)
    kept.is_cached, kept._let_go = frame.is_cached, let_go
    return kept


def kept_rdd(rdd: RDD[Any], let_go: Callable[[], None] | None, *, stored: bool) -> KeptRDD[Any]:
    """The same RDD."""
    if isinstance(rdd, PipelinedRDD) and not stored:
        same = object.__new__(_KeptPipelinedRDD)
        vars(same).update(vars(rdd))
        same._let_go = let_go
        return cast("KeptRDD[Any]", same)
    kept: KeptRDD[Any] = KeptRDD(rdd._jrdd, rdd.ctx, rdd._jrdd_deserializer)
    kept.partitioner, kept.is_cached = rdd.partitioner, rdd.is_cached
    kept.is_checkpointed, kept._let_go = rdd.is_checkpointed, let_go
    return kept
