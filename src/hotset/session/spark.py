"""The one factory of sessions.

A session comes about in one of three ways, and we say in which: we start the JVM; spark-submit started it and runs
us; or a session is already running (a notebook, a test) and is used as it is.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pyspark import SparkContext
from pyspark.sql import SparkSession

from hotset.account import cache_dir
from hotset.hadoop import hadoop_path
from hotset.session import settings, truth
from hotset.session.asked import planned_asks, safe_path, submitted, worker_python
from hotset.session.checks import check_machine, check_master, raise_file_limit
from hotset.session.events import event_log, event_log_asks, make_event_directory
from hotset.session.failure import explain
from hotset.session.hadoop_files import check_hadoop_files
from hotset.session.java import JavaChoice, find_java
from hotset.session.kinds import check_values, check_values_with_spark, refused_value
from hotset.session.launch import Launch, Started, start_jvm
from hotset.session.log import read_log4j, redirect_stderr
from hotset.session.login import log_in
from hotset.session.machine import Machine, read_machine
from hotset.session.scratch import lasting_place, make_scratch
from hotset.session.settings import Ask
from hotset.session.site import Site, read_site
from hotset.session.stop import AT_ONCE_S, STOP_TIMEOUT_S, end_jvm, stop_spark
from hotset.session.travel import send_code

DUMP_TIMEOUT_S = 300
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
    input_bytes: int | None = None  # whose rows pass through the JVM; None: unknown
    dump_to: Path | None = None  # the session is there to make an archive

    @property
    def patience_s(self) -> float:
        """How long the JVM may take to end: the archive is written then, and a JVM that is killed wrote none."""
        return DUMP_TIMEOUT_S if self.dump_to else STOP_TIMEOUT_S


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
    started: Started | None = None
    borrowed: dict[str, str | None] = field(default_factory=dict)  # settings of a running session, as they were
    seconds: float = 0  # that it took to open
    _patience_s: float = STOP_TIMEOUT_S

    def settings(self) -> tuple[truth.InForce, ...]:
        """Every wish with what is in force."""
        return truth.settings_in_force(self.spark, self.asks, self._why_not)

    def _why_not(self, key: str) -> str:
        if self.door == "spark-submit" and key not in settings.LAUNCH_KEYS:
            return WHY_NOT["hotset"]
        return WHY_NOT[self.door]

    @property
    def archive(self) -> str | None:
        """The start-up archive in use."""
        return str(self.started.archive) if self.started and self.started.archive else None

    @property
    def why_no_archive(self) -> str | None:
        if self.started:
            return self.started.why_none
        return f"the JVM was running: {self.door}"

    @property
    def event_log(self) -> str | None:
        """Where Spark's event log of this session will be, if it writes one."""
        return event_log(self.spark.sparkContext)

    def _give_back(self) -> None:
        """Somebody else's session, with the settings that it had."""
        for key, value in self.borrowed.items():
            if value is None:
                self.spark.conf.unset(key)
            else:
                self.spark.conf.set(key, value)

    def _keeps_nothing(self) -> bool:
        """Whether all that a JVM of ours removes at its end lies in the scratch directory, which goes anyhow.

        One that is to write an archive, for which it is given more time, does that at its end.
        """
        conf = self.spark.sparkContext.getConf()
        if not conf.get("spark.master", "").startswith("local"):
            return False
        is_ours = conf.get("spark.local.dir", "").startswith(str(self.scratch))
        has_catalog = conf.get("spark.sql.catalogImplementation", "in-memory") != "in-memory"
        return is_ours and not has_catalog and self._patience_s == STOP_TIMEOUT_S

    def close(self, *, in_order: bool = True) -> None:
        """Stops what we started. Not in order: the JVM is just ended, since the gateway cannot be spoken to."""
        idle = False
        if in_order:
            with suppress(Exception):  # a session whose JVM has died cannot be stopped, and is
                idle = self._keeps_nothing()
                self._give_back() if self.door == "running session" else stop_spark(self.spark)
        if self.started is not None:
            end_jvm(self.started.jvm, self._patience_s if in_order else AT_ONCE_S, idle=idle)
        shutil.rmtree(self.scratch, ignore_errors=True)


def open_session(wishes: Wishes) -> Session:
    """A session in one of the three ways.

    Raises UsageError for Spark Connect, ResourceError without a usable Java, ClusterError without a master.
    """
    if SparkContext._active_spark_context is not None:
        return _adopt(wishes)
    raise_file_limit()
    site = read_site(os.environ)
    machine = read_machine()
    scratch = make_scratch()  # private: settings and the gateway's secret pass through it
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


