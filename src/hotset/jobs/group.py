"""Aggregate the columns of a CSV or Parquet by keys: counts, sums, means, medians and more, several at once.

rows  --where-->  rows  --group-->  groups(keys, aggregates)

Method `columnar` aggregates each block in Arrow, brings the states of equal keys together through Spark's shuffle, and
adds them up. Where a sample says that nearly every row has a key of its own, states would be as many as rows: then the
rows themselves are brought together, and aggregated once. `dataframe` is Catalyst's GROUP BY; it also takes over for
`--where`, for decimals, and where the workers do not reach the files. Both give one answer: null is a key, NaN is one
key, -0.0 is 0.0; as values nulls are left out, and NaN is a number greater than any other.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal, cast, get_args

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DecimalType, IntegralType, NumericType, StringType, StructType

from hotset import (
    Batches,
    Dataset,
    Guess,
    Inputs,
    Kernel,
    Output,
    Role,
    Run,
    Sample,
    Shows,
    TableOptions,
    UsageError,
    by_name,
    comparable,
    ddl,
    quoted,
    quoted_if_needed,
)
from hotset.jobs.group_kernel import (
    Aggregate,
    Kind,
    Query,
    aggregate_rows,
    merge_states,
    partial_states,
    select_rows,
    sorted_by,
)

Method = Literal["columnar", "dataframe"]

# Below it, one task merges all states: their order is then that of the keys.
FEW_GROUPS = 100_000
# Of the rows of a block: above it, aggregating the block first costs more than it saves.
NEARLY_UNIQUE = 0.5

MEASURES = {"sum", "mean", "std", "median"}

IN_SPARK: dict[Kind, Callable[[str], Column]] = {
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
    agg: Annotated[tuple[str, ...], "what of which column: value:count, value:mean,max, or *:count for rows"]
    where: Annotated[str, "SQL: only rows for which it is true"] = ""
    top: Annotated[int, Shows, "how many groups to show"] = 20
    format: Annotated[Literal["csv", "json", "parquet"], "of the output"] = "parquet"
    method: Annotated[Method, "who aggregates; the answer is the same"] = "columnar"

    def __post_init__(self) -> None:
        if not 0 <= self.top < 2**31:
            raise UsageError(f"--top is from 0 to {2**31 - 1}, got {self.top}")
        names = [*self.by, *(one.name for one in query_of(self).aggregates)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"two columns of the output are called {twice!r}; ask for it once")


def query_of(params: Params) -> Query:
    """Raises UsageError for what is no aggregate."""
    aggregates = []
    for text in params.agg:
        column, separator, kinds = text.rpartition(":")
        if not separator or not column:
            raise UsageError(f"an aggregate is COLUMN:KIND, got {text!r}; write --agg value:count")
        for kind in kinds.split(","):
            if kind not in get_args(Kind) or (column == "*" and kind != "count"):
                raise UsageError(
                    f"no such aggregate as {kind!r}, got {text!r}; there are {', '.join(get_args(Kind))}, and *:count"
                )
            aggregates.append(Aggregate(column, cast(Kind, kind)))
    return Query(tuple(params.by), tuple(aggregates))


def roles_of(query: Query) -> dict[str, Role]:
    """What becomes of each column: what is a key, or counted by its values, is not parsed as numbers are."""
    roles: dict[str, Role] = {}
    for column in (*query.by, *query.columns):
        kinds = {one.kind for one in query.aggregates if one.column == column}
        if column in query.by or "distinct" in kinds:
            roles[column] = "exact"
        elif kinds & MEASURES:
            roles[column] = "measure"
        elif kinds & {"min", "max"}:
            roles[column] = "ordered"
    return roles


def with_measures(found: Dataset, query: Query) -> Dataset:
    """The dataset where a column that is added up is a number, if there is no value in it that tells its type."""
    added = {one.column for one in query.aggregates if one.kind in MEASURES}
    empty = {name for name in added if name in found.guesses and found.guesses[name].empty}
    return replace(found, columns=ddl(found.declarations() | dict.fromkeys(empty, "double"))) if empty else found


def role_in(where: str) -> Role:
    """What becomes of columns that stand in --where alone: they are numbers where they are compared with no text.

    Numbers as the least and the greatest are: of a large one no digit is lost.
    """
    return "ordered" if where and not set("'\"") & set(where) else "exact"


def mentioned(names: Sequence[str], where: str) -> list[str]:
    """The columns that the expression may use."""
    text = where.lower()
    return [name for name in names if name and quoted(name)[1:-1].lower() in text]  # a back-tick is written twice


def result_columns(dataset: Dataset, query: Query) -> str:
    """The columns of the answer, in DDL. Raises UsageError for an aggregate that a column's type has not."""
    schema = dataset.schema()
    keys: dict[str, str | DataType] = {name: schema[name].dataType for name in query.by}
    return ddl(keys | {one.name: _type_of(schema, one, dataset.guesses.get(one.column)) for one in query.aggregates})


