"""Where a query of one machine is run: in this process, or in a Spark task that has all cores."""

import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

from pyspark import SparkContext

from hotset.columnar.counts import Counts
from hotset.columnar.records import PartCount
from hotset.errors import HotsetError
from hotset.processes import end_with
from hotset.rows.group_map import MapGroups
from hotset.rows.node import Bounds, NodeQuery, NodeResult, answer_query, run_query
from hotset.rows.plan import KilledError
from hotset.rows.staging import StageBlock
from hotset.session.machine import GIB, read_machine
from hotset.session.scratch import make_scratch
from hotset.session.when_needed import SessionWhenNeeded
from hotset.signals import Signals

T = TypeVar("T")
R = TypeVar("R")
LEAST_MEMORY = GIB // 4
OTHERS = GIB  # this process, its buffers, and what reads
HEAP = GIB  # of a JVM through which no row passes
LOST_WORKER = ("Python worker exited unexpectedly", "Connection reset", "EOFException")


class LocalRunner:
    """In this process; our readers, and functions of Python's, work in copies of it."""

    heap_bytes = 0

    def __init__(self, zone: str, memory_bytes: int | None) -> None:
        self.scratch = make_scratch()
        machine = read_machine()
        given = int(memory_bytes or 0) or max(machine.memory_bytes - OTHERS - self.heap_bytes, LEAST_MEMORY) * 4 // 5
        self.bounds = Bounds(given, machine.cores, self.scratch / "spill", zone, given)

    def run(self, query: NodeQuery) -> NodeResult:
        """Raises OutOfMemoryError, EngineError, OSError."""
        return run_query(query)

    def stage(self, stage: StageBlock) -> Counts:
        """block -> what its parts held. Raises InputError."""
        return _known(self.map(stage, stage.find_work()))

    def map_groups(self, work: MapGroups) -> None:
        """Does all parts. Raises what the function raises, and DataError for a group that is too large."""
        self.map(work, range(len(work.parts)))

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """What comes of each item. Raises KilledError."""
        # a copy of a process that talks to a JVM would talk to it as well
        if len(items) < 2 or SparkContext._gateway is not None:
            return [work(item) for item in items]
        # fork: a function need not be importable by its name, and its module is loaded in each process as it is here
        fork, processes = get_context("fork"), min(self.bounds.threads, len(items))
        try:
            with ProcessPoolExecutor(processes, fork, _start_working, (work, os.getpid())) as pool, _ending_at_once():
                with Signals.held():
                    made = pool.map(_work_here, items)  # which forks
                return list(made)
        except BrokenProcessPool:
            raise KilledError("a process of this run was killed, for the lack of memory perhaps") from None

    def close(self) -> None:
        """Removes what was staged and spilled."""
        shutil.rmtree(self.scratch, ignore_errors=True)


class TaskRunner(LocalRunner):
    """In Spark's tasks: a query in one, blocks in one each, which Spark runs again where they fail."""

    heap_bytes = HEAP

    def __init__(self, session: SessionWhenNeeded, zone: str, memory_bytes: int | None) -> None:
        super().__init__(zone, memory_bytes)
        self._session = session

    @property
    def _context(self) -> SparkContext:
        """Of a session that has to do with tasks alone, if it is not open already."""
        return self._session.open(rows_pass=False).spark.sparkContext

    def run(self, query: NodeQuery) -> NodeResult:
        """Raises KilledError as well."""
        context = self._context
        try:
            (answer,) = context.parallelize([query], 1).map(answer_query).collect()
        except Exception as why:
            if any(sign in str(why) for sign in LOST_WORKER):
                raise KilledError("the task in which DuckDB worked was killed") from why
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    def map_groups(self, work: MapGroups) -> None:
        """Raises what Spark makes of what the function raises."""
        for problem in filter(None, self.map(partial(_map_part, work), range(len(work.parts)))):
            raise problem

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Each in a task. Raises what Spark raises for one that failed."""
        found: list[R] = self._context.parallelize(items, max(len(items), 1)).map(work).collect()
        return found


def _known(counts: Iterable[tuple[int, tuple[PartCount, ...] | None]]) -> Counts:
    return {number: parts for number, parts in counts if parts is not None}


_work: Callable[[Any], Any] | None = None  # of a process that does nothing else


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """An interrupt waits for nobody's work."""
    try:
        yield
    except KeyboardInterrupt:
        for child in active_children():
            child.kill()
        raise


def _start_working(work: Callable[[Any], Any], parent: int) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process ends the others
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    end_with(parent)
    _work = work


def _work_here(item: Any) -> Any:
    assert _work is not None, "set when the process started"
    return _work(item)


def _map_part(work: MapGroups, number: int) -> HotsetError | None:
    """What is wrong with a group is an answer, too: Spark would try again, and make text of it."""
    try:
        work(number)
    except HotsetError as why:
        return why
    return None
