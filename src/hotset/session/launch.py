"""Start the JVM that Spark's driver lives in, and make it pyspark's own.

Spark's launcher class says which command starts Spark, so that settings, memory, class path and module options keep
their meaning; we only leave out what this runtime does not have, and start the command ourselves: without the two
shells and the second full-size JVM of bin/spark-submit, and with its output in our hands.
Where a site has shell code to run (spark-env.sh, its own SPARK_HOME) Spark's script starts the JVM instead.
"""

import os
import re
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotset.errors import HotsetError, ResourceError, UsageError
from hotset.session.java import Java
from hotset.session.settings import LOG4J
from hotset.session.shim import VECTOR_FLAG, VECTOR_MODULE, spark_java_home
from hotset.session.site import Site

READY_TIMEOUT_S = 120
STOP_TIMEOUT_S = 10
SMALL_JVM = ("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


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

    @property
    def submit_args(self) -> list[str]:
        return ["--properties-file", str(self.properties), *self.site.submit_args, "pyspark-shell"]


def start_jvm(launch: Launch) -> subprocess.Popen[bytes]:
    """The driver's JVM, ready and attached to pyspark; what it prints goes to the log.

    Raises ResourceError, with the JVM's own words, when it ends before it is ready.
    """
    info = launch.scratch / "gateway"
    environment = _jvm_environment(launch, info)
    plain = launch.site.plain_launch is not None
    jvm = _popen(_script_command(launch) if plain else _spark_command(launch, environment), environment)
    pump = threading.Thread(target=_keep_output, args=(jvm, launch.log, launch.redact), daemon=True)
    pump.start()
    try:
        _wait_until_ready(jvm, info)
        _attach(jvm, *_read_info(info))
    except NotReady as why:
        jvm.kill()
        pump.join(STOP_TIMEOUT_S)
        raise _failed_start(f"{why}: {_reason(launch.log.read_text(errors='replace'))}") from None
    except BaseException:
        jvm.kill()
        raise
    return jvm


def stop_jvm(jvm: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
    """Its stdin closed is the JVM's sign to end, shutdown hooks and all; then TERM, then KILL."""
    assert jvm.stdin is not None
    patience_s = 2 if at_once else STOP_TIMEOUT_S
    for stop in (jvm.stdin.close, jvm.terminate, jvm.kill):
        try:
            stop()
            jvm.wait(patience_s)
            return
        except (subprocess.TimeoutExpired, BrokenPipeError):
            continue


def redirect_stderr(log: Path) -> None:
    """What a JVM that spark-submit started says goes to the log from here on; its stderr is the terminal."""
    from pyspark import SparkContext

    SparkContext._ensure_initialized()
    jvm: Any = SparkContext._jvm
    jvm.java.lang.System.setErr(jvm.java.io.PrintStream(jvm.java.io.FileOutputStream(str(log), True), True))
    read_log4j()


def read_log4j() -> None:
    """Our log configuration in a JVM that is running. Once more after a context was made: that reads Spark's own."""
    from pyspark import SparkContext

    jvm: Any = SparkContext._jvm
    jvm.org.apache.logging.log4j.core.config.Configurator.reconfigure(jvm.java.net.URI.create(LOG4J.as_uri()))


def _jvm_environment(launch: Launch, info: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYSPARK_SUBMIT_ARGS"}
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
        "_PYSPARK_DRIVER_CONN_INFO_PATH": str(info),
    }


def _popen(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches us alone, and we stop the JVM in order."""
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _keep_output(jvm: subprocess.Popen[bytes], log: Path, redact: Callable[[str], str]) -> None:
    """The JVM's and its Python workers' output, line by line, into the log, without the secrets that we know of."""
    assert jvm.stdout is not None
    with jvm.stdout as output, log.open("a", encoding="utf-8") as kept:
        for line in output:
            kept.write(redact(line.decode(errors="replace")))
            kept.flush()


def _script_command(launch: Launch) -> list[str]:
    return [str(launch.site.spark_home / "bin" / "spark-submit"), *launch.submit_args]


def _spark_command(launch: Launch, environment: Mapping[str, str]) -> list[str]:
    """What bin/spark-submit would exec, without the module flag that this runtime does not know."""
    (launcher,) = (launch.site.spark_home / "jars").glob("spark-launcher_*.jar")
    main = ("org.apache.spark.launcher.Main", "org.apache.spark.deploy.SparkSubmit")
    asked = subprocess.run(
        [str(launch.java.command), *SMALL_JVM, "-cp", str(launcher), *main, *launch.submit_args],
        env={name: value for name, value in environment.items() if name != "JDK_JAVA_OPTIONS"},
        capture_output=True,
        text=True,
        check=False,
    )
    # the launcher prints an empty line, then the arguments, each ended by NUL
    command = asked.stdout.lstrip("\0\n").rstrip("\0").split("\0")
    if asked.returncode or len(command) < 2:
        raise _failed_start(f"Spark's launcher failed on {launch.java.home}: {_reason(asked.stderr)}")
    missing = VECTOR_FLAG if launch.java.lacks(VECTOR_MODULE) else None
    return [argument for argument in command if argument != missing]


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


def _failed_start(message: str) -> HotsetError:
    """No memory to be had, or else a setting that Spark refuses."""
    if re.search(r"memory|heap|space left", message, re.IGNORECASE) and "spark." not in message:
        return ResourceError(f"{message}; free some, or ask for less with --conf spark.driver.memory=…")
    return UsageError(f"{message}; check the settings it was given, with `hotset session`")


def _reason(output: str) -> str:
    """The first line in which a JVM says why it ends, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    telling = [line for line in lines if re.search(r"Exception|Error|Could not|Invalid|Unrecognized", line)]
    return (telling[:1] or lines[-1:] or ["it said nothing"])[0][:300]
