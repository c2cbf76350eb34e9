"""Is a published version still what its manifest says? Every file, byte by byte."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from pathlib import Path

from hotset.data.contents import digest_and_rows, in_threads
from hotset.data.listing import InputFile
from hotset.data.manifest import MANIFEST_NAME, Manifest, PublishedFile, QuarantineFile, load_manifest
from hotset.errors import InputError

EXAMPLES = 3
_known: dict[tuple[str, int, int], str] = {}  # what was read in this process: path, size and time -> SHA-256


@dataclass(frozen=True)
class Verified:
    """What was found: the manifest, and one line for each file that is not what it says."""

    manifest: Manifest
    damaged: tuple[str, ...]


def verify(directory: Path, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Everything about the version in `directory`; `progress` is told bytes as they are checked.

    Raises InputError when there is no manifest, or it is damaged itself.
    """
    manifest = load_manifest(directory)
    if manifest is None:
        raise InputError(f"no {MANIFEST_NAME} in {directory}; give the directory of a published version")
    listed: tuple[PublishedFile | QuarantineFile, ...] = (*manifest.files, *manifest.quarantine)
    damaged = []
    for file, fault in in_threads(partial(_fault, directory, manifest), listed):
        progress(file.bytes)
        if fault:
            damaged.append(f"{file.path}: {fault}")
    known = {file.path for file in listed} | {MANIFEST_NAME}
    there = (path.relative_to(directory).as_posix() for path in sorted(directory.rglob("*")) if not path.is_dir())
    damaged += [f"{path}: not in the manifest" for path in there if path not in known]
    return Verified(manifest, tuple(damaged))


def check_version(directory: Path, files: Iterable[InputFile]) -> Manifest | None:
    """The manifest, if `directory` is a published version and `files` are just what it lists; None if it is none.

    Each file's content is checked once in a process, as long as its size and time stay. Raises InputError that names
    what is damaged, missing or too much.
    """
    manifest = load_manifest(directory)
    if manifest is None:
        return None
    there = {file.path.relative_to(directory).as_posix(): file for file in files}
    listed = {file.path: file for file in manifest.files}
    missing, extra = sorted(listed.keys() - there.keys()), sorted(there.keys() - listed.keys())
    wrong = in_threads(
        lambda path: path if _digest(there[path]) != listed[path].sha256 else "", listed.keys() - missing
    )
    for what, paths in (
        ("lacks", missing),
        ("has what is not in its manifest:", extra),
        ("is damaged:", [*filter(None, wrong)]),
    ):
        if paths:
            told = ", ".join(sorted(paths)[:EXAMPLES]) + (
                f" and {len(paths) - EXAMPLES} more" if paths[EXAMPLES:] else ""
            )
            raise InputError(
                f"the version {directory} {what} {told}; `hotset verify` tells all of it, publish it again"
            )
    return manifest


def _digest(file: InputFile) -> str:
    key = (str(file.path), file.size_bytes, file.mtime_ns)
    if key not in _known:
        try:
            with file.path.open("rb") as content:
                _known[key] = file_digest(content, "sha256").hexdigest()
        except OSError as why:
            raise InputError(f"cannot read {file.path}: {why.strerror}") from None
    return _known[key]


def _fault(
    directory: Path, manifest: Manifest, file: PublishedFile | QuarantineFile
) -> tuple[PublishedFile | QuarantineFile, str]:
    """The file, and what is wrong with it, if anything is."""
    form, csv = (manifest.format, manifest.csv) if isinstance(file, PublishedFile) else ("json", None)
    rows, unit = (file.rows, "rows") if isinstance(file, PublishedFile) else (file.records, "records")
    try:
        size = (directory / file.path).stat().st_size
        digest, count = digest_and_rows(directory / file.path, form, csv)
        for name, listed, now in (("bytes", file.bytes, size), ("SHA-256", file.sha256, digest)):
            if listed != now:
                return file, f"{name} {listed} listed, got {now}"
        return file, "" if count() == rows else f"{unit} {rows} listed, got {count()}"
    except FileNotFoundError:
        return file, "missing"
    except OSError as why:
        return file, f"cannot be read, {why.strerror}"
