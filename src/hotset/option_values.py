"""What a value may be that a person gives: on the command line, in the environment, in a --config file."""

import dataclasses
import re
import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from cyclopts import Parameter, Token

from hotset.errors import UsageError
from hotset.units import Bytes, Duration, Share

LEAST, MOST = -(2**63), 2**64 - 1  # what 64 bits hold, with a sign or as a seed
MAY_BE_BLANK = ("separator", "quote", "suffix", "null")
MAY_BE_EMPTY = ("suffix", "null")  # nothing behind a name; the empty cell, which is no value in any case
# what to write for an empty value, where that is more than "leave it out"
INSTEAD = {
    "quote": "write none where nothing is quoted, or leave it out",
    "separator": "write ';', '|' or tab, or leave it out",
    "encoding": "write one like latin-1, or leave it out for UTF-8",
    "columns": "write them like 'id bigint, note string', or leave it out",
    "types": "write them like id=string, or leave it out",
}


def converter_of(
    declared: type[Any], entry: "dataclasses.Field[Any]", kind: Any, *, is_path: bool
) -> Callable[..., Any] | None:
    """Who makes the value of a field out of texts; None for the parser itself. `is_path`: an input or output."""
    several, kinds = get_origin(kind) is tuple, {kind, *get_args(kind)} - {type(None), Ellipsis}
    outer = {kind} if get_args(kind) else set()
    if is_path:
        needed = entry.default is dataclasses.MISSING  # of which an empty one is told with all that were given
        return partial(_each, partial(_text, instead=None if needed else "leave it out"), several=several)
    if kinds - outer == {int}:
        return partial(_each, whole_number, several=several)
    if kinds - outer == {Path}:
        return partial(_each, _path, several=several)
    if (unit := kinds - outer) and unit <= {Bytes, Duration, Share}:
        read = partial(_with_unit, kind=unit.pop(), optional=type(None) in get_args(kind))
        return partial(_each, read, several=several)
    if kinds - outer == {str}:
        text = partial(_text, instead=_instead(declared, entry), blank=entry.name in MAY_BE_BLANK)
        return partial(_each, text, several=several)
    return None


def _each(convert: Callable[[Token], Any], _type: Any, tokens: Sequence[Token], *, several: bool) -> Any:
    return tuple(map(convert, tokens)) if several else convert(tokens[0])


def whole_number(token: Token) -> int:
    """The parser itself makes 3 of 2.7."""
    place = "" if token.source in ("cli", "env") else f" in {token.source}"
    if not re.fullmatch(r"[+-]?[0-9]{1,100}", token.value):
        raise ValueError(f"not a whole number, got {token.value!r}{place}")
    number = int(token.value)
    if not LEAST <= number <= MOST:
        raise ValueError(f"a whole number is from -2**63 to 2**64 - 1, got {token.value}{place}")
    return number


def _path(token: Token) -> Path:
    """Path("") would be the working directory."""
    if not token.value:
        raise ValueError("not a path, got ''")
    return Path(token.value)


def _text(token: Token, *, instead: str | None, blank: bool = False) -> str:
    """As it was written: Path() would make `s3:/b` of s3://b.

    An empty text on the command line or in the environment, where most come of a variable that is not set, would pass
    for an option that was left out. In a --config file it says just that.
    """
    if instead and token.source in ("cli", "env") and not (token.value if blank else token.value.strip()):
        raise ValueError(f"it may not be empty, got {token.value!r}; {instead}")
    return token.value


def _with_unit(token: Token, *, kind: Callable[[str], Any], optional: bool = False) -> Any:
    """An empty text of a --config file says that there is none."""
    text = _text(token, instead="give it a value, or leave it out")
    return None if optional and not text.strip() else kind(text)


# of commands, whose parameters no `Params` declares
SizeInBytes = Annotated[Bytes, Parameter(converter=partial(_each, partial(_with_unit, kind=Bytes), several=False))]
WholeNumber = Annotated[int, Parameter(converter=partial(_each, whole_number, several=False))]


def split_words(variable: str, hint: Any, text: str, **_: Any) -> list[str]:
    """Several values in one variable of the environment, as a shell separates words. Raises UsageError."""
    try:
        return shlex.split(text) if get_origin(hint) is tuple else [text]
    except ValueError as why:
        raise UsageError(f"{why} in {variable} of the environment, got {text!r}; close it") from None


def _instead(declared: type[Any], entry: "dataclasses.Field[Any]") -> str | None:
    """What to write for an empty text; None where it may be empty. A job may think of its own options otherwise."""
    owners = [kind for kind in declared.__mro__ if entry.name in vars(kind).get("__annotations__", {})]
    is_ours = any(f"{kind.__module__}.".startswith("hotset.") for kind in owners)
    if not is_ours or entry.name in MAY_BE_EMPTY:
        return None
    needed = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
    return "give it a value" if needed else INSTEAD.get(entry.name, "give it a value, or leave it out")
