"""The SQL text of each aggregate, in terms of what the engines write differently.

Left alone, the engines differ in: sums of integers (DuckDB's are HUGEINT and are written to Parquet as DOUBLE, Spark's
overflow on the way), means and quantiles of decimals (Spark's and DuckDB's are decimals, rounded), means of large
integers (Spark adds doubles), infinities in quantiles, corr of constants (NaN and null), and -0.0 as the least or
greatest.
"""

import narwhals as nw

from hotset.rows.dialects import INFINITY, Dialect
from hotset.rows.expressions import Expression, as_double, typed
from hotset.rows.types import is_float, type_of_sum


def write_sum(value: Expression) -> str:
    if is_float(value.dtype):
        return f"sum({as_double(value)})"
    kind = value.dialect.type_name(type_of_sum(value.dtype))
    return f"CAST({value.dialect.exact_sum(value.sql, value.dtype)} AS {kind})"


def write_mean(value: Expression) -> str:
    """Of integers and decimals the exact sum, as the nearest double, through the count: the same bits everywhere."""
    if is_float(value.dtype):
        return f"avg({as_double(value)})"
    total = value.dialect.sum_as_double(value.sql, value.dtype)
    return f"({total} / nullif(CAST(count({value.sql}) AS DOUBLE), 0))"


def write_std(value: Expression) -> str:
    number = as_double(value)
    found = f"stddev_samp({number})"
    if not is_float(value.dtype):
        return found
    is_finite = f"max({number}) < {INFINITY} AND min({number}) > -{INFINITY}"  # and a square too great is no NaN
    return f"CASE WHEN isnan({found}) AND {is_finite} THEN {INFINITY} ELSE {found} END"


def write_extreme(function: str, value: Expression) -> str:
    return f"{function}({value.sql})"


def write_quantile(value: Expression, share: float) -> str:
    return value.dialect.quantile(as_double(value), share, value.dtype)


def write_corr(one: Expression, other: Expression) -> str:
    return one.dialect.corr(as_double(one), as_double(other))


def write_pick(value: Expression, order: Expression, *, last: bool) -> str:
    text, kind = value.dialect.pick(_one_zero(value), _one_zero(order), order.dtype, last), value.dtype
    return typed(Expression(text, kind, value.name, value.dialect, True), kind) if is_float(kind) else text


def _one_zero(value: Expression) -> str:
    return f"({value.sql} + CAST(0 AS {value.dialect.type_name(value.dtype)}))" if is_float(value.dtype) else value.sql


def write_key(name: str, dtype: nw.dtypes.DType, dialect: Dialect) -> str:
    """A key of groups: 0.0 for -0.0."""
    return f"{dialect.quoted(name)} + CAST(0 AS {dialect.type_name(dtype)})"
