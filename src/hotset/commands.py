"""The commands. Each is a few lines that call a room."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from cyclopts import App, CycloptsError, Parameter
from cyclopts.completion.detect import ShellDetectionError
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hotset import config_file
from hotset import run as way
from hotset.account import absolute_path, cache_dir
from hotset.advice.command import advise
from hotset.calibrate import calibrate
from hotset.data.clean import clean as clean_beside
from hotset.data.destination import destination
from hotset.data.manifest import load_manifest
from hotset.data.verify import verify as verify_version
from hotset.errors import HotsetError, InputError, OutputError, UsageError
from hotset.job import docstring, find_job, named_jobs
from hotset.lab.asked import LAB
from hotset.made import data
from hotset.memory.explained import EXPLAINED
from hotset.new import write_job
from hotset.params import RUN, CalibrateOptions, SessionOptions, Way, job_app, session_command, what_is_wrong
from hotset.preflight import new_run_id
from hotset.report.console import check_written, make_console, take_streams
from hotset.report.settings import settings_table
from hotset.report.terminal import counted, printable
from hotset.session.java import find_java
from hotset.session.machine import read_machine
from hotset.session.settings import as_properties, default_master, own_asks, winners
from hotset.session.shim import spark_java_home
from hotset.session.spark import Wishes, open_session
from hotset.session.warm import remove as remove_archives
from hotset.session.warm import warm as make_archive
from hotset.signals import Signals

app = App(
    name="hotset",
    help="PySpark jobs for in-memory data processing. `hotset run NAME --help` shows what a job takes.",
)
conf = App(name="conf", help="Print settings for plain spark-submit, or a job's parameters, as a file.")
app.command(data)
app.command(advise)
app.command(conf)
JOB_COMMANDS: dict[str, tuple[str, Way[Any]]] = {
    "run": ("Run a job", RUN),
    "lab": ("Measure what a job keeps under every storage level, and tell the best", LAB),
}


def run_command(arguments: Sequence[str]) -> NoReturn:
    """Does what the command line says, and ends the process; `hotset.cli` has the runs of jobs."""
    os.umask(0o077)
    take_streams()
    signals = Signals()
    signals.catch()
    try:
        whole_app()(
            [*arguments],
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
            console=make_console(),
        )
        check_written()
    except CycloptsError as why:
        _leave(UsageError(what_is_wrong(why, " ".join(["hotset", *(why.command_chain or ()), "--help"]))))
    except HotsetError as error:
        _leave(error)
    except KeyboardInterrupt:
        sys.exit(128 + signals.number)
    sys.exit(0)


def _leave(error: HotsetError) -> NoReturn:
    way.tell(error)
    sys.exit(error.exit_code)


def whole_app() -> App:
    """All commands, and below `run` and `lab` every installed job, for help and completion."""
    for verb, (text, kind) in JOB_COMMANDS.items():
        if verb in app:
            continue
        below = App(name=verb, help=f"{text}: a name of `hotset list`, a module, or the path of a .py file.")
        for name in sorted(named_jobs()):
            with suppress(UsageError):  # somebody's broken job: `hotset list` says what is wrong with it
                below.command(job_app(find_job(name), _misplaced, way=kind), name=name)
        app.command(below)
    _give_help(app)
    return app


def _give_help(above: App) -> None:
    """To commands that have lost theirs, as under `python -OO`."""
    for command in map(above.__getitem__, above):
        if not command.help and command.default_command:
            command.help = docstring(command.default_command)
        _give_help(command)


def _misplaced(**_: object) -> NoReturn:
    raise UsageError("the job's name follows `hotset run` or `hotset lab` directly, and its options come after it")


@app.command(name="list")
def list_jobs() -> None:
    """Show the jobs that are installed."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in sorted(named_jobs()):
        try:
            title = find_job(name).title
        except UsageError as why:
            title = f"({why})"
        table.add_row(f"[bold]{name}[/]", escape(title))
    make_console().print(table)


@app.command
def new(
    name: Annotated[str, Parameter(help="of the job: letters, digits and _")],
    *,
    to: Annotated[Path, Parameter(help="directory for its files")] = Path(),
) -> None:
    """Write a job of your own to begin with: NAME.py, a test, and rows to try it on."""
    job, test, rows = write_job(name, to)
    for path in (job, test, rows):
        sys.stdout.write(f"wrote {path}\n")
    shown = job if job.is_absolute() else f"./{job}"
    sys.stdout.write(f"try it    hotset run {shown} --input {rows} --output {to / 'out' / name} --engine local\n")
    sys.stdout.write(f"test it   pytest -p hotset.testing {test}\n")


@app.command
def levels() -> None:
    """Show the levels that something can be kept at, and what each really is for frames and for RDDs."""
    table = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for column in ("level", "of a frame", "of an RDD"):
        table.add_column(column, overflow="fold", ratio=0 if column == "level" else 1)
    for line in EXPLAINED:
        table.add_row(escape(line.name), escape(line.frame), escape(line.rdd))
    make_console().print(table)


