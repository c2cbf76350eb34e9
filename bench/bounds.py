"""Whether queries keep to a bound of memory that is a quarter of their data: `python -m bench.bounds [ROWS]`.

Each is run from start to exit, in the process itself and in a Spark task, and held to the true answer where the bench
has one. The peak is that of the whole tree of processes, so a JVM is in it where there is one.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.inputs import made_input, true_answer
from bench.place import Place, chosen_java
from bench.programs import job, local
from bench.whole import FailedError, Whole, run_whole, with_paths
from bench.work import INPUT, OUTPUT, ROOT, Command, Data, Program
from bench.works import join, unique
from hotset.report.terminal import size

SHARE = 4  # the data in memory is so many times the bound
ROW_BYTES = 8 * len(unique.COLUMNS)
UNIQUE, JOIN = unique.WORK.data, join.WORK.data
assert UNIQUE
assert JOIN
KEYED = ("group", "--input", f"{INPUT}/main.parquet", "--output", OUTPUT, "--by", unique.COLUMNS[0])


@dataclass(frozen=True)
class Query:
    """A job whose state does not fit into the bound; `read` gives the answer where the bench knows the true one."""

    name: str
    arguments: Command
    data: Data
    read: Callable[[Path], Any] | None = None


QUERIES = (
    Query("means for nearly unique keys", unique.JOB, UNIQUE, unique.read_means),
    Query("medians for nearly unique keys", (*KEYED, "--agg", "col_1:median"), UNIQUE),
    Query("distinct values for nearly unique keys", (*KEYED, "--agg", "col_1:distinct"), UNIQUE),
    Query("the largest row of nearly unique keys", (*KEYED, "--largest", "col_1:1"), UNIQUE),
    Query("left join, written", join.JOB, JOIN, join.read_facts),
)


def main(rows: int) -> int:
    """How many queries failed."""
    scratch = ROOT / "out" / "bench"
    scratch.mkdir(parents=True, exist_ok=True)
    place = Place(scratch.absolute(), chosen_java(None))
    bound_bytes, failed = rows * ROW_BYTES // SHARE, 0
    data = f"{size(rows * ROW_BYTES)} of data, {size(bound_bytes)} of memory"
    table = Table("query", "engine", "seconds", "peak", "above the bound", title=data)
    for query in QUERIES:
        source = made_input(query.data, rows, 7, place.scratch)
        bounded = (*query.arguments, "--memory", str(bound_bytes))
        for engine, program in (("local", local("", "", bounded, Path)), ("spark", job("", "", bounded, Path))):
            try:
                found = _run(query, program, source, place)
            except FailedError as why:
                failed += 1
                table.add_row(query.name, engine, "failed", str(why))
            else:
                peak = found.peak_pss_bytes
                table.add_row(query.name, engine, f"{found.seconds:.1f}", size(peak), size(peak - bound_bytes))
    Console(width=160).print(table)
    return failed


def _run(query: Query, program: Program, source: Path, place: Place) -> Whole:
    with place.environment(program) as environment, place.output() as output:
        found = run_whole(with_paths(program.whole, source, output), environment, place.log("bounds"))
        if query.read and (problem := query.data.differ(true_answer(query.data, source), query.read(output))):
            raise FailedError(problem)
    return found


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
