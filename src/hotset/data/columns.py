"""Columns by their names, whatever characters those hold."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F


def quoted(name: str) -> str:
    """The name as SQL and DDL have it: a dot in it is no field of a struct."""
    return "`" + name.replace("`", "``") + "`"


def by_name(name: str) -> Column:
    """The column of just this name."""
    return F.col(quoted(name))


def ddl(types: Mapping[str, str]) -> str:
    """Names and types in Spark's DDL: {"n": "int not null"} -> "`n` int not null"."""
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
