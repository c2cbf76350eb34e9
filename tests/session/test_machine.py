"""What a container grants, from control groups laid out as the kernel does; and the heap made from it."""

import os
from pathlib import Path

import psutil
import pytest

from hotset.session.machine import GIB, Machine, read_machine

MIB = 1024**2
V1 = "memory.limit_in_bytes"


def lay_out(root: Path, groups: str, files: dict[str, str]) -> Path:
    """A root directory with /proc/self/cgroup, and `files` below /sys/fs/cgroup."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, content in files.items():
        file = root / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{content}\n")
    return root


def all_cores() -> int:
    return len(os.sched_getaffinity(0))


def test_machine_without_groups_is_the_machine(tmp_path: Path) -> None:
    machine = read_machine(tmp_path)

    assert (machine.cores, machine.memory_bytes) == (all_cores(), psutil.virtual_memory().total)
    assert machine.memory_by == "the machine's memory"
    assert machine.cores_by == "the processors this process may run on"


@pytest.mark.parametrize(
    ("groups", "files", "memory", "by"),
    [
        ("0::/job", {"job/memory.max": "536870912"}, 512 * MIB, "job/memory.max"),
        ("0::/job", {"job/memory.max": "max"}, None, None),
        ("0::/a/b/c", {"a/memory.max": "400000000", "a/b/c/memory.max": "500000000"}, 400_000_000, "a/memory.max"),
        ("0::/a/b", {"a/memory.max": "max", "a/b/memory.max": "300000000"}, 300_000_000, "a/b/memory.max"),
        ("0::/host/only", {"memory.max": "200000000"}, 200_000_000, "memory.max"),
        ("4:memory:/job\n0::/", {"memory/job/" + V1: "600000000"}, 600_000_000, "memory/job/" + V1),
        ("4:memory:/docker/abc", {"memory/" + V1: "100000000"}, 100_000_000, "memory/" + V1),
        ("4:memory:/", {"memory/" + V1: "9223372036854771712"}, None, None),
        ("4:memory:/a/b", {"memory/a/" + V1: "7", "memory/a/b/" + V1: "9"}, 7, "memory/a/" + V1),
        ("0::/job", {"job/memory.max": "99999999999999999"}, None, None),
    ],
)
def test_memory_is_the_smallest_limit_above_the_process(
    tmp_path: Path, groups: str, files: dict[str, str], memory: int | None, by: str | None
) -> None:
    root = lay_out(tmp_path, groups, files)

    machine = read_machine(root)

    assert machine.memory_bytes == (psutil.virtual_memory().total if memory is None else memory)
    assert machine.memory_by == ("the machine's memory" if by is None else f"{root}/sys/fs/cgroup/{by}")


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        ("0::/job", {"job/cpu.max": "50000 100000"}, 1),
        ("0::/job", {"job/cpu.max": "100000 100000"}, 1),
        ("0::/a/b", {"a/cpu.max": "10000 100000", "a/b/cpu.max": "max 100000"}, 1),
        ("2:cpu,cpuacct:/job", {"cpu/job/cpu.cfs_quota_us": "100000", "cpu/job/cpu.cfs_period_us": "100000"}, 1),
        ("0::/job", {"job/cpu.max": "max 100000"}, None),
        ("0::/job", {"job/cpu.max": "99900000 100000"}, None),
        ("2:cpu:/job", {"cpu/job/cpu.cfs_quota_us": "-1", "cpu/job/cpu.cfs_period_us": "100000"}, None),
        ("2:cpu:/nowhere", {"cpu/cpu.cfs_quota_us": "20000", "cpu/cpu.cfs_period_us": "100000"}, 1),
    ],
)
def test_cores_are_the_smallest_quota_rounded_up(
    tmp_path: Path, groups: str, files: dict[str, str], cores: int | None
) -> None:
    machine = read_machine(lay_out(tmp_path, groups, files))

    assert machine.cores == (cores or all_cores())


def test_cores_of_one_and_a_half_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64))

    machine = read_machine(lay_out(tmp_path, "0::/job", {"job/cpu.max": "150000 100000"}))

    assert (machine.cores, machine.cores_by) == (2, f"the processor quota of {tmp_path}/sys/fs/cgroup/job")


@pytest.mark.parametrize(
    ("cores", "memory", "heap"),
    [
        (2, 16 * GIB, 8 * GIB),  # half
        (8, 16 * GIB, 7 * GIB),  # nine Python processes first
        (2, 8 * GIB, 4 * GIB),
        (4, 8 * GIB, 3 * GIB),
        (16, 8 * GIB, GIB),  # no room for all of them: what Spark takes by itself
        (1, 2 * GIB, GIB),
        (2, 3 * GIB // 2, 768 * MIB),  # never more than half
        (1, GIB, 512 * MIB),
        (1, 512 * MIB, 512 * MIB),  # below it Spark refuses to start
        (64, 256 * GIB, 31 * GIB),  # compressed references
    ],
)
def test_heap_leaves_room_for_a_python_worker_per_core(cores: int, memory: int, heap: int) -> None:
    machine = Machine(cores, "a test", memory, "a test")

    assert machine.heap_bytes == heap
