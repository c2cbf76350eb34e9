"""Start the JVM that Spark's driver lives in, and make it pyspark's own.

Spark's launcher class says which command starts Spark, so that settings, memory, class path and module options keep
their meaning; we only leave out what this runtime does not have, and start the command ourselves: without the two
shells and the second full-size JVM of bin/spark-submit, and with its output in our hands.
Where a site has shell code to run (spark-env.sh, its own SPARK_HOME) Spark's script starts the JVM instead.
"""

import os
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from hotset.session.archive import Place, damaged_archives, dump_options, is_mapped, look_up, use_options
from hotset.session.command import failed_start, reason, spark_command, with_options
from hotset.session.java import Java
from hotset.session.shim import spark_java_home
from hotset.session.site import Site
from hotset.session.stop import STOP_TIMEOUT_S
from hotset.session.surroundings import fit_environment, working_directory

READY_TIMEOUT_S = 120
LARGEST_LOG = 256 * 1024**2
LONGEST_LINE = 1024**2
FULL_LOG = "\nhotset: this is as much as a log takes; what was printed after it is left out\n"
LATER = ("pandas", "pyspark.testing")
INFO = "_PYSPARK_DRIVER_CONN_INFO_PATH"  # where the JVM says how to reach it


@dataclass(frozen=True)
class Launch:
    """All that is needed to start the JVM. Settings travel in a private file: a command line is public to `ps`."""

    java: Java
    site: Site
    properties: Path
    scratch: Path
    cache: Path
    log: Path
    redact: Callable[[str], str]
    local: bool
    dump_to: Path | None = None
    common: bool = True  # the class path is that of every session here

    def say(self, line: str) -> None:
        """A line of ours in the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(self.redact(f"hotset: {line}\n"))

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def submit_args(self) -> list[str]:
        return ["--properties-file", str(self.properties), *self.site.submit_args, "pyspark-shell"]


@dataclass(frozen=True)
class Started:
    """The JVM, and the archive that it uses or why it uses none; `place` is where one could be made."""

    jvm: subprocess.Popen[bytes]
    archive: Path | None = None
    why_none: str | None = None
    place: Place | None = None


def start_jvm(launch: Launch) -> Started:
    """The driver's JVM, ready and attached to pyspark; what it prints goes to the log.

    Raises ResourceError, with the JVM's own words, when it ends before it is ready.
    """
    try:
        return _start(launch, jvm_environment(launch))
    except NotReady as why:
        raise failed_start(str(why)) from None


def _start(launch: Launch, environment: Mapping[str, str]) -> Started:
    if launch.site.plain_launch is not None:
        jvm = _boot(launch, _script_command(launch), environment)
        return Started(jvm, why_none=f"Spark's script starts the JVM: {launch.site.plain_launch}")
    with ThreadPoolExecutor(1) as meanwhile:
        damaged = meanwhile.submit(damaged_archives, launch.java, launch.cache)
        command = jvm_command(launch, environment)
    if launch.dump_to:
        jvm = _boot(launch, with_options(command, dump_options(launch.java, launch.dump_to)), environment)
        return Started(jvm, why_none="the session is there to make one")
    found = look_up(launch.java, command, launch.cache, environment, damaged.result())
    if found.archive:
        return _start_with(found.archive, launch, command, environment)
    launch.say(f"no start-up archive: {found.why_none}")
    return Started(_boot(launch, command, environment), None, found.why_none, found.place if launch.common else None)


def _start_with(archive: Path, launch: Launch, command: list[str], environment: Mapping[str, str]) -> Started:
    """Started with the archive; or without, where the JVM cannot live with it. Then the archive goes."""
    try:
        jvm = _boot(launch, with_options(command, use_options(launch.java, archive)), environment)
    except NotReady as why:
        why_none = f"{archive} was set aside: {why}"
        launch.say(f"{why_none}; starting once more without")
        jvm = _boot(launch, command, environment)
        archive.unlink(missing_ok=True)
        return Started(jvm, None, why_none)
    if is_mapped(jvm.pid, archive):
        return Started(jvm, archive)
    why_none = f"the JVM did not take {archive}"
    launch.say(why_none)
    return Started(jvm, None, why_none)


def _boot(launch: Launch, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The JVM, ready and attached. Raises NotReady. What can be done meanwhile is done meanwhile."""
    info, said_before = Path(environment[INFO]), launch.said()
    jvm = _popen(command, environment, working_directory(launch.scratch))
    pump = threading.Thread(target=_keep_output, args=(jvm, launch.log, launch.redact), daemon=True)
    pump.start()
    try:
        _import_what_comes_later()
        _wait_until_ready(jvm, info)
        _attach(jvm, *_read_info(info))
    except NotReady as why:
        jvm.kill()
        pump.join(STOP_TIMEOUT_S)
        raise NotReady(f"{why}: {reason(launch.said().removeprefix(said_before))}") from None
    except BaseException:
        jvm.kill()
        raise
    return jvm


