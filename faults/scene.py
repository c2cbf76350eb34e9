"""One trial's own directory: an input, an old version at the output's place, and the programs that run there."""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.place import FOREIGN
from bench.work import ROOT

from faults.inputs import Ids
from faults.program import LONGEST_S, Program
from faults.programs.marks import MARKS
from faults.programs.poison import PASSWORD
from faults.subjects.subject import Call, Mode, Subject
from faults.version import Version, read_version

LOOK_S = 0.005
USUAL = "usual_s"
CACHE = "cache"
OLD = Ids(generation=1)
NEW = Ids(generation=2, bad_every=1000)


@dataclass
class Scene:
    """Where a trial takes place. `stage` and `shared` outlive it: what many trials begin with is made once there."""

    subject: Subject
    directory: Path
    shared: Path
    number: int = 0
    canary: str = field(default_factory=lambda: f"canary-{secrets.token_hex(8)}")
    programs: list[Program] = field(default_factory=list)

    @property
    def input(self) -> Path:
        return self.directory / "data" / "in"

    @property
    def output(self) -> Path:
        return self.directory / "out"

    @property
    def marks(self) -> Path:
        return self.directory / "marks"

    def prepare(self, new: Ids = NEW, old: Ids | None = OLD, output: Path | None = None) -> None:
        """Writes the input; puts the old version where the output goes, unless it is None."""
        new.write(self.input)
        self.marks.mkdir(parents=True, exist_ok=True)
        if old:
            shutil.copytree(self._made_before(old), output or self.output)

    def call(self, mode: Mode = "replace", **changes: Any) -> Call:
        """The run that most trials break."""
        paths = {"input": str(self.input), "output": str(self.output)}
        secret = self.directory / "secret.properties"
        secret.write_text(f"spark.hadoop.lab.password={self.canary}\n")
        secret.chmod(0o600)
        return Call(**{**paths, "mode": mode, "properties_file": secret, **changes})

    def start(self, call: Call, **variables: str) -> Program:
        """A run of the subject that has just begun; old marks are gone, what is to be held stays."""
        for mark in self.marks.iterdir():
            if mark.suffix != ".hold":
                mark.unlink()
        return self._start(self.subject.command(call), variables)

    def run(self, call: Call, **variables: str) -> tuple[Program, int]:
        """A run from start to exit, and its exit code. One that succeeds shows what is usual just now."""
        begin = time.monotonic()
        program = self.start(call, **variables)
        code = program.wait()
        if code == 0:
            (self.shared / USUAL).write_text(str(time.monotonic() - begin))
        return program, code

    def run_words(self, words: Sequence[str], longest_s: float = LONGEST_S) -> tuple[Program, int]:
        """Any program, from start to exit."""
        self.marks.mkdir(exist_ok=True)
        program = self._start(words, {})
        return program, program.wait(longest_s)

    def hold(self, phase: str) -> None:
        """The next run waits when it has come to `phase`."""
        (self.marks / f"{phase}.hold").touch()

    @property
    def usual_s(self) -> float:
        """What an undisturbed run took here the last time."""
        self._made_before(OLD)
        return float((self.shared / USUAL).read_text())

    def release(self, phase: str) -> None:
        (self.marks / f"{phase}.hold").unlink()

    def await_phase(self, phase: str, program: Program) -> bool:
        """Returns once the mark is there; False when the program has ended before."""
        while program.running and not (self.marks / phase).exists():
            time.sleep(LOOK_S)
        return (self.marks / phase).exists()

    def phase(self, output: Path | None = None) -> str:
        """The last phase that shows, in the marks or at the output's place."""
        if (self.marks / "published").exists():
            return "published"
        marked = [phase for phase in self.subject.phases if (self.marks / phase).exists()]
        shown = self.subject.progress(output or self.output)
        return shown if shown and "publishing" in marked else (marked or ["starting"])[-1]

    def version(self, output: Path | None = None) -> Version:
        return read_version(output or self.output)

    def environment(self) -> dict[str, str]:
        """What programs see: nothing of this shell's Spark, records and caches of the campaign's own, one secret."""
        own = {name: value for name, value in os.environ.items() if not name.startswith((*FOREIGN, "FAULTS_", "TZ"))}
        return own | {
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYSPARK_PYTHON": sys.executable,  # plain PySpark would take the first python3 on the PATH
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",  # such runs are over before the second compiler pays
            "XDG_CACHE_HOME": str(self.shared / CACHE),
            "XDG_STATE_HOME": str(self.directory / "state"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            MARKS: str(self.marks),
            PASSWORD: self.canary,
        }

    def clear(self) -> None:
        """Ends what is still running, and removes everything."""
        for program in self.programs:
            program.kill()
            program.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self, words: Sequence[str], variables: dict[str, str]) -> Program:
        log = self.directory / f"said-{len(self.programs)}.txt"
        self.programs.append(Program(words, self.environment() | variables, log))
        return self.programs[-1]

    def _made_before(self, old: Ids) -> Path:
        """A version of these ids that the subject itself has made, undisturbed; there once it is whole."""
        place = self.shared / f"old-{old.generation}-{old.ids}-{len(old.days)}"
        if not place.exists():
            scene = Scene(self.subject, self.shared / "making", self.shared)
            shutil.rmtree(scene.directory, ignore_errors=True)
            scene.prepare(old, old=None)
            program, code = scene.run(scene.call("refuse"))
            if code:
                raise RuntimeError(f"an undisturbed run ended with exit code {code}:\n{program.said()[-2000:]}")
            scene.directory.rename(place)
        return place / "out"
