"""Run commands as a person would, each as a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TIMEOUT_S = 240
CACHE = tempfile.TemporaryDirectory(
    prefix="hotset-test-cache-"
)  # nobody else's archive is used, no mark of ours is left


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def environment(**changes: str | None) -> dict[str, str]:
    """This process's own, with the virtual environment in front, and `changes`; None takes a variable away.

    The caches are ours. Only the first compiler of each JVM works: such runs are over before the second has paid for
    itself. Words are counted on Spark, which is what is tried here; tests/test_local_doors.py does without.
    """
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    merged: dict[str, str | None] = {
        **os.environ,
        "PATH": path,
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
        "XDG_CACHE_HOME": CACHE.name,
        "HOTSET_WORDCOUNT_ENGINE": "spark",
        **changes,
    }
    return {name: value for name, value in merged.items() if value is not None}


def call(*command: str | Path, cwd: Path = ROOT, **changes: str | None) -> Outcome:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@cache
def warm() -> None:
    """Makes the archive from which Spark starts in some seconds less; a test without it has a cache of its own."""
    made = call(BIN / "hotset", "warm", TMPDIR=None)
    assert made.code == 0, made.err
    assert "MiB, made in" in made.out


def report_of(output: Path) -> dict[str, Any]:
    """The newest report of the runs that published, or tried to publish, to `output`."""
    newest = max((output.parent / f".{output.name}.hotset").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    content: dict[str, Any] = json.loads(newest.read_text())
    return content


def published(output: Path) -> str:
    return "".join(part.read_text() for part in sorted(output.glob("part-*")))