def jvm_environment(launch: Launch) -> dict[str, str]:
    """Ours, and what Spark's scripts would add."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYSPARK_SUBMIT_ARGS"}
    environment = fit_environment(inherited, launch.scratch)
    if launch.local:
        environment.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if not launch.site.plain_launch:
        environment["SPARK_ENV_LOADED"] = "1"
    return environment | {
        "SPARK_HOME": str(launch.site.spark_home),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_CONNECT_MODE": "0",
        "JAVA_HOME": str(spark_java_home(launch.java, launch.cache)),
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
        INFO: str(launch.scratch / "gateway"),
    }


def jvm_command(launch: Launch, environment: Mapping[str, str]) -> list[str]:
    """What starts Spark's JVM, by Spark's launcher."""
    place = working_directory(launch.scratch)
    return spark_command(launch.java, launch.site.spark_home, launch.submit_args, environment, place)


def _popen(command: list[str], environment: Mapping[str, str], place: Path | None) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches us alone, and we stop the JVM in order."""
    return subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _keep_output(jvm: subprocess.Popen[bytes], log: Path, redact: Callable[[str], str]) -> None:
    """The JVM's and its Python workers' output, line by line, into the log, without the secrets that we know of."""
    assert jvm.stdout is not None
    with jvm.stdout as output, log.open("ab", buffering=0) as kept:
        left = LARGEST_LOG
        for line in iter(partial(output.readline, LONGEST_LINE), b""):
            if left <= 0:
                continue  # the JVM waits for whoever reads, so reading goes on
            left -= len(line)
            text = redact(line.decode(errors="replace")) + ("" if left > 0 else FULL_LOG)
            with suppress(OSError):  # a full disk
                kept.write(text.encode(errors="replace"))


def _script_command(launch: Launch) -> list[str]:
    return [str(launch.site.spark_home / "bin" / "spark-submit"), *launch.submit_args]


def _import_what_comes_later() -> None:
    """pyspark imports these when a session is made; now the other core waits for the disk."""
    for name in LATER:
        import_module(name)


class NotReady(Exception):  # noqa: N818 (says what the JVM is)
    """The JVM ended, or hangs, before it could be used."""


def _wait_until_ready(jvm: subprocess.Popen[bytes], info: Path) -> None:
    """The JVM renames the file into place, so it is whole as soon as it is there."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not info.exists():
        if jvm.poll() is not None:
            raise NotReady(f"Spark's JVM ended with {jvm.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise NotReady(f"Spark's JVM was not ready after {READY_TIMEOUT_S} s")
        time.sleep(0.01)


def _read_info(info: Path) -> tuple[int, str]:
    """port and secret, as org.apache.spark.api.python.PythonGatewayServer writes them."""
    content = info.read_bytes()
    info.unlink()
    port, length = struct.unpack(">ii", content[:8])
    return port, content[8 : 8 + length].decode()


def _attach(jvm: subprocess.Popen[bytes], port: int, secret: str) -> None:
    """After this, pyspark's own session builder finds the JVM."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    with _environment(PYSPARK_GATEWAY_PORT=str(port), PYSPARK_GATEWAY_SECRET=secret):
        gateway: Any = launch_gateway()  # type: ignore[no-untyped-call]
    gateway.proc = jvm
    SparkContext._ensure_initialized(gateway=gateway)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set for a moment only: processes that we start later must not join this JVM."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]
