"""Find a job: by its name, by the name of a module, or by the path of a file.

A job is a module with a docstring, a frozen dataclass `Params` and a function `main(run, params)`. One whose rows do
not all pass through Spark's JVM may say so by a function `rows_pass_jvm(params) -> bool`: then the JVM is started for a
small input, however large the files are.
"""

import dataclasses
import difflib
import hashlib
import importlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from hotset.errors import UsageError

ENTRY_POINTS = "hotset.jobs"


@dataclass(frozen=True)
class Job:
    """A module that can be run, and the code of it that executors may lack."""

    name: str
    params: type[Any]
    main: Callable[[Any, Any], None]
    doc: str
    source: Path
    travels: tuple[Path, ...]
    rows_pass_jvm: Callable[[Any], bool] = lambda _: True

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self.doc.strip().partition("\n")[0]

    def code_hash(self) -> str:
        """SHA-256 of the job's own source: its package if it has one, else its file."""
        digest = hashlib.sha256()
        sources = sorted(self.source.rglob("*.py")) if self.source.is_dir() else [self.source]
        for file in sources:
            digest.update(file.relative_to(self.source.parent).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()


def named_jobs() -> dict[str, str]:
    """name -> module of every installed job."""
    return {entry.name: entry.value for entry in importlib.metadata.entry_points(group=ENTRY_POINTS)}


def find_job(target: str) -> Job:
    """The job that `target` means. Raises UsageError with what is known, or with why the module is no job."""
    names = named_jobs()
    if target in names:
        return _job(target, _import(names[target]))
    if target.endswith(".py") or "/" in target:
        return _job_in_file(Path(target))
    if target.replace(".", "a").isidentifier():
        sys.path[:0] = [] if "" in sys.path or str(Path.cwd()) in sys.path else [str(Path.cwd())]
        if _exists(target):
            return _job(target.rpartition(".")[2], _import(target))
    close = difflib.get_close_matches(target, names, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(names))}."
    raise UsageError(f"no job, module or file is called {target!r}. {hint}")


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _import(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as why:
        raise UsageError(f"cannot load {module}: {type(why).__name__}: {why}") from why


def _job_in_file(file: Path) -> Job:
    """The module of a file, importable in executors under the same name once the file has travelled there."""
    if not os.path.isfile(file):  # noqa: PTH113 (Path.is_file raises for a name that is too long)
        raise UsageError(f"no such file, got {str(file)!r}; give a job's name, a module or a .py file")
    name = file.stem
    if not name.isidentifier() or file.suffix != ".py":
        raise UsageError(f"{file} cannot be imported; name it like a Python module: letters, digits and _, then .py")
    if name in sys.stdlib_module_names or _exists(name):
        raise UsageError(f"{file} has the name of the installed module {name!r}, which workers would load; rename it")
    sys.path.insert(0, str(file.resolve().parent))
    return _job(name, _import(name))


def _job(name: str, module: ModuleType) -> Job:
    params, main = getattr(module, "Params", None), getattr(module, "main", None)
    if not (isinstance(params, type) and dataclasses.is_dataclass(params)):
        raise UsageError(f"{module.__name__} is no job: it has no dataclass `Params`")
    if not callable(main):
        raise UsageError(f"{module.__name__} is no job: it has no function `main(run, params)`")
    if not module.__doc__:
        raise UsageError(f"{module.__name__} is no job: its docstring, which `hotset list` shows, is missing")
    source = _source(module)
    travels = () if _installed(source) else (source,)
    return Job(name, params, main, module.__doc__, source, travels, getattr(module, "rows_pass_jvm", Job.rows_pass_jvm))


def _source(module: ModuleType) -> Path:
    """The top package's directory, or the file of a module that is in none."""
    top = sys.modules[module.__name__.partition(".")[0]]
    assert module.__file__ is not None, "namespace packages have no main"
    package = getattr(top, "__path__", None)
    return Path(next(iter(package)) if package else module.__file__).resolve()


def _installed(source: Path) -> bool:
    """Whether workers on this machine find it by themselves: our own package, and what pip installed."""
    own = Path(__file__).resolve().parent
    return source == own or source.is_relative_to(Path(sys.prefix).resolve())
