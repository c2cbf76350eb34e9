"""Write what the documentation takes from the code: `make docs`. The tests say where that is out of date.

docs/api.md is made of the docstrings of the public names, the table in docs/jobs.md of the jobs and their pages.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import hotset
from hotset import HotsetError, Run, errors
from hotset.job import find_job, named_jobs
from tools.example import example

DOCS = Path(__file__).parents[1] / "docs"
INTRODUCTION = """# The public names

Everything that a job may use: `from hotset import …`. What stands here is said by the code itself (`make docs`).
[own-job.md](own-job.md) shows how it is used, [data.md](data.md) is the contract of reading and publishing.
"""
OF_OPENERS = "for whoever opened"
TABLE = re.compile(r"^\| job \|.*?(?=^$)", re.MULTILINE | re.DOTALL)


def main() -> None:
    (DOCS / "api.md").write_text(api(), encoding="utf-8")
    page = DOCS / "jobs.md"
    page.write_text(with_table(page.read_text("utf-8")), encoding="utf-8")


def with_table(page: str) -> str:
    """The page of jobs with its table as it should be."""
    lines = ["| job | what | methods | example |", "| --- | --- | --- | --- |", *map(row_of, sorted(named_jobs()))]
    return TABLE.sub(lambda _: "\n".join(lines) + "\n", page)


def row_of(name: str) -> str:
    job = find_job(name)
    methods = ", ".join(f"`{one}`" for one in get_args(get_type_hints(job.params).get("method"))) or "–"
    shown = example(name).replace("|", r"\|")
    named = f"[`{name}`](jobs/{name}.md)"
    return f"| {named} | {job.title} | {methods} | `hotset run {name} {shown}` |"


def api() -> str:
    """The page of public names."""
    named = {name: getattr(hotset, name) for name in hotset.__all__}
    classes = {name: one for name, one in named.items() if inspect.isclass(one) and not _is_told_elsewhere(one)}
    functions = {name: one for name, one in named.items() if inspect.isfunction(one)}
    rest = {name: one for name, one in named.items() if not inspect.isclass(one) and name not in functions}
    parts = [INTRODUCTION, _chapter("Run", _text(Run)), *(_member("run", *one) for one in _members(Run))]
    parts += [_chapter("Functions"), *(_member("", *one) for one in functions.items())]
    parts.append(_chapter("Classes"))
    for name, one in classes.items():
        parts += [f"### {name}\n", _code(name, one), _text(one), *(_member(name, *each) for each in _members(one))]
    parts += [_chapter("Types"), *(_type_line(*one) for one in rest.items()), ""]
    tree, *_, form = (inspect.getdoc(errors) or "").partition("\n\n")[2].split("\n\n")
    parts.append(_chapter("Errors", f"{form}\n\n```text\n{tree}\n```\n"))
    return "\n".join(parts).rstrip() + "\n"


def _is_told_elsewhere(kind: type[Any]) -> bool:
    return kind is Run or issubclass(kind, HotsetError)


def _type_line(name: str, one: Any) -> str:
    """A type by what it is; a module, and what marks a parameter, by what they say of themselves."""
    if inspect.ismodule(one):
        return f"- `{name}`: {_text(one).splitlines()[0]}"
    if get_origin(one) is Annotated:
        base, *marks = get_args(one)
        return f"- `{name}`, a `{_type_text(base)}`: {' '.join(_text(mark).strip() for mark in marks)}"
    return f"- `{name}`: `{_type_text(one)}`"


def _members(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Its own public methods and properties, in the order of the source; not those that only a run's opener calls."""
    for name, one in vars(kind).items():
        shown = one.__func__ if isinstance(one, classmethod | staticmethod) else one
        if name.startswith("_") or not (inspect.isfunction(shown) or isinstance(shown, property)):
            continue
        if OF_OPENERS not in (shown.__doc__ or ""):
            yield name, shown


def _chapter(title: str, text: str = "") -> str:
    return f"## {title}\n\n{text}" if text else f"## {title}\n"


def _member(owner: str, name: str, one: Any) -> str:
    full = f"{owner}.{name}" if owner else name
    head = f"#### {full}" if owner else f"### {full}"
    return f"{head}\n\n{_code(full, one)}\n{_text(one)}"


def _code(name: str, one: Any) -> str:
    """The call, in a block."""
    if isinstance(one, property):
        return f"```text\n{name}\n```\n"
    if inspect.isclass(one) and not dataclasses.is_dataclass(one):
        return ""
    return f"```text\n{name}{_signature(one)}\n```\n"


def _signature(call: Callable[..., Any]) -> str:
    """Without `self`; a default that is an object is left out."""
    shown = []
    signature = inspect.signature(call)
    for one in signature.parameters.values():
        if one.name == "self":
            continue
        plain = one.default is None or isinstance(one.default, str | int | float | bool | tuple)
        default = one.default if one.default is one.empty or plain else ...
        annotation = one.annotation if one.annotation is one.empty else _Plain(_type_text(one.annotation))
        shown.append(one.replace(annotation=annotation, default=_Plain("…") if default is ... else default))
    back = signature.return_annotation
    arrow = "" if inspect.isclass(call) or back is signature.empty else f" -> {_type_text(back)}"
    text = f"{signature.replace(parameters=shown, return_annotation=signature.empty)}"
    return text + arrow


class _Plain:
    """A text that shows itself."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _type_text(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return _type_text(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return "Literal[" + ", ".join(map(repr, get_args(kind))) + "]"
    text = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    text = re.sub(r"ForwardRef\('([^']*)'\)", r"\1", text)
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])", "", text)


def _text(one: Any) -> str:
    """Its docstring, a paragraph a line; nothing of one that a dataclass made."""
    doc = inspect.cleandoc(one.__doc__ or "")
    if inspect.isclass(one) and doc.startswith(f"{one.__name__}("):
        return ""
    paragraphs = [part if part.startswith("    ") else " ".join(part.split("\n")) for part in doc.split("\n\n")]
    return "\n\n".join(paragraphs) + "\n"


if __name__ == "__main__":
    main()
