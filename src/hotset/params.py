"""A job's parameters, declared once: command line, environment, TOML and help all come from the dataclass.

    @dataclass(frozen=True)
    class Params:
        input: Annotated[Inputs, "files, directories or globs of UTF-8 text"]
        output: Annotated[Output, "directory to create"]
        min_count: Annotated[int, "drop words seen fewer times than this"] = 1

A text in `Annotated` is the help. `Input`, `Inputs` and `Output` are strings that say what they are for: such paths are
checked before Spark starts; `Inputs` that are () and an `Output` that is "" by default may be left out. Rank: command
line > environment (HOTSET_JOB_MIN_COUNT) > --config FILE.toml > default. In the environment several values are
separated as a shell separates words, quotes included.
"""

import dataclasses
import difflib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

from cyclopts import App, CycloptsError, Group, Parameter, UnusedCliTokensError
from cyclopts.config import Dict, Env
from cyclopts.exceptions import CoercionError, MissingArgumentError

from hotset import config_file
from hotset.data.claim import IfExists
from hotset.data.options import CsvOptions, TableOptions
from hotset.declared import check_params, default_of, fields_without_help
from hotset.errors import UsageError
from hotset.job import Job, docstring, named_jobs, of_the_job
from hotset.option_values import converter_of, split_words
from hotset.report.console import check_written, make_console
from hotset.rows.plan import Engine
from hotset.units import Bytes, Share


class Reads:
    """Marks a parameter that names inputs."""


class Named:
    """Marks a parameter whose inputs have names: NAME=PATH."""


class Writes:
    """Marks a parameter that names an output."""


class Shows:
    """Marks a parameter that changes what is shown, and nothing of what is published."""


Input = Annotated[str, Reads]
Inputs = Annotated[tuple[str, ...], Reads]
Tables = Annotated[tuple[str, ...], Reads, Named]
Output = Annotated[str, Writes]

Asked = TypeVar("Asked", bound="SessionOptions")

OWN = Group("Parameters", sort_key=1)
TABLE = Group("Tables", sort_key=2)
SESSION = Group("Session", sort_key=3)
OF_TYPES = ("types", "columns")
OF_TABLES = {entry.name for entry in dataclasses.fields(TableOptions)}


@dataclass(frozen=True)
class SessionOptions:
    """What every session understands."""

    master: Annotated[str | None, "where Spark runs: local[2], spark://host:7077, yarn"] = None
    conf: Annotated[tuple[str, ...], "a Spark setting, spark.NAME=VALUE; may be repeated"] = ()
    properties_file: Annotated[Path | None, "Spark settings in a properties file"] = None


@dataclass(frozen=True)
class CalibrateOptions(SessionOptions):
    """What `hotset calibrate` understands."""

    again: Annotated[bool, "measure again, although this machine was measured"] = False


@dataclass(frozen=True)
class Options(SessionOptions):
    """What every run understands, whatever its job."""

    report: Annotated[Path | None, "where to write the report; default: beside the output, hidden"] = None
    config: Annotated[Path | None, "parameters in a TOML file"] = None
    if_exists: Annotated[IfExists, "what to do with a version that is at the output"] = "refuse"
    max_bad: Annotated[Share, "how many bad rows are put up with: a number, or a share of all like 0.5%"] = Share("0")
    on_empty: Annotated[Literal["fail", "ok"], "what to make of an input without a record"] = "fail"
    again: Annotated[bool, "run even if this very run is done already"] = False
    break_lock: Annotated[bool, "take the output from a run that holds it and cannot be proved dead"] = False
    level: Annotated[tuple[str, ...], "how something is kept, NAME=LEVEL; `hotset levels` lists them"] = ()
    engine: Annotated[Engine, "who executes rows: DuckDB in this process, Spark, or whichever fits"] = "auto"
    memory: Annotated[Bytes | None, "what DuckDB may use, as in 2GiB; by default most of what there is"] = None
    levels_file: Annotated[Path | None, "levels that were measured; default: conf/levels.toml, if there is one"] = None


@dataclass(frozen=True)
class Way(Generic[Asked]):
    """A command that takes a job's name, its parameters and options of its own."""

    verb: str
    options: type[Asked]

    def shown_names(self, job: Job) -> dict[str, str]:
        """option -> its name beside the job's parameters: --by of the lab is --lab-by where the job has --by."""
        theirs = {entry.name for entry in dataclasses.fields(job.params)}
        names = [entry.name for entry in dataclasses.fields(self.options)]
        return {name: f"{self.verb}_{name}" if name in theirs else name for name in names}


RUN = Way("run", Options)
RESERVED = frozenset({"help", *(entry.name for entry in dataclasses.fields(Options))})


