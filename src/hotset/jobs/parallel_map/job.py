"""Call a Python function for each line, row or file of an input, on all cores.

items  --call_lot-->  outcomes  --done-->  results(item, …), in the order of the input
                                --failed-->  failures(item, value, error, traceback, attempts)

The function, `package.module:name` or `path/file.py:name`, gets a line as str, a row as dict, or a file as Path. What
it returns is published as JSON text, or in the columns of --results. It is called in a process of its own: an error, a
crash or a call longer than --timeout is that item's failure, and the others go on. Every item is a result or a failure.
The items are spread over processes here, or over Spark's tasks where Spark is there.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import narwhals as nw
import pyarrow as pa

from hotset import (
    DataError,
    Dataset,
    Duration,
    Function,
    Inputs,
    Kernel,
    Output,
    Run,
    Share,
    TableOptions,
    UsageError,
    find_function,
    functions_of,
    safe_names,
)
from hotset.jobs.parallel_map.attempt import Task
from hotset.jobs.parallel_map.items import FAILURE, FAILURE_COLUMNS, LOT, as_path, call_lot, split_lines
from hotset.jobs.parallel_map.results import Results, results_of

LINES = Dataset("value string", format="text")
FAILURES = Dataset("item bigint, value string, error string, traceback string, attempts int")
LOTS_PER_CORE = 8  # so that items that take long hold up little
SHOWN = 3

Rows = nw.LazyFrame[Any]

Over = Literal["lines", "rows", "files"]
Format = Literal["parquet", "csv", "json"]


@dataclass(frozen=True)
class Params(TableOptions):
    input: Annotated[Inputs, "files, directories or globs"]
    output: Annotated[Output, "directory to create, for the results"]
    function: Annotated[str, "package.module:name or path/file.py:name"]
    over: Annotated[Over, "what an item is: a line of text, a row of CSV, JSON or Parquet, or a file"] = "lines"
    results: Annotated[str, "columns of the results: 'digest string, ratio double'; without, JSON text"] = ""
    retries: Annotated[int, "how often a call that failed is tried again"] = 0
    timeout: Annotated[Duration | None, "of a call: 30s, 500ms, 2m; without, it may take for ever"] = None
    failures: Annotated[Output, "directory to create, for the failures"] = ""
    max_failures: Annotated[Share, "how many failures are put up with: a number, or a share of all like 0.5%"] = Share(
        "0"
    )
    format: Annotated[Format, "of the output"] = "parquet"

    def __post_init__(self) -> None:
        find_function(self.function)
        if not 0 <= self.retries <= 1000:
            raise UsageError(f"--retries is from 0 to 1000, got {self.retries}")
        if self.timeout and not 0.001 <= self.timeout.total_seconds() <= 10**8:
            raise UsageError(f"--timeout is from 1ms to {10**8}s, got {self.timeout}; write 30s")
        if self.max_failures.rstrip("0.%") and not self.failures:
            raise UsageError(f"--max-failures {self.max_failures} needs --failures DIR, where they are published")
        if self.columns and self.over != "rows":
            raise UsageError(f"--columns is for --over rows, got --over {self.over}; leave one of them out")


def runs(params: Params) -> tuple[Function, ...]:
    """Whose code the results depend on."""
    return (find_function(params.function),)


@dataclass(frozen=True)
class Plan:
    """What is called, and the columns that its results have."""

    task: Task
    over: Over
    results: Results

    @property
    def outcomes(self) -> str:
        """The columns of what comes out of the calls."""
        return f"__item bigint, {self.results.nullable}, {FAILURE_COLUMNS}"


def plan_calls(params: Params) -> Plan:
    """Raises UsageError for columns that cannot be."""
    results = results_of(params.results, params.format)
    call = find_function(params.function).call
    function = partial(as_path, call) if params.over == "files" else call
    timeout_s = params.timeout.total_seconds() if params.timeout else 0.0
    return Plan(Task(function, results.shape, params.retries, timeout_s), params.over, results)


# items


@dataclass(frozen=True)
class Items:
    """items(…, number): in the order of the input; `names` are those of the values where an item is a dict of them."""

    rows: Rows
    number: str
    values: tuple[str, ...]
    names: tuple[str, ...] = ()


def items_of_input(run: Run, params: Params) -> Items:
    if params.over == "files":
        paths = [os.fsencode(path) for path in run.files(params.input)]  # a name need not be UTF-8
        columns = [pa.array(paths, pa.binary()), pa.array(range(len(paths)), pa.int64())]
        return Items(run.rows(pa.table(columns, ["value", "item"])), "item", ("value",))
    dataset = LINES if params.over == "lines" else run.dataset(params.input, params)
    if dataset.format == "text" and params.over == "rows":
        raise UsageError(f"text has lines, not rows, got {' '.join(params.input)}; give --over lines")
    kernel = Kernel(dataset.columns, split_lines if params.over == "lines" else iter)
    known = safe_names(dataset.schema().names)
    number = own_name("item", known.values())
    rows = run.number(run.keep("items", run.scan(dataset, params.input, kernel)), number)
    return Items(rows, number, tuple(known.values()), tuple(known) if params.over == "rows" else ())


def own_name(name: str, others: Iterable[str]) -> str:
    """The name, or a longer one that is none of the others in any case."""
    taken = {other.casefold() for other in others}
    while name in taken:
        name += "_"
    return name


def call_all(run: Run, items: Items, plan: Plan, number: int) -> Rows:
    """items -> outcomes(__item, …); neighbours go into different lots."""
    lots = max(1, min(number, max(LOTS_PER_CORE * run.cores, -(-number // LOT))))
    lot = own_name("lot", (*items.values, items.number))
    dealt = items.rows.with_columns((nw.col(items.number) % lots).alias(lot))
    task = replace(plan.task, is_silent=run.report.plan == "local")
    columns = (items.number, *items.values)
    function = partial(call_lot, task=task, columns=columns, names=items.names, schema=plan.results.schema)
    return run.group_map(dealt, lot, function, plan.outcomes, order_by=items.number)


def count(run: Run, rows: Rows, *columns: str) -> list[int]:
    """How many values of each column are not null."""
    functions = functions_of(rows)
    counted = functions.group_by().agg(*(functions.count(name).alias(f"n{at}") for at, name in enumerate(columns)))
    (row,) = run.take(counted, 1).to_pylist()
    return list(row.values())


def done(outcomes: Rows, plan: Plan) -> Rows:
    """outcomes -> results(item, …), in the order of the input"""
    names = ("__item", *plan.results.schema.names, *FAILURE.names)
    found = dict(zip(names, safe_names(names).values(), strict=True))
    shown = safe_names(("item", *plan.results.schema.names))
    columns = (nw.col(found[name]).alias(shown[name]) for name in plan.results.schema.names)
    results = outcomes.filter(nw.col("__error").is_null()).sort("__item")
    return results.select(nw.col("__item").alias("item"), *columns)


def failed(outcomes: Rows) -> Rows:
    """outcomes -> failures(item, value, error, traceback, attempts), in the order of the input"""
    names = ("item", "value", "error", "traceback", "attempts")
    failures = outcomes.filter(~nw.col("__error").is_null()).sort("__item")
    return failures.select(*(nw.col(f"__{name}").alias(name) for name in names))


def check_books(items: int, results: int, failures: int, examples: pa.Table, most: Share) -> None:
    """Raises DataError when items are not accounted for, and for too many failures."""
    if items != results + failures:
        raise DataError(f"the books do not balance: {items} items, got {results} results and {failures} failures")
    if most.exceeded(failures, items):
        error = DataError(
            f"{failures:,} of {items:,} items failed, allowed are {most}; mend them, or allow more with "
            f"--max-failures, and give --failures DIR"
        )
        for row in examples.to_pylist():
            error.add_note(f"failed  item {row['item']}: {row['error']}, got {row['value'][:80]!r}")
        raise error


def needs_spark(_params: Params) -> bool:
    """Its run opens a session when the items are wanted, if it has one."""
    return False


def main(run: Run, params: Params) -> None:
    plan = plan_calls(params)
    with run.step("read items"):
        items = items_of_input(run, params)
        (number,) = count(run, items.rows, items.number)
    with run.step("call"):
        outcomes = run.keep("outcomes", call_all(run, items, plan, number))
        every, failures = count(run, outcomes, "__item", "__error")
    first = run.take(failed(outcomes), SHOWN)
    check_books(number, every - failures, failures, first, params.max_failures)
    run.note(items=number, results=every - failures, failures=failures)
    if failures:
        run.show("Failures", first.select(["item", "value", "error"]), SHOWN)
    if params.failures:
        run.publish(FAILURES, failed(outcomes), params.failures)
    results = Dataset(f"item bigint, {plan.results.declared}", params.format)
    run.publish(results, done(outcomes, plan), params.output)
