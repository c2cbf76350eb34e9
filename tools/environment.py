"""The virtual environment of a checkout: made, and filled from the locks."""

import fcntl
import importlib.util
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn

from tools import trouble
from tools.checkout import Checkout, identity, is_ready, packages_in, ready_kinds, record, write_whole

FIRST_TIME_MB = 3200  # at the worst moment, when pyspark's archive is being turned into a wheel
DOWNLOAD = "about 600 MB"
STILL_BUSY_S = 30
INTERRUPT_WAIT_S = 10

# These send packages elsewhere or reach into the build, whatever the command line says.
FOREIGN_PIP = ("USER", "TARGET", "PREFIX", "ROOT", "PYTHON", "DRY_RUN", "REQUIRE_HASHES")
FOREIGN_VARIABLES = {"PYTHONPATH", "PYTHONHOME", *(f"PIP_{name}" for name in FOREIGN_PIP)}


def set_up(checkout: Checkout, kind: str) -> None:
    """`.venv` holds what `kind` (run, dev or bench) needs. Raises SetUpError when it cannot."""
    if is_ready(checkout, kind):
        return
    check_place(checkout)
    signal.signal(signal.SIGTERM, terminate)
    with one_at_a_time(checkout) as lock:
        if is_ready(checkout, kind):
            return
        start = time.monotonic()
        kinds = {kind, *ready_kinds(checkout)}  # all locks pin one version of what they share: no kind undoes another
        checkout.stamp.unlink(missing_ok=True)
        if not is_usable(checkout):
            create(checkout, lock)
            kinds = {kind}
        install(checkout, kind, lock)
        record(checkout, kinds)
        say(f"ready after {time.monotonic() - start:.0f} s")