def _type_of(schema: StructType, one: Aggregate, guess: Guess | None) -> str | DataType:
    if one.column == "*" or one.kind in ("count", "distinct"):
        return "bigint"
    kind = schema[one.column].dataType
    if one.kind in ("min", "max"):
        return kind
    if not isinstance(kind, NumericType):
        why = f": {guess.why}" if guess and guess.why else ""
        is_text = guess and isinstance(kind, StringType)
        declare = (
            f"; with --types {quoted_if_needed(one.column)}=double texts that are no number are bad rows, for --max-bad"
            if is_text
            else ", or another column"
        )
        raise UsageError(
            f"there is no {one.kind} of {one.column!r}, which is {kind.simpleString()}{why}; take count or max{declare}"
        )
    return "bigint" if one.kind == "sum" and isinstance(kind, IntegralType) else "double"


# method dataframe


def group_frame(rows: DataFrame, query: Query) -> DataFrame:
    """rows -> groups(keys, aggregates)"""
    keys = [by_name(name) for name in query.by]
    return rows.groupBy(*keys).agg(*(_in_spark(rows, one) for one in query.aggregates))


def _in_spark(rows: DataFrame, one: Aggregate) -> Column:
    if one.column == "*":
        return F.count(F.lit(1)).alias(one.name)
    column: Column = IN_SPARK[one.kind](by_name(one.column))  # type: ignore[arg-type]
    kind = rows.schema[one.column].dataType
    if one.kind in ("sum", "mean", "std", "median") and not isinstance(kind, IntegralType):
        column = column.cast("double")
    if one.kind in ("min", "max") and kind.simpleString() in ("float", "double"):
        column = (column + F.lit(0.0)).cast(kind)  # of -0.0 and 0.0, which are equal, always the same one
    return column.alias(one.name)


def dataframe_groups(run: Run, dataset: Dataset, params: Params, query: Query, names: Sequence[str]) -> DataFrame:
    """groups(keys, aggregates); `names` are all columns of the input"""
    rows = run.read(dataset, params.input)
    if params.where:
        rows = run.where(rows, params.where, names)
    return group_frame(rows, query)


def in_order(groups: DataFrame, query: Query) -> DataFrame:
    """groups -> groups, in the order of the keys where they are few, null last"""
    if groups.count() > FEW_GROUPS:
        return groups
    return groups.coalesce(1).orderBy(*(by_name(name).asc_nulls_last() for name in query.by))


# method columnar


@dataclass(frozen=True)
class Plan:
    """What a sample says of the keys: about how many there are, and whether to aggregate each block first."""

    groups: int
    unique: bool

    @property
    def few(self) -> bool:
        return self.groups <= FEW_GROUPS


