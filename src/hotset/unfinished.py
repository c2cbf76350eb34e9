"""What a program leaves undone when it ends: a run that is still open, a job that nobody ran.

`python job.py` of a file that only defines a job would end with 0 and have done nothing. So whoever imports hotset is
looked at when Python ends: if the main file holds the `Params` and the `main(run, params)` of a job, and no line of it
that does more than define something, then that is said, and the exit code is 2. A notebook, a shell, pytest, a file
that is imported, one that calls anything, and a program that failed by itself are left in peace.
"""

import ast
import atexit
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from hotset.errors import HotsetError, UsageError

DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
WHAT_TO_WRITE = 'if __name__ == "__main__": hotset.main(__file__)'


def _tell_plainly(error: HotsetError) -> None:
    sys.stderr.write(f"ERROR {error.exit_code} {error}\n")


class AtExit:
    """What there is to do when Python ends, and the error that its exit code then speaks of."""

    def __init__(self) -> None:
        # both are those of whoever opens runs, once that is loaded
        self.close_all: Callable[[BaseException | None], list[HotsetError]] = lambda _: []
        self.tell: Callable[[HotsetError], None] = _tell_plainly
        file = getattr(sys.modules.get("__main__"), "__file__", None)
        self._file = Path(file).absolute() if file else None  # now: Python forgets it before it ends
        self.ran = False  # a job, or a run that was opened by hand

    def __call__(self) -> None:
        main = sys.modules.get("__main__")
        at_work = self._file is None or is_interactive()
        wrong = self.close_all(None if at_work else getattr(sys, "last_value", None))
        if main and self._file and not self.ran and not at_work and is_job_that_only_defines(main, self._file):
            wrong.append(
                UsageError(
                    f"{self._file} defines a job and runs nothing; run it with `hotset run {self._file} …`, or write "
                    f"below it: {WHAT_TO_WRITE}"
                )
            )
        if wrong:
            for error in wrong:
                self.tell(error)
            leave(wrong[0].exit_code)


AT_EXIT = AtExit()
atexit.register(AT_EXIT)


def leave(exit_code: int) -> None:
    """Ends the process with this code, which nothing else can do so late."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(exit_code)


def is_interactive() -> bool:
    """Whether a person is at work in it: a shell, `python -i`."""
    return bool(sys.flags.interactive) or hasattr(sys, "ps1")


def is_job_that_only_defines(main: ModuleType, file: Path) -> bool:
    """Whether the main module is the file of a job, and has no statement that does anything."""
    params, function = getattr(main, "Params", None), getattr(main, "main", None)
    if hasattr(sys, "last_value") or not (isinstance(params, type) and callable(function)):
        return False
    if any(getattr(one, "__module__", None) != "__main__" for one in (params, function)):
        return False
    with suppress(OSError, SyntaxError, ValueError):
        return all(map(_only_defines, ast.parse(file.read_bytes()).body))
    return False


def _only_defines(statement: ast.stmt) -> bool:
    """A docstring, an import, a function, a class, a constant, and these below an `if` or a `try`; no call on its own.

    A constant may be made by a call, but not by one of `main`.
    """
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.If | ast.Try):
        handlers = [line for handler in getattr(statement, "handlers", ()) for line in handler.body]
        return all(map(_only_defines, [*statement.body, *statement.orelse, *handlers]))
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        called = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
        return not any(isinstance(one, ast.Name) and one.id == "main" for one in called)
    return isinstance(statement, DEFINES)
