"""The one factory of sessions.

A session comes about in one of three ways, and we say in which: we start the JVM; spark-submit started it and runs
us; or a session is already running (a notebook, a test) and is used as it is.
"""

import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Literal

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from hotset.errors import ClusterError
from hotset.session import settings, truth
from hotset.session.failure import explain
from hotset.session.java import JavaChoice, find_java
from hotset.session.launch import Launch, read_log4j, redirect_stderr, start_jvm, stop_jvm
from hotset.session.machine import Machine, read_machine
from hotset.session.settings import Ask
from hotset.session.site import Site, read_site
from hotset.session.travel import send_code

MASTER_TIMEOUT_S = 3
PRIVATE = 0o700
Door = Literal["hotset", "spark-submit", "running session"]
WHY_NOT = {
    "hotset": "Spark did not take it",
    "spark-submit": "not ours to set: spark-submit started the JVM; give it to spark-submit",
    "running session": "the session was already running, and this cannot change in it",
}


@dataclass(frozen=True)
class Wishes:
    """What the caller wants of a session, highest rank first, and where its output goes."""

    name: str
    asks: tuple[Ask, ...] = ()
    log: Path | None = None
    code: tuple[Path, ...] = ()
    redact: Callable[[str], str] = field(default=str)


@dataclass
class Session:
    """An open session and what is known of its making. Close it; only what we started is stopped."""

    spark: SparkSession
    door: Door
    asks: tuple[Ask, ...]
    scratch: Path
    java: JavaChoice | None = None
    plain_launch: str | None = None
    log: Path | None = None
    _jvm: "Popen[bytes] | None" = None

    def settings(self) -> tuple[truth.InForce, ...]:
        """Every wish with what is in force."""
        return truth.settings_in_force(self.spark, self.asks, self._why_not)

    def _why_not(self, key: str) -> str:
        if self.door == "spark-submit" and key not in settings.LAUNCH_KEYS:
            return WHY_NOT["hotset"]
        return WHY_NOT[self.door]

    def close(self, *, in_order: bool = True) -> None:
        """Stops what we started. Not in order: the JVM is just ended, since the gateway cannot be spoken to."""
        if in_order and self.door != "running session":
            with suppress(Exception):  # a session whose JVM has died cannot be stopped, and is
                _stop(self.spark)
        if self._jvm is not None:
            _end(self._jvm, at_once=not in_order)
        shutil.rmtree(self.scratch, ignore_errors=True)


def cache_dir(environment: Mapping[str, str]) -> Path:
    """Where what can be made again is kept between runs."""
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "hotset"


def planned_asks(wishes: Wishes, site: Site, machine: Machine) -> tuple[Ask, ...]:
    """All wishes for a session that we start ourselves, in the order of their rank."""
    theirs = (*wishes.asks, *site.asks)
    master = settings.winners((*theirs, settings.default_master(machine)))["spark.master"]
    python = Ask("spark.pyspark.python", *_worker_python(theirs))
    return (*theirs, python, master, *settings.own_asks(master.value, machine, own_log=not site.log4j))


def _worker_python(theirs: tuple[Ask, ...]) -> tuple[str, str]:
    """The interpreter of the workers, and by whom: the driver's own, unless somebody chose another."""
    asked = settings.winners(theirs).get("spark.pyspark.python")
    if asked:
        return asked.value, asked.by
    if chosen := os.environ.get("PYSPARK_PYTHON"):
        return chosen, "PYSPARK_PYTHON"
    return sys.executable, "hotset: the driver's own interpreter"


def open_session(wishes: Wishes) -> Session:
    """A session in one of the three ways.

    Raises UsageError for Spark Connect, ResourceError without a usable Java, ClusterError without a master.
    """
    if SparkContext._active_spark_context is not None:
        return _adopt(wishes)
    site = read_site(os.environ)
    machine = read_machine()
    scratch = Path(tempfile.mkdtemp(prefix="hotset-"))  # 0700: settings and the gateway's secret pass through it
    try:
        if "PYSPARK_GATEWAY_PORT" in os.environ:
            session = _join_submitted(wishes, site, machine, scratch)
        else:
            session = _start(wishes, site, machine, scratch)
        send_code(session.spark.sparkContext, scratch, wishes.code)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return session


def result_settings(asks: tuple[Ask, ...]) -> dict[str, Ask]:
    """The settings that change results, as a session opened with `asks` will have them; starts no JVM."""
    ranked = (*known_asks(asks), *settings.result_defaults())
    return {key: ask for key, ask in settings.winners(ranked).items() if settings.changes_results(key)}


