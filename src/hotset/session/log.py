"""Where Spark says what it has to say: the log, not the terminal."""

import logging
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import pyspark.core.broadcast
import pyspark.util
from pyspark import SparkContext
from pyspark.logger import PySparkLogger

from hotset.session.settings import LOG4J

Redact = Callable[[str], str]
# pyspark's own loggers: of an expression that cannot be resolved, each writes a line of JSON to stderr
SPARK_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# whose warnings are no business of the person's; pyspark's name the line of ours that called it
LIBRARIES = ("pyspark", "py4j", "pyarrow", "pandas", "hotset")


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


@contextmanager
def spark_says_to(log: Path, redact: Redact) -> Iterator[None]:
    """What pyspark says by its loggers, by warnings and by printing goes to the log meanwhile."""
    handler = LogHandler(log, redact)
    with ExitStack() as kept:
        for name in SPARK_LOGGERS:
            kept.enter_context(_handled_by(PySparkLogger.getLogger(name), handler))
        kept.enter_context(_warnings_to(handler))
        kept.enter_context(_tracebacks_to(handler))
        yield


class LogHandler(logging.Handler):
    """Lines at the end of the log, without the secrets that we know of; on a full disk none."""

    def __init__(self, log: Path, redact: Redact) -> None:
        super().__init__()
        self._log, self._redact = log, redact
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.write(self.format(record) + "\n")

    def write(self, text: str) -> None:
        with suppress(OSError), self._log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(self._redact(text))


@contextmanager
def _handled_by(logger: logging.Logger, handler: logging.Handler) -> Iterator[None]:
    before, logger.handlers = logger.handlers, [handler]
    try:
        yield
    finally:
        logger.handlers = before


@contextmanager
def _warnings_to(handler: LogHandler) -> Iterator[None]:
    """Warnings of libraries; those of a job's own file are shown as ever."""
    before = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if any(Path(filename).is_relative_to(place) for place in _places_of_libraries()):
            handler.write(warnings.formatwarning(message, category, filename, lineno, line))
        else:
            before(message, category, filename, lineno, file, line)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


def _places_of_libraries() -> Iterator[Path]:
    for name in LIBRARIES:
        if (module := sys.modules.get(name)) and module.__file__:
            yield Path(module.__file__).parent


@contextmanager
def _tracebacks_to(handler: LogHandler) -> Iterator[None]:
    """pyspark prints the traceback of what cannot be pickled, and raises an error besides."""
    modules: tuple[Any, ...] = (pyspark.util, pyspark.core.broadcast)
    before = [module.print_exec for module in modules]
    for module in modules:
        module.print_exec = lambda _: handler.write(traceback.format_exc())
    try:
        yield
    finally:
        for module, function in zip(modules, before, strict=True):
            module.print_exec = function
