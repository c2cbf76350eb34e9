"""Keep a frame or an RDD for a while, know what was really stored, and let go of it."""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from hotset.errors import UsageError
from hotset.memory.levels import Level
from hotset.memory.place import Placed, place
from hotset.memory.refuse import check_possible, partitioned
from hotset.memory.stored import Keepable, Stored, is_persisted, is_same, statuses, stored


@dataclass(eq=False)
class Kept:
    """One entry: what was asked, by whom, and what Spark says it stores."""

    names: list[str]  # several where several names were given to one plan
    kind: str
    given: Any
    placed: Placed
    asked: str
    asked_by: str
    since: float
    ready_ms: int  # since when it can be read, as Spark's own records have the time
    build_seconds: float | None = None  # where it was built at once
    seen: Stored = field(default_factory=Stored)
    most_stored: int = 0  # partitions
    rdd_id: int | None = None
    _rdd: Any = None
    _partitions: int = 0
    seconds_kept: float = 0.0
    choice: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The first: Spark's pages and plans have it."""
        return self.names[0]

    @property
    def level(self) -> str:
        """In force, in Spark's words, where it stores anything yet."""
        return self.seen.level if self.seen.level and self.placed.level.storage else self.placed.level.name

    def look(self, statuses: dict[int, Any]) -> None:
        """Sees what is stored now. A partition that was there before and is not now was evicted."""
        if self._rdd is None:
            self._rdd = self.placed.rdd()
            if self._rdd is None:
                return
            self.rdd_id, self._partitions = int(self._rdd.id()), int(self._rdd.getNumPartitions())
        self.seen = stored(statuses.get(self.rdd_id or 0), self._partitions)
        self.most_stored = max(self.most_stored, self.seen.partitions_stored)

    def count(self) -> None:
        """The rows, where Spark counted them."""
        self.seen = replace(self.seen, rows=self.placed.rows())


class Shelf:
    """Everything that one run keeps. What somebody else persisted is left alone."""

    def __init__(self, spark: SparkSession, copies: Path) -> None:
        self._spark, self._copies = spark, copies
        self._held: dict[str, Kept] = {}
        self._left: list[Kept] = []  # released, and still there for what was derived from it

    @property
    def held(self) -> list[Kept]:
        """Each entry once, in the order in which they were kept."""
        return list({id(kept): kept for kept in self._held.values()}.values())

    def find(self, name: str, data: Any) -> Kept | None:
        """The entry that holds the same plan. Raises UsageError when `name` is another's."""
        for kept in self.held:
            if is_same(kept.given, data) or is_same(kept.placed.data, data):
                if self._held.get(name, kept) is not kept:
                    self.check_free(name)
                return kept
        self.check_free(name)
        return None

    def has(self, name: str, data: Any) -> bool:
        """Whether just this plan is what has the name."""
        kept = self._held.get(name)
        return kept is not None and (is_same(kept.given, data) or is_same(kept.placed.data, data))

    def check_free(self, name: str) -> None:
        """Raises UsageError for a name that something has."""
        if name in self._held:
            raise UsageError(f"something is kept as {name!r} already; release it first, or give another name")

    def keep(self, name: str, data: Keepable, given: Any, level: Level, asked: tuple[str, str]) -> Kept | None:
        """Keeps it so, unless the same is kept already. None when somebody else had persisted it.

        `given` is what the data was made of, to know it again by. Raises UsageError when the level is
        impossible here, or the name another's.
        """
        same = self.find(name, given)
        if same is not None:
            if name not in same.names:
                same.names.append(name)
            self._held[name] = same
            return same
        if is_persisted(data):
            return None
        check_possible(name, data, level)
        start = time.monotonic()
        placed = place(name, partitioned(name, data, level.by), level, self._copies)
        kept = Kept([name], _kind(data), given, placed, *asked, start, int(time.time() * 1000))
        if placed.outlives_release and isinstance(data, DataFrame):
            kept.build_seconds = time.monotonic() - start
        self._held[name] = kept
        return kept

    def release(self, name: str) -> Kept | None:
        """Lets go of `name`; the entry when that was its last name. Raises UsageError for an unknown name."""
        if name not in self._held:
            raise UsageError(f"nothing is kept as {name!r}; kept are: {', '.join(self._held) or 'none'}")
        self.look()
        kept = self._held.pop(name)
        if kept in self._held.values():
            return None
        kept.count()
        kept.seconds_kept = time.monotonic() - kept.since
        if kept.placed.outlives_release:
            self._left.append(kept)
        else:
            kept.placed.remove()
        return kept

    def look(self) -> None:
        """At all of it: who read one is told by what is made of it."""
        found = statuses(self._spark.sparkContext)
        for kept in self.held:
            kept.look(found)

    def remove_left(self) -> None:
        """What stayed to the end, since what was derived from it could not have been read without."""
        while self._left:
            self._left.pop().placed.remove()

    def is_held(self, name: str) -> bool:
        return name in self._held


def _kind(data: Keepable) -> str:
    return "DataFrame" if isinstance(data, DataFrame) else "RDD"
