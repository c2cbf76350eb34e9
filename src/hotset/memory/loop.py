"""The state of an iterative job: the newest is kept, the one before let go of, and the lineage cut now and then."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from pyspark.sql import DataFrame

from hotset.errors import UsageError
from hotset.memory.handed import same_frame, same_rdd
from hotset.memory.levels import LOCAL_CHECKPOINT, NONE, PARQUET, Level
from hotset.memory.place import Placed, place
from hotset.memory.refuse import check_possible, partitioned
from hotset.memory.stored import Keepable, Stored, is_same, statuses, stored

K = TypeVar("K", bound=Keepable)


class Loop:
    """`ranks = loop.next(better(ranks))` once a round; then read what it gives back, and nothing that is older.

    Each round adds to the plan that Spark analyses and to the lineage that it walks through, and every round would
    take longer than the one before; so every few rounds the state is stored in a form that has neither.
    """

    def __init__(self, name: str, every: int, level_for: Callable[[Keepable], Level], copies: Path) -> None:
        if every < 1:
            raise UsageError(f"a loop cuts its lineage every so many rounds, got every={every}; say 5")
        self.name, self.kind, self.asked = name, "", ""
        self.rounds, self.build_seconds, self.seconds_kept = 0, 0.0, 0.0
        self.seen, self.level = Stored(), ""
        self._every, self._level_for, self._copies = every, level_for, copies
        self._since = time.monotonic()
        self._newest: Placed | None = None
        self._cut: Placed | None = None  # what the newest would be computed from again

    def next(self, data: K) -> K:
        """The same data, computed now and kept until the next round's is there."""
        start = time.monotonic()
        self.rounds += 1
        if self._newest is None or not is_same(self._newest.data, data):
            self._build(data)
        self.build_seconds += time.monotonic() - start
        assert self._newest is not None
        state, is_plain = self._newest.data, self._newest.level.name == NONE
        if isinstance(state, DataFrame):
            return cast("K", same_frame(state))
        return cast("K", state if is_plain else same_rdd(state))

    def _build(self, data: Keepable) -> None:
        wish = self._level_for(data)
        if wish.name == PARQUET:
            raise UsageError(f"a loop keeps no PARQUET copies, got {self.name!r}; say DISK_ONLY")
        cut = self.rounds % self._every == 0 or wish.name == LOCAL_CHECKPOINT
        level = Level(LOCAL_CHECKPOINT, wish.by) if cut else wish
        check_possible(self.name, data, level)
        placed = place(self.name, partitioned(self.name, data, level.by), level, self._copies)
        if level.name != NONE:
            placed.data.count()  # all of it, before what it is computed from goes
        self._replace(placed, cut=cut)
        self.kind, self.asked = "DataFrame" if isinstance(data, DataFrame) else "RDD", str(wish)
        self._look()

    def _replace(self, placed: Placed, *, cut: bool) -> None:
        """What was there goes; but a level that drops blocks computes them again, from the last cut, and that stays."""
        going = {one for one in (self._newest, self._cut) if one is not None}
        if not cut and placed.level.drops:
            going.discard(self._cut)
        self._newest = placed
        if cut or self._cut in going:
            self._cut = placed if cut else None
        for one in going:
            one.remove()

    def _look(self) -> None:
        assert self._newest is not None
        rdd, data = self._newest.rdd(), self._newest.data
        context = data.sparkSession.sparkContext if isinstance(data, DataFrame) else data.context
        found = None if rdd is None else statuses(context).get(int(rdd.id()))
        self.seen = stored(found, 0 if rdd is None else int(rdd.getNumPartitions()))
        self.level = self._newest.level.name

    def close(self) -> None:
        """Lets go of the newest; what was derived from it has to be computed by then."""
        for one in {one for one in (self._newest, self._cut) if one is not None}:
            one.remove()
        self._newest = self._cut = None
        self.seconds_kept = self.seconds_kept or time.monotonic() - self._since
