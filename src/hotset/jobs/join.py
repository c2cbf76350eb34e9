"""Join two tables of CSV or Parquet on keys that they share; who joins is chosen by measured sizes.

left rows, right rows  --join-->  joined(left columns, right columns but the keys)

Plan `map-side`: the smaller side is held in every worker, the other streams past it as Arrow batches. `exchange`: both
are brought together by key, as Arrow chunks through Spark's shuffle. `broadcast`, `shuffled-hash` and `sort-merge` are
Catalyst's. `auto` takes map-side where a side fits, sort-merge where one key has so many rows that one task would have
most of the work, else exchange; the report says which, and why. Null meets nothing, NaN meets NaN, -0.0 meets 0.0.

Before anything is joined, the rows to come are counted or bounded by the counts of the keys: a join that would make
more than --max-rows of them is refused, and the worst keys are named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial, reduce
from operator import and_
from typing import Annotated, Literal

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, FractionalType, IntegralType, StructType

from hotset import (
    Batches,
    CsvOptions,
    Dataset,
    Inputs,
    Kernel,
    Output,
    Pairing,
    Run,
    Sample,
    TableOptions,
    UsageError,
    ddl,
    listed,
    quoted,
)
from hotset.jobs.join_guard import (
    DEFAULT_TIMES,
    Pairs,
    pairs_by_exchange,
    pairs_by_held,
    pairs_in_catalyst,
    refuse_more,
)
from hotset.jobs.join_kernel import Held, How, Shape, join_partition, join_stream

Plan = Literal["auto", "map-side", "exchange", "broadcast", "shuffled-hash", "sort-merge"]
CATALYST: dict[Plan, str] = {"broadcast": "broadcast", "shuffled-hash": "shuffle_hash", "sort-merge": "merge"}
IN_SPARK: dict[How, str] = {"semi": "left_semi", "anti": "left_anti"}
HELD_BYTES = 256 * 1024**2  # as Arrow has them; each worker holds a side of its own
SKEWED = 4  # a key with this part of a core's share of the rows would be most of one task


@dataclass(frozen=True)
class Params(CsvOptions):
    left: Annotated[Inputs, "files, directories or globs: CSV, JSON lines, Parquet or ORC"]
    right: Annotated[Inputs, "the same, of the other side"]
    output: Annotated[Output, "directory to create"]
    on: Annotated[tuple[str, ...], "columns that both sides have, and that are equal where rows meet"]
    how: Annotated[How, "which rows come out: those that meet, all of a side, or only who meets, or does not"] = "inner"
    suffix: Annotated[str, "behind the name of a right column that the left has too"] = "_right"
    max_rows: Annotated[int | None, "refuse to make more; by default ten times the rows of both sides"] = None
    left_columns: Annotated[str, "all columns that are read of the left side, with their types: 'id bigint'"] = ""
    right_columns: Annotated[str, "the same, of the other side"] = ""
    left_types: Annotated[tuple[str, ...], "types of single columns of the left side, not guessed: id=string"] = ()
    right_types: Annotated[tuple[str, ...], "the same, of the other side"] = ()
    format: Annotated[Literal["csv", "json", "parquet"], "of the output"] = "parquet"
    plan: Annotated[Plan, "who joins, and how; the answer is the same"] = "auto"

    def __post_init__(self) -> None:
        if not self.on:
            raise UsageError("--on needs a column")
        if self.max_rows is not None and not 1 <= self.max_rows < 2**63:
            raise UsageError(f"--max-rows is from 1 to {2**63 - 1}, got {self.max_rows}")
        if self.plan == "map-side" and self.how == "full":
            raise UsageError("a full join keeps rows of both sides, so none can be held; take --plan exchange")


@dataclass(frozen=True)
class Sides:
    """Both inputs: what they look like, and some of their rows."""

    datasets: tuple[Dataset, Dataset]
    samples: tuple[Sample, Sample]

    @property
    def rows(self) -> tuple[int, int]:
        return self.samples[0].rows, self.samples[1].rows


def joined_columns(sides: Sides, params: Params) -> tuple[tuple[tuple[str, int, str], ...], str]:
    """The columns of the answer: (name, side, name there), and their DDL. Raises UsageError for names and types."""
    left, right = kinds = [{one.name: one.dataType for one in dataset.schema().fields} for dataset in sides.datasets]
    for name in params.on:
        for side, there in zip(("left", "right"), kinds, strict=True):
            if name not in there:
                raise UsageError(f"the {side} side has no column {name!r}; it has {listed(list(there), name)}")
    found = [(name, 0, name) for name in left]
    if params.how not in ("semi", "anti"):
        others = [name for name in right if name not in params.on]
        found += [(name + params.suffix if name in left else name, 1, name) for name in others]
    types: dict[str, str | DataType] = {}
    for named, of, name in found:
        if named in types:
            raise UsageError(f"two columns of the output would be called {named!r}; give another --suffix")
        own = kinds[of][name]
        types[named] = _common(name, own, right[name]) if name in params.on and of == 0 else own
    return tuple(found), ddl(types)


def _common(name: str, one: DataType, other: DataType) -> DataType:
    """The type in which both keys are compared. Raises UsageError where there is none."""
    sizes = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "float": 4, "double": 8}
    for family in (IntegralType, FractionalType):
        both = all(isinstance(kind, family) and kind.simpleString() in sizes for kind in (one, other))
        if both:
            return max(one, other, key=lambda kind: sizes[kind.simpleString()])
    if one != other:
        raise UsageError(
            f"key {name!r} is {one.simpleString()} on the left and {other.simpleString()} on the right; "
            f"give one type by --left-types or --right-types"
        )
    return one


# plans


def held_side(sides: Sides, params: Params) -> int | None:
    """Which side may be held, the smaller one where both may: rows of the other come out where they meet nothing."""
    may = {"left": (1,), "semi": (1,), "anti": (1,), "right": (0,), "inner": (0, 1), "full": ()}[params.how]
    return min(may, key=lambda side: sides.samples[side].bytes_in_memory, default=None)


def nested_key(sides: Sides, params: Params) -> str | None:
    """A key whose values only Spark compares. Raises UsageError when somebody else is to join."""
    for name in params.on:
        kind = sides.datasets[0].schema()[name].dataType
        if isinstance(kind, (ArrayType, StructType)):
            if params.plan in ("map-side", "exchange"):
                raise UsageError(f"key {name!r} is {kind.simpleString()}, which Spark compares; leave out --plan")
            return name
    return None


def choose(run: Run, sides: Sides, params: Params) -> tuple[Plan, str, Pairs | None]:
    """The plan, why, and the counts of the keys where it took them."""
    nested = nested_key(sides, params)
    if params.plan != "auto":
        return params.plan, "as asked", None
    if nested:
        return "sort-merge", f"key {nested!r} is an array or a struct, which Spark compares", None
    if reason := run.why_not_batches(params.left) or run.why_not_batches(params.right):
        return "sort-merge", reason, None
    side, sizes = held_side(sides, params), [sample.bytes_in_memory for sample in sides.samples]
    told = "left about {:,.1f} MB in memory, right {:,.1f} MB".format(*(max(size / 1e6, 0.1) for size in sizes))
    if side is not None and sizes[side] <= HELD_BYTES:
        return "map-side", f"{told}; the {('left', 'right')[side]} one fits into every worker", None
    pairs = pairs_by_exchange(run, sides.datasets, (params.left, params.right), params.on)
    share = max(sides.rows) / run.spark.sparkContext.defaultParallelism
    if pairs.largest_key > share / SKEWED and params.how != "full":
        return "sort-merge", f"{told}; key {pairs.worst[0][0]} alone has {pairs.largest_key:,} rows", pairs
    return "exchange", f"{told}; no side fits into every worker", pairs


def map_side(run: Run, sides: Sides, params: Params, shape: Shape, columns: str, most: int) -> Batches:
    """joined rows: one side held in every worker, the other streaming"""
    side = held_side(sides, params)
    assert side is not None, "the parameters say so"
    paths = (params.left, params.right)
    with run.step(f"hold the {('left', 'right')[side]} side"):
        held = Held(run.batches(sides.datasets[side], paths[side]).table(), params.on)
    if may_explode(params) and max(held.most_rows_of_a_key, 1) * sides.rows[1 - side] > most:
        pairs = pairs_by_held(run, sides.datasets[1 - side], paths[1 - side], held, side)
        refuse_more(pairs, params.how, sides.rows, most)
    shared = run.spark.sparkContext.broadcast(held)

    def join(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return join_stream(batches, shared.value, shape, side)

    return run.batches(sides.datasets[1 - side], paths[1 - side], Kernel(columns, join))


def may_explode(params: Params) -> bool:
    """Whether more rows can come out than go in on the left."""
    return params.how not in ("semi", "anti")


def exchange(run: Run, sides: Sides, params: Params, shape: Shape, columns: str) -> Batches:
    """joined rows: both sides brought together by key"""
    left, right = (
        run.batches(dataset, paths) for dataset, paths in zip(sides.datasets, (params.left, params.right), strict=True)
    )
    pairing = Pairing(columns, partial(join_partition, shape=shape, schemas=(left.schema, right.schema)))
    return left.exchange_with(right, params.on, pairing)


def catalyst(left: DataFrame, right: DataFrame, params: Params, shape: Shape, columns: str, plan: Plan) -> DataFrame:
    """joined rows: by Spark's own join"""
    left, right = left.alias("left"), right.alias("right")
    if plan == "broadcast" and params.how == "right":
        left = left.hint("broadcast")
    else:
        right = right.hint(CATALYST[plan])
    condition = reduce(and_, (_of("left", name) == _of("right", name) for name in params.on))
    joined = left.join(right, condition, IN_SPARK.get(params.how, params.how))
    kinds = {one.name: one.dataType for one in Dataset(columns).schema().fields}
    return joined.select(*(_output(name, side, there, shape, kinds) for name, side, there in shape.columns))


