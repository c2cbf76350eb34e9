"""The rounds: each trial with a seed and a directory of its own, kept at once, repeated when its fault hit nothing."""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.results import Trial, append, trials_in
from faults.row import Row
from faults.scene import Scene
from faults.subjects.subject import Subject

ATTEMPTS = 6


@dataclass(frozen=True)
class Campaign:
    """One subject under all faults. `log` holds the trials that were made already."""

    subject: Subject
    scratch: Path
    seed: int
    say: Callable[[str], None] = lambda _: None
    share: float = 1.0  # of the trials that a row wants; at least one is made

    def warm_up(self) -> None:
        """What saves time in many trials."""
        self.subject.warm_up(self._scene("warm", 0).environment())

    @property
    def log(self) -> Path:
        return self.scratch / f"{self.subject.name}-{self.seed}.jsonl"

    def wanted(self, row: Row) -> int:
        """How many calls of the row's fault this subject has to bear."""
        full = row.trials.get(self.subject.name, 0)
        return max(1, round(full * self.share)) if full else 0

    def run(self, rows: Sequence[Row]) -> list[Trial]:
        """Makes the trials that the log lacks; all of these rows."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        made = {(trial.row, trial.number): trial for trial in trials_in(self.log) if not trial.not_injected}
        for row in rows:
            for number in range(self.wanted(row)):
                if (row.key, number) not in made:
                    trial = made[row.key, number] = self._try(row, number)
                    append(trial, self.log)
                    self.say(told(trial, row))
        return [made[row.key, number] for row in rows for number in range(self.wanted(row))]

    def _try(self, row: Row, number: int) -> Trial:
        """The first attempt that hit something, or the last one; what the campaign itself trips over is no verdict."""
        for attempt in range(ATTEMPTS):
            seed = f"{self.seed}/{row.key}/{number}/{attempt}"
            begin = time.monotonic()
            scene = self._scene(seed, number)
            try:
                finding = row.inject(scene, random.Random(seed))
            except Exception as why:
                told = f"{type(why).__name__}: {why}"
                return Trial(row.key, number, seed, bit=False, trials=row.unit, not_injected=told)
            finally:
                scene.clear()
            trial = Trial.of(row, number, seed, finding, attempt, time.monotonic() - begin)
            if finding.bit:
                break
        return trial

    def _scene(self, seed: str, number: int) -> Scene:
        directory = self.scratch / "trials" / f"{self.subject.name}-{seed.replace('/', '-')}"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        shared = self.scratch / self.subject.name
        shared.mkdir(exist_ok=True)
        return Scene(self.subject, directory, shared, number)


def told(trial: Trial, row: Row) -> str:
    """A line for the terminal."""
    state = "held" if trial.bit and not trial.failed else "BROKE" if trial.bit else "HIT NOTHING"
    phases = " ".join(f"{phase}={count}" for phase, count in trial.phases.items())
    why = f"  {trial.not_injected or '; '.join(trial.problems)}"
    return f"{trial.row:>4} {trial.number:>4}  {state:<11} {trial.seconds:6.1f} s  {row.title}  {phases}{why}".rstrip()
