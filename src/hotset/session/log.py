"""Where a JVM that somebody else started writes what it says."""

import logging
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.logger import PySparkLogger

from hotset.session.settings import LOG4J


def redirect_stderr(log: Path) -> None:
    """What a JVM that spark-submit started says goes to the log from here on; its stderr is the terminal."""
    SparkContext._ensure_initialized()
    jvm: Any = SparkContext._jvm
    jvm.java.lang.System.setErr(jvm.java.io.PrintStream(jvm.java.io.FileOutputStream(str(log), True), True))
    read_log4j()


def read_log4j() -> None:
    """Our log configuration in a JVM that is running. Once more after a context was made: that reads Spark's own."""
    jvm: Any = SparkContext._jvm
    jvm.org.apache.logging.log4j.core.config.Configurator.reconfigure(jvm.java.net.URI.create(LOG4J.as_uri()))


def quieten_pyspark() -> None:
    """pyspark writes each failed expression as a line of JSON to the terminal, beside the exception that it raises."""
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL + 1)
