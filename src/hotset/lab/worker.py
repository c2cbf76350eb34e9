"""One warm session that runs the job again and again as it is told: `python -m hotset.lab.worker FD`.

The orders come and the figures go as lines of JSON through the socket FD; what the job prints goes where stdout goes.
When the other end of the socket closes, this process ends at once, and Spark's JVM with it.
"""

import gc
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from pyspark.sql import SparkSession

from hotset.errors import HotsetError
from hotset.job import Job, find_job
from hotset.lab.answer import answer_at
from hotset.lab.asked import LAB, LabOptions
from hotset.lab.records import Answer, Record, Stored
from hotset.lab.shuffled import keys_of_readers, last_execution
from hotset.lifecycle import running
from hotset.limits import Limits
from hotset.memory.levels import Level
from hotset.outcome import returning
from hotset.params import CommandLine, Options, Writes, marked, parse_for
from hotset.preflight import plan_run
from hotset.report.model import Report
from hotset.run import asked, make_spec
from hotset.run_spec import RunSpec
from hotset.session.asked import result_settings
from hotset.session.settings import Ask
from hotset.session.spark import Session, Wishes, open_session

BY = "hotset lab"
NO_FILE = Path(os.devnull)  # what it may say of the job is what is being examined


@dataclass(frozen=True)
class Setup:
    """What the worker is there for: a job with its arguments, the settings of its session, a directory of its own."""

    target: str
    arguments: tuple[str, ...]
    conf: Mapping[str, str]
    directory: str


@dataclass(frozen=True)
class Task:
    """One run: the levels to force, the settings that belong to them."""

    option: str
    round: int
    levels: Mapping[str, str] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ready:
    """The session is open, or why it is not."""

    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Done:
    """A run is over; `leaving`: the session died in it, and this process ends too."""

    record: Record
    leaving: bool = False


@dataclass(frozen=True)
class Bench:
    """The job on its open session."""

    job: Job
    params: Any
    options: LabOptions
    setup: Setup
    session: Session

    def run(self, task: Task) -> Record:
        """The figures of one run, from its own report; `error` where it failed."""
        spark = self.session.spark
        _clear(spark)
        before = last_execution(spark)
        start = time.monotonic()
        spec = _spec_of(self.job, self.params, self.options, self.setup, task.conf)
        levels = {name: Level.parse(text) for name, text in task.levels.items()}
        try:
            with running(replace(spec, forced_levels=levels, levels_file=NO_FILE)) as run:
                begun = time.monotonic()
                with returning():
                    self.job.main(run, self.params)
                seconds = time.monotonic() - begun
        except HotsetError as error:
            return Record(task.option, task.round, error=str(error), exit_code=error.exit_code)
        record = _record(task, run.report, seconds, time.monotonic() - start)
        partitioned = {} if task.levels else keys_of_readers(spark, before)
        return replace(record, answers=self._answers(run.report), partitioned=partitioned)

    def _answers(self, report: Report) -> dict[str, Answer]:
        paths = {Path(publication.path) for publication in report.publishes}
        return {path.name: answer_at(self.session.spark, path) for path in sorted(paths)}


def open_bench(setup: Setup) -> Bench:
    """Raises HotsetError for whatever stops the job before it runs."""
    job = find_job(setup.target)
    understood = parse_for(LAB, job, setup.arguments)
    assert understood, "help was shown before"
    params, options = understood
    params = outputs_in(Path(setup.directory), params)
    spec = _spec_of(job, params, options, setup, {})
    log = Path(setup.directory, "spark.log")
    return Bench(
        job,
        params,
        options,
        setup,
        open_session(Wishes(f"{BY} {job.name}", spec.asks, log, spec.code, input_bytes=spec.known_bytes)),
    )


def outputs_in(directory: Path, params: Any) -> Any:
    """The same parameters with each output in the directory, under the name that it has."""
    moved = {}
    for name, paths in marked(params, Writes).items():
        places = tuple(str(directory / name / (Path(path).name or "output")) for path in paths)
        if places:
            moved[name] = places if isinstance(getattr(params, name), tuple) else places[0]
    return replace(params, **moved)


def _spec_of(job: Job, params: Any, options: LabOptions, setup: Setup, conf: Mapping[str, str]) -> RunSpec:
    """A run like any other, planned anew so that a changed input is noticed."""
    ours = {**conf, **setup.conf}
    asks = (*(Ask(key, value, BY) for key, value in ours.items()), *asked(options))
    common = Options(
        report=Path(setup.directory, "run.json"),
        if_exists="replace",
        max_bad=options.max_bad,
        on_empty=options.on_empty,
        again=True,
    )
    command = CommandLine(params, common)
    plan = plan_run(job, command, result_settings(asks))
    return make_spec(job, command, plan, asks, Limits(options.max_bad, options.on_empty))


def _record(task: Task, report: Report, seconds: float, whole_seconds: float) -> Record:
    return Record(
        task.option,
        task.round,
        seconds,
        whole_seconds,
        report.task_seconds,
        report.task_cpu_seconds,
        report.gc_seconds,
        {keep.name: _stored(asdict(keep)) for keep in report.keeps},
        sum(read.bytes for read in report.reads) if report.reads else None,
        report.storage_memory_bytes,
    )


def _stored(keep: Mapping[str, Any]) -> Stored:
    return Stored(**{name: keep[name] for name in Stored.__dataclass_fields__})


def _clear(spark: SparkSession) -> None:
    """Nothing of the run before is left: blocks released, garbage collected, and with it what shuffles left on disk."""
    spark.catalog.clearCache()
    context: Any = spark.sparkContext
    for rdd in list(context._jsc.getPersistentRDDs().values()):
        rdd.unpersist(True)
    gc.collect()
    context._jvm.java.lang.System.gc()


def serve(channel: socket.socket) -> None:
    """Answers line by line, until the other end hangs up or the session is gone."""
    ear = _Ear(channel)
    setup = msgspec.json.decode(ear.lines.get() or b"", type=Setup)
    try:
        bench = open_bench(setup)
    except HotsetError as error:
        _send(channel, Ready(str(error), error.exit_code))
        return
    _send(channel, Ready())
    while line := ear.lines.get():
        ear.busy_with = bench.session
        record = bench.run(msgspec.json.decode(line, type=Task))
        ear.busy_with = None
        done = Done(record, leaving=bool(record.error) and _is_stopped(bench.session.spark))
        _send(channel, done)
        if done.leaving:
            break
    bench.session.close()


class _Ear:
    """Hears what the other end says, and when it hangs up: then a run that is under way ends at once."""

    def __init__(self, channel: socket.socket) -> None:
        self.lines: queue.Queue[bytes] = queue.Queue()
        self.busy_with: Session | None = None
        threading.Thread(target=self._listen, args=(channel,), daemon=True).start()

    def _listen(self, channel: socket.socket) -> None:
        with channel.makefile("rb") as orders:
            for line in orders:
                self.lines.put(line)
        self.lines.put(b"")
        if session := self.busy_with:
            session.close(in_order=False)
            os._exit(0)


def _is_stopped(spark: SparkSession) -> bool:
    try:
        return bool(spark.sparkContext._jsc.sc().isStopped())
    except Exception:  # the JVM has died
        return True


def _send(channel: socket.socket, message: Ready | Done) -> None:
    channel.sendall(msgspec.json.encode(message) + b"\n")


def main() -> None:
    os.umask(0o077)
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
