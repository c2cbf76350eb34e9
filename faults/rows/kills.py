"""Rows 3, 4, 6, 8 and 10: the driver dies, or is told to end."""

import random
import signal
from collections.abc import Callable

from faults.holds import recovered, state
from faults.inputs import DAYS, Ids
from faults.moment import Moment, await_moment, draw
from faults.program import Program
from faults.row import Finding, Row
from faults.scene import NEW, OLD, Scene
from faults.subjects.subject import Call

HALVES = ("python", "java")
SIGNALS = (signal.SIGTERM, signal.SIGINT)
SOME_DAYS = Ids(generation=2, days=range(0, DAYS, 2))
REWRITTEN = OLD.rows - Ids(generation=1, days=range(0, DAYS, 2)).rows + SOME_DAYS.rows


def kill_all(scene: Scene, rng: random.Random) -> Finding:
    """Python, the JVM and the workers at once."""
    scene.prepare()
    call = scene.call()
    moment = draw(rng, scene.number, scene.subject.phases, scene.usual_s)
    finding, program = _strike(scene, moment, call, Program.kill)
    program.wait()
    if finding.bit:
        recovered(scene, finding, call)
    return finding


def kill_half(scene: Scene, rng: random.Random) -> Finding:
    """Python alone or the JVM alone; what is left has to end by itself."""
    scene.prepare()
    call = scene.call()
    half = HALVES[scene.number % len(HALVES)]
    phases = scene.subject.phases[half == "java" :]  # there is no JVM from the start
    moment = draw(rng, scene.number // 2, phases, scene.usual_s)
    finding, program = _strike(scene, moment, call, lambda program: program.kill_half(half))
    code = program.wait()
    if not finding.bit:
        return finding
    if half == "java" and state(scene, OLD.rows, NEW.rows)[0] != "new":
        finding.check("A4", code != 0, "the JVM was killed, nothing was published, and exit code 0")
    recovered(scene, finding, call)
    return finding


def terminate(scene: Scene, rng: random.Random) -> Finding:
    """SIGTERM and SIGINT by turns, before anything is published."""
    scene.prepare()
    call = scene.call()
    number = SIGNALS[scene.number % len(SIGNALS)]
    phases = scene.subject.phases[:5]
    program = scene.start(call)
    moment = draw(rng, 2 * scene.number + 1, phases, scene.usual_s)
    finding = Finding(bit=await_moment(program, moment, scene.subject.phases, scene.phase))
    if not finding.bit:
        return finding
    program.signal(number)
    phase = scene.phase()
    finding.phases[phase] += 1
    code = program.wait()
    if code == -number and (phase == "starting" or not scene.subject.has_reports):
        finding.phases["ended by the signal itself"] += 1  # to a shell that is 128 + number too
    else:
        finding.breaks("A4", scene.subject.failed_well(program.said(), code, 128 + number))
        finding.breaks("A6", scene.subject.report_problem(program.said(), code))
    recovered(scene, finding, call)
    return finding


def leave_remains(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001 (the phase is always the same)
    """What a dead run has left stands in no other run's way, and goes."""
    scene.prepare()
    call = scene.call()
    program = scene.start(call)
    scene.hold("publishing")
    if not scene.await_phase("publishing", program):
        return Finding(bit=False)
    scene.release("publishing")
    while program.running and scene.phase() not in ("writing", "sealing", "committing"):
        pass
    program.kill()
    program.wait()
    finding = Finding(bit=bool(scene.subject.leftovers(scene.output)))
    if finding.bit:
        recovered(scene, finding, call)
    return finding


def kill_rewrite(scene: Scene, rng: random.Random) -> Finding:
    """Half of the days are written anew; killed in the midst of it."""
    scene.prepare(SOME_DAYS)
    call = scene.call("replace-partitions")
    moment = draw(rng, 2 * scene.number + 1, scene.subject.phases[4:-1], scene.usual_s)
    finding, program = _strike(scene, moment, call, Program.kill)
    program.wait()
    if finding.bit:
        recovered(scene, finding, call, OLD.rows, REWRITTEN)
    return finding


def _strike(scene: Scene, moment: Moment, call: Call, blow: Callable[[Program], object]) -> tuple[Finding, Program]:
    """Starts the run, and kills it at its moment; `blow` says False where there was nothing to kill."""
    program = scene.start(call)
    finding = Finding(bit=await_moment(program, moment, scene.subject.phases, scene.phase))
    if finding.bit:
        finding.bit = blow(program) is not False
        finding.phases[scene.phase()] += 1
    return finding, program


ROWS = (
    Row("3", "SIGKILL of the whole driver, Python and JVM", {"plain": 20, "hotset": 60}, kill_all),
    Row("4", "SIGKILL of one half of the driver", {"plain": 6, "hotset": 10}, kill_half),
    Row("6", "SIGTERM, Ctrl-C", {"plain": 6, "hotset": 10}, terminate),
    Row("8", "what a dead run has left", {"plain": 2, "hotset": 4}, leave_remains),
    Row("10", "killed while partitions are replaced", {"plain": 10, "hotset": 12}, kill_rewrite),
)
