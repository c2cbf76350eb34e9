"""Rows 32 and 33: the input changes while it is read."""

import random
import shutil

from faults.holds import refused
from faults.inputs import Ids
from faults.row import Finding, Row
from faults.scene import Scene

LATER = Ids(generation=3)


def replace_input(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """Other files lie at the input's place once its rows are kept in memory."""
    scene.prepare()
    call = scene.call()
    scene.hold("kept")
    program = scene.start(call)
    finding = Finding(bit=scene.await_phase("kept", program))
    shutil.rmtree(scene.input)
    LATER.write(scene.input)
    scene.release("kept")
    code = program.wait()
    finding.check("B", code != 0, "exit code 0, and what was published is in no input any more")
    refused(scene, finding, call, program, code, 3)
    return finding


def unlink_input(scene: Scene, rng: random.Random) -> Finding:
    """One file goes once all are listed, and none is read."""
    scene.prepare()
    call = scene.call()
    scene.hold("listed")
    program = scene.start(call)
    finding = Finding(bit=scene.await_phase("listed", program))
    gone = rng.choice(sorted(scene.input.iterdir()))
    gone.unlink()
    scene.release("listed")
    code = program.wait()
    finding.check("B", gone.name in program.said(), "the file that went is not named")
    refused(scene, finding, call, program, code, 3)
    return finding


ROWS = (
    Row("32", "the source is replaced while it is kept", {"plain": 2, "hotset": 4}, replace_input),
    Row("33", "an input file vanishes", {"plain": 2, "hotset": 4}, unlink_input),
)
