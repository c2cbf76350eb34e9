"""What a run learns of its kept sets from the runs before it, for level AUTO, and what it leaves to those after it."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pyspark import RDD
from pyspark.sql import SparkSession

from hotset.memory.auto import Auto, Memory, held
from hotset.memory.choice import Choice, Kind
from hotset.memory.levels import AUTO, NONE
from hotset.memory.measured import Measurement, add_measurements, like, load_measurements
from hotset.memory.stored import Keepable
from hotset.report.entries import Entries
from hotset.report.model import Keep


class Learning:
    """The choices of one run, what became of them, and what is remembered of everything that it kept."""

    def __init__(self, spark: SparkSession, entries: Entries, memory: Memory | None) -> None:
        """Without a memory nothing is known, and nothing remembered."""
        self._entries, self._memory = entries, memory
        self._auto = Auto(spark, memory, entries.warn) if memory else None
        self._inputs: dict[str, int] = {}  # bytes that were known to be read when a name was kept
        self._choices: dict[str, Choice] = {}
        self._start = time.monotonic()

    def kept(self, name: str, input_bytes: int) -> None:
        """To be told of every name, however its level came about."""
        self._inputs[name] = input_bytes

    def choose(self, name: str, data: Keepable, default_level: str, input_bytes: int) -> str:
        """The level that AUTO stands for."""
        if self._auto is None:
            return default_level
        kind: Kind = "RDD" if isinstance(data, RDD) else "DataFrame"
        self._choices[name] = self._auto.choice(name, data, kind, default_level, input_bytes)
        return self._choices[name].level

    def asked(self, name: str, level: str) -> str:
        """What was asked for, where this level was chosen."""
        return AUTO if name in self._choices else level

    def complete(self, keep: Keep) -> None:
        """Sets what was measured beside what was predicted."""
        if keep.name not in self._choices:
            return
        choice = self._choices[keep.name]
        read_seconds = _each_read(keep)
        keep.choice = _told(choice) | {"measured": {"build_seconds": keep.build_seconds, "read_seconds": read_seconds}}
        if off := held(choice, keep.build_seconds, read_seconds):
            self._entries.warn(f"level AUTO was mistaken about {keep.name!r}: {off}; the next run knows")

    def remember(self) -> None:
        """Leaves what was measured to later runs, of a run that came to its end.

        Raises OSError when that cannot be written.
        """
        if self._memory is None or self._auto is None or not self._entries.report.keeps:
            return
        before = load_measurements(self._memory.state, self._memory.job)
        new = list(self._measurements(self._auto.variant, self._auto.calibrated_seconds))
        for one in new:
            self._compare(one, like(before, one.name, one.variant, one.input_bytes))
        add_measurements(self._memory.state, self._memory.job, new)

    def _measurements(self, variant: str, calibrated_seconds: float) -> Iterator[Measurement]:
        """Of names that stand for one set; what a loop keeps under one name differs from round to round."""
        keeps, times = self._entries.report.keeps, Counter(keep.name for keep in self._entries.report.keeps)
        warm = self._entries.report.door == "running session"  # whose seconds are comparable with nothing
        seconds = None if warm else time.monotonic() - self._start - calibrated_seconds
        for keep in keeps:
            if times[keep.name] == 1 and keep.name in self._inputs:
                yield Measurement(
                    name=keep.name,
                    variant=variant,
                    run_id=self._entries.report.run_id,
                    taken=datetime.now(UTC).isoformat(timespec="seconds"),
                    level=keep.level,
                    input_bytes=self._inputs[keep.name],
                    rows=keep.rows,
                    partitions=keep.partitions,
                    partitions_stored=keep.partitions_stored,
                    memory_bytes=keep.memory_bytes,
                    disk_bytes=keep.disk_bytes,
                    build_seconds=keep.build_seconds,
                    reads=keep.reads,
                    read_seconds=keep.read_seconds,
                    seconds=seconds,
                    others={other.name: other.level for other in keeps if other.name != keep.name},
                )

    def _compare(self, now: Measurement, earlier: Sequence[Measurement]) -> None:
        """The saving that was measured: against the last run that kept nothing, or that kept it, all else alike."""
        keep = next(keep for keep in self._entries.report.keeps if keep.name == now.name)
        if keep.choice is not None and now.seconds is not None:
            seconds = _other_way(earlier, now)
            keep.choice["measured"]["saves_seconds"] = None if seconds is None else seconds - now.seconds


def _other_way(earlier: Sequence[Measurement], now: Measurement) -> float | None:
    """Seconds of the last run that did the contrary."""
    kept = now.level != NONE
    alike = [one for one in earlier if (one.level == NONE) == kept and one.others == now.others]
    return next((one.seconds for one in reversed(alike) if one.seconds is not None), None)


def _each_read(keep: Keep) -> float | None:
    return keep.read_seconds / (keep.reads - 1) if keep.read_seconds is not None and keep.reads > 1 else None


def _told(choice: Choice) -> dict[str, Any]:
    """For the report: the level, why, and what was predicted of it and of the others."""
    return {
        "level": choice.level,
        "because": choice.because,
        "predicted": asdict(choice.predicted) if choice.predicted else None,
        "considered": [asdict(one) for one in choice.predictions],
    }
