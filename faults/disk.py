"""A small disk, or one that takes nothing: a tmpfs in a mount namespace of the campaign's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWN_NAMESPACE = "FAULTS_OWN_MOUNTS"


class NotInjectedError(Exception):
    """The fault could not be brought about here: why."""


def enter_own_namespace() -> None:
    """Starts this program again where its mounts are nobody else's; goes on here when that is not allowed."""
    if OWN_NAMESPACE in os.environ:
        return
    os.environ[OWN_NAMESPACE] = "none"
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0:
        os.environ[OWN_NAMESPACE] = "entered"
        os.execvp("unshare", [*unshare, sys.executable, *sys.orig_argv[1:]])


@contextmanager
def small_disk(place: Path, megabytes: int, options: str = "") -> Iterator[Path]:
    """`place` is a disk of its own. Raises NotInjectedError where nothing may be mounted."""
    if os.environ.get(OWN_NAMESPACE) != "entered":
        raise NotInjectedError("no mount namespace: neither root nor allowed to make a user namespace")
    place.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m{options}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True)


def remount(place: Path, options: str) -> None:
    """Changes the disk at `place`: `ro`, `rw`, `size=100m`."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True, capture_output=True)
