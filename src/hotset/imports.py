"""Which code a program imports from outside of the installed packages: found by reading it, without running it.

A helper beside a job is a part of the job: when it changes, the job's output may. So are packages beside it, modules of
PYTHONPATH, and packages that are installed in editable form. Python's own library and what pip installed are not.
"""

import ast
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

FOREIGN = frozenset({"hotset", "pyspark", "py4j"})  # their versions stand in a run's key
DYNAMIC = frozenset({"import_module", "__import__"})


def imported_sources(sources: Iterable[Path]) -> tuple[Path, ...]:
    """What the code in `sources` imports, and what that does, and so on, without `sources` themselves.

    Like those, each is a package's directory, of which everything counts, or a module's file.
    """
    start = [source for source in sources if source != Path(__file__).resolve().parent]
    found: dict[Path, str] = {}
    waiting = [(source, source.stem) for source in start]
    while waiting:
        source, name = waiting.pop()
        for imported, its_name in _imported_by(source, name):
            if imported not in found and imported not in start:
                found[imported] = its_name
                waiting.append((imported, its_name))
    return tuple(sorted(found))


def python_files(source: Path) -> list[Path]:
    """The files of a package's directory, or the one file."""
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]


def _imported_by(source: Path, name: str) -> set[tuple[Path, str]]:
    found: set[tuple[Path, str]] = set()
    for file in python_files(source):
        inside = [*file.relative_to(source).with_suffix("").parts] if source.is_dir() else []
        is_package = inside[-1:] == ["__init__"]
        module = ".".join([name, *(inside[:-1] if is_package else inside)])
        for imported in _names_in(file, module if is_package else module.rpartition(".")[0]):
            found |= set(_sources_of(imported))
    return found


def _names_in(file: Path, package: str) -> Iterator[str]:
    """Every module that the file may import, at its top or later, by its full name; some may be no modules."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return  # an archive, compiled code, or what nobody can import
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _absolute("." * node.level + (node.module or ""), package)
            for alias in node.names:
                inner = f"{node.module}.{alias.name}" if node.module else alias.name
                yield from _absolute("." * node.level + inner, package)
        elif isinstance(node, ast.Call):
            yield from _named_in_call(node, package)


def _named_in_call(call: ast.Call, package: str) -> Iterator[str]:
    """`importlib.import_module("helper")`, with the name written out."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "name")][:1]
    if called in DYNAMIC and named and isinstance(named[0], ast.Constant) and isinstance(named[0].value, str):
        yield from _absolute(named[0].value, package)


def _absolute(name: str, package: str) -> Iterator[str]:
    with suppress(ImportError):  # it goes beyond the top
        yield importlib.util.resolve_name(name, package) if name.startswith(".") else name


@cache
def _library() -> tuple[Path, ...]:
    """Where Python's own modules are, and those that pip installs."""
    places = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple(Path(place).resolve() for place in places)


def _sources_of(name: str) -> Iterator[tuple[Path, str]]:
    """The outermost package of a module, or its file; nothing for what is installed or is not there.

    A directory without `__init__.py` may hold anything, so of that only what is named counts.
    """
    parts = name.split(".")
    if parts[0] in FOREIGN:
        return
    path: list[str] | None = None
    for depth in range(1, len(parts) + 1):
        spec = _spec(".".join(parts[:depth]), path)
        if spec is None:
            return
        if spec.origin is not None and os.path.isabs(spec.origin):  # noqa: PTH117 (a text)
            yield from ((source, spec.name) for source in _outermost(spec) if not is_installed(source))
            return
        path = list(spec.submodule_search_locations or ())


def _spec(name: str, path: list[str] | None) -> ModuleSpec | None:
    """As `import` would find it, but for the packages above it, which are not imported for that."""
    loaded: ModuleSpec | None = getattr(sys.modules.get(name), "__spec__", None)
    if loaded is not None:
        return loaded
    for finder in sys.meta_path:
        with suppress(Exception):  # some finder of somebody's
            if spec := finder.find_spec(name, path):
                return spec
    return None


def _outermost(spec: ModuleSpec) -> list[Path]:
    assert spec.origin is not None, "asked before"
    there = [Path(place) for place in spec.submodule_search_locations or [spec.origin]]
    # of a module in an archive, it is the archive that is there
    return [next((one for one in (place, *place.parents) if one.exists()), place).resolve() for place in there]


def is_installed(source: Path) -> bool:
    """Whether it is part of Python's own library or was installed by pip, or is not there."""
    return any(source.is_relative_to(place) for place in _library()) or not source.exists()
