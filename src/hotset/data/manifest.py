"""What a published version is made of, and which run made it. Lies in the version itself, as `_MANIFEST.json`."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MANIFEST_NAME = "_MANIFEST.json"
LAYOUT = 1


@dataclass(frozen=True)
class PublishedFile:
    """One file of the version, its path relative to it."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Maker:
    """The run that made a version; equal keys mean equal content."""

    job: str
    run_id: str
    run_key: str
    finished: str
    hotset: str


@dataclass(frozen=True)
class Manifest:
    columns: str
    format: str
    rows: int
    files: tuple[PublishedFile, ...]
    history: tuple[Maker, ...]
    layout: int = LAYOUT

    @property
    def size_bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def describe_files(directory: Path) -> tuple[PublishedFile, ...]:
    """Every data file below `directory`, in the order of their paths."""
    files = sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))
    return tuple(_describe(path, directory) for path in files)


def _describe(path: Path, directory: Path) -> PublishedFile:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return PublishedFile(path.relative_to(directory).as_posix(), path.stat().st_size, digest)


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of a published version; None where there is none that we can read."""
    try:
        facts: dict[str, Any] = json.loads((directory / MANIFEST_NAME).read_text(encoding="utf-8"))
        facts["files"] = tuple(PublishedFile(**file) for file in facts["files"])
        facts["history"] = tuple(Maker(**maker) for maker in facts["history"])
        return Manifest(**facts)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def made_by(directory: Path, run_key: str) -> Maker | None:
    """The run with this key that made the version in `directory`, if one did."""
    manifest = read_manifest(directory)
    makers = manifest.history if manifest else ()
    return next((maker for maker in makers if maker.run_key == run_key), None)
