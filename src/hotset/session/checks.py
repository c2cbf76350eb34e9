"""What a session needs of the machine, looked at before a JVM starts: Spark takes long to say what is missing."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hotset.errors import ClusterError, ResourceError, UsageError
from hotset.session.settings import Ask

MASTER_TIMEOUT_S = 3
LOOK_TIMEOUT_S = 3
PYTHON_TIMEOUT_S = 30
LOOPBACK = "127.0.0.1"
OUR_PYTHON = "{}.{}".format(*sys.version_info)
LEAST_FILES, ENOUGH_FILES = 400, 4096


def check_machine(won: Mapping[str, Ask]) -> None:
    """What a session on this machine will use is there. Raises UsageError or ResourceError."""
    check_address(os.environ)
    python = won["spark.pyspark.python"]
    if python.value != sys.executable:
        check_worker_python(python.value, python.by)
    if places := os.environ.get("SPARK_LOCAL_DIRS"):  # it outranks every setting
        check_local_dirs(places, f"SPARK_LOCAL_DIRS={places}")
    elif asked := won.get("spark.local.dir"):
        check_local_dirs(asked.value, f"spark.local.dir={asked.value} by {asked.by}")


def check_master(master: str) -> None:
    """Somebody listens where a standalone master should be. Spark itself takes a minute to say that nobody does."""
    if not master.startswith("spark://"):
        return
    addresses = master.removeprefix("spark://").split(",")
    reasons = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), MASTER_TIMEOUT_S).close()
            return
        except (OSError, ValueError) as why:
            reasons.append(f"{address}: {why}")
    raise ClusterError(f"no Spark master answers at {'; '.join(reasons)}; start it, or give another --master")


def raise_file_limit() -> None:
    """As many open files as the system lets us have. Raises ResourceError for so few that no JVM opens its classes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= ENOUGH_FILES:
        return
    wanted = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_FILES)
    if wanted < LEAST_FILES:
        raise ResourceError(
            f"a process may open {hard} files here, and Spark needs {LEAST_FILES}; raise that: ulimit -n 4096"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def check_address(environment: Mapping[str, str]) -> None:
    """Raises UsageError when a session on this machine could not talk to itself."""
    address = environment.get("SPARK_LOCAL_IP", LOOPBACK)
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.bind(place)
            tried.listen()
            socket.create_connection(tried.getsockname()[:2], LOOK_TIMEOUT_S).close()
    except (OSError, UnicodeError) as why:
        given = (
            f"SPARK_LOCAL_IP={address}" if "SPARK_LOCAL_IP" in environment else f"{address}, the loopback interface,"
        )
        advice = "unset it" if "SPARK_LOCAL_IP" in environment else "bring it up: ip link set lo up"
        raise UsageError(f"{given} is no address of this machine: {why}; {advice}") from None


def check_local_dirs(places: str, by: str) -> None:
    """Raises ResourceError when Spark could shuffle and spill to none of the directories; one is enough for it."""
    reasons = []
    for place in filter(None, map(str.strip, places.split(","))):
        try:
            made = tempfile.mkdtemp(prefix="hotset-try-", dir=_made(Path(place)))
        except OSError as why:
            reasons.append(f"{place}: {why.strerror}")
        else:
            Path(made).rmdir()
            return
    raise ResourceError(f"Spark has no place to shuffle and spill to, got {by}: {'; '.join(reasons)}; give another")


def check_worker_python(python: str, by: str) -> None:
    """Raises UsageError for what cannot run our functions on this machine, as Spark would say after a while."""
    command = shutil.which(python)
    if command is None:
        raise UsageError(f"no Python that can be run, got {python!r} from {by}; give a Python {OUR_PYTHON}")
    try:
        asked = subprocess.run(
            [command, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True, text=True, errors="replace", timeout=PYTHON_TIMEOUT_S, check=False,
        )  # fmt: skip
        lines = (asked.stderr if asked.returncode else asked.stdout).strip().splitlines()
        said = (lines or ["nothing"])[-1]
    except (OSError, subprocess.TimeoutExpired) as why:
        said = str(why)
    if said != OUR_PYTHON:
        raise UsageError(
            f"workers need the driver's Python {OUR_PYTHON}, got {python!r} from {by}, which says {said[:80]!r}; "
            f"leave it out, or give another"
        )


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
