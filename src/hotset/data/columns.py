"""Columns by their names, whatever characters those hold."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def by_name(name: str) -> Column:
    """The column of just this name; a dot in it is no field of a struct."""
    return F.col("`" + name.replace("`", "``") + "`")
