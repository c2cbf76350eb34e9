"""Expressions put to work on a frame: more columns, groups, the largest rows of each group."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
from narwhals.dtypes import DType
from pyspark.sql import functions as F

from hotset.data.columns import unlike
from hotset.errors import UsageError
from hotset.rows.aggregates import write_key
from hotset.rows.dialects import Dialect
from hotset.rows.expressions import Expression, finished
from hotset.rows.types import is_float, is_ordered

Rows = nw.LazyFrame[Any]


class Groups:
    """Made by `Functions.group_by`."""

    def __init__(self, rows: Rows, schema: Mapping[str, DType], keys: Sequence[Expression], dialect: Dialect) -> None:
        check_level(keys, aggregates=False)
        self.names = [key.name for key in keys]
        computed = [key for key in keys if key.sql != dialect.quoted(key.name)]
        keyed = add_columns(rows, schema, computed) if computed else rows
        types = dict(schema) | {key.name: key.dtype for key in keys}
        self.rows, self.dialect = one_zero(keyed, types, self.names, dialect), dialect

    def agg(self, *expressions: Expression, **named: Expression) -> Rows:
        """rows -> groups(keys, aggregates): one row for each group"""
        results = [*expressions, *(one.alias(name) for name, one in named.items())]
        check_level(results, aggregates=True)
        check_names([*self.names, *(one.name for one in results)])
        if not results:
            raise UsageError("a group without an aggregate; give at least one, as length()")
        keys = [self.dialect.quoted(name) for name in self.names]
        texts = [f"{finished(one)} AS {self.dialect.quoted(one.name)}" for one in results]
        return framed(self._aggregated(keys, texts))

    def _aggregated(self, keys: Sequence[str], texts: Sequence[str]) -> Any:
        native: Any = self.rows.to_native()
        if self.dialect.name == "DuckDB":
            return native.aggregate(", ".join([*keys, *texts]), ", ".join(keys))
        return native.groupBy(*keys).agg(*map(F.expr, texts))


def add_columns(rows: Rows, schema: Mapping[str, DType], expressions: Sequence[Expression]) -> Rows:
    """rows -> rows with these columns, replaced where the name is there already"""
    if not expressions:
        return rows
    check_level(expressions, aggregates=False)
    check_names([one.name for one in expressions])
    dialect, texts = expressions[0].dialect, {one.name: finished(one) for one in expressions}
    every = {name: dialect.quoted(name) for name in schema} | texts
    return _projected(rows, [f"{text} AS {dialect.quoted(name)}" for name, text in every.items()])


def keep_largest(
    rows: Rows, schema: Mapping[str, DType], column: Expression, n: int, keys: Sequence[Expression]
) -> Rows:
    """rows -> the n rows of each group that come first, from the greatest value down"""
    if n < 1:
        raise UsageError(f"the largest rows are one or more, got {n}; give a number above 0")
    strange = [name for name, dtype in schema.items() if not is_ordered(dtype)]
    if strange:
        raise UsageError(f"a column without an order cannot break ties, got {strange[0]!r}; select the others first")
    dialect, names = column.dialect, [key.name for key in keys]
    quote, rank = dialect.quoted, unlike("rank", schema)
    others = [f"{quote(name)} ASC NULLS LAST" for name in schema if name not in {*names, column.name}]
    order = ", ".join([f"{column.sql} DESC", *others])
    parts = f"PARTITION BY {', '.join(map(quote, names))} " if names else ""
    there = filtered(one_zero(rows, schema, schema, dialect), f"{column.sql} IS NOT NULL")
    ranked = _projected(there, ["*", f"row_number() OVER ({parts}ORDER BY {order}) AS {quote(rank)}"])
    return _projected(filtered(ranked, f"{quote(rank)} <= {n}"), [quote(name) for name in schema])


def one_zero(rows: Rows, schema: Mapping[str, DType], names: Iterable[str], dialect: Dialect) -> Rows:
    """rows -> rows with 0.0 for -0.0 in these columns"""
    texts = {name: write_key(name, schema[name], dialect) for name in names if is_float(schema[name])}
    if not texts:
        return rows
    every = {name: dialect.quoted(name) for name in schema} | texts
    return _projected(rows, [f"{text} AS {dialect.quoted(name)}" for name, text in every.items()])


def check_level(expressions: Sequence[Expression], *, aggregates: bool) -> None:
    for one in expressions:
        if one.aggregates is (not aggregates):
            wanted = "an aggregate" if aggregates else "a value of each row"
            raise UsageError(f"{wanted} is wanted here, got {one.name!r}, which is not one; see hotset.rows.functions")


def check_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"two columns of one name, got {twice[0]!r}; name one of them with alias")


def framed(native: Any) -> Rows:
    rows: Rows = nw.from_native(native)
    return rows


def _projected(rows: Rows, texts: Sequence[str]) -> Rows:
    native: Any = rows.to_native()
    done = native.project(", ".join(texts)) if rows.implementation.is_duckdb() else native.selectExpr(*texts)
    return framed(done)


def filtered(rows: Rows, text: str) -> Rows:
    return framed(rows.to_native().filter(text))
