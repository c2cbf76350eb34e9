"""Where a query of one machine is run: in this process, or in a Spark task that has all cores."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from pyspark import SparkContext

from hotset.columnar.counts import Counts
from hotset.errors import HotsetError
from hotset.rows.group_map import MapGroups
from hotset.rows.node import Bounds, EngineError, NodeQuery, NodeResult, OutOfMemoryError, run_query
from hotset.rows.plan import UseClusterError
from hotset.rows.staging import StageBlock
from hotset.session.machine import GIB, read_machine
from hotset.session.scratch import make_scratch
from hotset.session.when_needed import SessionWhenNeeded

ALONE_BYTES = 32 * 1024**2  # of input: below, another process takes longer to start than it saves
LEAST_MEMORY = GIB // 4
OTHERS = GIB  # this process, its buffers, and what reads
HEAP = GIB  # of a JVM through which no row passes
LOST_WORKER = ("Python worker exited unexpectedly", "Connection reset", "EOFException")


class LocalRunner:
    """In this process; our readers work in processes of their own where there is much to read."""

    heap_bytes = 0

    def __init__(self, zone: str, memory_bytes: int | None) -> None:
        self.scratch = make_scratch()
        machine = read_machine()
        given = int(memory_bytes or 0) or max(machine.memory_bytes - OTHERS - self.heap_bytes, LEAST_MEMORY) * 4 // 5
        self.bounds = Bounds(given, machine.cores, self.scratch / "spill", zone, given)

    def run(self, query: NodeQuery) -> NodeResult:
        """Raises OutOfMemoryError, EngineError, OSError."""
        return run_query(query)

    def stage(self, stage: StageBlock, numbers: Sequence[int]) -> Counts:
        """block -> what its parts held. Raises InputError."""
        size_bytes = sum(part.size_bytes for block in stage.blocks for part in block)
        if size_bytes < ALONE_BYTES or len(numbers) < 2:
            return dict(map(stage, numbers))
        with ProcessPoolExecutor(min(self.bounds.threads, len(numbers)), get_context("spawn")) as pool:
            return dict(pool.map(stage, numbers))

    def map_groups(self, work: MapGroups, numbers: Sequence[int]) -> None:
        """Does all parts. Raises what the function raises, and DataError for a group that is too large."""
        # a copy of a process that talks to a JVM would talk to it as well
        if work.size_bytes < ALONE_BYTES or len(numbers) < 2 or SparkContext._gateway is not None:
            for number in numbers:
                work(number)
            return
        # fork: a function need not be importable by its name, and its module is loaded in each process as it is here
        fork, processes = get_context("fork"), min(self.bounds.threads, len(numbers))
        with ProcessPoolExecutor(processes, fork, _start_mapping, (work,)) as pool:
            list(pool.map(_map_here, numbers))

    def close(self) -> None:
        """Removes what was staged and spilled."""
        shutil.rmtree(self.scratch, ignore_errors=True)


class TaskRunner(LocalRunner):
    """In Spark's tasks: a query in one, blocks in one each, which Spark runs again where they fail."""

    heap_bytes = HEAP

    def __init__(self, session: SessionWhenNeeded, zone: str, memory_bytes: int | None) -> None:
        super().__init__(zone, memory_bytes)
        self._session = session

    def run(self, query: NodeQuery) -> NodeResult:
        """Raises UseClusterError as well, where the task was killed."""
        context = self._session.spark.sparkContext
        try:
            (answer,) = context.parallelize([query], 1).map(_answer).collect()
        except Exception as why:
            if any(sign in str(why) for sign in LOST_WORKER):
                raise UseClusterError("the task in which DuckDB worked was killed") from why
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stage(self, stage: StageBlock, numbers: Sequence[int]) -> Counts:
        """Raises what Spark raises for a task that failed."""
        context = self._session.spark.sparkContext
        return dict(context.parallelize(numbers, max(len(numbers), 1)).map(stage).collect())

    def map_groups(self, work: MapGroups, numbers: Sequence[int]) -> None:
        """Raises what Spark makes of what the function raises."""
        context = self._session.spark.sparkContext
        for problem in filter(None, context.parallelize(numbers, len(numbers)).map(partial(_map_part, work)).collect()):
            raise problem


_work: MapGroups | None = None  # of a process that does nothing else


def _start_mapping(work: MapGroups) -> None:
    global _work
    _work = work


def _map_here(number: int) -> None:
    assert _work is not None, "set when the process started"
    _work(number)


def _map_part(work: MapGroups, number: int) -> HotsetError | None:
    """What is wrong with a group is an answer, too: Spark would try again, and make text of it."""
    try:
        work(number)
    except HotsetError as why:
        return why
    return None


def _answer(query: NodeQuery) -> NodeResult | Exception:
    """Errors of the engine are an answer, too: Spark would run the task again, and make text of them."""
    try:
        return run_query(query)
    except (OutOfMemoryError, EngineError, OSError) as why:
        return why
