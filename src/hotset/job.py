"""Find a job: by its name, by the name of a module, or by the path of a file.

A job is a module with a docstring, a frozen dataclass `Params` and a function `main(run, params)`. Spark is up when
`main` begins where a file of the job imports pyspark, since whoever writes `F.col("n")` needs it; a job that can do
without until it asks its run for something says so by a function `needs_spark(params) -> bool`. One that runs functions
of others says which by a function `runs(params) -> tuple[Function, ...]`: their code is part of what the output depends
on, and travels to the workers.
"""

import ast
import dataclasses
import difflib
import hashlib
import importlib
import importlib.metadata
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from pyspark import cloudpickle

from hotset import shadowed
from hotset.account import working_directory
from hotset.beside import modules_beside
from hotset.blame import advise_on_import, describe_exception, find_author_line, read_frames
from hotset.declared import check_main
from hotset.errors import HotsetError, SparkJobError, UsageError
from hotset.imports import imported_sources, python_files

ENTRY_POINTS = "hotset.jobs"
SUITE = Path(__file__).parent / "jobs"
_loading = ContextVar("_loading", default=False)


@dataclass(frozen=True)
class Job:
    """A module that can be run, and the code of it that executors may lack."""

    name: str
    params: type[Any]
    main: Callable[[Any, Any], None]
    doc: str
    source: Path
    travels: tuple[Path, ...]
    runs: Callable[[Any], tuple["Function", ...]] = lambda _: ()
    needs_spark: Callable[[Any], bool] = lambda _: True

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self.doc.strip().partition("\n")[0]

    def code_hash(self, params: Any = None) -> str:
        """SHA-256 of the job's own source: its package if it has one, else its file; and of the functions it runs.

        So is what these import, as far as it is not installed.
        """
        digest = hashlib.sha256()
        others = self._others(params)
        theirs = (self.source, *(source for source in others if not _installed(source)))
        for root in (self.source, *others, *imported_sources(theirs)):
            for file in python_files(root):
                name = file.relative_to(root.parent).as_posix()
                digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()

    def code(self, params: Any) -> tuple[Path, ...]:
        """What executors may lack."""
        others = [source for source in self._others(params) if not _installed(source)]
        return tuple(dict.fromkeys((*self.travels, *(one for source in others for one in _with_neighbours(source)))))

    def _others(self, params: Any) -> list[Path]:
        functions = () if params is None else self.runs(params)
        return sorted({function.source for function in functions if function.source})


@dataclass(frozen=True)
class Function:
    """A function that somebody named, and where its code is: its top package, its file, or None in the library."""

    call: Callable[..., Any]
    source: Path | None


