"""The code that executors need and may not have: this package, and a job that is not installed."""

import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from pyspark import SparkContext, cloudpickle


def send_code(context: SparkContext, scratch: Path, sources: Iterable[Path]) -> None:
    """Lets functions of hotset and of `sources` (a module's file, or a package's directory) run in any worker.

    They are pickled by value, as if they stood in a notebook: an executor needs Spark's own Python packages, but no
    hotset, and a worker starts without importing all of it. The sources travel too, for imports inside functions.
    """
    register: Callable[[ModuleType], None] = cloudpickle.register_pickle_by_value
    register(sys.modules["hotset"])
    for source in sources:
        register(sys.modules[source.stem])
        context.addPyFile(str(_packed(source, scratch) if source.is_dir() else source))


def _packed(package: Path, scratch: Path) -> Path:
    """The package as a zip archive that Python can import from."""
    archive = scratch / f"{package.name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for source in sorted(package.rglob("*.py")):
            packed.write(source, source.relative_to(package.parent))
    return archive
