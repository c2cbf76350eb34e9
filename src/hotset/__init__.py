"""PySpark jobs for in-memory data processing, and the small framework that they share.

A job is a module with a docstring, a frozen dataclass `Params` and `main(run, params)`; `Run` is the only thing through
which it touches the world. `hotset list` shows the jobs, docs/tour.md follows one from the shell to the exit.

The public names are loaded when the first of them is asked for: Spark's workers, which take a function out of one
module, start without them.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hotset import shadowed  # noqa: F401 (first: it sees to it that the others find what they import)

# isort: split
from hotset import (
    late_pandas,  # noqa: F401 (before anything here makes an array)
    unfinished,  # noqa: F401 (looks at the program when Python ends)
)

if TYPE_CHECKING:
    from hotset.public import *  # noqa: F403
    from hotset.public import __all__ as __all__


def __getattr__(name: str) -> Any:
    if (name.startswith("_") and name != "__all__") or find_spec(f"hotset.{name}"):
        raise AttributeError(name)  # of a module: then it is imported
    public = import_module("hotset.public")
    if not hasattr(public, name):
        raise AttributeError(f"module 'hotset' has no attribute {name!r}")
    globals()[name] = found = getattr(public, name)  # the next time nobody has to look
    return found


def __dir__() -> list[str]:
    return [*globals(), *import_module("hotset.public").__all__]
