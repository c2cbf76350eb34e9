"""Which files an input is made of: listed once, by one rule, for every engine."""

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from hotset.account import absolute_path, home_directory
from hotset.data.partitions import Partition, partition_of
from hotset.errors import InputError
from hotset.hadoop import hadoop_pattern

SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*):/")
HIDDEN = "hidden or temporary name"


@dataclass(frozen=True)
class InputFile:
    """One file as it was when it was listed; `base` is the directory below which names of directories are values."""

    path: Path
    size_bytes: int
    mtime_ns: int
    base: Path | None = field(default=None, compare=False)

    @property
    def partition(self) -> Partition:
        """What the names of the directories between the input that was named and the file say."""
        return partition_of(self.path.relative_to(self.base)) if self.base else {}

    @property
    def for_spark(self) -> str:
        """The path as Spark's readers take it: they read a glob pattern into every name."""
        return hadoop_pattern(self.path)

    def check_unchanged(self) -> None:
        """Raises InputError when the file is not what it was when it was listed."""
        try:
            now = self.path.stat()
        except OSError:
            raise InputError(f"the input {self.path} vanished while it was read; nothing was published") from None
        if (now.st_size, now.st_mtime_ns) != (self.size_bytes, self.mtime_ns):
            raise InputError(f"the input {self.path} changed while it was read; nothing was published")


@dataclass(frozen=True)
class Listing:
    """The files to read in the order of their paths, and what was passed over, each with its reason."""

    files: tuple[InputFile, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def fingerprint(self) -> str:
        """Changes when a file comes, goes, grows or is written again: SHA-256 of paths, sizes and times."""
        facts = "\n".join(f"{file.path}\0{file.size_bytes}\0{file.mtime_ns}" for file in self.files)
        return hashlib.sha256(os.fsencode(facts)).hexdigest()

    def check_unchanged(self) -> None:
        """Raises InputError when a file is not what it was when it was listed."""
        for file in self.files:
            file.check_unchanged()


@dataclass
class _Findings:
    """What one path leads to, and the directory below which it does."""

    base: Path
    files: dict[Path, InputFile] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def list_inputs(paths: Iterable[str]) -> Listing:
    """The files under `paths`: files, directories (whole trees) or glob patterns on this machine.

    Raises InputError when a path leads to nothing, or to something that cannot be read.
    """
    files: dict[Path, InputFile] = {}  # a file that two paths lead to is read once
    skipped: dict[str, str] = {}
    for text in paths:
        path = local_path(text)
        found = _Findings(_base(path))
        for start in _expand(text, path):
            if _is_in_hidden(start, path):
                found.skipped[str(start)] = HIDDEN
            else:
                _collect(start, found, set())
        if not found.files:
            raise InputError(f"no file to read in {text!r}{_only_hidden(found)}; give a file, a directory or a glob")
        for file in found.files.values():
            files[file.path] = _outer(file, files.get(file.path, file))
        skipped |= found.skipped
    return Listing(tuple(files[path] for path in sorted(files)), tuple(sorted(skipped.items())))


def local_path(text: str) -> Path:
    """The absolute path on this machine that `text` means; `file:` and `~` are understood. Raises InputError."""
    scheme = SCHEME.match(text)
    if scheme and scheme[1] != "file":
        raise InputError(f"only paths of this machine are supported so far, got {text!r}")
    plain = re.sub(r"^file:(//)?(?=/)", "", text)
    if not plain or "\0" in plain:
        raise InputError(f"not a path, got {text!r}")
    if plain == "~" or plain.startswith("~/"):
        return absolute_path(_home(text) / plain[2:])
    # not Path.expanduser(): it raises for a `~name` that is nobody's, which may be a file's name
    return absolute_path(os.path.expanduser(plain))  # noqa: PTH111


def _home(text: str) -> Path:
    """Not by os.path.expanduser: without a home to be known it takes `~` for a name."""
    home = home_directory(os.environ)
    if home is None:
        raise InputError(f"no home directory is known, got {text!r}; set HOME, or write the whole path")
    return home


def spark_paths(paths: Iterable[str]) -> list[str]:
    """The same paths as Spark's own readers take them, directories whole. Raises InputError."""
    return [hadoop_pattern(start) for text in paths for start in _expand(text, local_path(text))]


def is_hidden(name: str) -> bool:
    """Spark's own rule for names that its readers pass over (HadoopFSUtils.shouldFilterOutPathName)."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name) or name.endswith("._COPYING_")


def is_utf8(path: Path) -> bool:
    """Whether the path is text: Linux takes any bytes, a JVM does not."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _base(path: Path) -> Path:
    """The directory that was named: the path itself, that of a file, or of a pattern what stands before it."""
    if os.path.lexists(path):
        return path if path.is_dir() else path.parent
    literal = takewhile(lambda part: not glob.has_magic(part), path.parts)
    return Path(*literal)


def _outer(one: InputFile, other: InputFile) -> InputFile:
    """Of a file that two paths lead to, the one that knows more of its directories."""
    return min(one, other, key=lambda file: len(str(file.base)))


def _expand(text: str, path: Path) -> list[Path]:
    """A name that exists is taken as it stands, glob characters and all; else it is a pattern."""
    if os.path.lexists(path):
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 (absolute)
    if not matches:
        raise InputError(f"no such input, got {text!r}; give a file, a directory or a glob that matches something")
    return matches


def _is_in_hidden(match: Path, pattern: Path) -> bool:
    """Whether a wildcard has led into a hidden directory: one that is written out is meant."""
    return any(is_hidden(name) and name not in pattern.parts for name in match.parts[:-1])


def _collect(path: Path, found: _Findings, above: set[Path]) -> None:
    if is_hidden(path.name):
        found.skipped[str(path)] = HIDDEN
    elif os.path.isdir(path):  # noqa: PTH112 (does not raise where a directory above is closed)
        real = path.resolve()
        if real in above:
            return  # a link to a directory above it: everything there is met anyway
        for child in _children(path):
            _collect(child, found, above | {real})
    else:
        _collect_file(path, found)


def _children(directory: Path) -> Iterator[Path]:
    try:
        yield from sorted(directory.iterdir())
    except OSError as why:
        raise InputError(f"cannot read the directory {directory}: {why.strerror}") from None


def _collect_file(path: Path, found: _Findings) -> None:
    try:
        facts = path.stat()
    except OSError as why:
        raise InputError(f"cannot read {path}: {why.strerror}") from None
    if not stat.S_ISREG(facts.st_mode):
        raise InputError(f"cannot read {path}: not a regular file; write its content to one first")
    if not os.access(path, os.R_OK):
        raise InputError(f"cannot read {path}: permission denied")
    if not is_utf8(path):
        raise InputError(f"cannot read {path}: Spark opens no file whose path is not UTF-8; rename it or link to it")
    if ":" in path.name:
        raise InputError(f"cannot read {path}: Hadoop opens no file with ':' in its name; rename it or link to it")
    found.files[path] = InputFile(path, facts.st_size, facts.st_mtime_ns, found.base)


def _only_hidden(found: _Findings) -> str:
    return f" but hidden or temporary ones ({next(iter(found.skipped))})" if found.skipped else ""
