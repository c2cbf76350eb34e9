"""Cores and memory that this process may really use: what a container or cgroup grants, not what /proc shows.

Source: `man 7 cgroups`, and the kernel's cgroup-v1/memory.rst and cgroup-v2.rst (memory.max, cpu.max).
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

GIB = 1024**3
COMPRESSED_OOPS_LIMIT = 31 * GIB  # above it the JVM's references double in size
PYTHON_WORKER = GIB  # spark.python.worker.memory (512m), and what Arrow holds beside it
SMALL_HEAP = GIB  # what Spark itself takes when nobody asks
LEAST_HEAP = GIB // 2  # below 450 MiB Spark refuses to start


@dataclass(frozen=True)
class Machine:
    """What this process is granted, and by whom: `cores`, `memory_bytes`."""

    cores: int
    cores_by: str
    memory_bytes: int
    memory_by: str

    @property
    def heap_bytes(self) -> int:
        """The driver's heap in local mode: at most half of the memory, with room for a Python worker per core."""
        half = self.memory_bytes // 2
        roomy = min(half, self.memory_bytes - (self.cores + 1) * PYTHON_WORKER)
        return min(max(roomy, min(half, SMALL_HEAP), LEAST_HEAP), COMPRESSED_OOPS_LIMIT)


def read_machine(root: Path = Path("/")) -> Machine:
    """What is granted here. `root` stands for the root directory, so that a test can lay out a machine."""
    groups = list(_groups(root))
    cores = min(_core_grants(groups), key=lambda grant: grant[0])
    memory = min(_memory_grants(groups), key=lambda grant: grant[0])
    return Machine(max(1, cores[0]), cores[1], memory[0], memory[1])


def _groups(root: Path) -> Iterator[Path]:
    """The directories of this process's control groups and of their parents, v2 (unified) and v1 alike."""
    mount = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        top = next((d for name in controllers.split(",") if name and (d := mount / name).is_dir()), mount)
        group = top / path.lstrip("/")
        # in a container the path may be the host's and lead nowhere: its parents still hold
        yield from (d for d in (group, *group.parents) if d.is_dir() and d.is_relative_to(top))


def _core_grants(groups: list[Path]) -> Iterator[tuple[int, str]]:
    """cores, by whom: quotas are rounded up, since half a core more is better used than left idle."""
    if hasattr(os, "sched_getaffinity"):
        yield len(os.sched_getaffinity(0)), "the processors this process may run on"
    else:
        yield os.cpu_count() or 1, "the machine's processors"
    for group in groups:
        quota, _, period = _text(group / "cpu.max").partition(" ")
        quota = quota or _text(group / "cpu.cfs_quota_us")
        period = period or _text(group / "cpu.cfs_period_us")
        if quota.isdigit() and period.strip().isdigit():
            yield math.ceil(int(quota) / int(period)), f"the processor quota of {group}"


def _memory_grants(groups: list[Path]) -> Iterator[tuple[int, str]]:
    yield psutil.virtual_memory().total, "the machine's memory"
    for group in groups:
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = _text(group / name)
            if limit.isdigit():
                yield int(limit), f"{group / name}"


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
