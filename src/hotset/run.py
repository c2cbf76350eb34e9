"""The one way through, whichever door a run came in by.

command line -> params -> plan -> session -> job.main(run, params) -> report
"""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, get_args

from rich.text import Text

from hotset.account import absolute_path, state_dir
from hotset.data.claim import IfExists, tidy
from hotset.data.manifest import Maker
from hotset.errors import DataError, HotsetError, SchemaError, UsageError
from hotset.guesses import GuessError
from hotset.job import Job, find_job, refuse_while_loading
from hotset.keeping import AnyLevel
from hotset.kept_names import check_kept_names
from hotset.lifecycle import running
from hotset.limits import Limits
from hotset.memory.levels import Level, named
from hotset.notebook import OpenRun, close_all, hold_open, translate_options
from hotset.outcome import returning
from hotset.params import CommandLine, SessionOptions, parse
from hotset.preflight import Plan, new_run_id, plan_run
from hotset.report.console import lost_output, make_console, take_streams
from hotset.report.redact import is_secret_name
from hotset.report.terminal import printable
from hotset.rows.plan import Engine, UseClusterError
from hotset.run_spec import RunSpec
from hotset.session.asked import result_settings
from hotset.session.kinds import check_values
from hotset.session.settings import Ask, check_master, command_line_asks, file_asks, winners
from hotset.signals import Signals
from hotset.unfinished import AT_EXIT
from hotset.units import Bytes, Share
from hotset.verbs import Run


def main(target: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the job with this name, module or file, and exits with the code that hotset.errors draws."""
    AT_EXIT.ran = True
    refuse_while_loading()
    os.umask(0o077)
    take_streams()
    signals = Signals()
    signals.catch()
    try:
        run_job(target, sys.argv[1:] if arguments is None else arguments, signals)
    except HotsetError as error:
        tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signals.number)
    tell_lost()
    sys.exit(0)


def run_job(target: str, arguments: Sequence[str], signals: Signals) -> None:
    """command line -> params -> plan -> session -> job.main -> report. Raises HotsetError for whatever goes wrong."""
    job = find_job(target)
    command = parse(job, arguments)
    if command.help_shown:
        return
    asks = asked(command.options)
    limits = Limits(command.options.max_bad, command.options.on_empty)
    plan = plan_run(job, command, result_settings(asks))
    if plan.done:
        for destination in plan.destinations:
            tidy(destination, plan.run_id, job.name)
        _say_done(job.name, plan, plan.done)
        return
    with (
        running(make_spec(job, command, plan, asks, limits), signals) as run,
        hinting(run, target, arguments),
        returning(),
    ):
        call_main(job, run, command.params)


@contextmanager
def hinting(run: Run, target: str, arguments: Sequence[str]) -> Iterator[None]:
    """An error that a CSV of somebody else's may have led to says so, with the whole command that would read it."""
    try:
        yield
    except (UsageError, SchemaError, DataError) as error:
        hints = run.hints()
        for hint in hints:
            error.add_note(f"hint    {hint.sentence}{f': {hint.option}' if hint.option else ''}")
        if options := [hint.option for hint in hints if hint.option]:
            error.add_note(f"try     {shlex.join(['hotset', 'run', target, *arguments])} {' '.join(options)}")
        raise


def call_main(job: Job, run: Run, params: Any) -> None:
    """The job's work; begun again where a guessed type did not hold, or where Spark has to do what DuckDB cannot."""
    while True:
        try:
            job.main(run, params)
            run.balance()
        except GuessError as broken:
            run.begin_again(broken)
        except UseClusterError as why:
            run.use_cluster(why)
        else:
            return


def make_spec(job: Job, command: CommandLine, plan: Plan, asks: tuple[Ask, ...], limits: Limits) -> RunSpec:
    """What `running` needs to know of this run. Raises InputError for an input without a record."""
    limits.check(plan.listings)
    levels = tuple(map(named, command.options.level))
    check_kept_names(job, [name for name, _ in levels])
    report = command.options.report or plan.records() / f"{plan.run_id}.json"
    return RunSpec(
        name=job.name,
        run_id=plan.run_id,
        run_key=plan.run_key,
        params=asdict(command.params),
        listings=plan.listings,
        destinations=plan.destinations,
        asks=asks,
        report=absolute_path(report),
        source=job.source,
        code=job.code(command.params),
        needs_spark=command.options.engine != "local" and job.needs_spark(command.params),
        if_exists=command.options.if_exists,
        break_lock=command.options.break_lock,
        limits=limits,
        expected=plan.expected,
        levels=levels,
        levels_file=command.options.levels_file,
        engine=command.options.engine,
        memory_bytes=command.options.memory,
        variant=plan.variant,
    )


def open_run(
    name: str,
    *,
    conf: Mapping[str, Any] | None = None,
    report: str | Path | None = None,
    if_exists: IfExists = "refuse",
    break_lock: bool = False,
    max_bad: str | int = "0",
    on_empty: str = "fail",
    levels: Mapping[str, AnyLevel] | None = None,
    engine: Engine = "auto",
    memory: str | None = None,
) -> OpenRun:
    """A run without a job, for a notebook, a script or a test: `with hotset.open_run("look around") as run:`.

    Or `run = hotset.open_run("look around")` in one cell, and `run.close()` in another; the end of Python closes it,
    too. Uses the session that is running, or starts one. Its report lies at `report`, or with the user's own records.
    The other arguments are the options of the command line; `levels` is `{name: level}`. With `engine="local"` it has
    no session, and its rows are those of `run.rows`.
    """
    AT_EXIT.ran = True
    _check_kinds(
        name=(name, str), conf=(conf or {}, Mapping), levels=(levels or {}, Mapping), report=(report or "", str | Path)
    )
    if if_exists not in get_args(IfExists):
        raise UsageError(f"if_exists is one of {', '.join(get_args(IfExists))}, got {if_exists!r}")
    if engine not in get_args(Engine):
        raise UsageError(f"engine is one of {', '.join(get_args(Engine))}, got {engine!r}")
    run_id = new_run_id()
    path = Path(report) if report else state_dir(os.environ) / f"{run_id}.json"
    try:
        limits = Limits(Share(str(max_bad)), on_empty)
    except ValueError as why:
        raise UsageError(f"max_bad is {why}") from None
    except UsageError as error:
        raise UsageError(translate_options(str(error))) from None
    return hold_open(
        RunSpec(
            name,
            run_id,
            absolute_path(path),
            asks=_asks_of(conf or {}),
            if_exists=if_exists,
            break_lock=break_lock,
            limits=limits,
            levels=tuple((kept, Level.of(level)) for kept, level in (levels or {}).items()),
            needs_spark=engine != "local",
            engine=engine,
            memory_bytes=_bytes_of(memory),
        )
    )


def _bytes_of(memory: str | None) -> int | None:
    """Raises UsageError for what is no size."""
    try:
        return None if memory is None else Bytes(memory)
    except ValueError as why:
        raise UsageError(f"memory is {why}") from None


def _check_kinds(**arguments: tuple[Any, Any]) -> None:
    """Raises UsageError for an argument of another kind."""
    for name, (value, kind) in arguments.items():
        if not isinstance(value, kind):
            wanted = {str: "a text", Mapping: "a dict"}.get(kind, "a path")
            raise UsageError(f"{name} is {wanted}, got {value!r}")


def _asks_of(conf: Mapping[str, Any]) -> tuple[Ask, ...]:
    """Raises UsageError for what is no setting of Spark's."""
    for key in conf:
        if not str(key).startswith("spark."):
            raise UsageError(f'conf holds settings of Spark, got {key!r}; say conf={{"spark.NAME": "VALUE"}}')
    values = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in conf.items()}
    return tuple(Ask(key, value, "open_run") for key, value in values.items())


