"""Columns whose names differ in nothing but case: Spark tells them apart only when it is told to."""

from collections.abc import Callable

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from hotset.data.columns import differing_in_case
from hotset.errors import SchemaError

CASE = "spark.sql.caseSensitive"


class CaseOfNames:
    """Whether names are looked up by their case: only in a run that has such columns, and until it ends.

    `spark` gives the session, opened if it is not, or None in a run that has none and always tells cases apart; `warn`
    is told once; what a `--where` means depends on it.
    """

    def __init__(self, spark: Callable[[], SparkSession | None], warn: Callable[[str], None]) -> None:
        self._spark, self._warn, self._set = spark, warn, False

    def mind(self, schema: StructType) -> None:
        """Raises SchemaError where there are such columns, and whoever started the session wants them to be one."""
        pair = next(differing_in_case(schema), None)
        if pair is None or (spark := self._spark()) is None or spark.conf.get(CASE) == "true":
            return
        one, other = pair
        if CASE in spark.conf.getAll:
            raise SchemaError(
                f"the columns {one!r} and {other!r} differ in case only, and {CASE}=false takes them for one; "
                f"leave that setting out, or rename one"
            )
        spark.conf.set(CASE, "true")
        self._set = True
        self._warn(f"the columns {one!r} and {other!r} differ in case only: names are looked up by their case here")

    def give_back(self) -> None:
        """The session as it was."""
        if self._set and (spark := self._spark()):
            spark.conf.unset(CASE)
            self._set = False
