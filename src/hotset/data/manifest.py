"""What a published version is made of, and which runs made it. Lies in the version itself, as `_MANIFEST.json`."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from hotset.errors import InputError

MANIFEST_NAME = "_MANIFEST.json"
QUARANTINE_NAME = "_quarantine"
LAYOUT = 2


@dataclass(frozen=True)
class PublishedFile:
    """One file of the version, its path relative to it."""

    path: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class QuarantineFile:
    """The records that one run set aside, one a line of JSON; its path relative to the version."""

    path: str
    bytes: int
    sha256: str
    records: int


@dataclass(frozen=True)
class InputRead:
    """One input of a run, as it was listed, with its books: rows that were read, and those of them set aside."""

    paths: tuple[str, ...]
    fingerprint: str
    files: int
    bytes: int
    rows: int | None = None
    set_aside: int | None = None


@dataclass(frozen=True)
class Maker:
    """A run that made the version, or a part of it; equal keys mean equal content."""

    job: str
    run_id: str
    run_key: str
    finished: str
    hotset: str
    mode: str = "refuse"
    params: Mapping[str, Any] = field(default_factory=dict)
    superseded: bool = False  # a later run replaced what it had made


@dataclass(frozen=True)
class Manifest:
    columns: str
    format: str
    rows: int
    files: tuple[PublishedFile, ...]
    history: tuple[Maker, ...]
    partition_by: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    csv: Mapping[str, Any] | None = None
    inputs: tuple[InputRead, ...] = ()
    quarantine: tuple[QuarantineFile, ...] = ()
    layout: int = LAYOUT

    @property
    def size_bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def as_json(self) -> str:
        """The only way to write it: one more blank, and it is not ours. Its own SHA-256 stands in it."""
        facts = asdict(self)
        canonical = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        facts["self_sha256"] = hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()
        return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def load_manifest(directory: Path) -> Manifest | None:
    """The manifest of a published version; None where there is none. Raises InputError for a damaged one."""
    try:
        content = (directory / MANIFEST_NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as why:
        raise InputError(f"cannot read {directory / MANIFEST_NAME}, got {why.strerror}; check its rights") from None
    manifest = _parsed(content)
    if manifest is None:
        raise InputError(f"the manifest {directory / MANIFEST_NAME} is damaged; publish the version again")
    return manifest


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of a published version; None where there is none that can be trusted."""
    try:
        return load_manifest(directory)
    except InputError:
        return None


def made_by(directory: Path, run_key: str, *, adding: bool = False) -> Maker | None:
    """The run with this key that made all of the version in `directory`; if `adding`, all of it or a part."""
    manifest = read_manifest(directory)
    makers = manifest.history if manifest else ()
    if not adding and len(makers) > 1:
        return None
    return next((maker for maker in makers if maker.run_key == run_key and not maker.superseded), None)


def lost_files(directory: Path, manifest: Manifest) -> Iterator[str]:
    """The files of the version that are not there with their sizes; what is in them, `hotset verify` looks at."""
    files: tuple[PublishedFile | QuarantineFile, ...] = (*manifest.files, *manifest.quarantine)
    for file in files:
        try:
            is_there = (directory / file.path).stat().st_size == file.bytes
        except OSError:
            is_there = False
        if not is_there:
            yield file.path


def _parsed(content: bytes) -> Manifest | None:
    """None unless these are the very bytes that `as_json` writes."""
    try:
        text = content.decode()
        facts: dict[str, Any] = json.loads(text)
        manifest = _built(facts)
        return manifest if manifest.layout == LAYOUT and manifest.as_json() == text else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _built(facts: dict[str, Any]) -> Manifest:
    known = {entry.name: facts[entry.name] for entry in fields(Manifest)}
    return replace(
        Manifest(**known),
        files=tuple(PublishedFile(**file) for file in facts["files"]),
        history=tuple(Maker(**maker) for maker in facts["history"]),
        partition_by=tuple(facts["partition_by"]),
        key=tuple(facts["key"]),
        inputs=tuple(InputRead(**{**one, "paths": tuple(one["paths"])}) for one in facts["inputs"]),
        quarantine=tuple(QuarantineFile(**file) for file in facts["quarantine"]),
    )
