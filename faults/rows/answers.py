"""Row 60: no fault at all, and still a wrong answer. Random tables through every engine, against plain Python."""

import json
import random
import sys

from faults.holds import last_line
from faults.row import Finding, Row
from faults.scene import Scene

TABLES = 300
LONGEST_S = 3600
TRIED = [(job, way) for job in ("group", "join") for way in ("local", "node", "cluster")]


def answer(scene: Scene, rng: random.Random) -> Finding:
    """One job on one engine, with tables that have all that is hard about keys and values."""
    job, way = TRIED[scene.number]
    result, seed = scene.directory / "answers.json", rng.randrange(2**31)
    words = (sys.executable, "-m", "faults.answers", job, way, str(result), "--seed", str(seed))
    program, code = scene.run_words((*words, "--tables", str(TABLES)), longest_s=LONGEST_S)
    if not result.exists():
        raise RuntimeError(f"faults.answers ended with exit code {code}: {last_line(program)}")
    wrong = json.loads(result.read_text())["wrong"]
    finding = Finding(trials=TABLES, failed=len(wrong))
    finding.breaks("B", *(f"{job} on {way}, seed {one}: {problem}" for one, problem in wrong.items()))
    finding.phases[f"{job} on {way}"] += TABLES
    return finding


ROWS = (Row("60", "random tables, group and join, on every engine", {"hotset": len(TRIED)}, answer, unit=TABLES),)
