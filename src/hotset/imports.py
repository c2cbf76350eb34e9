"""Which code a program imports from outside of the installed packages: found by reading it, without running it.

A helper beside a job is a part of the job: when it changes, the job's output may. So are packages beside it, modules of
PYTHONPATH, and packages that are installed in editable form. Python's own library and what pip installed are not.
"""

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

from hotset.import_names import names_in

FOREIGN = frozenset({"hotset", "pyspark", "py4j"})  # their versions stand in a run's key


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
    """The files of a package's directory, links to others included, or the one file."""
    if not source.is_dir():
        return [source]
    found: list[Path] = []
    seen: set[str] = set()
    for directory, below, names in os.walk(source, followlinks=True):
        real = os.path.realpath(directory)
        if real in seen:
            below.clear()  # a link that leads back
            continue
        seen.add(real)
        found += [Path(directory, name) for name in names if name.endswith(".py")]
    return sorted(found)


def _imported_by(source: Path, name: str) -> set[tuple[Path, str]]:
    found: set[tuple[Path, str]] = set()
    for file in python_files(source):
        inside = [*file.relative_to(source).with_suffix("").parts] if source.is_dir() else []
        is_package = inside[-1:] == ["__init__"]
        module = ".".join([name, *(inside[:-1] if is_package else inside)])
        names = names_in(file, module if is_package else module.rpartition(".")[0])
        for imported in names.modules | names.whole:
            found |= set(_sources_of(imported, whole=imported in names.whole))
        found |= {(ran, ran.stem) for ran in names.files if not is_installed(ran) and ran != source}
    return found


@cache
def _library() -> tuple[Path, ...]:
    """Where Python's own modules are, and those that pip installs."""
    places = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple(Path(place).resolve() for place in places)


def _sources_of(name: str, *, whole: bool = False) -> Iterator[tuple[Path, str]]:
    """The outermost package of a module, or its file; nothing for what is installed or is not there.

    A directory without `__init__.py` may hold anything, so of that only what is named counts, if not the `whole` does.
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
    if whole:
        places = [Path(place).resolve() for place in path or ()]
        yield from ((place, name) for place in places if place.is_dir() and not is_installed(place))


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
