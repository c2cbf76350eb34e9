"""The code that executors need and may not have: this package, and a job that is not installed."""

import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from pyspark import SparkContext, cloudpickle


def send_code(context: SparkContext, place: Path, sources: Iterable[Path]) -> None:
    """Lets functions of hotset and of `sources` (a module's file, or a package's directory) run in any worker.

    Those of hotset are pickled by value, as if they stood in a notebook, and so are those of a job that is not
    installed (job.py): an executor needs Spark's own Python packages, but no hotset, and a worker starts without
    importing all of it. The sources travel too, for what lies beside the job and for imports inside functions: packed
    into `place`, which has to last as long as the session.
    """
    register: Callable[[ModuleType], None] = cloudpickle.register_pickle_by_value
    register(sys.modules["hotset"])
    for source in sources:
        archive = place / f"{source.stem}-{_digest(source)}.zip"
        # a session may run many jobs: it takes no second file of a name, and wants the first one to stay
        if archive.name not in (context._python_includes or ()):
            context.addPyFile(str(_packed(source, archive)))


def lasting_place() -> Path:
    """A private directory for what a session that is not ours may ask for at any time; gone with this process."""
    return Path(_lasting().name)


@cache
def _lasting() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="hotset-code-")


def _packed(source: Path, archive: Path) -> Path:
    """The module or package as a zip archive that Python can import from."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in _files(source):
            packed.write(file, file.relative_to(source.parent))
    return archive


def _digest(source: Path) -> str:
    total = hashlib.sha256()
    for file in _files(source):
        total.update(f"{file.relative_to(source.parent)}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def _files(source: Path) -> list[Path]:
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]