def say(line: str) -> None:
    """Tell the person at once, also through a pipe and on a terminal that cannot show every character."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    print(f"set-up: {line}", flush=True)


def terminate(*_: object) -> NoReturn:
    """End through every `finally`, which a SIGTERM alone would not."""
    raise SystemExit(trouble.TERMINATED)


def check_place(checkout: Checkout) -> None:
    """Raise SetUpError if no environment can live here."""
    if os.pathsep in str(checkout.root):
        raise trouble.bad_path(str(checkout.root))
    for path in (checkout.root, checkout.venv, checkout.root / ".tools"):
        if path.exists() and not os.access(path, os.W_OK):
            raise trouble.not_writable(str(path))
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise trouble.no_ensurepip(version, has_apt=shutil.which("apt-get") is not None)


@contextmanager
def one_at_a_time(checkout: Checkout) -> Iterator[BinaryIO]:
    """Hold the checkout's lock; children inherit it, so a pip that outlives its killed parent holds it."""
    place = checkout.root / ".tools"
    place.mkdir(exist_ok=True)
    with (place / "bootstrap.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is at work; waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def is_usable(checkout: Checkout) -> bool:
    """True if `.venv` was made whole, for this Python and path, and its Python and pip still start."""
    try:
        if checkout.created.read_text("utf-8") != identity(checkout):
            return False
        test = [str(checkout.python), "-I", "-c", "import pip"]
        return subprocess.run(test, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    except (OSError, ValueError):
        return False


def create(checkout: Checkout, lock: BinaryIO) -> None:
    """A bare environment with pip in it, in place of whatever is there."""
    check_space(checkout)
    if checkout.venv.exists():
        say("the .venv here is broken, half made, or of another Python or place: replacing it")
    say(f"making .venv with Python {sys.version.split()[0]}")
    checkout.created.unlink(missing_ok=True)
    command = [base_python(), "-I", "-m", "venv", "--clear", "--without-pip", str(checkout.venv)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, pass_fds=[lock.fileno()])
    if done.returncode:
        output = (done.stdout + done.stderr).decode("utf-8", "replace")
        raise trouble.explain(output, done.returncode, "'python -m venv'")
    # Not left to venv, which keeps ensurepip's words to itself and orphans it when interrupted.
    run_logged(checkout, ["ensurepip", "--upgrade", "--default-pip"], lock, "'python -m ensurepip'")
    write_whole(checkout.created, identity(checkout))


def base_python() -> str:
    """The Python that can remake `.venv`: not the one in it, which an activated shell puts first on PATH."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(getattr(sys, "_base_executable", sys.executable))


def check_space(checkout: Checkout) -> None:
    """Raise SetUpError if the disk cannot take a first set-up: better now than after ten minutes."""
    free_mb = shutil.disk_usage(checkout.root).free // 1_000_000
    if free_mb < FIRST_TIME_MB:
        raise trouble.no_space(str(checkout.root), free_mb, FIRST_TIME_MB)


def install(checkout: Checkout, kind: str, lock: BinaryIO) -> None:
    """Install the build tools, then the lock, then the project itself, in the one order that works."""
    forget_half_installed(checkout)
    packages = packages_in(checkout.lock(kind)) - 1
    # pep517: an older pip would run pyspark's setup.py itself, and leave no record of what it installed.
    locked = ["--require-hashes", "--no-build-isolation", "--use-pep517", "-r"]
    itself = ["--no-deps", "--no-build-isolation", "-e"]
    pip(checkout, [*locked, str(checkout.lock("build"))], lock, "installing the build tools")
    spark = any(checkout.venv.glob("lib/python*/site-packages/pyspark"))
    size = "" if spark else f", {DOWNLOAD} unless pip has them already"
    doing = f"installing Spark and {packages} packages{size}"
    pip(checkout, [*locked, str(checkout.lock(kind))], lock, doing)
    pip(checkout, [*itself, str(checkout.root)], lock, "installing hotset itself")


def forget_half_installed(checkout: Checkout) -> None:
    """Make pip install again what a killed pip left half installed, and would take for installed.

    pip writes INSTALLER and then RECORD last, the latter in one step; a package without either was cut short.
    """
    for packages in checkout.venv.glob("lib/python*/site-packages"):
        for info in packages.glob("*.dist-info"):
            record_file = info / "RECORD"
            if not record_file.exists() or "INSTALLER" not in record_file.read_text("utf-8"):
                shutil.rmtree(info)
        for stashed in packages.glob("~*"):
            shutil.rmtree(stashed, ignore_errors=True)


def pip(checkout: Checkout, arguments: list[str], lock: BinaryIO, doing: str) -> None:
    """Run `pip install`, quietly; say what it does and how long that took."""
    say(doing)
    start = time.monotonic()
    run_logged(checkout, ["pip", "install", "-q", *arguments], lock, f"{doing}: pip")
    say(f"  {time.monotonic() - start:.0f} s")


def run_logged(checkout: Checkout, module: list[str], lock: BinaryIO, doing: str) -> None:
    """Run a module of `.venv`, its words kept in the log. Raises SetUpError if it fails."""
    command = [str(checkout.python), "-I", "-X", "utf8", "-m", *module]
    with checkout.log.open("a+b") as log, scratch(checkout) as directory:
        begin = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            command,
            cwd=checkout.root,
            env=clean_environ() | {"TMPDIR": directory},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock.fileno()],
        )
        returncode = wait(process)
        log.seek(begin)
        output = log.read().decode("utf-8", "replace")
    if returncode:
        raise trouble.explain(output, returncode, doing)


@contextmanager
def scratch(checkout: Checkout) -> Iterator[str]:
    """An empty directory for temporary files: on the checkout's disk, so that a kill leaves /tmp clean."""
    shutil.rmtree(checkout.scratch, ignore_errors=True)
    checkout.scratch.mkdir()
    try:
        yield str(checkout.scratch)
    finally:
        shutil.rmtree(checkout.scratch, ignore_errors=True)


def wait(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a process; it is given time to clean up when this one is interrupted."""
    start = time.monotonic()
    try:
        while True:
            try:
                return process.wait(STILL_BUSY_S)
            except subprocess.TimeoutExpired:
                say(f"  still at it after {time.monotonic() - start:.0f} s")
    finally:
        if process.poll() is None:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(INTERRUPT_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def clean_environ() -> dict[str, str]:
    """This process's environment less what leads pip astray; short of patience unless it says otherwise."""
    environ = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    environ.setdefault("PIP_RETRIES", "2")
    if "PIP_TIMEOUT" not in environ:
        environ.setdefault("PIP_DEFAULT_TIMEOUT", "30")
    return {**environ, "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
