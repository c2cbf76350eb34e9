"""The assertions that are made after every fault."""

from pathlib import Path

from faults.inputs import Rows
from faults.program import Program
from faults.row import Finding
from faults.scene import NEW, OLD, Scene
from faults.subjects.subject import Call
from faults.version import told


def state(scene: Scene, old: Rows, new: Rows, output: Path | None = None) -> tuple[str, str]:
    """(`old`, `new` or '', what is wrong with it)."""
    place = output or scene.output
    version = scene.version(place)
    if version.problem:
        return "", version.problem
    rows = version.rows + scene.subject.quarantined(place)
    name = "old" if rows == old else "new" if rows == new else ""
    if not name:
        return "", f"neither the old version nor the new one: {told(rows, new)}"
    return name, scene.subject.version_problem(place)


def recovered(
    scene: Scene, finding: Finding, call: Call, old: Rows = OLD.rows, new: Rows = NEW.rows, *, again_code: int = 0
) -> None:
    """What holds of a run that was cut off, and of the next one by the same command: A1, A2, A3, A5, A6, A7."""
    output = Path(call.output)
    finding.breaks("A5", *(f"orphan {name}" for name in scene.programs[-1].orphans()))
    finding.breaks("A2", state(scene, old, new, output)[1])
    program, code = scene.run(call)
    finding.check("A3", code == again_code, f"the same command again ended with {code}: {last_line(program)}")
    settled(scene, finding, call, new, code)


def settled(scene: Scene, finding: Finding, call: Call, rows: Rows, code: int) -> None:
    """What holds after a run that ended by itself, whatever its exit code: A1, A5, A6, A7."""
    output = Path(call.output)
    problem = state(scene, rows, rows, output)[1]
    finding.breaks("A1" if "neither" in problem else "A2", problem)
    finding.breaks("A5", *(f"orphan {name}" for name in scene.programs[-1].orphans()))
    finding.breaks("A5", *(f"left over: {name}" for name in scene.subject.leftovers(output)))
    finding.breaks("A6", scene.subject.report_problem(scene.programs[-1].said(), code))
    finding.breaks("A7", *secrets_told(scene))


def refused(
    scene: Scene, finding: Finding, call: Call, program: Program, code: int, wanted: int, old: Rows = OLD.rows
) -> None:
    """What holds of a run that had to fail: A4, the old version as it was, and all that `settled` asks."""
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, wanted))
    settled(scene, finding, call, old, code)


def secrets_told(scene: Scene) -> list[str]:
    """Every file in which the secret stands that the programs were given, but the one that gave it."""
    secret = scene.canary.encode()
    files = (path for path in sorted(scene.directory.rglob("*")) if path.is_file() and path.suffix != ".properties")
    return [f"the secret stands in {path.name}" for path in files if secret in path.read_bytes()]


def last_line(program: Program) -> str:
    return (program.said().strip().splitlines() or [""])[-1][:200]
