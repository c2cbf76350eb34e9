"""A job's parameters in a TOML file: read for `--config`, and written by `hotset conf job`."""

import dataclasses
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import tomlkit

from hotset.declared import default_of
from hotset.errors import UsageError
from hotset.given import read_given
from hotset.job import Job

WIDTH = 118


def find_file(arguments: Sequence[str], variable: str | None) -> Path | None:
    """The file that --config names, or else the environment; needed before the rest can be understood."""
    for position, argument in enumerate(arguments):
        if argument == "--config":
            return Path(arguments[position + 1]) if arguments[position + 1 :] else None
        if argument.startswith("--config="):
            return Path(argument.removeprefix("--config="))
    return Path(variable) if variable else None


def load(file: Path) -> dict[str, Any]:
    """parameter -> value. Raises UsageError."""
    try:
        values = tomllib.loads(read_given(file))
    except OSError as why:
        raise UsageError(f"cannot read the --config file {str(file)!r}: {why.strerror}") from None
    except ValueError as why:
        raise UsageError(f"the --config file {file} is not TOML in UTF-8: {why}") from None
    if "config" in values:
        raise UsageError(f"the --config file {file} may not name another, got {values['config']!r}; leave it out")
    return {name: value for name, value in values.items() if value != []}  # of which cyclopts would make ['']


def write(job: Job) -> str:
    """A file with all parameters at their defaults, each with its help; those that have none are comments."""
    head = f"Parameters of the job {job.name}: hotset run {job.name} --config FILE. The command line outranks them."
    hints = get_type_hints(job.params, include_extras=True)
    parts = [_comment(head), *("\n".join(_entry(one, hints[one.name])) for one in dataclasses.fields(job.params))]
    return "\n\n".join(parts) + "\n"


def _entry(field: "dataclasses.Field[Any]", hint: Any) -> Iterator[str]:
    base, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    help_ = next((extra for extra in extras if isinstance(extra, str)), "")
    choices = f"one of {', '.join(map(str, get_args(base)))}" if get_origin(base) is Literal else ""
    if text := "; ".join(filter(None, (help_, choices))):
        yield _comment(f"{text[:1].upper()}{text[1:]}.")
    default = default_of(field)
    if default in (dataclasses.MISSING, None):
        shown = "[]" if get_origin(base) is tuple else '""'
        yield f"# {field.name} = {shown}{'' if default is None else '  # needed'}"
    else:
        yield f"{field.name} = {tomlkit.item(_plain(default)).as_string()}"


def _plain(value: Any) -> Any:
    """As TOML has it."""
    if isinstance(value, bool | int | float | str):
        return value if type(value) in (bool, int, float) else str(value)
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    return value.name.lower().replace("_", "-") if isinstance(value, Enum) else str(value)


def _comment(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ")
