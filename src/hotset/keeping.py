"""What a run keeps: at which level and who says so, what it stored, who read it, and what the person should know."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, SparkSession

from hotset.errors import HotsetError, UsageError
from hotset.learning import Learning
from hotset.memory.handed import same_frame, same_rdd
from hotset.memory.keep import Kept, Shelf
from hotset.memory.ledger import Ledger
from hotset.memory.levels import AUTO, NONE, Level, name_of
from hotset.memory.loop import Loop
from hotset.memory.ranked import SPARK, Asked, Ranked
from hotset.memory.refuse import is_deterministic
from hotset.memory.stored import Keepable, flags, persistent_ids, rdd_name, storage_memory_bytes
from hotset.memory.uses import Uses, uses_of
from hotset.report import model
from hotset.report.entries import Entries
from hotset.report.keeps import keep_warnings
from hotset.report.terminal import size
from hotset.session.asked import known_asks
from hotset.session.settings import Ask, changes_results

SHOWN = 80  # characters of a plan
READ_EVERY_S = 30  # Spark remembers a thousand stages, and asking takes time
AnyLevel = str | StorageLevel | Level


class Keeping:
    """Everything that one run keeps, from the wish to the line in its report."""

    def __init__(
        self,
        spark: SparkSession,
        entries: Entries,
        ranked: Ranked,
        learning: Learning,
        copies: Path,
        since_ms: int,
        input_bytes: int,
    ) -> None:
        self._spark, self._entries, self._ranked, self._learning = spark, entries, ranked, learning
        self._planned_bytes = input_bytes
        self._copies = copies
        self._shelf = Shelf(spark, copies)
        self._loops: dict[str, Loop] = {}
        self._ledger = Ledger(spark, since_ms)
        self.renews = False  # whether a name that is taken is given to what is kept now, as by a cell that runs again
        self._all: list[Kept] = []
        self._given: list[DataFrame] = []
        self._wanted: list[str] = []
        self._before = persistent_ids(spark.sparkContext)
        self._read_at = time.monotonic()

    def frame(self, name: str, data: DataFrame, level: AnyLevel | None, by: Sequence[str]) -> DataFrame:
        kept = self._keep(name, data, data, self._wish(name, data, level, by))
        read = kept.placed.data if kept else data
        assert isinstance(read, DataFrame)
        self._given.append(same_frame(read))
        return self._given[-1]

    def has_given(self, frame: DataFrame) -> bool:
        """Whether it is one that was kept, and can be read once more."""
        return any(one is frame for one in self._given)

    def rdd(self, name: str, data: RDD[Any], level: AnyLevel | None, by: Sequence[str]) -> RDD[Any]:
        kept = self._keep(name, data, data, self._wish(name, data, level, by))
        return data if kept and kept.placed.level.name == NONE else same_rdd(data)

    def loop(self, name: str, every: int, level: AnyLevel | None, by: Sequence[str]) -> Loop:
        """Raises UsageError when something else has this name."""
        if self.renews:
            self._renew(name)
        self._shelf.check_free(name)
        if name in self._loops:
            raise UsageError(f"a loop is called {name!r} already; give another name")
        self._wanted.append(name)
        self._loops[name] = Loop(name, every, lambda data: self._wish(name, data, level, by).level, self._copies)
        return self._loops[name]

    def release(self, name: str) -> None:
        """Lets go of what is kept under this name. Raises UsageError when nothing is."""
        self._record(self._shelf.release(name))

    def look(self) -> None:
        """Sees what is stored, so that what is evicted later is missed, and now and then what Spark ran."""
        if self._shelf.held:
            self._shelf.look()
        if time.monotonic() - self._read_at > READ_EVERY_S and self._all:
            self._ledger.read(with_queries=True)
            self._read_at = time.monotonic()

    def release_all(self) -> None:
        """Lets go of everything that is kept by a name."""
        for kept in self._shelf.held:
            for name in list(kept.names):
                if self._shelf.is_held(name):
                    self.release(name)

    def settle(self) -> None:
        """Releases everything; the figures and the warnings."""
        self._ledger.read(with_queries=bool(self._all))
        self.release_all()
        self._shelf.remove_left()
        for loop in self._loops.values():
            loop.close()
            self._entries.keep(_loop_line(loop))
        for warning in self._warnings():
            self._entries.warn(warning)
        stages = self._ledger.stages.values()
        self._entries.measure(
            task_seconds=sum(stage.task_seconds for stage in stages),
            task_cpu_seconds=sum(stage.cpu_seconds for stage in stages),
            gc_seconds=sum(stage.gc_seconds for stage in stages),
            storage_memory_bytes=storage_memory_bytes(self._spark.sparkContext),
        )

    def remember(self) -> None:
        """Leaves what was measured to later runs. Raises OSError when that cannot be written."""
        self._learning.remember()

    def reading_seconds(self) -> float | None:
        """The time of the stages that read files; None when there were none."""
        seconds = [stage.seconds for stage in self._ledger.stages.values() if stage.reads_files]
        return sum(seconds) if seconds else None

    def check_inputs(self, check_unchanged: Callable[[], None]) -> None:
        """Says of what was kept that it is no longer what the inputs hold."""
        try:
            if self._wanted:
                check_unchanged()
        except HotsetError as why:
            names = ", ".join(dict.fromkeys(self._wanted))
            self._entries.warn_once(f"an input changed under what was kept ({names}): {why}")

    def _warnings(self) -> Iterator[str]:
        for keep in self._entries.report.keeps:
            yield from keep_warnings(keep)
        yield from unkept_levels(self._ranked, self._wanted)
        context = self._spark.sparkContext
        for id_ in sorted(persistent_ids(context) - self._before):
            shown = rdd_name(context, id_).splitlines()[0][:SHOWN]
            yield f"persisted past run.keep, and still there: {shown}; unpersist it, or let run.keep do it"

    # one keep

    def _wish(
        self,
        name: str,
        data: Keepable,
        in_code: AnyLevel | None,
        by: Sequence[str],
    ) -> Asked:
        """Who has the say about this name, and what it is; columns to keep it by stay what the code says."""
        found = self._ranked.of(name, None if in_code is None else Level.of(in_code), self._input_bytes)
        if found is None and (line := self._ranked.out_of_range(name, self._input_bytes)) is not None:
            self._entries.warn_once(
                f"{self._ranked.file}: {line.level} for {name!r} was measured on {size(line.input_bytes or 0)} of "
                f"input, and this run reads {size(self._input_bytes)}; it is left out"
            )
        wish = found or Asked(self._default(data), SPARK)
        if wish.level.name == AUTO:
            wish = Asked(self._chosen(name, data, wish.level), wish.by)
        if by and not wish.level.by and wish.level.name != NONE:
            return Asked(Level(wish.level.name, tuple(by), wish.level.flags), wish.by)
        return wish

    def _keep(self, name: str, data: Keepable, given: Any, wish: Asked) -> Kept | None:
        if self.renews and not self._shelf.has(name, given):
            self._renew(name)
        kept = self._shelf.keep(name, data, given, wish.level, (self._learning.asked(name, str(wish.level)), wish.by))
        self._learning.kept(name, self._input_bytes)
        self._wanted.append(name)
        if kept is None:
            self._entries.warn_once(f"{name!r} was persisted by somebody else already; it stays theirs")
        elif kept not in self._all:
            self._all.append(kept)
        elif str(wish.level) != kept.asked and wish.by != SPARK:
            self._entries.warn_once(f"{name!r} is what {kept.name!r} is, and stays at {kept.asked}")
        return kept

    def _chosen(self, name: str, data: Keepable, asked: Level) -> Level:
        default = self._default(data)
        level = self._learning.choose(name, data, default.name, self._input_bytes)
        return Level(level, asked.by, default.flags if level == default.name else None)

    @property
    def _input_bytes(self) -> int:
        return self._planned_bytes or sum(read.bytes for read in self._entries.report.reads)

    def _default(self, data: Keepable) -> Level:
        if isinstance(data, RDD):
            # Spark says MEMORY_ONLY, and would compute what does not fit again, here with other values
            return Level("MEMORY_ONLY" if is_deterministic(data) else "MEMORY_AND_DISK")
        jvm: Any = self._spark.sparkContext._jvm
        default = jvm.org.apache.spark.storage.StorageLevel.fromString(
            self._spark.conf.get("spark.sql.defaultCacheStorageLevel")
        )
        return Level.of(flags(default)) if default.isValid() else Level(name_of(StorageLevel.MEMORY_AND_DISK_DESER))

    def _renew(self, name: str) -> None:
        """What has this name gives it up."""
        self.release_if_held(name)
        if loop := self._loops.pop(name, None):
            loop.close()
            self._entries.keep(_loop_line(loop))

    def release_if_held(self, name: str) -> None:
        """At the end of a `with`, inside of which it may have been released already."""
        if self._shelf.is_held(name):
            self.release(name)

    def _record(self, kept: Kept | None) -> None:
        if kept is None:
            return
        self._ledger.read(with_queries=True)
        uses = uses_of(kept, self._all, self._ledger)
        line = _line(kept, uses)
        self._entries.keep(line)
        self._learning.complete(line)


def unkept_levels(ranked: Ranked, wanted: Sequence[str]) -> Iterator[str]:
    """Says of each `--level` that nothing was kept under its name."""
    kept = ", ".join(dict.fromkeys(wanted)) or "none"
    for name in dict.fromkeys(name for name, _ in ranked.asked if name not in wanted):
        yield f"nothing was kept as {name!r}, got --level for it; kept were: {kept}"


def _line(kept: Kept, uses: Uses) -> model.Keep:
    copy = kept.placed.copy is not None
    return model.Keep(
        kept.name,
        kept.kind,
        kept.level,
        kept.seen.partitions,
        kept.seen.partitions_stored,
        kept.seen.rows,
        kept.seen.memory_bytes,
        kept.placed.copy_bytes if copy else kept.seen.disk_bytes,
        kept.seconds_kept,
        kept.asked,
        kept.asked_by,
        uses.build_seconds,
        uses.reads,
        uses.read_seconds,
        kept.most_stored - kept.seen.partitions_stored,
        uses.full_reads,
        kept.choice,
    )


def _loop_line(loop: Loop) -> model.Keep:
    """The newest state, and the seconds that all of them took to build; each is read by the one after it."""
    seen = loop.seen
    places = (seen.partitions, seen.partitions_stored, seen.rows, seen.memory_bytes, seen.disk_bytes)
    return model.Keep(
        loop.name,
        loop.kind,
        loop.level,
        *places,
        loop.seconds_kept,
        loop.asked,
        "run.loop",
        loop.build_seconds,
        loop.rounds,
    )


def level_asks(ranked: Ranked, asks: tuple[Ask, ...], input_bytes: int) -> tuple[Ask, ...]:
    """The settings that belong to measured levels, below everybody else's. Raises UsageError for any other setting."""
    known = {ask.key for ask in known_asks(asks)}
    wanted = ranked.conf(input_bytes)
    for key in wanted:
        if changes_results(key) or not key.startswith("spark."):
            raise UsageError(f"{ranked.file}: a level's conf holds no such setting, got {key}; take it out")
    return tuple(Ask(key, value, ranked.file) for key, value in wanted.items() if key not in known)
