"""The modules that lie beside a job's file and that it imports: they belong to the job, and travel with it."""

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def find_modules_beside(file: Path) -> tuple[Path, ...]:
    """Files and packages in the file's directory that it imports, directly or through one another, in a function too.

    Read from the source, since what a function imports is loaded only when it is called. What cannot be parsed is
    passed over: whoever imports it says what is wrong.
    """
    found: dict[Path, None] = {}
    waiting = [file]
    while waiting:
        for name in _imported_names(waiting.pop()):
            module = None if name in sys.stdlib_module_names else _module_in(file.parent, name)
            if module and module != file and module not in found:
                found[module] = None
                waiting += sorted(module.rglob("*.py")) if module.is_dir() else [module]
    return tuple(sorted(found))


def _module_in(directory: Path, name: str) -> Path | None:
    """The package or the file of this name, as Python would find it there."""
    package, file = directory / name, directory / f"{name}.py"
    if (package / "__init__.py").is_file():
        return package
    return file if file.is_file() else None


def _imported_names(file: Path) -> Iterator[str]:
    """The top name of everything that is imported in it by an absolute name."""
    with suppress(OSError, SyntaxError, ValueError):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                yield node.module.partition(".")[0]