def plan_of(sample: Sample, query: Query) -> Plan:
    """By the keys that were seen once and twice: Chao, 1984. Of m rows, D(1 - e^(-m/D)) keys of D are expected."""
    keys = pa.table([comparable(sample.table[name].combine_chunks()) for name in query.by], query.keys)
    times = keys.group_by(list(query.keys)).aggregate([([], "count_all")])["count_all"]
    seen = len(times)
    once, twice = (pc.sum(pc.equal(times, number)).as_py() or 0 for number in (1, 2))
    groups = min(seen + once * max(once - 1, 0) / (2 * (twice + 1)), max(sample.rows, seen))
    expected = groups * -math.expm1(-sample.rows_in_block / groups) if groups else 0.0
    unique = groups > FEW_GROUPS and expected > NEARLY_UNIQUE * sample.rows_in_block
    return Plan(round(groups), unique)


def with_origins(query: Query, sampled: pa.Table) -> Query:
    """The query, with a number in the midst of each column whose deviations are asked for."""
    columns = [one.column for one in query.aggregates if one.kind == "std"]
    means = {name: pc.mean(sampled[name].cast(pa.float64(), safe=False)).as_py() for name in columns}
    return replace(query, origins={name: mean for name, mean in means.items() if mean and math.isfinite(mean)})


def columnar_groups(run: Run, dataset: Dataset, params: Params, query: Query, columns: str) -> tuple[Batches, Plan]:
    """groups(keys, aggregates), and how they were planned"""
    with run.step("look at the keys"):
        sample = run.sample(dataset, params.input)
        plan, query = plan_of(sample, query), with_origins(query, sample.table)
    if not plan.unique and not query.holistic:
        states = run.batches(dataset, params.input, Kernel("", partial(partial_states, query=query)))
        moved = states.exchange(query.keys, 1 if plan.few else None)
        return moved.map(Kernel(columns, partial(merge_states, query=query))), plan
    rows = run.batches(dataset, params.input, Kernel("", partial(select_rows, query=query)))
    groups = rows.exchange(query.keys).map(Kernel(columns, partial(aggregate_rows, query=query)))
    if plan.few:
        groups = groups.exchange(query.by, 1).map(Kernel(columns, partial(sorted_by, columns=len(query.by))))
    return groups, plan


def why_not_columnar(run: Run, params: Params, dataset: Dataset, query: Query) -> str | None:
    """Why the method dataframe does it; None where there is no reason."""
    if params.where:
        return "--where is Spark's SQL"
    schema = dataset.schema()
    if any(isinstance(schema[name].dataType, DecimalType) for name in query.columns):
        return "decimals are added by Spark"
    if any(isinstance(schema[name].dataType, (ArrayType, StructType)) for name in (*query.by, *query.columns)):
        return "arrays and structs are compared by Spark"
    return run.why_not_batches(params.input)


def rows_pass_jvm(params: Params) -> bool:
    """Catalyst sees rows; the method columnar hands Spark Arrow chunks, a few at a time."""
    return params.method == "dataframe" or bool(params.where)


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    query = query_of(params)
    found = run.dataset(params.input, params, roles=roles_of(query), others=role_in(params.where))
    found = with_measures(found, query)
    needed = found.select(*query.by, *query.columns)
    dataset = found.select(*query.by, *query.columns, *mentioned(found.schema().names, params.where))
    columns = result_columns(needed, query)
    groups: DataFrame | Batches | pa.Table
    if params.method == "dataframe" or (reason := why_not_columnar(run, params, dataset, query)):
        if params.method != "dataframe":
            run.warn(f"grouped by Catalyst: {reason}")
        groups = in_order(
            run.keep("groups", dataframe_groups(run, dataset, params, query, found.schema().names)), query
        )
    else:
        groups, plan = columnar_groups(run, dataset, params, query, columns)
        run.note(plan="rows by key" if plan.unique else "states by key", groups_expected=plan.groups)
        if plan.few:
            with run.step("group"):
                groups = groups.table()
    result = Dataset(columns, params.format)
    run.publish(result, groups, params.output)
    if params.top:
        shown = groups if isinstance(groups, pa.Table) else run.published(result, params.output)
        run.show("Groups", shown, params.top)