def _adopt(wishes: Wishes) -> Session:
    """A session that is running: somebody else's, so only what the caller asked for is changed in it."""
    check_values(wishes.asks)
    check_values_with_spark(wishes.asks)
    spark = SparkSession.builder.getOrCreate()
    borrowed: dict[str, str | None] = {}
    for ask in settings.winners(wishes.asks).values():
        if spark.conf.isModifiable(ask.key):
            borrowed[ask.key] = spark.conf.get(ask.key, None)
            spark.conf.set(ask.key, ask.value)
    scratch = make_scratch()
    # such a session may ask for the code at any time, as long as this process lives
    send_code(spark.sparkContext, lasting_place("hotset-code-"), wishes.code)
    return Session(spark, "running session", wishes.asks, scratch, borrowed=borrowed)


@dataclass(frozen=True)
class Prepared:
    """All that is settled before our own JVM starts."""

    launch: Launch
    asks: tuple[Ask, ...]
    java: JavaChoice
    won: Mapping[str, str]


def prepare(wishes: Wishes, site: Site, machine: Machine, scratch: Path) -> Prepared:
    """How to start our own JVM, on the best Java there is."""
    java = find_java(os.environ)
    asks = planned_asks(wishes.asks, site, machine, wishes.input_bytes)
    won = {key: ask.value for key, ask in settings.winners(asks).items()}
    master = won["spark.master"]
    check_master(master)
    check_values(asks)
    check_hadoop_files(os.environ, site.spark_home)
    if master.startswith("local"):
        check_machine(settings.winners(asks))
    make_event_directory(asks)
    properties = scratch / "spark.properties"
    properties.write_text(settings.as_properties(won | _own_places(won, scratch)))
    launch = Launch(
        java=java.java,
        site=site,
        properties=properties,
        scratch=scratch,
        cache=cache_dir(os.environ),
        log=wishes.log or scratch / "spark.log",
        redact=wishes.redact,
        local=master.startswith("local"),
        dump_to=wishes.dump_to,
        common=not any(ask.key == "spark.driver.extraClassPath" for ask in wishes.asks),
    )
    return Prepared(launch, asks, java, won)


def _start(wishes: Wishes, site: Site, machine: Machine, scratch: Path) -> Session:
    """A session in our own JVM."""
    plan = prepare(wishes, site, machine, scratch)
    os.environ["PYSPARK_PYTHON"] = plan.won["spark.pyspark.python"]
    started = start_jvm(plan.launch)
    try:
        log_in()
        check_values_with_spark(plan.asks)
        spark = _session_of(wishes.name, {"spark.master": plan.won["spark.master"]}, plan.asks)
    except BaseException as exception:
        error = explain(exception)  # now: an exception of Spark's asks the JVM for its text
        end_jvm(started.jvm, AT_ONCE_S)
        raise (error or exception) from None
    return Session(
        spark,
        "hotset",
        plan.asks,
        scratch,
        plan.java,
        site.plain_launch,
        plan.launch.log,
        started,
        _patience_s=wishes.patience_s,
    )


def _join_submitted(wishes: Wishes, site: Site, machine: Machine, scratch: Path) -> Session:
    """The JVM that spark-submit started: its settings rank above our defaults, below what our command line asks."""
    theirs = submitted()
    master = settings.winners((*wishes.asks, *theirs, settings.default_master(machine)))["spark.master"]
    python = Ask("spark.pyspark.python", *worker_python((*wishes.asks, *theirs)))
    told = (*wishes.asks, *theirs)
    asks = (*told, python, *safe_path(), *event_log_asks(told), *settings.own_asks(master.value, machine))
    check_values(asks)
    check_values_with_spark(asks)
    make_event_directory(asks)
    won = {key: ask.value for key, ask in settings.winners(asks).items()}
    os.environ["PYSPARK_PYTHON"] = won["spark.pyspark.python"]
    ours = {key: value for key, value in won.items() if key not in settings.LAUNCH_KEYS}
    log = wishes.log or scratch / "spark.log"
    log_in()
    log_is_ours = not (site.log4j or any("log4j" in ask.value for ask in theirs))
    if log_is_ours:
        redirect_stderr(log)
    spark = _session_of(wishes.name, ours | _own_places(won, scratch), asks)
    if log_is_ours:
        read_log4j()
    return Session(spark, "spark-submit", asks, scratch, log=log)


def _session_of(name: str, conf: Mapping[str, str], asks: tuple[Ask, ...]) -> SparkSession:
    """Raises UsageError for a setting that no session can be made with."""
    builder = SparkSession.builder.appName(name)
    for key, value in conf.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as why:
        raise refused_value(why, asks) or why from None


def _own_places(won: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Private directories for what Spark would put under /tmp and the working directory, unless someone chose."""
    places = {
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": hadoop_path(scratch / "warehouse"),
    }
    return {key: place for key, place in places.items() if key not in won}
