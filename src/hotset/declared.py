"""What is wrong with how a job declares itself and its parameters: one line, with the file's line and what to write."""

import ast
import dataclasses
import enum
import inspect
import textwrap
import types
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from cyclopts import default_name_transform

from hotset.blame import Frame, describe_exception
from hotset.errors import UsageError
from hotset.units import Bytes, Duration, Share

SIMPLE = (str, int, float, bool, Path, date, datetime, Bytes, Duration, Share)
SEVERAL = (list, set, frozenset, dict, tuple)
KNOWN = (
    "str, int, float, bool, Path, date, Bytes, Duration, Share, Literal[…], an Enum, "
    "one of these or None, or a tuple[…, ...] of them"
)


def check_main(main: Callable[..., Any]) -> None:
    """Raises UsageError for a `main` that cannot be called with a run and parameters, or would then do nothing."""
    where = _line_of(main)
    if inspect.iscoroutinefunction(main) or inspect.isgeneratorfunction(main) or inspect.isasyncgenfunction(main):
        raise UsageError(f"{where}: main is async or yields, and calling it does nothing; write def main(run, params)")
    with suppress(ValueError):  # it has no signature
        signature = inspect.signature(main)
        try:
            signature.bind(None, None)
        except TypeError:
            wrong = f"main takes a run and parameters, got main{signature}; write def main(run, params)"
            raise UsageError(f"{where}: {wrong}") from None


def check_params(declared: type[Any], reserved: Collection[str]) -> dict[str, Any]:
    """parameter -> its type, with what is annotated. Raises UsageError for what cannot become an option.

    `reserved` are the names of the options that every job has.
    """
    for name, value in tuple(vars(declared).items()):  # a look at a class may add __annotations__ to it
        if _is_forgotten(declared, name, value):
            kind = type(value).__name__
            _refuse(declared, name, f"has no type, so it is no parameter; write {name}: {kind} = {value!r}")
    hints = _read_hints(declared)
    taken = {f"--{default_name_transform(name)}": f"every job's {name}" for name in reserved}
    for entry in dataclasses.fields(declared):
        wrong = _what_is_wrong(entry, hints[entry.name], reserved) or _is_taken(entry.name, hints[entry.name], taken)
        if wrong:
            _refuse(declared, entry.name, wrong)
    return hints


def _is_taken(name: str, hint: Any, taken: dict[str, str]) -> str | None:
    """Whether an option of this name would be another's, too; `taken` holds those so far, and gets its own."""
    plain = default_name_transform(name)
    if not plain:
        return "has no letter, so no option can be called that; write a word"
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    options = [f"--{plain}", *([f"--no-{plain}"] if base is bool and not name.startswith("no_") else [])]
    for option in options:
        if option in taken:
            return f"would be {option} on the command line, as {taken[option]} is; give it another name"
        taken[option] = name
    return None


def fields_without_help(declared: type[Any]) -> Iterator[str]:
    """What to write where, for each parameter of which `--help` shows no more than its name."""
    hints = get_type_hints(declared, include_extras=True)
    # as it stands in the source: Output is a str that is checked
    written = {
        name: text.removeprefix("Annotated[").removesuffix("]") if text.startswith("Annotated[") else text
        for kind in declared.__mro__
        for name, text in _annotations(kind)
    }
    for entry in dataclasses.fields(declared):
        extras = getattr(hints[entry.name], "__metadata__", ())
        if not any(isinstance(extra, str) for extra in extras):
            shown = written.get(entry.name, _name_of(hints[entry.name]))
            where = _line_of_field(declared, entry.name)
            yield f'{where}: {entry.name} has no help; write {entry.name}: Annotated[{shown}, "what it is"]'


def _what_is_wrong(entry: "dataclasses.Field[Any]", hint: Any, reserved: Collection[str]) -> str | None:
    name = entry.name
    if name in reserved:
        return f"has the name of an option that every job has; write another, such as {name}_of_job"
    if not entry.init:
        return "is not given to Params, so it is no parameter; make it a property"
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if not _is_supported(base):
        return f"is a {_name_of(base)}, which no option can be; {_instead(name, base)}"
    default = default_of(entry)
    if default is not dataclasses.MISSING and not _fits(default, base):
        return f"is a {_name_of(base)}, and its default is {default!r}; write one that fits"
    return None


