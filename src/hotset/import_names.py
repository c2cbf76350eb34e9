"""The modules that a file of Python names: in its imports, in `import_module`, in texts where names are put together.

What is read from a file, from an option or from the network while the program runs, nobody can know before.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

IMPORTERS = frozenset({"import_module", "__import__"})
RUNNERS = frozenset({"exec", "eval"})
SEARCHERS = frozenset({"pkgutil", "__path__"})  # of what a package has
DOTTED = re.compile(r"\.*[^\W\d]\w*(\.[^\W\d]\w*)*\.?")


@dataclass(frozen=True)
class Names:
    """What a file may import; some may be no modules. Of those in `whole`, everything that lies inside."""

    modules: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    files: set[Path] = field(default_factory=set)


def names_in(file: Path, package: str) -> Names:
    """Every module that the file may import, at its top or later, by its full name; and the files that it runs."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return Names()  # an archive, compiled code, or what nobody can import
    names = Names()
    _collect(tree, package, names)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names.files.update(found for text in texts if (found := _file_beside(file, text)))
    return names


def _collect(tree: ast.AST, package: str, names: Names) -> None:
    nodes = list(ast.walk(tree))
    names.modules.update(name for node in nodes for name in _imported(node, package))
    importers = IMPORTERS | {name for node in nodes for name in _other_names(node)}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    dynamic = [call for call in calls if _called(call) in importers]
    for call in dynamic:
        names.modules.update(_named_in_call(call, package))
    for call in calls:
        text = _text_of(call, 0, "source")
        if _called(call) in RUNNERS and text:
            with suppress(SyntaxError, ValueError, RecursionError):
                _collect(ast.parse(text), package, names)
    if any(_text_of(call, 0, "name") is None for call in dynamic) or any(map(_searches, nodes)):
        names.whole.update(names.modules)
        for node in nodes:
            _put_together(node, package, names)


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from _absolute("." * node.level + (node.module or ""), package)
        for alias in node.names:
            inner = f"{node.module}.{alias.name}" if node.module else alias.name
            yield from _absolute("." * node.level + inner, package)


def _other_names(node: ast.AST) -> Iterator[str]:
    """Under which `import_module` is called: `from importlib import import_module as load`, `load = __import__`."""
    if isinstance(node, ast.ImportFrom):
        yield from (alias.asname for alias in node.names if alias.name in IMPORTERS and alias.asname)
    elif isinstance(node, ast.Assign) and _last_name(node.value) in IMPORTERS:
        yield from filter(None, map(_last_name, node.targets))


def _named_in_call(call: ast.Call, package: str) -> Iterator[str]:
    """`importlib.import_module("helper")`, with the name written out; a relative one in the package that is written."""
    name = _text_of(call, 0, "name")
    if name is not None:
        yield from _absolute(name, _text_of(call, 1, "package") or package)


def _put_together(node: ast.AST, package: str, names: Names) -> None:
    """Any text may be the name that is imported, or the head of it: `f"plugins.{name}"`."""
    if isinstance(node, ast.Call):
        names.whole.update(filter(None, [_text_of(node, 1, "package")]))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
        found = list(_absolute(node.value.removesuffix("."), package))
        (names.whole if node.value.endswith(".") else names.modules).update(found)


def _text_of(call: ast.Call, place: int, name: str) -> str | None:
    """The argument at this place or of this name, if it is a text that is written out."""
    given = [*call.args[place : place + 1], *(one.value for one in call.keywords if one.arg == name)]
    return given[0].value if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else None


def _searches(node: ast.AST) -> bool:
    imported = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
    return bool(SEARCHERS & {_last_name(node), getattr(node, "module", None), *imported})


def _called(call: ast.Call) -> str | None:
    return _last_name(call.func)


def _last_name(node: ast.AST) -> str | None:
    """`importlib.import_module` -> `import_module`"""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def _absolute(name: str, package: str) -> Iterator[str]:
    with suppress(ImportError):  # it goes beyond the top
        yield importlib.util.resolve_name(name, package) if name.startswith(".") else name


def _file_beside(file: Path, text: str) -> Path | None:
    """For `runpy` and the like: a file of Python that a text names as seen from the file."""
    if not text.endswith(".py") or "\n" in text:
        return None
    with suppress(OSError, ValueError):
        beside = (file.parent / text).resolve()
        return beside if beside.is_file() and beside != file.resolve() else None
    return None
