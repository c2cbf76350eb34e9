"""SQL text from outside, made harmless before Spark sees it.

Inside any SQL string Spark runs `reflect('java.lang.System', 'getenv', …)`, fills in `${env:HOME}` and reads
``text.`/etc/hostname` `` as a table. So a text that comes from a command line is parsed first, by the one parser of
Spark that fills in nothing, and refused if it is more than an expression over columns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from hotset.errors import UsageError
from hotset.naming import listed

# Built-in functions that call into the JVM or open files that they are told the name of.
REACHING_OUT = frozenset({"reflect", "try_reflect", "java_method", "from_protobuf", "to_protobuf"})
QUERIES = frozenset({"ScalarSubquery", "Exists", "InSubquery", "ListQuery", "FunctionTableSubqueryArgumentExpression"})


def restricted_expression(spark: SparkSession, text: str) -> Column:
    """The column that `text` describes. Raises UsageError when it does not parse or reaches beyond its columns."""
    if "${" in text:
        raise UsageError(f"an SQL expression may not use variables, got {text!r}; write the value itself")
    for node in nodes_of(_parse(spark, text)):
        kind = str(node.getClass().getSimpleName())
        if kind in QUERIES:
            raise UsageError(f"an SQL expression may not contain a query, got {text!r}; use the columns only")
        if kind == "UnresolvedFunction" and str(node.nameParts().last()).lower() in REACHING_OUT:
            raise UsageError(f"an SQL expression may not call {node.nameParts().last()}, got {text!r}; leave it out")
    return F.expr(text)


def row_rules(spark: SparkSession, rules: Mapping[str, str], schema: StructType) -> dict[str, Column]:
    """Each rule as a column. Raises UsageError for one that says nothing about a row with these columns."""
    found = {name: restricted_expression(spark, sql) for name, sql in rules.items()}
    nothing = spark.createDataFrame([], schema) if rules else None
    for name, rule in found.items():
        assert nothing is not None, "made when there are rules"
        filter_rows(nothing, rule, f"the rule {name!r}", rules[name], schema.names)
    return found


def filter_rows(rows: DataFrame, condition: Column, what: str, text: str, columns: Sequence[str]) -> DataFrame:
    """The rows for which the condition is true. Raises UsageError for one that does not fit.

    `what` is the condition's name, `text` how it was written; `columns` are those that there are.
    """
    try:
        return rows.filter(condition)
    except AnalysisException as why:
        reason = reason_of(why).partition(" Did you mean one of ")[0].rstrip(".")
        raise UsageError(
            f"{what} does not fit the columns, got {text!r}: {reason}; write a condition over {listed(columns)}"
        ) from None


def _parse(spark: SparkSession, text: str) -> Any:
    """Catalyst's own tree of the text; nothing is looked up or run."""
    parser = getattr(spark.sparkContext._jvm, "org.apache.spark.sql.catalyst.parser.CatalystSqlParser$")
    try:
        return getattr(parser, "MODULE$").parseExpression(text)
    except PySparkException as why:
        reason = str(why).strip().splitlines()[0]
        raise UsageError(f"not an SQL expression, got {text!r}: {reason}") from None


def reason_of(why: PySparkException) -> str:
    """What Spark says, without its codes."""
    first = str(why).strip().splitlines()[0]
    return re.sub(r"^\[[\w.]+\] | SQLSTATE: .*$", "", first).rstrip(".")


def nodes_of(tree: Any) -> Iterator[Any]:
    yield tree
    children = tree.children().iterator()
    while children.hasNext():
        yield from nodes_of(children.next())
