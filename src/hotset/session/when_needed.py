"""The session of a run, opened when something first needs it: what asks for no Spark job starts no JVM."""

import sys
import time
from collections.abc import Callable

from pyspark import SparkContext
from pyspark.sql import SparkSession

from hotset.errors import UsageError
from hotset.session.asked import known_asks, result_settings, worker_python
from hotset.session.settings import Ask, winners
from hotset.session.spark import Session


class SessionWhenNeeded:
    """Not open, or open; `asks` are the caller's. `open_session` is told whether rows pass through the JVM."""

    def __init__(self, open_session: Callable[[bool], Session], asks: tuple[Ask, ...], refusal: str = "") -> None:
        self._open_session = open_session
        self._asks = asks
        self._refusal = refusal  # why there is none
        self._listeners: list[Callable[[Session], None]] = []
        self.opened: Session | None = None

    @property
    def spark(self) -> SparkSession:
        """The session, opened if it is not. Raises as `open_session` does."""
        return self.open().spark

    @property
    def may_open(self) -> bool:
        return not self._refusal

    def open(self, *, rows_pass: bool = True) -> Session:
        """The same, with what is known of its making; `rows_pass`: as far as is known, rows pass through the JVM."""
        if self._refusal:
            raise UsageError(self._refusal)
        if self.opened is None:
            start = time.monotonic()
            self.opened = self._open_session(rows_pass)
            self.opened.seconds = time.monotonic() - start
            for hear in self._listeners:
                hear(self.opened)
        return self.opened

    def when_open(self, hear: Callable[[Session], None]) -> None:
        """Calls `hear` once it is open: now, or later."""
        if self.opened:
            hear(self.opened)
        else:
            self._listeners.append(hear)

    def is_there(self) -> bool:
        """Whether it is open or running, or somebody has said how it is to be. Starts nothing."""
        return bool(self.opened or SparkContext._active_spark_context or known_asks(self._asks))

    def workers_are_here(self) -> bool:
        """Whether all workers are on this machine, and run the driver's own Python. Starts nothing."""
        if self._refusal:  # there are none
            return True
        if self.opened or SparkContext._active_spark_context is not None:  # whose master nobody has to ask for
            context = self.spark.sparkContext
            master, python = str(context.master), context.pythonExec
        else:
            asks = known_asks(self._asks)
            chosen = winners((*asks, Ask("spark.master", "local", "hotset")))
            master, python = chosen["spark.master"].value, worker_python(asks)[0]
        return master.startswith("local") and python == sys.executable

    def close(self, *, in_order: bool = True) -> None:
        """Stops what was started, if anything was."""
        if self.opened:
            self.opened.close(in_order=in_order)

    def setting(self, key: str) -> str:
        """The value of a setting that changes results: as it is, or as it will be. Opens nothing."""
        if self.opened:
            return str(self.opened.spark.conf.get(key))
        return result_settings(self._asks)[key].value