@dataclass(frozen=True)
class CommandLine:
    """One command line, understood."""

    params: Any
    options: Options
    help_shown: bool = False


@dataclass
class _Catch:
    """Where the parsed call leaves its values."""

    values: dict[str, Any] = field(default_factory=dict)
    called: bool = False

    def __call__(self, **values: Any) -> None:
        self.called, self.values = True, values


def parse(job: Job, arguments: Sequence[str]) -> CommandLine:
    """The job's parameters and the common options. Shows help if asked for. Raises UsageError, with a suggestion."""
    understood = parse_for(RUN, job, arguments)
    return CommandLine(*understood) if understood else CommandLine(None, Options(), help_shown=True)


def parse_for(way: Way[Asked], job: Job, arguments: Sequence[str]) -> tuple[Any, Asked] | None:
    """The job's parameters and the options of `way`; None when help was shown. Raises UsageError, with a suggestion."""
    catch = _Catch()
    app = job_app(job, catch, config_file.find_file(arguments, os.environ.get(_variable(job.name, "config"))), way)
    try:
        app(
            list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
            console=make_console(),
        )
    except CycloptsError as why:
        raise UsageError(what_is_wrong(why, f"hotset {way.verb} {job.name} --help")) from None
    if not catch.called:
        for line in fields_without_help(job.params):
            sys.stderr.write(f"note: {line}\n")
        check_written()
        return None
    _check_environment(job, os.environ, way)
    options = {name: catch.values.pop(shown) for name, shown in way.shown_names(job).items() if shown in catch.values}
    return _params_of(job, catch.values), way.options(**options)


def _params_of(job: Job, given: Mapping[str, Any]) -> Any:
    """The job's parameters, with what can be said of them before anything is read. Raises UsageError."""
    try:
        with of_the_job(job.source, passing=(ValueError,)):
            params = job.params(**given)
    except ValueError as why:  # a job's own __post_init__, which says what is wrong with a value
        raise UsageError(str(why)) from None
    if isinstance(params, CsvOptions):
        params.check()
    _check_paths(params)
    return params


def job_app(job: Job, call: Any = None, values: Path | None = None, way: Way[Any] = RUN) -> App:
    """The job as a command: also what shell completion and `hotset run --help` are made from."""
    check_params(job.params, RESERVED)
    config: list[Any] = [Env(_variable(job.name, ""), command=False, show=False)]
    if values:
        config.append(Dict(config_file.load(values), source=str(values)))
    app = App(
        name=f"hotset {way.verb} {job.name}",
        help=_unwrapped(job.doc),
        help_format="plaintext",
        help_epilogue=f"The environment ({_variable(job.name, 'NAME')}) and a --config file can hold them too.",
        version_flags=[],
        config=config,
        group_parameters=OWN,
        group_commands=SESSION,
    )
    variables = _variable(job.name, "")
    options = _parameters(way.options, SESSION, way.shown_names(job), variables)
    app.default(_command(call or _Catch(), *_parameters(job.params, OWN, variables=variables), *options))
    return app


def session_command(call: Callable[[Asked], None], options: type[Asked]) -> Callable[..., None]:
    """A command that takes the session's options, and those that `options` adds."""
    command = _command(lambda **values: call(options(**values)), *_parameters(options, SESSION))
    command.__doc__ = docstring(call)
    return command


def _command(call: Callable[..., None], *parameters: inspect.Parameter) -> Callable[..., None]:
    """A function with these parameters, for the parser to look at."""

    def command(**values: Any) -> None:
        call(**values)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def what_is_wrong(why: CycloptsError, help_command: str) -> str:
    """The parser's complaint as one of our sentences."""
    text = str(why).removesuffix(".")
    if isinstance(why, UnusedCliTokensError):
        text = f"unexpected {' '.join(map(repr, why.unused_tokens or []))}"
    if isinstance(why, MissingArgumentError):
        given = why.keyword or (why.argument and why.argument.tokens)
        lacks = r"\1 needs a value" if given else r"\1 is missing"
        text = re.sub(r"^.*?(-\S+) requires (an argument|at least 1 element.*)", lacks, text)
        first = next(iter(why.unused_tokens or []), "-")
        text += "" if given or first.startswith("-") else f", and {first!r} belongs to no option"
    text = text[:1].lower() + text[1:]
    if isinstance(why, CoercionError) and why.argument and not text.startswith("invalid value"):  # of one of several
        text = f"invalid value for {why.argument.name}: {text}"
    return f"{text}{'' if text.endswith('?') else ';'} `{help_command}` shows what there is"


