"""Row 5 for hotset: the publishing step alone is killed over and over, while two kinds of readers look."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from bench.work import ROOT

from faults.reader import LiveReader
from faults.row import Finding, Row
from faults.scene import Scene
from faults.small import seen_by_descriptor, seen_by_hotset
from faults.subjects.ours import records
from faults.version import MANIFEST
from hotset.data.clean import clean
from hotset.data.verify import verify
from hotset.errors import HotsetError

KILLS = 100
LONGEST_S = 0.06
UNDISTURBED_S = 0.5


class Publisher:
    """The program that publishes, and forks a process for each time that one is to be killed."""

    def __init__(self, scene: Scene, said: IO[str]) -> None:
        words = [sys.executable, "-m", "faults.programs.publisher", str(scene.output)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            words, cwd=ROOT, env=scene.environment(), stdin=pipe, stdout=pipe, stderr=said, text=True
        )

    def kill(self, generation: int, after_s: float) -> int:
        """Publishes this generation and the next ones for so long; how the process ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{generation}\n")
        self._process.stdin.flush()
        child = self._answer()
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def kill_publisher(scene: Scene, rng: random.Random, kills: int = KILLS) -> Finding:
    """So many kills of the publishing step, at random moments of it; after each one the output is whole."""
    finding = Finding(trials=kills, failed=0)
    with (scene.directory / "said.txt").open("w") as said:
        publisher = Publisher(scene, said)
        publisher.kill(0, UNDISTURBED_S)  # so that there is something to replace
        with (
            LiveReader(lambda: seen_by_descriptor(scene.output)) as theirs,
            LiveReader(lambda: seen_by_hotset(scene.output)) as ours,
        ):
            for number in range(1, kills + 1):
                code = publisher.kill(number * 1000, rng.uniform(0, LONGEST_S))
                problems = list(filter(None, (_ended_badly(code), _broken(scene.output))))
                finding.breaks("A2", *problems)
                finding.failed = (finding.failed or 0) + bool(problems)
                finding.phases[_phase(scene.output)] += 1
        publisher.close()
    finding.breaks("B", *theirs.problems, *ours.problems)
    finding.phases += theirs.remarks + ours.remarks
    finding.phases["reads"] += theirs.reads + ours.reads
    _clean_up(scene.output, finding)
    finding.failed = max(finding.failed or 0, int(bool(finding.broken)))
    return finding


def _ended_badly(code: int) -> str:
    return "" if code == -signal.SIGKILL else f"the publisher ended by itself with {code}"


def _broken(output: Path) -> str:
    """What hotset's own check says, and what another reader does."""
    try:
        damaged = verify(output).damaged
    except HotsetError as why:
        return str(why)
    return "; ".join(damaged) or seen_by_descriptor(output).problem


def _phase(output: Path) -> str:
    """How far the process was that was killed, by what it has left."""
    beside = records(output)
    staged = next(beside.glob("*.staging"), None)
    if staged is None:
        return "killed with the lock" if (beside / "lock").exists() else "killed without the lock"
    version = staged / "version"
    if not version.exists():
        return "killed before writing or after the exchange"
    return "killed between manifest and exchange" if (version / MANIFEST).exists() else "killed while writing"


def _clean_up(output: Path, finding: Finding) -> None:
    """Nothing of the dead is left once `hotset clean` was there."""
    try:
        clean(output, "cleaner")
    except HotsetError as why:
        finding.breaks("A5", f"hotset clean: {why}")
    finding.breaks("A5", *(f"left over: {path.name}" for path in records(output).glob("*.staging")))


ROWS = (Row("5", "SIGKILL of the publishing step, with readers", {"hotset": 10}, kill_publisher, unit=KILLS),)