def asked(options: SessionOptions) -> tuple[Ask, ...]:
    """The settings that the command line asks for, highest rank first. Raises UsageError for a secret among them."""
    asks = command_line_asks(options.conf, options.master)
    for ask in asks:
        if is_secret_name(ask.key):
            raise UsageError(
                f"--conf {ask.key} holds a secret, and everybody on this machine can read a command line; "
                f"write it into a file that only you can read, and give --properties-file FILE"
            )
    if options.properties_file:
        asks += file_asks(options.properties_file, f"--properties-file {options.properties_file}")
    if master := winners(asks).get("spark.master"):
        check_master(master.value)
    check_values(asks)
    return tuple(asks)


def tell(error: HotsetError) -> None:
    """The one line that says what is wrong, and where the rest can be read."""
    console = make_console(stderr=True)
    console.print(Text.assemble((f"ERROR {error.exit_code}", "bold red"), " ", printable(str(error))), soft_wrap=True)
    for note in getattr(error, "__notes__", ()):
        console.print(Text(printable(note)), soft_wrap=True)


def tell_lost() -> None:
    """For what has been done and written down, and only its summary is missing: that is no failure."""
    if why := lost_output():
        make_console(stderr=True).print(
            Text(f"note: stdout is not whole, got {why}; it is in the report"), soft_wrap=True
        )


def _say_done(name: str, plan: Plan, maker: Maker) -> None:
    console = make_console()
    told = f" already done at {maker.finished}: the same job, parameters and input made what is there"
    console.print(Text.assemble((name, "bold"), told), soft_wrap=True)
    for target in plan.destinations:
        console.print(Text(printable(f"output  {target}")), soft_wrap=True)


AT_EXIT.close_all, AT_EXIT.tell = close_all, tell
