"""Aggregate columns by keys: counts, sums, means, medians and more, several at once; or the largest rows of each group.

rows  --where-->  rows  --group-->  groups(keys, aggregates)

Method `expression` is one expression over rows, for DuckDB on one machine and for Catalyst beyond it; `dataframe` is
the same in PySpark's own words. Both give one answer: null is a key, NaN is one key, -0.0 is 0.0; as values nulls are
left out, and NaN is a number greater than any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import narwhals as nw
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, IntegralType, NumericType, StringType

from hotset import (
    Dataset,
    Inputs,
    Output,
    Role,
    Run,
    Shows,
    TableOptions,
    UsageError,
    by_name,
    columns_of,
    ddl,
    functions_of,
    has_nested,
    quoted,
    quoted_if_needed,
    safe_names,
)
from hotset.jobs.group.largest import keep_largest, keep_largest_frame, parse_largest
from hotset.jobs.group.query import MEASURES, ROWS, Call, Query, parse_query

Method = Literal["expression", "dataframe"]
IN_SPARK: Mapping[str, Callable[..., Column]] = {
    "count": F.count,
    "sum": F.sum,
    "mean": F.avg,
    "min": F.min,
    "max": F.max,
    "std": F.stddev_samp,
    "median": F.median,
    "distinct": F.count_distinct,
}


@dataclass(frozen=True)
class Params(TableOptions):
    input: Annotated[Inputs, "files, directories or globs: CSV, JSON lines, Parquet or ORC"]
    output: Annotated[Output, "directory to create"]
    by: Annotated[tuple[str, ...], "columns whose values make a group"]
    agg: Annotated[
        tuple[str, ...], "what of which column: value:count,mean, *:count for rows, or range=max(v1)-min(v2)"
    ] = ()
    largest: Annotated[str, "instead of --agg: the rows of each group with the greatest values, as value:3"] = ""
    where: Annotated[str, "SQL: only rows for which it is true"] = ""
    top: Annotated[int, Shows, "how many groups to show"] = 20
    format: Annotated[Literal["csv", "json", "parquet"], "of the output"] = "parquet"
    method: Annotated[Method, "how the groups are made; the answer is the same"] = "expression"

    def __post_init__(self) -> None:
        if not 0 <= self.top < 2**31:
            raise UsageError(f"--top is from 0 to {2**31 - 1}, got {self.top}")
        if bool(self.agg) == bool(self.largest):
            raise UsageError("give --agg or --largest, and not both; write --agg value:count")
        if self.largest:
            parse_largest(self.largest, self.by)
        for call in parse_query(self.by, self.agg).calls:
            if self.method == "dataframe" and call.function not in (*IN_SPARK, ROWS):
                raise UsageError(f"--method dataframe has no {call.function}; leave it out")


def with_measures(found: Dataset, query: Query) -> Dataset:
    """The dataset where a column that is added up is a number, if there is no value in it that tells its type."""
    added = {name for name in query.columns if query.functions_of(name) & MEASURES}
    empty = {name for name in added if name in found.guesses and found.guesses[name].empty}
    return replace(found, columns=ddl(found.declarations() | dict.fromkeys(empty, "double"))) if empty else found


def with_counted(dataset: Dataset, query: Query, where: str) -> Dataset:
    """The dataset where a column of CSV of which only values are counted is text, whatever it was guessed to be.

    So nothing has to be parsed, and no later row can break the guess.
    """
    used = {*query.by, *mentioned(dataset.schema().names, where)}
    counted = {
        name
        for name in query.columns
        if dataset.format == "csv"
        and name in dataset.guesses
        and name not in used
        and query.functions_of(name) == {"count"}
    }
    guesses = {name: guess for name, guess in dataset.guesses.items() if name not in counted}
    types = dataset.declarations() | dict.fromkeys(counted, "string")
    return replace(dataset, columns=ddl(types), guesses=guesses) if counted else dataset


def role_in(where: str, name: str, otherwise: Role = "unused") -> Role:
    """What becomes of a column that may stand in --where alone: it is a number where it is compared with no text.

    Numbers as the least and the greatest are: of a large one no digit is lost.
    """
    if not mentioned([name], where):
        return otherwise
    return "exact" if set("'\"") & set(where) else "ordered"


def mentioned(names: Sequence[str], where: str) -> list[str]:
    """The columns that the expression may use."""
    text = where.lower()
    return [name for name in names if name and quoted(name)[1:-1].lower() in text]  # a back-tick is written twice


def check_measures(dataset: Dataset, query: Query) -> None:
    """Raises UsageError for an aggregate that a column's type has not."""
    schema = dataset.schema()
    for call in query.calls:
        for column in call.columns if call.function in MEASURES else ():
            if isinstance(kind := schema[column].dataType, NumericType):
                continue
            guess = dataset.guesses.get(column)
            why = f": {guess.why}" if guess and guess.why else ""
            declare = (
                f"; with --types {quoted_if_needed(column)}=double texts that are no number are bad rows, for --max-bad"
                if guess and isinstance(kind, StringType)
                else ", or another column"
            )
            raise UsageError(
                f"there is no {call.function} of {column!r}, which is {kind.simpleString()}{why}; "
                f"take count or max{declare}"
            )