def default_of(entry: "dataclasses.Field[Any]") -> Any:
    """The default, made if need be; MISSING where there is none."""
    return entry.default if entry.default_factory is dataclasses.MISSING else entry.default_factory()


def _is_supported(kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return all(one is type(None) or (_is_single(one) and get_origin(one) is not Annotated) for one in inner)
    if origin is tuple:
        return len(inner) == 2 and inner[1] is Ellipsis and _is_single(inner[0])
    return _is_single(kind)


def _is_single(kind: Any) -> bool:
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(kind) is Literal:
        return True
    return isinstance(kind, type) and (kind in SIMPLE or issubclass(kind, enum.Enum))


def _instead(name: str, kind: Any) -> str:
    """What to write for a type that no option can have."""
    parts = [one for one in get_args(kind) if one is not type(None)]
    if any(get_origin(one) is Annotated for one in parts):
        return 'write Inputs = () or Input = "" for a path that may be left out'
    outer = {get_origin(one) or one for one in (kind, *parts)}
    if dict in outer:
        return f"write {name}: tuple[str, ...] = (), and take NAME=VALUE apart in __post_init__"
    if outer & set(SEVERAL):
        inner = next((one for part in (kind, *parts) for one in get_args(part) if _is_single(one)), str)
        return f"write {name}: tuple[{_name_of(inner)}, ...] = ()"
    return f"write one of {KNOWN}"


def _fits(value: Any, kind: Any) -> bool:
    """Whether a default is of the type that it stands for; an int does for a float."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Annotated:
        return _fits(value, inner[0])
    if origin is Literal:
        return value in inner
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(one, inner[0]) for one in value)
    if kind in (int, float):
        return isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    return value is None if kind is type(None) else isinstance(value, kind)


def _read_hints(declared: type[Any]) -> dict[str, Any]:
    try:
        return get_type_hints(declared, include_extras=True)
    except Exception as why:  # what stands in an annotation is evaluated here, and may raise anything
        name = why.name if isinstance(why, NameError) else None
        found = next((one for one, text in _annotations(declared) if name and name in text), None)
        where = _line_of_field(declared, found) if found else _line_of(declared)
        raise UsageError(f"{where}: {describe_exception(why)}, in the types of Params; write types there") from None


def _annotations(declared: type[Any]) -> Iterator[tuple[str, str]]:
    for name, statement in _field_nodes(declared):
        yield name, ast.unparse(statement.annotation)


def _is_forgotten(declared: type[Any], name: str, value: Any) -> bool:
    """A default in the body of the class that stands beside no type; constants are in capitals."""
    plain = isinstance(value, str | int | float | bool | tuple | list | dict | set | Path | None)
    typed = name in getattr(declared, "__annotations__", {})
    return plain and not (typed or name.startswith("_") or name.isupper())


def _refuse(declared: type[Any], name: str, wrong: str) -> None:
    raise UsageError(f"{_line_of_field(declared, name)}: {name} {wrong}")


def _name_of(kind: Any) -> str:
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind).replace("typing.", "")


def _line_of_field(declared: type[Any], name: str) -> str:
    """file:line of a field, or else of its class."""
    for kind in declared.__mro__:
        for found, statement in _statements(kind):
            if found == name:
                return str(Frame(inspect.getsourcefile(kind) or "?", _first_line(kind) + statement.lineno - 1))
    return _line_of(declared)


def _line_of(thing: Any) -> str:
    """file:line of a function or a class; its module where there is no source."""
    try:
        return str(Frame(inspect.getsourcefile(thing) or "?", _first_line(thing)))
    except (OSError, TypeError):
        return str(getattr(thing, "__module__", "?"))


def _first_line(thing: Any) -> int:
    return inspect.getsourcelines(thing)[1]


def _statements(kind: type[Any]) -> Iterator[tuple[str, ast.stmt]]:
    """name -> its line in the source of the class, for each assignment in its body."""
    with suppress(OSError, TypeError, SyntaxError):
        body = ast.parse(textwrap.dedent("".join(inspect.getsourcelines(kind)[0]))).body[0]
        for statement in getattr(body, "body", ()):
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            yield from ((target.id, statement) for target in targets if isinstance(target, ast.Name))


def _field_nodes(kind: type[Any]) -> Iterator[tuple[str, ast.AnnAssign]]:
    for name, statement in _statements(kind):
        if isinstance(statement, ast.AnnAssign):
            yield name, statement
