"""Try this checkout as somebody who has just cloned it: `make run`, twice, and `make test-smoke`.

The copy lies under a path with a space in it, HOME is empty, and PATH holds what the machine offers except
Java and uv. What works here does not work by accident of a developer's machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_BINS = (Path("/usr/bin"), Path("/bin"))
# What a set-up must do without. JDK tools with other names are known by lying beside a `java`.
UNWANTED = ("java", "jdk", "uv")

# How this machine's network reaches a package index belongs to the machine, as its cables do, so these are
# passed on: proxies, certificates, pip's own settings. Everything else in the environment is dropped.
NETWORK = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class Step(NamedTuple):
    """One command, and what must hold after it: `check` maps its output to a complaint, or to nothing."""

    command: tuple[str, ...]
    check: Callable[[str], str]


class Outcome(NamedTuple):
    step: str
    verdict: str
    seconds: float


def main() -> int:
    """Exit code 0 if every step did what a newcomer expects."""
    with tempfile.TemporaryDirectory(prefix="hotset fresh ") as place:
        checkout, bins, home = (Path(place) / name for name in ("a checkout", "bin", "home"))
        home.mkdir()
        copy_checkout(ROOT, checkout)
        link_programs(bins)
        environ = {"HOME": str(home), "PATH": str(bins), **network(os.environ.items())}
        outcomes = [Outcome("no java on PATH", "" if no_java(bins) else "there is one", 0.0)]
        for step in steps(checkout):
            outcomes.append(attempt(step, checkout, environ))
            if outcomes[-1].verdict:
                break
    show(outcomes)
    return 1 if any(outcome.verdict for outcome in outcomes) else 0


def steps(checkout: Path) -> list[Step]:
    """What a newcomer does, in order."""
    output = checkout / "out" / "wordcount"
    return [
        Step(("make", "run"), lambda _: "" if output.is_dir() else "no out/wordcount"),
        Step(("make", "run"), lambda said: "" if "already done" in said.lower() else "not 'already done'"),
        Step(("make", "test-smoke"), lambda _: ""),
    ]


def copy_checkout(source: Path, target: Path) -> None:
    """Copy what is tracked, or would be if it were added: what a clone of the next commit has."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=source,
        capture_output=True,
        check=True,
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (source / name).exists():  # one deleted but not yet committed is still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name, follow_symlinks=False)


def link_programs(bins: Path) -> None:
    """Fill `bins` with links to the machine's programs, and to the running Python as python3."""
    bins.mkdir()
    for program in (program for place in SYSTEM_BINS for program in place.iterdir()):
        if is_wanted(program) and not (bins / program.name).is_symlink():
            (bins / program.name).symlink_to(program)
    python = bins / "python3"
    python.unlink(missing_ok=True)
    # A Python of pyenv or of another prefix is in none of the system's directories.
    python.symlink_to(getattr(sys, "_base_executable", sys.executable))


def is_wanted(program: Path) -> bool:
    """False for Java, for uv, and for whatever lies beside a `java` in a JDK."""
    if program.name.startswith(UNWANTED):
        return False
    home = program.resolve().parent
    return home in SYSTEM_BINS or not (home / "java").exists()


def no_java(bins: Path) -> bool:
    return shutil.which("java", path=str(bins)) is None


def network(variables: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables that say how to reach a package index."""
    return {
        name: value
        for name, value in variables
        if name in NETWORK or name.lower() in PROXIES or name.startswith("PIP_")
    }


def attempt(step: Step, checkout: Path, environ: dict[str, str]) -> Outcome:
    """Run a step, its output shown as it comes, and judge it."""
    name = " ".join(step.command)
    print(f"\n== {name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(
        step.command,
        cwd=checkout,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.decode("utf-8", "replace"))
        print("   " + said[-1], end="", flush=True)
    code = process.wait()
    verdict = f"exit code {code}" if code else step.check("".join(said))
    return Outcome(name, verdict, time.monotonic() - start)


def show(outcomes: list[Outcome]) -> None:
    print(f"\n{'step':<20}{'seconds':>9}   verdict")
    for outcome in outcomes:
        print(f"{outcome.step:<20}{outcome.seconds:>9.1f}   {outcome.verdict or 'ok'}")


if __name__ == "__main__":
    sys.exit(main())
