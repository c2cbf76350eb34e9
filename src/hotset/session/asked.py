"""All wishes for a session, in the order of their rank: the caller's, the site's or spark-submit's, ours."""

import os
import sys

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from hotset import shadowed
from hotset.session import settings
from hotset.session.events import event_log_asks
from hotset.session.machine import Machine
from hotset.session.settings import Ask
from hotset.session.site import Site, read_site


def planned_asks(
    theirs: tuple[Ask, ...], site: Site, machine: Machine, input_bytes: int | None = None
) -> tuple[Ask, ...]:
    """All wishes for a session that we start ourselves, in the order of their rank."""
    theirs = (*theirs, *site.asks)
    master = settings.winners((*theirs, settings.default_master(machine)))["spark.master"]
    python = Ask("spark.pyspark.python", *worker_python(theirs))
    own = settings.own_asks(master.value, machine, own_log=not site.log4j, input_bytes=input_bytes)
    return (*theirs, python, master, *safe_path(), *event_log_asks(theirs), *own)


def safe_path() -> tuple[Ask, ...]:
    """Workers look for modules in the working directory before all others, unless a file there hides one of Python's.

    The job's own modules reach them in another way: session/travel.py.
    """
    hidden = shadowed.hidden_from_workers()
    return (Ask("spark.executorEnv.PYTHONSAFEPATH", "1", f"hotset, for {hidden}"),) if hidden else ()


def worker_python(theirs: tuple[Ask, ...]) -> tuple[str, str]:
    """The interpreter of the workers, and by whom: the driver's own, unless somebody chose another."""
    asked = settings.winners(theirs).get("spark.pyspark.python")
    if asked:
        return asked.value, asked.by
    if chosen := os.environ.get("PYSPARK_PYTHON"):
        return chosen, "PYSPARK_PYTHON"
    return sys.executable, "hotset: the driver's own interpreter"


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
        return (*asks, *submitted())
    return (*asks, *read_site(os.environ).asks)


def submitted() -> list[Ask]:
    """What spark-submit was told, defaults file included."""
    SparkContext._ensure_initialized()  # a SparkConf made before knows nothing of the JVM's
    return [Ask(key, value, "spark-submit") for key, value in SparkConf().getAll()]