# method expression


def aggregate(rows: nw.LazyFrame[Any], query: Query, safe: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """rows -> groups(keys, aggregates), under safe names"""
    functions, names = functions_of(rows), safe_names(query.names)
    keys = [functions.column(safe[name]).alias(names[name]) for name in query.by]
    results = [one.formula.evaluate(functions, safe).alias(names[one.name]) for one in query.aggregates]
    return functions.group_by(*keys).agg(*results)


# method dataframe


def group_frame(rows: DataFrame, query: Query) -> DataFrame:
    """rows -> groups(keys, aggregates)"""
    keys = [by_name(name) for name in query.by]
    return rows.groupBy(*keys).agg(*(_in_spark(rows, one.formula.calls[0]).alias(one.name) for one in query.aggregates))


def _in_spark(rows: DataFrame, call: Call) -> Column:
    if call.function == ROWS:
        return F.count(F.lit(1))
    (name,) = call.columns
    column, kind = IN_SPARK[call.function](by_name(name)), rows.schema[name].dataType
    is_exact = isinstance(kind, IntegralType) or (isinstance(kind, DecimalType) and call.function == "sum")
    if call.function in MEASURES and not is_exact:
        return column.cast("double")
    if call.function in ("min", "max") and kind.simpleString() in ("float", "double"):
        return (column + F.lit(0.0)).cast(kind)  # of -0.0 and 0.0, which are equal, always the same one
    return column


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def groups(run: Run, params: Params) -> tuple[Sequence[str], nw.LazyFrame[Any]]:
    """The columns of the answer, and the groups."""
    query = parse_query(params.by, params.agg)
    roles = query.roles()
    for name in query.columns:  # of some only the values are counted
        roles.setdefault(name, role_in(params.where, name, "exact"))
    found = run.dataset(params.input, params, roles=roles, others=partial(role_in, params.where))
    found, names = with_measures(found, query), found.schema().names
    dataset = found.select(*query.by, *query.columns, *mentioned(names, params.where))
    check_measures(dataset, query)
    dataset = with_counted(dataset, query, params.where)
    if params.method == "dataframe" or has_nested(dataset):
        return query.names, nw.from_native(group_frame(read(run, params, dataset, names), query))
    frame = run.rows(params.input, dataset, where=params.where, names=names)
    return query.names, aggregate(frame, query, safe_names(dataset.schema().names))


def largest_rows(run: Run, params: Params) -> tuple[Sequence[str], nw.LazyFrame[Any]]:
    """The columns of the input, and the rows with the greatest values of each group."""
    largest = parse_largest(params.largest, params.by)
    roles: dict[str, Role] = {**dict.fromkeys(params.by, "exact"), largest.column: "ordered"}
    dataset = run.dataset(params.input, params, roles=roles)
    dataset.select(*params.by, largest.column)  # which says what is no column
    names = dataset.schema().names
    if params.method == "dataframe" or has_nested(dataset):
        return names, nw.from_native(keep_largest_frame(read(run, params, dataset, names), params.by, largest))
    frame = run.rows(params.input, dataset, where=params.where)
    return names, keep_largest(frame, params.by, largest, safe_names(names))


def read(run: Run, params: Params, dataset: Dataset, names: Sequence[str]) -> DataFrame:
    """The rows that are wanted, by Spark; `names` are the columns that a person could name."""
    rows = run.read(dataset, params.input)
    return run.where(rows, params.where, names) if params.where else rows


def main(run: Run, params: Params) -> None:
    names, frame = largest_rows(run, params) if params.largest else groups(run, params)
    kept = run.keep("groups", frame)
    result = Dataset(ddl(dict(zip(names, columns_of(kept), strict=True))), params.format)
    run.publish(result, kept, params.output)
    if params.top:
        run.show("Groups", run.head(result, params.output, params.top), params.top)
