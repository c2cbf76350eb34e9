"""Call a Python function for each line, row or file of an input, on all cores.

items  --call_all-->  outcomes  --done-->  results(item, …), in the order of the input
                                --failed-->  failures(item, value, error, traceback, attempts)

The function, `package.module:name` or `path/file.py:name`, gets a line as str, a row as dict, or a file as Path. What
it returns is published as JSON text, or in the columns of --results. Each task calls it in a process of its own: an
error, a crash or a call longer than --timeout is that item's failure, and the others go on. Every item is a result or
a failure. Method `columnar` spreads the items over Spark's tasks, `pool` over processes of multiprocessing here.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from hotset import (
    Batches,
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
)
from hotset.jobs.parallel_map_attempt import Task
from hotset.jobs.parallel_map_items import (
    FAILURE,
    FAILURE_COLUMNS,
    as_path,
    call_all,
    counted,
    lines_of,
    numbered,
    placed,
)
from hotset.jobs.parallel_map_pool import call_in_pool
from hotset.jobs.parallel_map_results import Results, results_of

LINES = Dataset("value string", format="text")
FAILURES = Dataset("item bigint, value string, error string, traceback string, attempts int")
ITEM_COLUMNS = "__task int, __item bigint"
TASKS_PER_CORE = 8  # so that items that take long hold up little
SHOWN = 3

Over = Literal["lines", "rows", "files"]
Method = Literal["columnar", "pool"]
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
    method: Annotated[Method, "who calls: Spark's tasks, or a pool of processes here"] = "columnar"

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


def rows_pass_jvm(params: Params) -> bool:
    """Paths of files only do."""
    return params.over != "files"


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

    def kernel(self, names: Sequence[str]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
        """items(__task, __item, …) -> outcomes; `names` are those of all columns"""
        columns = names[2:] if self.over == "rows" else ()
        return partial(call_all, task=self.task, names=columns, schema=self.results.schema)


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
    """items(__task, __item, …): numbered in the order of the input, and dealt out to tasks."""

    rows: Batches | pa.Table
    number: int
    tasks: int

    def frame(self, run: Run) -> DataFrame:
        return self.rows.frame() if isinstance(self.rows, Batches) else run.spark.createDataFrame(self.rows)

    def table(self) -> pa.Table:
        return self.rows.table() if isinstance(self.rows, Batches) else self.rows


def items_of_input(run: Run, params: Params, most_tasks: int) -> Items:
    if params.over == "files":
        paths = [os.fsencode(path) for path in run.files(params.input)]  # a name need not be UTF-8
        tasks = min(len(paths), most_tasks)
        items = pa.array(range(len(paths)), pa.int64())
        dealt = pa.array([item % tasks for item in range(len(paths))], pa.int32())
        columns = [dealt, items, pa.array(paths, pa.binary())]
        return Items(pa.Table.from_arrays(columns, ["__task", "__item", "value"]), len(paths), tasks)
    dataset = LINES if params.over == "lines" else run.dataset(params.input, params)
    if dataset.format == "text" and params.over == "rows":
        raise UsageError(f"text has lines, not rows, got {' '.join(params.input)}; give --over lines")
    where = placed if params.over == "rows" else lines_of
    kernel = Kernel(f"__block int, __place bigint, {dataset.columns}", where)
    batches = run.keep("items", run.batches(dataset, params.input, kernel))
    starts, number = {}, 0
    counts = batches.map(Kernel("block int, n bigint", counted)).table().sort_by("block")
    for row in counts.to_pylist():
        starts[row["block"]], number = number, number + row["n"]
    tasks = max(1, min(number, most_tasks))
    dealt = batches.map(Kernel(f"{ITEM_COLUMNS}, {dataset.columns}", partial(numbered, starts=starts, tasks=tasks)))
    return Items(dealt, number, tasks)


# methods


def columnar_outcomes(run: Run, items: Items, plan: Plan) -> DataFrame:
    """items -> outcomes(__item, …), in Spark's tasks"""
    dealt = items.frame(run).repartitionById(items.tasks, "__task")
    # by place: mapInArrow takes no column whose name has a backtick or a dot
    placed = dealt.toDF(*map(str, range(len(dealt.columns))))
    return placed.mapInArrow(plan.kernel(dealt.columns), plan.outcomes)


def pool_outcomes(run: Run, items: Items, plan: Plan) -> DataFrame:
    """items -> outcomes(__item, …), all of both held by the driver"""
    table = items.table()
    found = call_in_pool(table, plan.kernel(table.column_names), run.spark.sparkContext.defaultParallelism)
    return run.spark.createDataFrame(found, Dataset(plan.outcomes).schema())


# all methods


def done(outcomes: DataFrame) -> DataFrame:
    """outcomes -> results(item, …), in the order of the input"""
    results = outcomes.filter(F.col("__error").isNull()).orderBy("__item").drop(*FAILURE.names)
    return results.toDF("item", *results.columns[1:])  # by place: names may differ in case only


def failed(outcomes: DataFrame) -> DataFrame:
    """outcomes -> failures(item, value, error, traceback, attempts), in the order of the input"""
    names = ("item", "value", "error", "traceback", "attempts")
    failures = outcomes.filter(F.col("__error").isNotNull())
    return failures.select(*(F.col(f"__{name}").alias(name) for name in names)).orderBy("item")


def check_books(items: int, results: int, failures: int, examples: DataFrame, most: Share) -> None:
    """Raises DataError when items are not accounted for, and for too many failures."""
    if items != results + failures:
        raise DataError(f"the books do not balance: {items} items, got {results} results and {failures} failures")
    if most.exceeded(failures, items):
        error = DataError(
            f"{failures:,} of {items:,} items failed, allowed are {most}; mend them, or allow more with "
            f"--max-failures, and give --failures DIR"
        )
        for row in examples.take(SHOWN):
            error.add_note(f"failed  item {row['item']}: {row['error']}, got {row['value'][:80]!r}")
        raise error


def main(run: Run, params: Params) -> None:
    plan = plan_calls(params)
    outcomes_of = columnar_outcomes if params.method == "columnar" else pool_outcomes
    most_tasks = TASKS_PER_CORE * run.spark.sparkContext.defaultParallelism if params.method == "columnar" else 1
    with run.step("read items"):
        items = items_of_input(run, params, most_tasks)
    with run.step("call"):
        outcomes = run.keep("outcomes", outcomes_of(run, items, plan))
        every, failures = outcomes.agg(F.count("__item"), F.count("__error")).take(1)[0]
    check_books(items.number, every - failures, failures, failed(outcomes), params.max_failures)
    run.note(items=items.number, results=every - failures, failures=failures)
    if failures:
        run.show("Failures", failed(outcomes).select("item", "value", "error"), SHOWN)
    if params.failures:
        run.publish(FAILURES, failed(outcomes), params.failures)
    run.publish(Dataset(f"item bigint, {plan.results.declared}", params.format), done(outcomes), params.output)
