"""A query of SQL over tables that were given, by Spark: nothing else is read, and nothing is done."""

from collections.abc import Iterator, Mapping
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from hotset.errors import UsageError
from hotset.naming import listed
from hotset.session.expression import REACHING_OUT, nodes_of, reason_of

FILES = "spark.sql.runSQLOnFiles"  # which reads csv.`/path` as a table, unchecked


def run_query(spark: SparkSession, text: str, tables: Mapping[str, DataFrame]) -> DataFrame:
    """The rows of a query that `check_query` let pass. Raises UsageError for one that does not fit its tables."""
    before = {name: spark.table(name) for name in tables if _is_temporary(spark, name)}
    files = spark.conf.get(FILES)
    try:
        spark.conf.set(FILES, "false")
        for name, frame in tables.items():
            frame.createOrReplaceTempView(name)
        return spark.sql(text)
    except PySparkException as why:
        raise UsageError(f"the query does not fit its tables: {reason_of(why)}") from None
    finally:
        spark.conf.set(FILES, str(files))
        for name in tables:
            spark.catalog.dropTempView(name)
        for name, frame in before.items():
            frame.createOrReplaceTempView(name)


def check_query(spark: SparkSession, text: str, tables: list[str]) -> None:
    """Raises UsageError for a text that is no query over these tables alone. Nothing is looked up or run."""
    if "${" in text:
        raise UsageError("a query may not use variables, as ${…}; write the value itself")
    try:
        plan = spark._jsparkSession.sessionState().sqlParser().parsePlan(text)
    except PySparkException as why:
        raise UsageError(f"this is not a query in Spark's SQL: {reason_of(why)}") from None
    every = [*_plans(plan)]
    if any(_is_a(one, f"plans.logical.{kind}") for one in every for kind in ("Command", "ParsedStatement")):
        raise UsageError(f"a query only reads, got {text.split(maxsplit=1)[0]!r}; write SELECT, or WITH and SELECT")
    _check_tables(every, tables)
    if function := next((name for one in every for name in _functions(one) if name.lower() in REACHING_OUT), None):
        raise UsageError(f"a query may not call {function}; leave it out")


def _check_tables(plans: list[Any], tables: list[str]) -> None:
    """Raises UsageError for a table that was not given, and that the query does not name itself."""
    known = {name.lower() for name in tables} | {name.lower() for one in plans for name in _named_queries(one)}
    for one in plans:
        if _kind(one) == "UnresolvedRelation":
            name = str(one.multipartIdentifier().mkString("."))
            if name.lower() not in known:
                raise UsageError(f"there is no table {name!r}; there are {listed(tables, name)}")


def _plans(plan: Any) -> Iterator[Any]:
    """The plan and all below it, those of queries within expressions included."""
    yield plan
    for child in (*_each(plan.children()), *_each(plan.innerChildren())):
        if _is_plan(child):
            yield from _plans(child)
    for expression in _each(plan.expressions()):
        for node in nodes_of(expression):
            if _is_plan_expression(node):
                yield from _plans(node.plan())


def _named_queries(plan: Any) -> Iterator[str]:
    if _kind(plan) == "UnresolvedWith":
        for relation in _each(plan.cteRelations()):
            yield str(relation._1())


def _functions(plan: Any) -> Iterator[str]:
    for expression in _each(plan.expressions()):
        for node in nodes_of(expression):
            if _kind(node) == "UnresolvedFunction":
                yield str(node.nameParts().last())


def _is_plan(node: Any) -> bool:
    return _is_a(node, "plans.logical.LogicalPlan")


def _is_plan_expression(node: Any) -> bool:
    return _is_a(node, "expressions.SubqueryExpression")


def _is_a(node: Any, name: str) -> bool:
    loader = node.getClass().getClassLoader()
    return bool(loader.loadClass(f"org.apache.spark.sql.catalyst.{name}").isInstance(node))


def _kind(node: Any) -> str:
    return str(node.getClass().getSimpleName())


def _each(sequence: Any) -> Iterator[Any]:
    iterator = sequence.iterator()
    while iterator.hasNext():
        yield iterator.next()


def _is_temporary(spark: SparkSession, name: str) -> bool:
    return bool(spark.catalog.tableExists(name)) and spark.catalog.getTable(name).isTemporary
