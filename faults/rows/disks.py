"""Rows 12, 13 and 14: a disk is full."""

import random
from pathlib import Path
from typing import Any

from faults.disk import remount, small_disk
from faults.holds import refused, settled
from faults.row import Finding, Row
from faults.scene import NEW, OLD, Scene

ROOMY = "size=512m"
HASHES = 150  # of 64 characters in each of 6,000 rows: 58 MB


def fill_output(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """The new version does not fit beside the old one."""
    with small_disk(scene.directory / "disk", 32) as disk:
        scene.prepare(output=disk / "out")
        return _fails_then_succeeds(scene, disk, output=str(disk / "out"), params={"fill": HASHES})


def fill_local(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """What Spark shuffles does not fit into its local directory."""
    with small_disk(scene.directory / "disk", 20) as disk:
        scene.prepare()
        conf = {"spark.local.dir": str(disk), "spark.shuffle.compress": "false"}
        return _fails_then_succeeds(scene, disk, params={"fill": HASHES}, conf=conf)


def fill_report(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """Neither report nor log fit where they were asked for."""
    with small_disk(scene.directory / "disk", 1) as disk:
        scene.prepare()
        _fill(disk / "filling")
        call = scene.call(report=disk / "report.json")
        program, code = scene.run(call)
        finding = Finding()
        finding.breaks("A4", scene.subject.failed_well(program.said(), code, 8))
        (disk / "filling").unlink()
        _, again = scene.run(call)
        finding.check("A3", again == 0, f"the same command, with room again, ended with {again}")
        settled(scene, finding, call, NEW.rows, again)
    return finding


def _fails_then_succeeds(scene: Scene, disk: Path, **changes: Any) -> Finding:
    """Exit code 8, the disk named, the old version as it was; with room, the same command ends with 0."""
    call = scene.call(**changes)
    program, code = scene.run(call)
    finding = Finding(bit=code != 0)
    refused(scene, finding, call, program, code, 8, OLD.rows)
    if scene.subject.has_reports:
        finding.check("B", str(disk) in program.said().rpartition("ERROR")[2], "the error does not name the disk")
    remount(disk, ROOMY)
    _, again = scene.run(call)
    finding.check("A3", again == 0, f"the same command, with room again, ended with {again}")
    settled(scene, finding, call, NEW.rows, again)
    return finding


def _fill(file: Path) -> None:
    """Takes all the room that there is."""
    try:
        with file.open("wb", buffering=0) as out:
            while out.write(bytes(4096)):
                pass
    except OSError:
        return


ROWS = (
    Row("12", "disk full: output", {"plain": 1, "hotset": 2}, fill_output),
    Row("13", "disk full: shuffle", {"plain": 1, "hotset": 2}, fill_local),
    Row("14", "disk full: report and log", {"hotset": 2}, fill_report),
)
