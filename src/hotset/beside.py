"""The modules that a program finds in its own directory: workers need them as well, wherever they start.

They are found by what the code says, so that an import inside of a function counts, and nothing is run.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from hotset import shadowed


def modules_beside(source: Path) -> tuple[Path, ...]:
    """The files and packages beside `source` that it imports, directly or through one another, sorted."""
    found: dict[Path, None] = {}
    waiting = [source]
    while waiting:
        for name in _imported(_code(waiting.pop())):
            module = _module(source.parent, name)
            if module and module != source and module not in found:
                found[module] = None
                waiting.append(module)
    return tuple(sorted(found))


def _code(source: Path) -> Iterable[Path]:
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]


def _imported(files: Iterable[Path]) -> Iterator[str]:
    """The first part of the name of each module that the code imports; relative ones are the package's own."""
    for file in files:
        try:
            nodes = list(ast.walk(ast.parse(file.read_bytes())))
        except (OSError, ValueError, SyntaxError):
            continue  # a package may hold a template that is no Python; whoever imports it is told by Python
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def _module(directory: Path, name: str) -> Path | None:
    """The package or file of that name; a directory without code is none."""
    if name in shadowed.STANDARD | shadowed.INSTALLED | {"hotset"}:
        return None
    package, file = directory / name, directory / f"{name}.py"
    if (package / "__init__.py").is_file() or (not file.is_file() and any(package.glob("**/*.py"))):
        return package
    return file if file.is_file() else None
