"""What is kept where changes no answer, and memory that is too small stops no run."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from doors import ROOT, environment

pytestmark = pytest.mark.doors

PATIENCE_S = 1800  # some seventy runs


def facts(what: str, tmp_path: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "every_level.py"), what, str(tmp_path)],
        cwd=ROOT,
        env=environment(XDG_STATE_HOME=str(tmp_path / "state"), PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line.removeprefix("FACT ")) for line in done.stdout.splitlines() if line.startswith("FACT ")]


def test_every_job_publishes_the_same_at_every_level(tmp_path: Path) -> None:
    runs = facts("jobs", tmp_path)

    contents, levels = defaultdict(set), defaultdict(set)
    for run in runs:
        if "content" in run:
            contents[run["job"], run["arguments"]].add(run["content"])
        if "content" in run and run["names"]:
            levels[run["job"], run["arguments"]].add(run["level"])
    assert {job for job, _ in levels} >= {"wordcount", "group", "compact", "parallel-map", "sensor-report"}
    assert {key: len(found) for key, found in contents.items()} == dict.fromkeys(contents, 1)
    assert all(not next(iter(found)).startswith("0 rows") for found in contents.values())
    assert all(len(found) >= 7 for found in levels.values()), levels  # PARQUET takes frames only
    assert {run["level"] for run in runs if "refused" in run} <= {"PARQUET"}


def test_what_is_three_times_the_memory_is_kept_at_every_level_without_an_error(tmp_path: Path) -> None:
    runs = {run["level"]: run for run in facts("memory", tmp_path)}

    kept = {level: run for level, run in runs.items() if not level.startswith("evicted")}
    assert all(run["same"] for run in kept.values())
    stored = {level: run["stored"] for level, run in kept.items() if level not in ("NONE", "PARQUET")}
    assert 0 < stored.pop("MEMORY_ONLY") < 1
    assert stored == dict.fromkeys(stored, 1.0)
    assert all(run["memory"] <= run["storage"] for run in kept.values())
    assert any("did not fit: " in warning for warning in kept["MEMORY_ONLY"]["warnings"])
    assert any("did not fit into memory" in warning for warning in kept["MEMORY_AND_DISK_DESER"]["warnings"])
    partitions, left, evicted = runs["evicted small"]["facts"]
    assert (partitions, left + evicted) == (8, 8)
    assert evicted > 0
    assert any("'small': " in warning and "were evicted" in warning for warning in runs["evicted small"]["warnings"])
