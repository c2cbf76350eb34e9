"""Start-up archives: Spark's classes as the JVM has them in memory, in a file that a later JVM maps.

Java 25 calls it an AOT cache (JEP 514), Java 17 and 21 a dynamic CDS archive (JEP 350). The JVM's own checks do not
see every jar that was replaced, nor a flipped bit. So the file's name says what it was made from and what is in it:
`java-<version>-<home>-<key>-<CRC-32>.<kind>`. An archive is code: only one that nobody else can write to is used.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotset.account import why_not_private
from hotset.session.command import class_path, holds_files
from hotset.session.java import OPTION_VARIABLES, Java

AOT = 25
CHUNK_BYTES = 2**20
READ_ONLY, PRIVATE = 0o400, 0o700
MISSING = "there is none for this Java and this class path; `hotset warm` makes it"
# What a JVM says of an archive, why it does not take it among them, goes to stdout else.
QUIET = ("-Xlog:disable", "-Xlog:all=warning:stderr")
OWN_OPTIONS = ("-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-Xshare")


@dataclass(frozen=True)
class Place:
    """Where the archive for one Java and one class path lies, whether or not it is there."""

    directory: Path
    java: Java
    key: str

    @property
    def prefix(self) -> str:
        return f"{_prefix(self.java)}-{self.key}"

    @property
    def suffix(self) -> str:
        return ".aot" if self.java.version >= AOT else ".jsa"

    @property
    def offered(self) -> Path:
        """Exists once the person was told that an archive could be made."""
        return self.directory / f"offered-{self.key}"

    def find(self) -> Path | None:
        """The archive, unchecked."""
        return next(iter(sorted(self.directory.glob(f"{self.prefix}-*{self.suffix}"))), None)

    def named(self, checksum: str) -> Path:
        return self.directory / f"{self.prefix}-{checksum}{self.suffix}"

    def others(self) -> Iterator[Path]:
        """What was made for this Java from other classes, or has another content."""
        yield from self.directory.glob(f"{_prefix(self.java)}-*")


def place(java: Java, command: Sequence[str], cache: Path) -> Place:
    """The place of the archive for this command that starts Spark."""
    return Place(archives_dir(cache), java, key(java, class_path(command)))


def archives_dir(cache: Path) -> Path:
    return cache / "archives"


def key(java: Java, entries: Sequence[str]) -> str:
    """Another one for another Java or class path: each file's path, size and time of its last change count."""
    modules = java.home / "lib" / "modules"
    facts = [f"{java.home} {java.build}", *map(_fact, (str(modules), *entries))]
    return hashlib.sha256("\n".join(facts).encode(errors="surrogateescape")).hexdigest()[:16]


def _fact(file: str) -> str:
    try:
        found = Path(file).stat()
    except OSError:
        return f"{file} absent"
    return f"{file} {found.st_size} {found.st_mtime_ns}"


def _prefix(java: Java) -> str:
    home = hashlib.sha256(str(java.home).encode(errors="surrogateescape")).hexdigest()[:8]
    return f"java-{java.version}-{home}"


def why_impossible(command: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Why no archive can be made or used for this command, if so."""
    entries = class_path(command)
    if any("*" in entry for entry in entries):
        return "the class path is too long to be written out; install Python's packages in a shorter path"
    for directory in filter(holds_files, map(Path, entries)):
        return f"the JVM archives no class path with a directory in it, got {directory}; leave it out or empty it"
    options = [*command, *(word for name in OPTION_VARIABLES for word in environment.get(name, "").split())]
    for option in options:
        if option.startswith(OWN_OPTIONS):
            return f"the JVM was given an archive option of somebody's own, {option}"
    return None


@dataclass(frozen=True)
class Lookup:
    """The archive to use; else why there is none, and the place where one could be made, if it could."""

    archive: Path | None = None
    why_none: str | None = None
    place: Place | None = None


def look_up(
    java: Java, command: Sequence[str], cache: Path, environment: Mapping[str, str], damaged: Collection[Path] = ()
) -> Lookup:
    """The archive for this command; `damaged` are those that were found so."""
    if why := why_impossible(command, environment):
        return Lookup(why_none=why)
    where = place(java, command, cache)
    archive = where.find()
    if archive is None:
        return Lookup(why_none=MISSING, place=where)
    if why := why_distrusted(archive):
        return Lookup(None, f"{why}; it is code, so it is not used; remove it, then `hotset warm` makes another", where)
    if archive in damaged:
        return Lookup(
            None, f"{archive} is damaged: its content is not what was written; `hotset warm` makes another", where
        )
    return Lookup(archive, None, where)


def damaged_archives(java: Java, cache: Path) -> list[Path]:
    """Those for this Java whose content is not what was written.

    Looked for while Spark's launcher says its command: a JVM with a bit of its classes flipped crashes, or worse.
    """
    found = archives_dir(cache).glob(f"{_prefix(java)}-*")
    return [archive for archive in found if not why_distrusted(archive) and not is_whole(archive)]


def why_distrusted(archive: Path) -> str | None:
    """Why the archive may not be used: it is code, so it has to be ours alone to write, as has its directory."""
    return why_distrusted_directory(archive.parent) or why_not_private(archive, directory=False)


def why_distrusted_directory(directory: Path) -> str | None:
    return why_not_private(directory, directory=True)


def is_whole(archive: Path) -> bool:
    """Whether the content is the one that the name promises. 200 MB take a tenth of a second."""
    try:
        return archive.stem.endswith(f"-{checksum(archive)}")
    except OSError:
        return False


def checksum(file: Path) -> str:
    """Its CRC-32, in hexadecimal."""
    crc, buffer = 0, bytearray(CHUNK_BYTES)
    with file.open("rb", buffering=0) as content:
        while count := content.readinto(buffer):
            crc = zlib.crc32(memoryview(buffer)[:count], crc)
    return f"{crc:08x}"


def use_options(java: Java, archive: Path) -> list[str]:
    """What tells a JVM to use the archive, and to go on without where it cannot."""
    if java.version >= AOT:
        return [*QUIET, f"-XX:AOTCache={archive}"]
    return [*QUIET, "-Xshare:auto", f"-XX:SharedArchiveFile={archive}"]


def dump_options(java: Java, archive: Path) -> list[str]:
    """What tells a JVM to write an archive when it ends."""
    return [*QUIET, f"-XX:{'AOTCacheOutput' if java.version >= AOT else 'ArchiveClassesAtExit'}={archive}"]


def is_mapped(pid: int, archive: Path) -> bool:
    """Whether the process really has the archive in its memory; where nobody can say (no /proc), True."""
    try:
        return str(archive) in Path(f"/proc/{pid}/maps").read_text(errors="surrogateescape")
    except OSError:
        return True
