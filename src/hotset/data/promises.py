"""What a dataset promises of every row: not null, finite where NaN is refused, its rules. Checked before it appears.

Spark's writer counts the rows that break a promise in the plan that writes them. What workers or the driver wrote
themselves is read once more where it lies, in the columns that a promise is about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType, StructType

from hotset.data.columns import by_name
from hotset.data.dataset import Dataset
from hotset.data.inside import Look, any_of, anywhere, has_not_null, not_finite, null_where_declared_not
from hotset.errors import DataError

EXAMPLES = 3
LONGEST_ROW = 300


@dataclass(frozen=True)
class Promise:
    """One thing that every row has to fulfil; `broken` is true of a row that does not, and never null."""

    told: str  # what is wrong with a row that breaks it
    broken: Column


def promises_of(dataset: Dataset, rules: Mapping[str, Column]) -> tuple[Promise, ...]:
    """In the order in which the reader looks: columns first, then rules. Without any, no session is needed."""
    if not is_promised(dataset):
        return ()
    schema = dataset.schema()
    return (*not_null(schema), *(_finite(schema) if dataset.nan == "refuse" else ()), *_rules(dataset, rules))


def not_null(schema: StructType) -> Iterator[Promise]:
    """Of columns that are declared so, and of what stands inside of columns."""
    for field in schema.fields:
        if not field.nullable:
            yield Promise(tell_null(field.name), by_name(field.name).isNull())
        yield from _inside(schema, field.name, null_where_declared_not, "holds a null inside, declared not null")


def is_promised(dataset: Dataset) -> bool:
    """Whether there is anything to check in its rows."""
    return bool(dataset.rules) or dataset.nan == "refuse" or has_not_null(dataset.schema())


def check_counts(promises: Sequence[Promise], counts: Sequence[int], rows: int, sources: Iterable[DataFrame]) -> None:
    """Raises DataError that tells which promises how many rows break, with the first of these in `sources`."""
    broken = [(promise, count) for promise, count in zip(promises, counts, strict=True) if count]
    if not broken:
        return
    examples = examples_of([promise for promise, _ in broken], sources)
    refuse_broken([(promise.told, count) for promise, count in broken], rows, examples)


def refuse_broken(broken: Sequence[tuple[str, int]], rows: int, examples: Sequence[tuple[list[str], str]]) -> None:
    """Raises DataError: what is wrong with how many of the rows, and a few of them with what they break."""
    told = "; ".join(f"{what}, in {count:,} of {rows:,} rows" for what, count in broken)
    first = f", the first is {examples[0][1]}" if examples else ""
    error = DataError(f"the rows are not what the dataset says: {told}{first}; mend or drop them, or declare less")
    for which, row in examples:
        error.add_note(f"bad     {row}: {'; '.join(which)}")
    raise error


def check_at_rest(promises: Sequence[Promise], rows: DataFrame) -> None:
    """Raises DataError when one of `rows`, which lie in files, breaks a promise."""
    if promises:
        total, *counts = rows.agg(F.count(F.lit(1)), *(F.count_if(one.broken) for one in promises)).collect()[0]
        check_counts(promises, counts, total, [rows])


def examples_of(broken: Sequence[Promise], sources: Iterable[DataFrame]) -> list[tuple[list[str], str]]:
    """A few rows that break something: what they break, and how they look. Of the first source that has any."""
    for rows in sources:
        flags = [promise.broken.alias(f"(broken {place})") for place, promise in enumerate(broken)]
        wanted = rows.filter(any_of(promise.broken for promise in broken)).select("*", *flags)
        if found := wanted.take(EXAMPLES):
            return [_shown(row, rows.columns, broken) for row in found]
    return []


def _finite(schema: StructType) -> Iterator[Promise]:
    for field in schema.fields:
        flat = isinstance(field.dataType, FloatType | DoubleType)
        yield from _inside(schema, field.name, not_finite, ("is" if flat else "holds what is") + " not finite")


def _inside(schema: StructType, name: str, look: Look, told: str) -> Iterator[Promise]:
    found = anywhere(by_name(name), schema[name].dataType, True, look)
    if found is not None:
        yield Promise(f"column {name!r} {told}", any_of([found]))


def _rules(dataset: Dataset, rules: Mapping[str, Column]) -> Iterator[Promise]:
    """A rule that is null is not false, as when reading."""
    for name, rule in rules.items():
        yield Promise(tell_rule(name, dataset.rules[name]), F.coalesce(~rule, F.lit(False)))


def _shown(row: Row, names: Sequence[str], broken: Sequence[Promise]) -> tuple[list[str], str]:
    values = tuple(row)
    which = [promise.told for promise, flag in zip(broken, values[len(names) :], strict=True) if flag]
    return which, show_row(dict(zip(names, values, strict=False)))


def show_row(row: Mapping[str, Any]) -> str:
    """`(n=1, text='a')`, cut where it is long"""
    cells = ", ".join(f"{name}={value!r}" for name, value in row.items())
    return f"({cells})" if len(cells) < LONGEST_ROW else f"({cells[:LONGEST_ROW]}…)"


def tell_null(name: str) -> str:
    return f"column {name!r} is null, declared not null"


def tell_infinite(name: str) -> str:
    return f"column {name!r} is not finite"


def tell_rule(name: str, sql: str) -> str:
    return f"the rule {name!r} ({sql}) is false"
