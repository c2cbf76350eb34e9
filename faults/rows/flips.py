"""Row 43 for what is published: bits turn in its files, one at a time."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.work import HOTSET

from faults.flips import flipped
from faults.holds import last_line
from faults.row import Finding, Row
from faults.scene import Scene
from faults.version import MANIFEST
from hotset.data.listing import list_inputs
from hotset.data.verify import check_version, verify
from hotset.errors import HotsetError

FLIPS = 100
PLAIN_FLIPS = 50
BY_COMMAND = 2
FORMATS = ("csv", "json", "parquet", "text", "orc")
KINDS = ("data", "data", "manifest", "quarantine")


def flip_published(scene: Scene, rng: random.Random, flips: int = FLIPS) -> Finding:
    """Data, manifest and quarantine of every format; the check and the reader have to find each flip."""
    place = _made(scene, "faults.programs.every_format")
    finding = Finding(trials=flips, failed=0)
    for number in range(flips):
        version, kind = place / rng.choice(FORMATS), rng.choice(KINDS)
        with flipped(rng.choice(_files(version, kind)), rng) as where:
            missed = [*_missed(version, kind), *(_missed_by_command(version) if number < BY_COMMAND else [])]
        finding.breaks("B", *(f"{version.name}: {who} missed {where}" for who in missed))
        finding.failed = (finding.failed or 0) + bool(missed)
        finding.phases[f"{version.name} {kind}"] += 1
    return finding


def _missed(version: Path, kind: str) -> list[str]:
    """Who sees nothing wrong with the version. The reader has no business in the quarantine."""
    verified = _raises(lambda: verify(version).damaged)
    read = kind == "quarantine" or _raises(lambda: check_version(version, list_inputs([str(version)]).files))
    return [*(() if verified else ("verify",)), *(() if read else ("the reader",))]


def _missed_by_command(version: Path) -> list[str]:
    done = subprocess.run([HOTSET, "verify", str(version)], capture_output=True, text=True, check=False)
    return [] if done.returncode == 3 else [f"`hotset verify`, with exit code {done.returncode},"]


def flip_written(scene: Scene, rng: random.Random) -> Finding:
    """What df.write wrote, read by Spark again: with the checksums that lie beside it, then without them."""
    place = scene.directory / "flips.json"
    with_sums = scene.number % 2 == 0
    words = (sys.executable, "-m", "faults.programs.plain_flips", str(place), str(PLAIN_FLIPS), str(rng.random()))
    program, code = scene.run_words((*words, "with" if with_sums else "without"))
    if code:
        raise RuntimeError(f"reading flipped files ended with exit code {code}: {last_line(program)}")
    finding = Finding(trials=PLAIN_FLIPS, failed=0)
    for flip in json.loads(place.read_text()):
        finding.phases[f"{flip['format']} {flip['told']}, {'with' if with_sums else 'without'} .crc"] += 1
        finding.check("B", not flip["silent"], f"{flip['format']}: {flip['told']} for {flip['where']}")
        finding.failed = (finding.failed or 0) + flip["silent"]
    return finding


def _made(scene: Scene, module: str) -> Path:
    """Versions in every format, made once for all trials."""
    place = scene.shared / "every-format"
    if not (place / "report.json").exists():
        place.mkdir(exist_ok=True)
        program, code = scene.run_words((sys.executable, "-m", module, str(place)))
        if code:
            raise RuntimeError(f"publishing every format ended with exit code {code}: {program.said()[-2000:]}")
    return place


def _files(version: Path, kind: str) -> list[Path]:
    if kind == "manifest":
        return [version / MANIFEST]
    hidden = sorted(version.glob("_quarantine/*"))
    return hidden if kind == "quarantine" else sorted(version.glob("part-*"))


def _raises(check: Callable[[], object]) -> bool:
    """Whether the check finds anything: it raises, or returns what is damaged."""
    try:
        found = check()
    except HotsetError:
        return True
    return isinstance(found, tuple) and bool(found)


ROWS = (
    Row("43b", "bits turn in files that were published", {"hotset": 10}, flip_published, unit=FLIPS),
    Row("43b", "bits turn in files that were published", {"plain": 4}, flip_written, unit=PLAIN_FLIPS),
)
