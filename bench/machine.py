"""What the times were taken on."""

import hashlib
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from bench.work import ROOT
from hotset.session.java import Java

PACKAGES = ("hotset", "pyspark", "pyarrow", "pandas", "numpy", "polars", "duckdb", "dask")


def machine() -> dict[str, Any]:
    """Cores, memory, processor and system."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": psutil.virtual_memory().total,
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions(java: Java) -> dict[str, str]:
    """Of everything that has a hand in a time."""
    return {"Python": platform.python_version(), "Java": java.build} | {
        name: found for name in PACKAGES if (found := _version(name))
    }


def source_digest() -> str:
    """A hash over hotset's own code: what its version number does not tell apart."""
    total = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    """The model as Linux has it; the architecture where it says none."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
