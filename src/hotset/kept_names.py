"""Under which names a job keeps something, read from its source: so that a misspelt `--level` costs no time.

Known only where every `run.keep`, `run.keeping` and `run.loop` writes its name out, and `run` is handed to nobody
else's function.
"""

import ast
import difflib
import inspect
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from hotset.errors import UsageError
from hotset.job import Job


def check_kept_names(job: Job, asked: Sequence[str]) -> None:
    """Raises UsageError for a name that the job never keeps anything by, where that can be known."""
    names = find_kept_names(_files_of(job)) if asked else None
    for name in asked:
        if names and name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it keeps {', '.join(sorted(names))}"
            raise UsageError(f"{job.name} keeps nothing as {name!r}, got --level for it; {hint}")


def find_kept_names(files: Iterable[Path]) -> set[str] | None:
    """All names that are kept by in these files; None where that cannot be told."""
    names: set[str] = set()
    with suppress(OSError, SyntaxError, ValueError):
        nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
        own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        own |= {table for node in nodes for table in _tables_of(node, own)}
        for call in (node for node in nodes if isinstance(node, ast.Call)):
            if _is_keep(call):
                name = _name_of(call)
                if name is None:
                    return None
                names.add(name)
            elif _is_given_run(call) and _function_of(call) not in own:
                return None
        return names
    return None


def _is_keep(call: ast.Call) -> bool:
    """run.keep(…), run.keeping(…) or run.loop(…)."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("keep", "keeping", "loop")
        and _is_run(call.func.value)
    )


def _is_run(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "run"


def _name_of(call: ast.Call) -> str | None:
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
    first = given[0] if given else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _is_given_run(call: ast.Call) -> bool:
    return any(_is_run(value) for value in (*call.args, *(keyword.value for keyword in call.keywords)))


def _function_of(call: ast.Call) -> str | None:
    """`f` of f(…) and of f[…](…); None for what is found in another way."""
    called = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    return called.id if isinstance(called, ast.Name) else None


def _tables_of(node: ast.AST, own: set[str]) -> list[str]:
    """The name of a dictionary whose values are all functions that stand here."""
    if not (isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict)):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if not all(_is_own(value, own) for value in node.value.values):
        return []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _is_own(value: ast.expr, own: set[str]) -> bool:
    """A function that stands here, by its name, as a lambda, or with some arguments: partial(f, …)."""
    if isinstance(value, ast.Call) and value.args:
        return _is_own(value.args[0], own)
    return isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in own)


def _files_of(job: Job) -> list[Path]:
    """The job's own code: of the suite's jobs the directory, else the file with those beside it, or the package."""
    if job.travels:
        return [file for one in job.travels for file in ([one] if one.is_file() else sorted(one.rglob("*.py")))]
    with suppress(TypeError):
        file = Path(inspect.getsourcefile(job.main) or "")
        return sorted(file.parent.glob("*.py")) if file.name == "job.py" else [file]
    return []
