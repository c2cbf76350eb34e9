"""What is written down about one run: its report, its log, the error that ended it."""

import json
import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from platform import python_version

from rich.text import Text

from hotset.data.claim import Claims
from hotset.data.destination import make_parents
from hotset.data.manifest import Maker
from hotset.errors import HotsetError, Interrupted, OutputError, ResourceError
from hotset.outcome import NO_ROOM, judge
from hotset.preflight import versions
from hotset.report.console import make_console
from hotset.report.entries import Entries
from hotset.report.model import Report, Step
from hotset.report.peak import PeakMemory
from hotset.report.progress import RunProgress
from hotset.report.redact import redactor, secrets_in
from hotset.report.terminal import show, summary
from hotset.run_spec import RunSpec
from hotset.session.asked import known_asks
from hotset.session.labels import Labels
from hotset.session.offer import offer
from hotset.session.spark import Session
from hotset.session.status import running_tasks
from hotset.signals import Signals

PRIVATE = 0o700


class Journal(Entries):
    """Everything that is written down about one run."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        asks = {ask.key: ask.value for ask in known_asks(spec.asks)}
        self.redact = redactor(secrets_in(asks, spec.params, os.environ))
        super().__init__(
            Report(
                run_id=spec.run_id,
                job=spec.name,
                params=dict(spec.params),
                started=_now(),
                versions=versions() | {"python": python_version()},
                run_key=spec.run_key or None,
                log=str(spec.log),
            )
        )
        self.progress = RunProgress(make_console(stderr=True))
        self._labels = Labels(spec.name)
        self.claims = Claims(spec.run_id, spec.name, spec.if_exists, spec.break_lock, spec.expected)
        self._offer: Callable[[], str | None] = lambda: None
        self._local_dir = ""
        self._told: HotsetError | None = None
        self._start = time.monotonic()
        _prepare(spec)
        # under spark-submit we are the JVM's child, else it is ours
        self._peak = PeakMemory(os.getppid() if "PYSPARK_GATEWAY_PORT" in os.environ else None)

    def opened(self, session: Session) -> None:
        """What is known once the session is open."""
        context = session.spark.sparkContext
        self._labels.attach(context)
        report = self.report
        report.start_up_seconds = session.seconds
        report.door, report.master, report.plain_launch = session.door, context.master, session.plain_launch
        report.application, report.event_log = context.applicationId, session.event_log
        report.settings = tuple(asdict(setting) for setting in session.settings())
        report.archive, report.why_no_archive = session.archive, session.why_no_archive
        self._offer = partial(offer, session, session.seconds)
        self._local_dir = context.getConf().get("spark.local.dir", "")
        if session.java:
            report.java = session.java.told()
            report.warnings += [f"passed over {refused}" for refused in session.java.refused]
        self.progress.watch(lambda: running_tasks(context))

    @contextmanager
    def main(self) -> Iterator[None]:
        """Spark jobs that start in no step of the job's bear its name all the same."""
        with self._labels.step("main"):
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Spark jobs inside bear this name; it is shown while it lasts, and noted with its seconds."""
        start = time.monotonic()
        with self._labels.step(name), self.progress.step(name):
            yield
        self.report.steps.append(Step(name, time.monotonic() - start))

    def maker(self) -> Maker:
        spec, hotset = self.spec, self.report.versions["hotset"]
        params = json.loads(json.dumps(self.report.redacted(self.redact).params, default=str))
        return Maker(spec.name, spec.run_id, spec.run_key, _now(), hotset, spec.if_exists, params)

    def judged(self, exception: BaseException, signals: Signals | None = None) -> HotsetError | None:
        """What the exception means for the person; None for what is none of ours to tell."""
        return judge(exception, signals, self.spec.log, self._local_dir, self.spec.source, self.spec.run_id)

    def succeeded(self) -> None:
        """The job came to its end, and the session to its."""
        self.report.outcome, self.report.exit_code = "done", 0

    def failed(self, exception: BaseException, signals: Signals | None) -> BaseException:
        """The error to raise, after it was written down; one that was already is passed on."""
        if self.report.exit_code is not None:
            return exception
        error = self.judged(exception, signals)
        if error is None:
            if isinstance(exception, KeyboardInterrupt):
                self.report.outcome, self.report.exit_code = "interrupted", 130
            return exception
        error.args = (self.redact(str(error)),)
        self.report.outcome = "interrupted" if isinstance(error, Interrupted) else "failed"
        self.report.exit_code, self.report.error = error.exit_code, str(error)
        if not isinstance(error, Interrupted) and (error is not exception or error.exit_code == HotsetError.exit_code):
            self._log_traceback(exception)
        self._told = error
        return error

    def close(self) -> None:
        """Lets the outputs go and writes the report; shows it if all went well.

        Raises ResourceError or OutputError when it cannot be written and nothing else is wrong; the terminal has it.
        """
        report, spec = self.report, self.spec
        self.claims.release()
        report.warnings += self.claims.notes
        report.peak_memory_bytes = self._peak.stop()
        report.seconds = time.monotonic() - self._start
        clean = report.redacted(self.redact)
        try:
            clean.write(spec.report)
        except OSError as why:
            make_console(stderr=True).print(
                Text.assemble(summary(clean), f" · {clean.error}" if clean.error else ""), soft_wrap=True
            )
            if report.exit_code == 0:
                raise _unwritable(spec, why) from None
        self._say_where()
        if report.exit_code == 0:
            show(clean, str(spec.report), make_console())
            if line := self._offer():
                make_console(stderr=True).print(Text(line), soft_wrap=True)

    def _say_where(self) -> None:
        """The error names the files that tell more, as far as they are there."""
        if not self._told:
            return
        for name, file in (("report", self.spec.report), ("log", self.spec.log)):
            if file.is_file():
                self._told.add_note(f"{name:8}{file}")
        if self.report.event_log:
            self._told.add_note(f"events  {self.report.event_log}")

    def _log_traceback(self, exception: BaseException) -> None:
        text = "".join(traceback.format_exception(exception))
        with suppress(OSError), self.spec.log.open("a", encoding="utf-8") as log:  # a full disk hides no error
            log.write(self.redact(text))


def _prepare(spec: RunSpec) -> None:
    """The private directory for report and log. Raises OutputError when it cannot be made."""
    try:
        for target in spec.destinations:
            make_parents(target)
        spec.report.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        spec.log.touch(mode=0o600)
    except OSError as why:
        raise _unwritable(spec, why) from None


def _unwritable(spec: RunSpec, why: OSError) -> HotsetError:
    kind = ResourceError if why.errno in NO_ROOM else OutputError
    return kind(f"cannot write the report {spec.report}: {why.strerror}; give --report a place")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
