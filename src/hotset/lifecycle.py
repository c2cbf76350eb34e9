"""Open a run, and close it whatever happens: kept data released, staging removed, the report written."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from hotset.errors import Interrupted
from hotset.keeping import level_asks
from hotset.order import Order
from hotset.record import Record
from hotset.session.labels import labelled
from hotset.session.log import spark_says_to
from hotset.session.spark import Session, Wishes, open_session
from hotset.signals import Signals
from hotset.verbs import Run

SETTLE_TIMEOUT_S = 5


@contextmanager
def running(order: Order, signals: Signals | None = None, kind: type[Run] = Run) -> Iterator[Run]:
    """A run with its session open. Raises HotsetError for whatever goes wrong inside, with the places to look at."""
    ranked = order.ranked()
    order = replace(order, asks=(*order.asks, *level_asks(ranked, order.asks, order.input_bytes)))
    record = Record(order)
    try:
        for target in order.destinations:
            record.claims.take(target)
        with spark_says_to(order.log, record.redact), _session(record, signals) as session:
            run = kind(
                session,
                record.report,
                record.progress,
                record.maker,
                order.listings,
                record.claims,
                order.limits,
                order.report.parent,
                ranked,
                order.memory(),
            )
            try:
                with labelled(session.spark.sparkContext, order.name, "main"), _settling(run):
                    yield run
                    run.balance()
            except BaseException as exception:
                # here, not outside: Spark's exceptions ask the JVM for their text
                if (error := record.failed(exception, signals)) is exception:
                    raise
                raise error from exception
        record.report.outcome, record.report.exit_code = "done", 0
    except BaseException as exception:
        if (error := record.failed(exception, signals)) is exception:
            raise
        raise error from exception
    finally:
        record.close()


@contextmanager
def _session(record: Record, signals: Signals | None) -> Iterator[Session]:
    order = record.order
    wishes = Wishes(order.name, order.asks, order.log, order.code, record.redact, order.jvm_bytes)
    with record.progress.step("start Spark"):
        start = time.monotonic()
        session = open_session(wishes)
    try:
        if signals:
            signals.catch()
        record.opened(session, time.monotonic() - start)
        yield session
    except BaseException as why:
        if signals and isinstance(why, KeyboardInterrupt | Interrupted):
            signals.ignore()
        session.close(in_order=not isinstance(why, KeyboardInterrupt))
        raise
    session.close()


@contextmanager
def _settling(run: Run) -> Iterator[None]:
    """Releases what is kept, also after an error; in a thread, since this one's gateway may be in mid-sentence."""
    try:
        yield
    except BaseException:
        settle = threading.Thread(
            target=lambda: _quietly(run.spark.sparkContext.cancelAllJobs, run.settle), daemon=True
        )
        with suppress(RuntimeError):  # when Python ends there are no new threads; what is kept ends with the session
            settle.start()
            settle.join(SETTLE_TIMEOUT_S)
        raise
    run.settle()
    run.remember()


def _quietly(*actions: Callable[[], None]) -> None:
    for action in actions:
        with suppress(Exception):  # after a failure the first error counts, not those that follow from it
            action()
