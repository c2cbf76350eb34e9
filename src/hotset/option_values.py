"""What a value may be that a person gives: on the command line, in the environment, in a --config file."""

import dataclasses
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from cyclopts import Parameter, Token

from hotset.errors import UsageError

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


def converter_of(kind: Any, *, is_path: bool) -> Callable[..., Any] | None:
    """Who makes a value of this type out of texts; None for the parser itself. `is_path`: an input or output."""
    several, kinds = get_origin(kind) is tuple, {kind, *get_args(kind)}
    if is_path:
        return partial(_each, _as_written, several=several)
    if int in kinds and kinds <= {kind, int, type(None), Ellipsis}:
        return partial(_each, _whole_number, several=several)
    if Path in kinds and kinds <= {kind, Path, type(None), Ellipsis}:
        return partial(_each, _path, several=several)
    return None


def _each(convert: Callable[[Token], Any], _type: Any, tokens: Sequence[Token], *, several: bool) -> Any:
    return tuple(map(convert, tokens)) if several else convert(tokens[0])


def _whole_number(token: Token) -> int:
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


def _as_written(token: Token) -> str:
    """Paths, for help and completion, are texts all the same: Path() would make `s3:/b` of s3://b."""
    return token.value


WholeNumber = Annotated[int, Parameter(converter=converter_of(int, is_path=False))]


def split_words(variable: str, hint: Any, text: str, **_: Any) -> list[str]:
    """Several values in one variable of the environment, as a shell separates words. Raises UsageError."""
    try:
        return shlex.split(text) if get_origin(hint) is tuple else [text]
    except ValueError as why:
        raise UsageError(f"{why} in {variable} of the environment, got {text!r}; close it") from None


def refuse_empty(declared: type[Any], given: Mapping[str, Any], shown_names: Mapping[str, str]) -> None:
    """Raises UsageError for a text that says nothing, and would pass for an option that was left out.

    That is so of the options that hotset itself declares: of its own a job may think otherwise.
    """
    for name, value in given.items():
        texts = [text for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)]
        if name in MAY_BE_EMPTY or not _is_ours(declared, name):
            continue
        if any(not (text if name in MAY_BE_BLANK else text.strip()) for text in texts):
            option = f"--{shown_names.get(name, name).replace('_', '-')}"
            got = value if isinstance(value, str) else " ".join(map(repr, value))
            raise UsageError(f"{option} may not be empty, got {got or repr('')}; {_instead(declared, name)}")


def _is_ours(declared: type[Any], name: str) -> bool:
    kinds = (kind for kind in declared.__mro__ if name in vars(kind).get("__annotations__", {}))
    return any(f"{kind.__module__}.".startswith("hotset.") for kind in kinds)


def _instead(declared: type[Any], name: str) -> str:
    needed = any(entry.name == name and entry.default is dataclasses.MISSING for entry in dataclasses.fields(declared))
    return "give it a value" if needed else INSTEAD.get(name, "give it a value, or leave it out")
