"""Rows 1, 15 and 16: an output that must not be written."""

import hashlib
import os
import random
from pathlib import Path

from faults.disk import remount, small_disk
from faults.holds import last_line, refused, secrets_told
from faults.row import Finding, Row
from faults.scene import Scene

DISK_MEGABYTES = 64
SPELLINGS = ("bare", "slash", "file:", "file://", "..", "link", "relative", "child", "parent", "below a link")


def publish_onto_input(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """The output is the input, in one of its spellings, or lies in it, or has it inside."""
    scene.prepare(old=None)
    before = _digest(scene.input)
    spelling = SPELLINGS[scene.number % len(SPELLINGS)]
    program, code = scene.run(scene.call(output=_spelled(scene, spelling)))
    finding = Finding()
    finding.check("B", _digest(scene.input) == before, f"{spelling}: the input is not what it was")
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, 6))
    finding.breaks("A6", scene.subject.report_problem(program.said(), code))
    finding.breaks("A7", *secrets_told(scene))
    return finding


def publish_to_read_only(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """The disk of the output takes nothing."""
    with small_disk(scene.directory / "disk", DISK_MEGABYTES) as disk:
        scene.prepare(output=disk / "out")
        remount(disk, "ro")
        call = scene.call(output=str(disk / "out"))
        program, code = scene.run(call)
        finding = Finding()
        refused(scene, finding, call, program, code, 6)
    return finding


def publish_onto_file(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """A file that somebody has written stands where the output goes."""
    scene.prepare(old=None)
    scene.output.write_text("mine")
    program, code = scene.run(scene.call())
    finding = Finding()
    kept = scene.output.is_file() and scene.output.read_text() == "mine"
    finding.check("B", kept, f"the file is gone; exit code {code}: {last_line(program)}")
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, 6))
    finding.breaks("A7", *secrets_told(scene))
    return finding


def _spelled(scene: Scene, spelling: str) -> str:
    path = scene.input
    link = scene.directory / "link"
    link.symlink_to(path.parent if spelling == "below a link" else path)
    return {
        "bare": str(path),
        "slash": f"{path}/",
        "file:": f"file:{path}",
        "file://": f"file://{path}",
        "..": f"{path}/../{path.name}",
        "link": str(link),
        "relative": os.path.relpath(path),
        "child": f"{path}/out",
        "parent": str(path.parent),
        "below a link": f"{link}/{path.name}",
    }[spelling]


def _digest(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


ROWS = (
    Row("1", "output = input, inside it, or around it", {"plain": 10, "hotset": 10}, publish_onto_input),
    Row("15", "the output's disk is read-only", {"plain": 1, "hotset": 2}, publish_to_read_only),
    Row("16", "a file stands at the output's place", {"plain": 1, "hotset": 2}, publish_onto_file),
)