def marked(params: Any, mark: type[Any]) -> dict[str, tuple[Any, ...]]:
    """parameter -> values, of those with this mark: Reads (paths of inputs), Writes (paths of outputs), Shows."""
    hints = get_type_hints(type(params), include_extras=True)
    names = [name for name, hint in hints.items() if mark in getattr(hint, "__metadata__", ())]
    optional = {entry.name for entry in dataclasses.fields(params) if entry.default == ""}
    values = {name: getattr(params, name) for name in names}
    values |= {name: () for name in optional if values.get(name) == ""}
    return {name: value if isinstance(value, tuple) else (value,) for name, value in values.items()}


def read_paths(params: Any) -> list[tuple[str, ...]]:
    """The paths of each input of a job; of inputs with names those of each name. Raises UsageError for no name."""
    named = marked(params, Named)
    found = [paths for name, paths in marked(params, Reads).items() if name not in named]
    return [*found, *(paths for values in named.values() for paths in named_tables(values).values())]


def named_tables(values: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`NAME=PATH`, … -> name: paths. Raises UsageError for a text that is not, and for a name that is none in SQL."""
    found: dict[str, tuple[str, ...]] = {}
    for text in values:
        name, _, path = text.partition("=")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or not path.strip():
            raise UsageError(f"a table is NAME=PATH, with a name of letters, digits and _, got {text!r}")
        if other := next((one for one in found if one.lower() == name.lower() and one != name), None):
            raise UsageError(f"two tables are called {other!r} and {name!r}, which SQL takes for one; rename one")
        found[name] = (*found.get(name, ()), path)
    return found


def _parameters(
    declared: type[Any], group: Group | None, shown_names: Mapping[str, str] | None = None, variables: str = ""
) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(declared, include_extras=True)
    # what a table's types are is asked for more often than how its CSV is written
    for entry in sorted(dataclasses.fields(declared), key=lambda one: one.name not in OF_TYPES):
        made = default_of(entry)
        base, *extras = (
            get_args(hints[entry.name]) if get_origin(hints[entry.name]) is Annotated else [hints[entry.name]]
        )
        text = next((extra for extra in extras if isinstance(extra, str)), None)
        several = get_origin(base) is tuple
        names_paths = Reads in extras or Writes in extras
        shown_name = (shown_names or {}).get(entry.name, entry.name)
        shape = Parameter(
            help=text,
            group=TABLE if entry.name in OF_TABLES and issubclass(declared, CsvOptions) else group,
            consume_multiple=1 if several else None,
            negative_iterable="",
            negative_none="",
            negative_bool="" if entry.name.startswith("no_") else None,  # of --no-header there is no --no-no-header
            show_default=made not in ((), None, ""),
            converter=converter_of(declared, entry, base, is_path=names_paths),
            env_var_split=partial(split_words, f"{variables}{shown_name.upper()}"),
            json_list=False,
            json_dict=False,
        )
        default = inspect.Parameter.empty if made is dataclasses.MISSING else made
        shown: Any = (tuple[Path, ...] if several else Path) if names_paths else base
        yield inspect.Parameter(
            shown_name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[shown, shape],
            default=default,
        )


def _check_paths(params: Any) -> None:
    optional = {entry.name for entry in dataclasses.fields(params) if entry.default in ((), "")}
    for mark in (Reads, Writes):
        for name, paths in marked(params, mark).items():
            if not paths and name in optional:
                continue
            if not paths or not all(path.strip() for path in paths):
                raise UsageError(f"--{name.replace('_', '-')} needs a path, got {' '.join(map(repr, paths)) or 'none'}")


def _unwrapped(doc: str) -> str:
    """One line a paragraph, for a terminal to wrap: in the source each is wrapped at its margin."""
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in inspect.cleandoc(doc).split("\n\n"))


def _variable(job_name: str, name: str) -> str:
    """The environment variable that a parameter may come from: HOTSET_WORDCOUNT_MIN_COUNT."""
    return re.sub(r"\W", "_", f"HOTSET_{job_name}_{name}".upper())


def _check_environment(job: Job, environment: Mapping[str, str], way: Way[Any]) -> None:
    """Raises UsageError for a misspelt variable, which would change nothing without a word."""
    own = (entry.name for kind in (job.params, Options) for entry in dataclasses.fields(kind))
    known = [_variable(job.name, name) for name in (*own, *way.shown_names(job).values())]
    others = tuple(_variable(name, "") for name in named_jobs() if name != job.name)
    for variable in sorted(environment):
        if variable in known or not variable.startswith(_variable(job.name, "")) or variable.startswith(others):
            continue
        close = difflib.get_close_matches(variable, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "unset it"
        raise UsageError(f"{variable} in the environment is no parameter of {job.name}; {hint}")
