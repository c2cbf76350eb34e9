"""Join two tables of CSV, JSON lines, Parquet or ORC on columns that are equal where rows meet.

left rows, right rows  --join-->  joined(left columns, right columns but the keys)

Whole numbers of any width meet, also with doubles that are whole and with decimals; other keys meet their own type.
Null meets nothing, NaN meets NaN, -0.0 meets 0.0. A join that would make more rows than --max-rows is refused before
it is made, and the worst keys are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from operator import and_
from typing import Annotated, Any, Literal

import narwhals as nw
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from hotset import (
    CsvOptions,
    Dataset,
    How,
    Inputs,
    Meeting,
    Output,
    Run,
    TableOptions,
    UsageError,
    can_meet,
    columns_of,
    ddl,
    functions_of,
    has_nested,
    listed,
    quoted,
    safe_names,
)
from hotset.jobs.join.guard import check_rows

Method = Literal["expression", "dataframe"]
Keys = dict[str, str]  # column of the left -> that of the right to which it is equal
Datasets = tuple[Dataset, Dataset]


@dataclass(frozen=True)
class Params(CsvOptions):
    left: Annotated[Inputs, "files, directories or globs: CSV, JSON lines, Parquet or ORC"]
    right: Annotated[Inputs, "the same, of the other side"]
    output: Annotated[Output, "directory to create"]
    on: Annotated[tuple[str, ...], "columns that are equal where rows meet: id, or left_id=right_id"]
    how: Annotated[How, "which rows come out: those that meet, all of a side, or only who meets, or does not"] = "inner"
    suffix: Annotated[str, "behind the name of a right column that the left has too"] = "_right"
    max_rows: Annotated[int | None, "refuse to make more; by default ten times the rows of both sides"] = None
    left_columns: Annotated[str, "all columns that are read of the left side, with their types: 'id bigint'"] = ""
    right_columns: Annotated[str, "the same, of the other side"] = ""
    left_types: Annotated[tuple[str, ...], "types of single columns of the left side, not guessed: id=string"] = ()
    right_types: Annotated[tuple[str, ...], "the same, of the other side"] = ()
    format: Annotated[Literal["csv", "json", "parquet"], "of the output"] = "parquet"
    method: Annotated[Method, "how the sides are joined; the answer is the same"] = "expression"

    def __post_init__(self) -> None:
        if not self.on:
            raise UsageError("--on needs a column")
        if self.max_rows is not None and not 1 <= self.max_rows < 2**63:
            raise UsageError(f"--max-rows is from 1 to {2**63 - 1}, got {self.max_rows}")


def look(run: Run, params: Params) -> Datasets:
    """Both sides as they are."""
    csv = {entry.name: getattr(params, entry.name) for entry in fields(CsvOptions)}
    left = run.dataset(params.left, TableOptions(columns=params.left_columns, types=params.left_types, **csv))
    right = run.dataset(params.right, TableOptions(columns=params.right_columns, types=params.right_types, **csv))
    return left, right


def parse_keys(on: tuple[str, ...], left: Sequence[str], right: Sequence[str]) -> Keys:
    """`id`, or `left_id=right_id`, of the columns of both sides. Raises UsageError for what is no column."""
    keys: Keys = {}
    for text in on:
        one, other = _split_key(text, left, right)
        for side, name, names in (("left", one, left), ("right", other, right)):
            if name not in names:
                raise UsageError(f"the {side} side has no column {name!r}; it has {listed(list(names), name)}")
        if one in keys:
            raise UsageError(f"column {one!r} of the left side is a key twice; give it once")
        keys[one] = other
    return keys


def _split_key(text: str, left: Sequence[str], right: Sequence[str]) -> tuple[str, str]:
    """At the `=` that parts two columns; a column that has one in its name is itself."""
    if "=" not in text or (text in left and text in right):
        return text, text
    places = [place for place, sign in enumerate(text) if sign == "="]
    pairs = [(text[:place], text[place + 1 :]) for place in places]
    return next(((one, other) for one, other in pairs if one in left and other in right), pairs[0])


def with_types_of(side: Dataset, other: Dataset, keys: Keys) -> Dataset:
    """The side, its keys without a value as the other side has them."""
    others = other.types()
    empty = {one: others[two] for one, two in keys.items() if (guess := side.guesses.get(one)) and guess.empty}
    return replace(side, columns=ddl(side.declarations() | empty)) if empty else side


def joined_names(datasets: Datasets, keys: Keys, params: Params) -> list[str]:
    """The columns of the answer. Raises UsageError for two of one name."""
    left, right = (dataset.schema().names for dataset in datasets)
    others = [] if params.how in ("semi", "anti") else [name for name in right if name not in keys.values()]
    names = [*left, *(name + params.suffix if name in left else name for name in others)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two columns of the output would be called {twice!r}; give another --suffix")
    return names


def meet(datasets: Datasets, frames: Sequence[nw.LazyFrame[Any]], keys: Keys) -> Meeting:
    """Both sides, under safe names, and what is equal where they meet. Raises UsageError for keys that never do."""
    left, right = (safe_names(dataset.schema().names) for dataset in datasets)
    kinds = [frame.collect_schema() for frame in frames]
    for one, other in keys.items():
        if not can_meet(kinds[0][left[one]], kinds[1][right[other]]):
            types = datasets[0].types()[one], datasets[1].types()[other]
            named = "" if one == other else f"{other!r} "
            raise UsageError(
                f"key {one!r} is {types[0]} on the left and {named}{types[1]} on the right; "
                "give one type by --left-types or --right-types"
            )
    return functions_of(frames[0]).meet(frames[1], {left[one]: right[other] for one, other in keys.items()})


# method dataframe


def join_frames(left: DataFrame, right: DataFrame, keys: Keys, names: Sequence[str], how: How) -> DataFrame:
    """left rows, right rows -> joined(names)"""
    left, right = left.alias("left"), right.alias("right")
    condition = reduce(and_, (_of("left", one) == _of("right", other) for one, other in keys.items()))
    columns = [_key(name, keys[name], how) if name in keys else _of("left", name) for name in left.columns]
    if how not in ("semi", "anti"):
        columns += [_of("right", name) for name in right.columns if name not in keys.values()]
    joined = left.join(right, condition, how)
    return joined.select(*(column.alias(name) for column, name in zip(columns, names, strict=True)))


def _key(name: str, other: str, how: How) -> Column:
    """Of whichever side is there."""
    if how == "right":
        return _of("right", other)
    return F.coalesce(_of("left", name), _of("right", other)) if how == "full" else _of("left", name)


def _of(side: str, name: str) -> Column:
    return F.col(f"{side}.{quoted(name)}")


def check_plain(datasets: Datasets, keys: Keys) -> None:
    """Raises UsageError for keys that Spark's own = would not compare by their values."""
    alike = ({"tinyint", "smallint", "int", "bigint"}, {"float", "double"})
    for one, other in keys.items():
        kinds = {datasets[0].types()[one], datasets[1].types()[other]}
        if len(kinds) > 1 and not any(kinds <= family for family in alike):
            raise UsageError(f"--method dataframe does not join {' and '.join(sorted(kinds))}; leave it out")


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    left, right = look(run, params)
    keys = parse_keys(params.on, left.schema().names, right.schema().names)
    swapped = {other: one for one, other in keys.items()}
    datasets = with_types_of(left, right, keys), with_types_of(right, left, swapped)
    names, paths = joined_names(datasets, keys, params), (params.left, params.right)
    frames: list[nw.LazyFrame[Any]]
    if params.method == "dataframe" or any(map(has_nested, datasets)):
        rows = [run.read(dataset, path) for dataset, path in zip(datasets, paths, strict=True)]
        frames = [nw.from_native(one.toDF(*safe_names(one.columns).values())) for one in rows]
        meeting = meet(datasets, frames, keys)
        check_plain(datasets, keys)
        joined: nw.LazyFrame[Any] = nw.from_native(join_frames(rows[0], rows[1], keys, names, params.how))
    else:
        frames = [run.rows(path, dataset) for dataset, path in zip(datasets, paths, strict=True)]
        meeting = meet(datasets, frames, keys)
        joined = meeting.join(params.how, names=[*safe_names(names).values()])
    sizes = [run.size_bytes(path) for path in paths]
    check_rows(run, meeting, params.how, params.max_rows, smaller=int(sizes[1] <= sizes[0]), joined=joined)
    result = Dataset(ddl(dict(zip(names, columns_of(joined), strict=True))), params.format)
    run.publish(result, joined, params.output)
