"""End a session: Spark first, then its JVM."""

import threading
from contextlib import suppress
from subprocess import Popen, TimeoutExpired
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession

STOP_TIMEOUT_S = 10
AT_ONCE_S = 2


def stop_spark(spark: SparkSession) -> None:
    """spark.stop() without its wait: pyspark's accumulator server looks once a second whether it should end."""
    context: Any = spark.sparkContext
    server, context._accumulatorServer = context._accumulatorServer, None
    server.handle_error = lambda *_: None  # the JVM hangs up on it, which is no error now
    spark.stop()
    threading.Thread(target=server.shutdown, daemon=True).start()


def end_jvm(jvm: "Popen[bytes]", patience_s: float, *, idle: bool = False) -> None:
    """Stops the JVM, and lets a later session of this process start its own.

    An `idle` one has nothing to tidy up: it is killed, which spares the half second in which a JVM looks for it.
    """
    gateway: Any = SparkContext._gateway
    if gateway is not None:
        # references to Java objects that are collected from now on have nobody to tell
        gateway._gateway_client.is_connected = False
    if idle:
        jvm.kill()
    stop_jvm(jvm, patience_s)
    if gateway is not None:
        with suppress(Exception):
            gateway.close()
    SparkContext._gateway = None
    SparkContext._jvm = None


def stop_jvm(jvm: "Popen[bytes]", patience_s: float) -> None:
    """Its stdin closed is the JVM's sign to end, shutdown hooks and all; then TERM, then KILL."""
    assert jvm.stdin is not None
    for stop in (jvm.stdin.close, jvm.terminate, jvm.kill):
        try:
            stop()
            jvm.wait(patience_s)
            return
        except (TimeoutExpired, BrokenPipeError):
            continue