def known_asks(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """`asks`, and after them what the site, spark-submit or the running session say; known before a session is open."""
    if SparkContext._active_spark_context is not None:
        spark = SparkSession.builder.getOrCreate()
        in_force = (Ask(key, str(spark.conf.get(key)), "running session") for key in settings.RESULT_DEFAULTS)
        return (*asks, *in_force)
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        return (*asks, *_submitted())
    return (*asks, *read_site(os.environ).asks)


def _submitted() -> list[Ask]:
    """What spark-submit was told, defaults file included."""
    SparkContext._ensure_initialized()  # a SparkConf made before knows nothing of the JVM's
    return [Ask(key, value, "spark-submit") for key, value in SparkConf().getAll()]


def _adopt(wishes: Wishes) -> Session:
    """A session that is running: somebody else's, so only what the caller asked for is changed in it."""
    spark = SparkSession.builder.getOrCreate()
    for ask in settings.winners(wishes.asks).values():
        if spark.conf.isModifiable(ask.key):
            spark.conf.set(ask.key, ask.value)
    scratch = Path(tempfile.mkdtemp(prefix="hotset-"))
    send_code(spark.sparkContext, scratch, wishes.code)
    return Session(spark, "running session", wishes.asks, scratch)


def _start(wishes: Wishes, site: Site, machine: Machine, scratch: Path) -> Session:
    """Our own JVM, on the best Java there is."""
    java = find_java(os.environ)
    asks = planned_asks(wishes, site, machine)
    won = {key: ask.value for key, ask in settings.winners(asks).items()}
    master = won["spark.master"]
    _check_master(master)
    log = wishes.log or scratch / "spark.log"
    properties = scratch / "spark.properties"
    properties.write_text(settings.as_properties(won | _own_places(won, scratch)))
    local = master.startswith("local")
    launch = Launch(java.java, site, properties, scratch, cache_dir(os.environ), log, wishes.redact, local)
    os.environ["PYSPARK_PYTHON"] = won["spark.pyspark.python"]
    jvm = start_jvm(launch)
    try:
        spark = _builder(wishes.name, {"spark.master": master}).getOrCreate()
    except BaseException as exception:
        error = explain(exception)  # now: an exception of Spark's asks the JVM for its text
        _end(jvm, at_once=True)
        raise (error or exception) from None
    return Session(spark, "hotset", asks, scratch, java, site.plain_launch, log, jvm)


def _join_submitted(wishes: Wishes, site: Site, machine: Machine, scratch: Path) -> Session:
    """The JVM that spark-submit started: its settings rank above our defaults, below what our command line asks."""
    submitted = _submitted()
    master = settings.winners((*wishes.asks, *submitted, settings.default_master(machine)))["spark.master"]
    python = Ask("spark.pyspark.python", *_worker_python((*wishes.asks, *submitted)))
    asks = (*wishes.asks, *submitted, python, *settings.own_asks(master.value, machine))
    won = {key: ask.value for key, ask in settings.winners(asks).items()}
    os.environ["PYSPARK_PYTHON"] = won["spark.pyspark.python"]
    ours = {key: value for key, value in won.items() if key not in settings.LAUNCH_KEYS}
    log = wishes.log or scratch / "spark.log"
    log_is_ours = not (site.log4j or any("log4j" in ask.value for ask in submitted))
    if log_is_ours:
        redirect_stderr(log)
    spark = _builder(wishes.name, ours | _own_places(won, scratch)).getOrCreate()
    if log_is_ours:
        read_log4j()
    return Session(spark, "spark-submit", asks, scratch, log=log)


def _builder(name: str, conf: Mapping[str, str]) -> Any:
    builder = SparkSession.builder.appName(name)
    for key, value in conf.items():
        builder = builder.config(key, value)
    return builder


def _own_places(won: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Private directories for what Spark would put under /tmp and the working directory, unless someone chose."""
    places = {"spark.local.dir": scratch / "local", "spark.sql.warehouse.dir": scratch / "warehouse"}
    return {key: str(place) for key, place in places.items() if key not in won}


def _check_master(master: str) -> None:
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


def _stop(spark: SparkSession) -> None:
    """spark.stop() without its wait: pyspark's accumulator server looks once a second whether it should end."""
    context: Any = spark.sparkContext
    server, context._accumulatorServer = context._accumulatorServer, None
    server.handle_error = lambda *_: None  # the JVM hangs up on it, which is no error now
    spark.stop()
    threading.Thread(target=server.shutdown, daemon=True).start()


def _end(jvm: "Popen[bytes]", *, at_once: bool) -> None:
    """Stops the JVM, and lets a later session of this process start its own."""
    gateway: Any = SparkContext._gateway
    if gateway is not None:
        # references to Java objects that are collected from now on have nobody to tell
        gateway._gateway_client.is_connected = False
    stop_jvm(jvm, at_once=at_once)
    if gateway is not None:
        with suppress(Exception):
            gateway.close()
    SparkContext._gateway = None
    SparkContext._jvm = None
