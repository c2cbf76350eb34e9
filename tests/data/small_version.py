"""A small published version, made without Spark, and claims to destinations: what the tests of publishing share."""

from pathlib import Path

from hotset.data.claim import Claim, Claims, IfExists
from hotset.data.contents import describe_files
from hotset.data.manifest import MANIFEST_NAME, Maker, Manifest

RUN = "20260102T030405-0000000a"


def maker(run_id: str = RUN, key: str = "key") -> Maker:
    return Maker("demo", run_id, key, "2026-01-02T03:04:05+00:00", "0.1.0")


def make_version(directory: Path, *lines: str, run_id: str = RUN) -> Manifest:
    """A version of text with these lines in one file."""
    directory.mkdir(parents=True)
    (directory / f"part-00000-{run_id}.txt").write_text("".join(f"{line}\n" for line in lines))
    files = describe_files(directory, "text")
    manifest = Manifest("value string", "text", len(lines), files, (maker(run_id),))
    (directory / MANIFEST_NAME).write_text(manifest.as_json(), encoding="utf-8")
    return manifest


def claim(destination: Path, run_id: str = RUN, if_exists: IfExists = "replace", *, break_lock: bool = False) -> Claim:
    return Claims(run_id, "demo", if_exists, break_lock).take(destination)


def text_of(directory: Path) -> str:
    return "".join(part.read_text() for part in sorted(directory.glob("part-*")))
