"""Where the programs run: the same Java and Python for all, caches and records of their own, one scratch directory."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.work import HOTSET, Program
from hotset.errors import UsageError
from hotset.session.java import Java, find_java

FOREIGN = ("SPARK_", "PYSPARK_", "HOTSET_", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS")


@dataclass(frozen=True)
class Place:
    """The scratch directory, the Java, and how patient the bench is."""

    scratch: Path
    java: Java
    patience_s: float = 60
    timeout_s: float = 3600

    @property
    def archives(self) -> Path:
        """The cache that `hotset warm` fills, one for each Java."""
        return self.scratch / "archives" / self.java.build

    @contextmanager
    def environment(self, program: Program) -> Iterator[dict[str, str]]:
        """What the program sees: an empty cache of its own, or the one with the start-up archive."""
        cache = self.archives if program.archive else Path(tempfile.mkdtemp(prefix="cache-", dir=self.scratch))
        try:
            yield self._variables(cache)
        finally:
            if cache != self.archives:
                shutil.rmtree(cache, ignore_errors=True)

    @contextmanager
    def output(self) -> Iterator[Path]:
        """A path where nothing is yet; what a program writes there and beside it is removed."""
        directory = Path(tempfile.mkdtemp(prefix="output-", dir=self.scratch))
        try:
            yield directory / "answer"
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def log(self, name: str) -> Path:
        """A new, empty file for what a program says."""
        path = self.scratch / "logs" / f"{name}.log"
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        return path

    def make_archive(self) -> str:
        """Has `hotset warm` fill the archives' cache, before anything is timed. '', or why there is none."""
        self.archives.mkdir(parents=True, exist_ok=True)
        if subprocess.run([HOTSET, "warm", "--help"], capture_output=True, check=False).returncode:
            return "this hotset has no command `warm`"
        environment = self._variables(self.archives)
        made = subprocess.run([HOTSET, "warm"], env=environment, capture_output=True, text=True, check=False)
        return f"`hotset warm` ended with {made.returncode}: {made.stderr.strip()[-500:]}" if made.returncode else ""

    def _variables(self, cache: Path) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return own | {
            "JAVA_HOME": str(self.java.home),
            "PYSPARK_PYTHON": sys.executable,  # plain PySpark would take the first python3 on the PATH
            "XDG_CACHE_HOME": str(cache),
            "XDG_STATE_HOME": str(self.scratch / "state"),
        }


def chosen_java(home: Path | None) -> Java:
    """The Java at `home`, else the one that hotset finds. Raises UsageError when `home` has none for Spark."""
    choice = find_java({**os.environ, "JAVA_HOME": str(home)} if home else os.environ)
    if home and choice.refused:
        raise UsageError(f"--java is no Java that Spark can use, got {home}: {choice.refused[0]}")
    return choice.java