def _output(name: str, side: int, there: str, shape: Shape, kinds: Mapping[str, DataType]) -> Column:
    column = _of(("left", "right")[side], there)
    if there in shape.on and side == 0 and shape.keeps_right:
        column = F.coalesce(column, _of("right", there))
    return column.cast(kinds[name]).alias(name)


def _of(side: str, name: str) -> Column:
    return F.col(f"{side}.{quoted(name)}")


def look(run: Run, params: Params) -> tuple[Dataset, Dataset]:
    """Both sides; a key without any value has the type of the other side's."""
    csv = {entry.name: getattr(params, entry.name) for entry in fields(CsvOptions)}
    left = run.dataset(params.left, TableOptions(columns=params.left_columns, types=params.left_types, **csv))
    right = run.dataset(params.right, TableOptions(columns=params.right_columns, types=params.right_types, **csv))
    return with_types_of(left, right, params.on), with_types_of(right, left, params.on)


def with_types_of(side: Dataset, other: Dataset, on: tuple[str, ...]) -> Dataset:
    """The side, its keys without a value as the other side has them."""
    others = other.types()
    empty = [name for name in on if name in others and (guess := side.guesses.get(name)) and guess.empty]
    return replace(side, columns=ddl(side.declarations() | {name: others[name] for name in empty})) if empty else side


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    with run.step("look at both sides"):
        datasets = look(run, params)
        sides = Sides(datasets, (run.sample(datasets[0], params.left), run.sample(datasets[1], params.right)))
    named, columns = joined_columns(sides, params)
    result = Dataset(columns, params.format)
    shape = Shape(params.on, params.how, named, result.arrow_schema())
    most = params.max_rows or DEFAULT_TIMES * sum(sides.rows)
    plan, why, pairs = choose(run, sides, params)
    run.note(plan=plan)
    run.warn(f"joined by {plan}: {why}")
    if plan == "map-side":
        run.publish(result, map_side(run, sides, params, shape, columns, most), params.output)
        return
    if plan == "exchange":
        guarded = may_explode(params)
        if guarded:
            pairs = pairs or pairs_by_exchange(run, datasets, (params.left, params.right), params.on)
            refuse_more(pairs, params.how, sides.rows, most)
        run.publish(result, exchange(run, sides, params, shape, columns), params.output)
        return
    left, right = run.read(datasets[0], params.left), run.read(datasets[1], params.right)
    if may_explode(params):
        refuse_more(pairs or pairs_in_catalyst(left, right, params.on), params.how, sides.rows, most)
    run.publish(result, catalyst(left, right, params, shape, columns, plan), params.output)
