"""Where the things of a checkout are, and the stamp that says its environment is whole."""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """A checkout's root, and what lies in it.

    A set-up may be killed at any moment. Two files make the next one safe: `created` is written when the bare
    environment is complete, `stamp` when everything is installed; each is removed before the thing that it
    vouches for is touched.
    """

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def created(self) -> Path:
        return self.venv / "created"

    @property
    def stamp(self) -> Path:
        return self.venv / "stamp.json"

    @property
    def log(self) -> Path:
        return self.venv / "bootstrap.log"

    @property
    def scratch(self) -> Path:
        return self.venv / "tmp"

    def lock(self, kind: str) -> Path:
        return self.root / "requirements" / f"{kind}.txt"


def identity(checkout: Checkout) -> str:
    """What an environment belongs to: scripts hold its path, packages the Python they were built for."""
    return f"{sys.implementation.cache_tag}{sys.abiflags} {platform.machine()} {str(checkout.root)!a}"


def digest(checkout: Checkout, kind: str) -> str:
    """One hash over everything that a set-up of `kind` follows from."""
    total = hashlib.sha256(identity(checkout).encode())
    for path in (checkout.lock("build"), checkout.lock(kind), checkout.root / "pyproject.toml"):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_ready(checkout: Checkout, kind: str) -> bool:
    """True if the last set-up of `kind` ended well and nothing that it follows from has changed."""
    return kind in ready_kinds(checkout)


def ready_kinds(checkout: Checkout) -> set[str]:
    """The kinds that `.venv` holds everything for."""
    try:
        stamp = json.loads(checkout.stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(stamp, dict) or not checkout.python.exists():
        return set()
    known = {kind: stamped for kind, stamped in stamp.items() if checkout.lock(kind).exists()}
    return {kind for kind, stamped in known.items() if stamped == digest(checkout, kind)}


def record(checkout: Checkout, kinds: Iterable[str]) -> None:
    """Write the stamp. What dev or bench needs includes what run needs, at the same versions."""
    write_whole(checkout.stamp, json.dumps({each: digest(checkout, each) for each in sorted({"run", *kinds})}))


def write_whole(path: Path, text: str) -> None:
    """Write all of `text` or nothing, whenever the process is killed."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


def packages_in(lock: Path) -> int:
    """How many packages a lock names; one that is pinned twice, for two Pythons, counts once."""
    lines = lock.read_text("utf-8").splitlines()
    return len({line.split("==")[0] for line in lines if "==" in line and line[0].isalnum()})
