"""One module for each work, under the name that `python -m bench NAME` takes; its WORK says everything."""

from importlib import import_module
from pathlib import Path

from bench.work import Work
from hotset.errors import UsageError

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def find_work(name: str) -> Work:
    """The work of this name. Raises UsageError when there is none."""
    if name not in NAMES:
        raise UsageError(f"no such work, got {name!r}; there are {', '.join(NAMES)}")
    work: Work = import_module(f"bench.works.{name}").WORK
    return work
