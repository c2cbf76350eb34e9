"""The account that this process runs under: its name, its home and its private directories, or what stands for them.

A container may run under a number that has no name and no home; a service may have a home that it cannot enter.
"""

import os
import pwd
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hotset.errors import InputError, ResourceError

PRIVATE = 0o700
TEMPORARY = ("TMPDIR", "TEMP", "TMP")  # where Python looks for a temporary directory, in this order
USUAL = ("/tmp", "/var/tmp", "/usr/tmp")


def has_name() -> bool:
    """Whether the system knows a name for the user; without one, a JVM takes "?" for the user and for the home."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True


def user_name(environment: Mapping[str, str]) -> str:
    """The name by which Hadoop and Spark are to know a user whom the system has no name for."""
    return environment.get("HADOOP_USER_NAME") or environment.get("SPARK_USER") or str(os.getuid())


def home_directory(environment: Mapping[str, str]) -> Path | None:
    """HOME, else the account's own; None where neither is an absolute path. It may not exist."""
    home = environment.get("HOME", "")
    if not Path(home).is_absolute():
        try:
            home = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
    return Path(home) if Path(home).is_absolute() else None


def working_directory() -> Path | None:
    """None where it was deleted under this process, or cannot be reached."""
    try:
        return Path.cwd()
    except OSError:
        return None


def absolute_path(path: str | Path) -> Path:
    """`path` from the working directory on, `..` taken as written. Raises InputError where there is none."""
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 (not resolve(): a link is a name of its own)
    except OSError:
        raise InputError(
            f"the working directory does not exist any more, and {str(path)!r} begins there; "
            f"change to a directory that does, or give an absolute path"
        ) from None


def cache_dir(environment: Mapping[str, str]) -> Path:
    """Where what can be made again is kept between runs."""
    base = _wanted("XDG_CACHE_HOME", ".cache", environment)
    return base / "hotset" if base and _can_write(base / "hotset") else _private_place("cache")


def state_dir(environment: Mapping[str, str]) -> Path:
    """Where records of runs without an output are kept. XDG_STATE_HOME is obeyed, whether it can be written or not."""
    base = _wanted("XDG_STATE_HOME", ".local/state", environment)
    named = Path(environment.get("XDG_STATE_HOME", "")).is_absolute()
    return base / "hotset" if base and (named or _can_write(base / "hotset")) else _private_place("state")


def temporary_directory() -> Path:
    """TMPDIR, else /tmp or the like. Raises ResourceError when nothing can be written to any of them."""
    tried = [os.environ[name] for name in TEMPORARY if os.environ.get(name)] + list(USUAL)
    try:
        found = tempfile.gettempdir()
        # when all else fails Python takes the working directory, where nobody looks for gigabytes
        if found in {os.path.abspath(one) for one in tried}:  # noqa: PTH100 (as Python does)
            return Path(found)
    except OSError:
        pass
    raise ResourceError(
        f"no temporary directory can be written to, got {', '.join(dict.fromkeys(tried))}; "
        f"free some room there, or set TMPDIR to a directory that can"
    )


def why_not_private(path: Path, *, directory: bool) -> str | None:
    """Why what is there could have come from somebody else: only what we alone can write to is trusted."""
    try:
        found = path.lstat()
    except OSError as why:
        return f"{path} cannot be read: {why.strerror}"
    if not (stat.S_ISDIR if directory else stat.S_ISREG)(found.st_mode):
        return f"{path} is not what it should be, or a link"
    if found.st_uid != os.getuid():
        return f"{path} belongs to user {found.st_uid}"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may write to {path}"
    return None


def _wanted(variable: str, below_home: str, environment: Mapping[str, str]) -> Path | None:
    """By the XDG Base Directory Specification, which has relative paths ignored."""
    base = Path(environment.get(variable, ""))
    if base.is_absolute():
        return base
    home = home_directory(environment)
    return home / below_home if home and os.path.isdir(home) else None  # noqa: PTH112 (does not raise)


def _can_write(path: Path) -> bool:
    """Whether the directory can be made and written to. It is tried: of /proc the system says that root can."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)


def _private_place(kind: str) -> Path:
    """For an account without a home to write to: kept for as long as the system keeps temporary files."""
    place = temporary_directory() / f"hotset-user-{os.getuid()}"
    try:
        place.mkdir(mode=PRIVATE, exist_ok=True)
    except OSError as why:
        raise ResourceError(f"cannot make {place}: {why.strerror}; set HOME to a directory of your own") from None
    if why_not := why_not_private(place, directory=True):
        raise ResourceError(f"{why_not}; remove it, or set HOME to a directory of your own")
    return place / kind
