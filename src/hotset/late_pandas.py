"""pandas is imported when somebody asks for it, and not with pyarrow's first array: a third of a second of every run.

pyarrow looks for pandas when it makes its first array of anything, to know a Series where it meets one. Here it is told
that there is none for as long as nobody has imported pandas; and no Series can be there before.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pyarrow as pa


def postpone() -> None:
    """Called when this is imported. Does nothing where pandas is there already."""
    if "pandas" in sys.modules:
        return
    hidden = _Hidden(threading.get_ident())
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(hidden)
    sys.meta_path.insert(0, _Announced())


class _Hidden:
    """No pandas, for one thread."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: Any = None) -> ModuleSpec | None:
        if name == "pandas" and threading.get_ident() == self._thread:
            raise ModuleNotFoundError("not yet", name=name)
        return None


class _Announced:
    """Finds pandas as others do, and lets pyarrow look for it again when it has been imported."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if name != "pandas":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            loader.exec_module = partial(self._execute, loader.exec_module)
        return spec

    def _execute(self, execute: Callable[[ModuleType], None], module: ModuleType) -> None:
        execute(module)
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        with suppress(ImportError):  # a pandas that is too old for pyarrow
            getattr(pa.lib._pandas_api, "version")  # noqa: B009 (it looks for pandas once more)


postpone()