@contextmanager
def of_the_job(source: Path, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """What the job's own code raises before its run begins is the job's failure; `passing` is passed on as it is.

    `sys.exit` is no good end there: nothing was done.
    """
    try:
        yield
    except (Exception, SystemExit) as why:
        if isinstance(why, (HotsetError, *passing)):
            raise
        place = find_author_line(read_frames(why), source)
        raise SparkJobError(f"{describe_exception(why)}, at {place or 'Params'}; mend the job") from why


def _theirs(module: ModuleType, name: str, source: Path, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What the job says of its parameters by a function of this name, if it has one."""
    say = getattr(module, name, otherwise)

    def said(params: Any) -> Any:
        with of_the_job(source):
            return say(params)

    return said


def named_jobs() -> dict[str, str]:
    """name -> module of every job: those of the suite, a directory each, and those that installed packages declare."""
    suite = {file.parent.name.replace("_", "-"): file.parent.name for file in SUITE.glob("*/job.py")}
    ours = {name: f"hotset.jobs.{directory}.job" for name, directory in sorted(suite.items())}
    return {entry.name: entry.value for entry in importlib.metadata.entry_points(group=ENTRY_POINTS)} | ours


def find_job(target: str) -> Job:
    """The job that `target` means. Raises UsageError with what is known, or with why the module is no job."""
    names = named_jobs()
    if target in names:
        return _job(target, _import(names[target]))
    if target.endswith(".py") or "/" in target:
        return _job_in_file(Path(target))
    if target.replace(".", "a").isidentifier():
        _look_here_too()
        if _exists(target):
            return _job(target.rpartition(".")[2], _import(target))
    close = difflib.get_close_matches(target, names, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(names))}."
    raise UsageError(f"no job, module or file is called {target!r}. {hint}")


def find_function(target: str) -> Function:
    """The function that `package.module:name` or `path/file.py:name` means; it may be pickled for any worker.

    Raises UsageError.
    """
    where, _, name = target.rpartition(":")
    if not where or not name:
        raise UsageError(f"a function is written package.module:name or path/file.py:name, got {target!r}")
    if where.endswith(".py"):
        module = _module_in_file(Path(where))
    else:
        _look_here_too()
        module = _import(where)
    call = _function_in(module, name)
    if module.__name__.partition(".")[0] in sys.stdlib_module_names:
        return Function(call, None)
    source = _source(module)
    _pickle_by_value(source)
    return Function(call, source)


def _function_in(module: ModuleType, name: str) -> Callable[..., Any]:
    try:
        call: Callable[..., Any] = attrgetter(name)(module)
    except AttributeError:
        known = [one for one in dir(module) if callable(getattr(module, one)) and not one.startswith("_")]
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(known) or 'none'}"
        raise UsageError(f"{module.__name__} has no function {name!r}; {hint}") from None
    if not callable(call):
        raise UsageError(f"{module.__name__}:{name} is no function, got {call!r}; name one")
    return call


def _look_here_too() -> None:
    """Modules in the working directory can be imported, if there is one."""
    here = working_directory()
    if here and "" not in sys.path:
        shadowed.make_importable(str(here))


def _exists(module: str) -> bool:
    if module.startswith("."):
        return False
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError as why:  # of itself or its package, or of something that the package imports
        return why.name is not None and not f"{module}.".startswith(f"{why.name}.")
    except ValueError:
        return False
    except Exception:  # its package cannot be loaded; _import says why
        return True


def _import(module: str) -> ModuleType:
    """Raises UsageError with the line that is wrong."""
    loading = _loading.set(True)
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as why:
        line = find_author_line(read_frames(why))
        place = f", at {line}" if line else ""
        advice = advise_on_import(str(why)) if isinstance(why, ImportError) else None
        raise UsageError(
            f"cannot load {module}: {describe_exception(why)}{place}{f'; {advice}' if advice else ''}"
        ) from (why)
    finally:
        _loading.reset(loading)


def refuse_while_loading() -> None:
    """Raises UsageError when a job calls `hotset.main` while it is loaded, be it here, by a test or by a worker."""
    if _loading.get():
        raise UsageError('hotset.main is called while the job is loaded; write it below if __name__ == "__main__":')


def _job_in_file(file: Path) -> Job:
    return _job(file.stem, _module_in_file(file))


def _module_in_file(file: Path) -> ModuleType:
    """The module of a file, importable in executors under the same name once the file has travelled there."""
    if not os.path.isfile(file):  # noqa: PTH113 (Path.is_file raises for a name that is too long)
        raise UsageError(f"no such file, got {str(file)!r}; give a job's name, a module or a .py file")
    name = file.stem
    if not name.isidentifier() or file.suffix != ".py":
        raise UsageError(f"{file} cannot be imported; name it like a Python module: letters, digits and _, then .py")
    if name in sys.stdlib_module_names or _another(name, file):
        raise UsageError(f"{file} has the name of the installed module {name!r}, which workers would load; rename it")
    shadowed.make_importable(str(file.resolve().parent))
    return _import(name)


def _another(name: str, file: Path) -> bool:
    """Whether the name leads to a module that is not this file."""
    if not _exists(name):
        return False
    found = importlib.util.find_spec(name)
    return found is None or found.origin is None or Path(found.origin).resolve() != file.resolve()


def _job(name: str, module: ModuleType) -> Job:
    params, main = getattr(module, "Params", None), getattr(module, "main", None)
    if not (isinstance(params, type) and dataclasses.is_dataclass(params)):
        hint = "; write @dataclass(frozen=True) above class Params" if isinstance(params, type) else ""
        raise UsageError(f"{module.__name__} is no job: it has no dataclass `Params`{hint}")
    if not callable(main):
        raise UsageError(f"{module.__name__} is no job: it has no function `main(run, params)`")
    check_main(main)
    doc = docstring(module)
    if not doc:
        raise UsageError(f"{module.__name__} is no job: its docstring, which `hotset list` shows, is missing")
    source = _source(module)
    _pickle_by_value(source)
    travels = () if _installed(source) else _with_neighbours(source)
    runs = _theirs(module, "runs", source, Job.runs)
    needs_spark = _theirs(module, "needs_spark", source, lambda _: not travels or _mention_spark(travels))
    return Job(name, params, main, doc, source, travels, runs, needs_spark)


def _mention_spark(sources: Iterable[Path]) -> bool:
    """Whether a file imports Spark: whoever writes `F.col("n")` needs a session, whoever has rows of a run does not."""
    return any(_imports_spark(file) for source in sources for file in python_files(source))


def _imports_spark(file: Path) -> bool:
    try:
        nodes = [*ast.walk(ast.parse(file.read_bytes()))]
    except (SyntaxError, ValueError):
        return True  # of one that nobody loads, nothing is known
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return any(name.partition(".")[0] == "pyspark" for name in names)


def docstring(thing: ModuleType | Callable[..., Any]) -> str | None:
    """What it says of itself; from its source, where Python was told (-OO) to leave such texts out."""
    if thing.__doc__ or sys.flags.optimize < 2:
        return thing.__doc__
    with suppress(OSError, SyntaxError, TypeError):
        tree = ast.parse(inspect.getsource(thing))
        (of,) = [tree] if isinstance(thing, ModuleType) else tree.body
        return ast.get_docstring(of) if isinstance(of, ast.Module | ast.FunctionDef) else None
    return None


def _source(module: ModuleType) -> Path:
    """The top package's directory, or the file of a module that is in none."""
    top = sys.modules[module.__name__.partition(".")[0]]
    assert module.__file__ is not None, "namespace packages have no main"
    package = getattr(top, "__path__", None)
    return Path(next(iter(package)) if package else module.__file__).resolve()


def _pickle_by_value(source: Path) -> None:
    """Functions of code that workers may lack go to them whole, and not by the name of their module."""
    if not _installed(source):
        by_value: Callable[[ModuleType], None] = cloudpickle.register_pickle_by_value
        by_value(sys.modules[source.stem])


def _with_neighbours(source: Path) -> tuple[Path, ...]:
    """The code, and for a single file what it imports of the files beside it."""
    return (source,) if source.is_dir() else (source, *modules_beside(source))


def _installed(source: Path) -> bool:
    """Whether workers on this machine find it by themselves: our own package, and what pip installed."""
    own = Path(__file__).resolve().parent
    return source == own or source.is_relative_to(Path(sys.prefix).resolve())
