"""What a log says of one application: small records of executions, jobs, stages and RDDs; of tasks only their sums."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from hotset.eventlog.plan import PlanNode


@dataclass(eq=False)
class Stage:
    """One stage that ran to its end. Seconds are those of its tasks together, but for `wall`."""

    id: int
    name: str
    tasks: int
    job: int
    start: float
    end: float
    run_seconds: float
    cpu_seconds: float
    gc_seconds: float
    rdds: tuple[int, ...]
    cached: frozenset[int]  # of these RDDs the ones that had a storage level
    ids: "array[int]"  # the accumulators that its tasks counted in, Spark's own apart
    counts: "array[int]"
    failed: bool = False


@dataclass
class Job:
    id: int
    start: float
    end: float | None
    stages: tuple[int, ...]
    execution: int | None
    description: str
    tags: tuple[str, ...]


@dataclass
class Execution:
    """One SQL query with its last plan: that which ran, after adaptive execution had its say."""

    id: int
    description: str
    tags: tuple[str, ...]
    start: float
    end: float | None
    plan: PlanNode


@dataclass
class Rdd:
    id: int
    name: str
    level: str  # as PySpark's constants are called; "" while it has none
    parents: tuple[int, ...]
    callsite: str
    partitions: int


@dataclass
class Blocks:
    """What the block updates say of one RDD; the bytes are those at its fullest."""

    stored: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    memory_bytes: int = 0
    disk_bytes: int = 0
    evictions: int = 0  # blocks that were stored and went before anybody unpersisted them
    to_disk: int = 0  # blocks that went from memory to disk
    _now: dict[str, tuple[int, int]] = field(default_factory=dict)
    _memory_now: int = 0
    _disk_now: int = 0

    def update(self, block: str, memory: int, disk: int, *, released: bool) -> None:
        """A block has these bytes from now on; `released`: somebody has let go of the RDD."""
        before = self._now.pop(block, (0, 0))
        self._memory_now += memory - before[0]
        self._disk_now += disk - before[1]
        if memory or disk:
            self._now[block] = (memory, disk)
            self.stored.add(block)
            self.to_disk += bool(before[0] and not memory)
        elif any(before) and not released:
            self.evictions += 1
            self.lost.add(block)
        if self._memory_now + self._disk_now > self.memory_bytes + self.disk_bytes:
            self.memory_bytes, self.disk_bytes = self._memory_now, self._disk_now


@dataclass
class Application:
    """One application. `unfinished` says why its end may not be in the log, `gaps` what else of it is not there.

    `failed` says that the program broke off, as far as that is known; `done_job` is the job of ours of which a run is
    known to have ended well. A log alone shows neither an error between two jobs nor a good end.
    """

    path: str
    name: str = ""
    id: str = ""
    spark: str = ""
    start: float = 0.0
    end: float | None = None
    last: float = 0.0  # end of its last stage
    unfinished: str = ""
    gaps: list[str] = field(default_factory=list)
    failed: str = ""
    done_job: str = ""
    notes: list[str] = field(default_factory=list)  # what else its reader should know of the log
    damaged_lines: int = 0
    bytes_read: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    memory_bytes: int = 0
    executions: dict[int, Execution] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    stages: dict[int, Stage] = field(default_factory=dict)
    rdds: dict[int, Rdd] = field(default_factory=dict)
    blocks: dict[int, Blocks] = field(default_factory=dict)
    unpersisted: set[int] = field(default_factory=set)
    driver_counts: dict[int, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether the log holds the application from first event to last, and nothing says that it broke off."""
        return not (self.unfinished or self.gaps or self.damaged_lines or self.failed)

    @property
    def seconds(self) -> float:
        return max((self.end or self.last) - self.start, 0.0)

    @property
    def task_seconds(self) -> float:
        return sum(stage.run_seconds for stage in self.stages.values())

    @property
    def knows_blocks(self) -> bool:
        return self.properties.get("spark.eventLog.logBlockUpdates.enabled", "false").lower() == "true"
