"""Open a run, and close it whatever happens: kept data released, staging removed, the report written."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from hotset.data.dataset import timestamps_as
from hotset.errors import Interrupted
from hotset.journal import Journal
from hotset.keeping import level_asks
from hotset.run_spec import RunSpec
from hotset.session.log import spark_says_to
from hotset.session.spark import Session, Wishes, open_session
from hotset.session.when_needed import SessionWhenNeeded
from hotset.signals import Signals
from hotset.verbs import Run

SETTLE_TIMEOUT_S = 5
NO_SPARK = "this needs Spark, and --engine local starts none; leave it out"


@contextmanager
def running(spec: RunSpec, signals: Signals | None = None, kind: type[Run] = Run) -> Iterator[Run]:
    """A run; its session opens when something first needs it, which may be the job itself.

    Raises HotsetError for whatever goes wrong inside, with the places to look at.
    """
    ranked = spec.ranked()
    spec = replace(spec, asks=(*spec.asks, *level_asks(ranked, spec.asks, spec.input_bytes)))
    journal = Journal(spec)
    try:
        for target in spec.destinations:
            journal.claims.take(target)
        with (
            spark_says_to(spec.log, journal.redact),
            _session(journal, signals) as session,
            timestamps_as(session.setting("spark.sql.timestampType")),
        ):
            run = kind(spec, session, journal, ranked)
            try:
                with journal.main(), _settling(run, session):
                    if spec.needs_spark:
                        session.open()
                    yield run
                    run.balance()
            except BaseException as exception:
                # here, not outside: Spark's exceptions ask the JVM for their text
                if (error := journal.failed(exception, signals)) is exception:
                    raise
                raise error from exception
        journal.succeeded()
    except BaseException as exception:
        if (error := journal.failed(exception, signals)) is exception:
            raise
        raise error from exception
    finally:
        journal.close()


@contextmanager
def _session(journal: Journal, signals: Signals | None) -> Iterator[SessionWhenNeeded]:
    spec = journal.spec

    def start(rows_pass: bool) -> Session:
        passing = spec.known_bytes if rows_pass else 0
        wishes = Wishes(spec.name, spec.asks, spec.log, spec.code, journal.redact, passing)
        with journal.progress.step("start Spark"):
            session = open_session(wishes)
        if signals:
            signals.catch()
        return session

    session = SessionWhenNeeded(start, spec.asks, NO_SPARK if spec.engine == "local" else "")
    session.when_open(journal.opened)
    try:
        yield session
    except BaseException as why:
        if signals and isinstance(why, KeyboardInterrupt | Interrupted):
            signals.ignore()
        session.close(in_order=not isinstance(why, KeyboardInterrupt))
        raise
    session.close()


@contextmanager
def _settling(run: Run, session: SessionWhenNeeded) -> Iterator[None]:
    """Releases what is kept, also after an error; in a thread, since this one's gateway may be in mid-sentence."""
    try:
        yield
    except BaseException:
        actions = [session.opened.spark.sparkContext.cancelAllJobs] if session.opened else []
        settle = threading.Thread(target=lambda: _quietly(*actions, run.settle), daemon=True)
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
