"""The one way through, whichever door a run came in by.

command line -> params -> plan -> session -> job.main(run, params) -> report
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, get_args

from rich.text import Text

from hotset.data.claim import IfExists, tidy
from hotset.data.manifest import Maker
from hotset.errors import HotsetError, UsageError
from hotset.job import Job, find_job
from hotset.lifecycle import running
from hotset.limits import Limits
from hotset.memory.levels import named
from hotset.order import Order
from hotset.params import CommandLine, SessionOptions, parse
from hotset.preflight import Plan, new_run_id, plan_run, state_dir
from hotset.report.console import lost_output, make_console, take_streams
from hotset.report.redact import is_secret_name
from hotset.report.terminal import printable
from hotset.session.asked import result_settings
from hotset.session.settings import Ask, check_master, command_line_asks, file_asks, winners
from hotset.signals import Signals
from hotset.verbs import Run


def main(target: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the job with this name, module or file, and exits with the code that hotset.errors draws."""
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
    with running(order_of(job, command, plan, asks, limits), signals) as run:
        job.main(run, command.params)


def order_of(job: Job, command: CommandLine, plan: Plan, asks: tuple[Ask, ...], limits: Limits) -> Order:
    """What `running` needs to know of this run. Raises InputError for an input without a record."""
    limits.check(plan.listings)
    report = command.options.report or plan.records() / f"{plan.run_id}.json"
    return Order(
        name=job.name,
        run_id=plan.run_id,
        run_key=plan.run_key,
        params=asdict(command.params),
        listings=plan.listings,
        destinations=plan.destinations,
        asks=asks,
        report=report.absolute(),
        code=job.code(command.params),
        jvm_bytes=_jvm_bytes(job, command.params, plan),
        if_exists=command.options.if_exists,
        break_lock=command.options.break_lock,
        limits=limits,
        expected=plan.expected,
        levels=tuple(map(named, command.options.level)),
        levels_file=command.options.levels_file,
        variant=plan.variant,
    )


def _jvm_bytes(job: Job, params: Any, plan: Plan) -> int | None:
    """The size of the input, as far as its rows pass through the JVM; None where nothing is known of it."""
    if not job.rows_pass_jvm(params):
        return 0
    return sum(listing.size_bytes for listing in plan.listings.values()) if plan.listings else None


@contextmanager
def open_run(
    name: str,
    *,
    conf: Mapping[str, str] | None = None,
    report: str | Path | None = None,
    if_exists: IfExists = "refuse",
    break_lock: bool = False,
    max_bad: str = "0",
    on_empty: str = "fail",
) -> Iterator[Run]:
    """A run without a job, for a notebook or a script: `with hotset.open_run("look around") as run:`.

    Uses the session that is running, or starts one. Its report lies at `report`, or with the user's own records.
    `if_exists`, `break_lock`, `max_bad` and `on_empty` are those of the command line.
    """
    if if_exists not in get_args(IfExists):
        raise UsageError(f"if_exists is one of {', '.join(get_args(IfExists))}, got {if_exists!r}")
    run_id = new_run_id()
    asks = tuple(Ask(key, value, "open_run") for key, value in (conf or {}).items())
    path = Path(report) if report else state_dir(os.environ) / f"{run_id}.json"
    order = Order(
        name,
        run_id,
        path.absolute(),
        asks=asks,
        if_exists=if_exists,
        break_lock=break_lock,
        limits=Limits(max_bad, on_empty),
    )
    with running(order) as run:
        yield run


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