@app.command(name="--install-completion")
def install_completion(*, shell: Literal["bash", "zsh", "fish"] | None = None) -> None:
    """Let the shell complete commands and options with the Tab key; adds a line to its start-up file."""
    try:
        script = app.install_completion(shell=shell)
    except ShellDetectionError:
        raise UsageError("cannot tell which shell this is; add --shell bash, --shell zsh or --shell fish") from None
    except OSError as why:
        raise OutputError(f"cannot write {why.filename}: {why.strerror}") from None
    sys.stdout.write(f"{script}\nopen a new shell to use it\n")


@app.command
def java() -> None:
    """Print a JAVA_HOME that Spark's own scripts can use: JAVA_HOME=$(hotset java) spark-submit …"""
    choice = find_java(os.environ)
    make_console(stderr=True).print(escape(choice.told()), highlight=False, soft_wrap=True)
    sys.stdout.write(f"{spark_java_home(choice.java, cache_dir(os.environ))}\n")


@app.command
def warm(
    *,
    remove: Annotated[
        bool, Parameter(negative="", help="delete the archives that were made, for whichever Java")
    ] = False,
) -> None:
    """Make the archive of Spark's classes from which later sessions start faster: once, a minute and 200 MB."""
    if remove:
        for archive in remove_archives():
            sys.stdout.write(f"removed {archive}\n")
        return
    console = make_console(stderr=True)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    ) as moving:  # fmt: skip
        task = moving.add_task("look for the start-up archive", total=None)
        warmed = make_archive(lambda step: moving.update(task, description=step))
    told = f"made in {warmed.seconds:.0f} s" if warmed.made else "already there"
    sys.stdout.write(f"{warmed.archive}  {warmed.bytes / 2**20:.0f} MiB, {told}\n")


def session(options: SessionOptions) -> None:
    """Open a session and show each setting: what was asked, by whom, what is in force, what was ignored and why."""
    opened = open_session(Wishes("hotset session", way.asked(options)))
    try:
        console = make_console()
        if opened.java:
            console.print(escape(opened.java.told()), highlight=False, soft_wrap=True)
        archive = (
            f"start-up archive {opened.archive}" if opened.archive else f"no start-up archive: {opened.why_no_archive}"
        )
        console.print(escape(archive), highlight=False, soft_wrap=True)
        console.print(settings_table(opened.settings()))
    finally:
        opened.close()


app.command(session_command(session, SessionOptions), name="session")
app.command(session_command(calibrate, CalibrateOptions), name="calibrate")


@conf.command(name="local")
def local_conf() -> None:
    """Settings for this machine, as a file for `spark-submit --properties-file`."""
    machine = read_machine()
    master = default_master(machine)
    settings = {key: ask.value for key, ask in winners([master, *own_asks(master.value, machine)]).items()}
    sys.stdout.write(as_properties(settings))


@conf.command(name="job")
def job_conf(name: Annotated[str, Parameter(help="of `hotset list`, a module, or the path of a .py file")]) -> None:
    """All parameters of a job at their defaults, each with its help, as a file for `--config`."""
    sys.stdout.write(config_file.write(find_job(name)))


@app.command
def verify(path: Annotated[Path, Parameter(help="directory of a published version")]) -> None:
    """Check a published version against its manifest: each file's bytes, SHA-256 and rows, and nothing more."""
    directory = absolute_path(path)
    console = make_console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        manifest = load_manifest(directory)
        task = bar.add_task("verify", total=manifest.size_bytes if manifest else None)
        verified = verify_version(directory, lambda checked: bar.advance(task, checked))
    for line in verified.damaged:
        sys.stdout.write(f"{printable(line)}\n")
    if verified.damaged:
        names = ", ".join(line.rpartition(": ")[0] for line in verified.damaged[:3])
        raise InputError(f"{directory} is damaged, got {len(verified.damaged)} faults: {names}; publish it again")
    found = verified.manifest
    parts = (counted(len(found.files), "file"), f"{found.size_bytes:,} bytes", counted(found.rows, "row"))
    sys.stdout.write(f"ok: {', '.join(parts)}\n")


@app.command
def clean(
    path: Annotated[str, Parameter(help="the output; itself it is not touched")],
    *,
    records: Annotated[
        bool, Parameter(negative="", help="also delete reports, logs and quarantines of its runs")
    ] = False,
) -> None:
    """Delete what runs left beside an output: staging, dead locks, the previous version."""
    removed = clean_beside(destination(path), new_run_id(), records=records)
    for one in removed:
        sys.stdout.write(f"removed {printable(str(one.path))}  {one.bytes:,} bytes\n")
    sys.stdout.write(
        f"removed {sum(one.bytes for one in removed):,} bytes in all\n" if removed else "nothing to remove\n"
    )
