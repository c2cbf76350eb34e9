"""What the accuracy bench knows of a workload: every time of every option, and what was advised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.advice.workload import Half


@dataclass(frozen=True)
class Times:
    """An option's runs: seconds of the clock and of the tasks by round, and what was stored in the last."""

    seconds: Mapping[int, float]
    task_seconds: Mapping[int, float]
    build_seconds: float | None = None
    reads: int = 0
    read_seconds: float | None = None
    memory_bytes: int = 0
    disk_bytes: int = 0
    evicted: int = 0
    gc_seconds: float | None = None


@dataclass(frozen=True)
class Span:
    """What one piece of advice says that the cache saves: the clock's seconds and the tasks'."""

    kind: str
    level: str
    seconds: tuple[float, float]
    task_seconds: tuple[float, float]


@dataclass(frozen=True)
class Measured:
    """One workload. `advised` is by log: "without" the cache, "with" it, and the "pair"; `lab` is the lab's choice."""

    half: Half
    about: str
    options: Mapping[str, Times]
    failed: Mapping[str, str]
    lab: str
    lab_says: str
    advised: Mapping[str, Span]


@dataclass
class Results:
    """All workloads, and where they were measured."""

    date: str
    scale: float
    rounds: int
    machine: dict[str, Any]
    versions: dict[str, str]
    source: str
    workloads: dict[str, Measured] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """All of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        draft.replace(path)

    @staticmethod
    def load(path: Path) -> "Results | None":
        """None where nothing was measured yet."""
        return msgspec.json.decode(path.read_bytes(), type=Results) if path.exists() else None
