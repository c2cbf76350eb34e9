"""Rows 5 and 7: a live reader while versions are exchanged and writers killed; two writers at once."""

import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

from faults.holds import last_line, settled, state
from faults.inputs import Ids, Rows
from faults.program import Program
from faults.reader import LiveReader, Seen
from faults.row import Finding, Row
from faults.scene import OLD, Scene
from faults.subjects.subject import Call, Mode
from faults.version import read_version

LOSER_TOLD_S = 5
LONGEST_STAGGER_S = 1.5
REWRITTEN_IDS = 4000
FIRST, SECOND = Ids(generation=2), Ids(generation=3)


def kill_rewriter(scene: Scene, rng: random.Random) -> Finding:
    """Versions follow one another until the writer is killed; a reader looks all the time."""
    scene.marks.mkdir()
    words = (sys.executable, "-m", "faults.programs.plain_rewriter", str(scene.output), str(REWRITTEN_IDS), "1")
    program = Program(words, scene.environment(), scene.directory / "said.txt")
    scene.programs.append(program)
    if not scene.await_phase("published", program):
        return Finding(bit=False)
    with LiveReader(lambda: Seen(_generation_problem(scene.output))) as reader:
        time.sleep(rng.uniform(0.3, 3.0))
        finding = Finding(bit=program.running)
        program.kill()
        program.wait()
    finding.breaks("A2", _generation_problem(scene.output))
    finding.breaks("B", *(f"a reader saw: {problem}" for problem in reader.problems[:1]))
    finding.phases.update({"reads": reader.reads, "reads of no whole version": len(reader.problems)})
    return finding


def race(scene: Scene, rng: random.Random) -> Finding:
    """Two runs for one place at the same time, one appending beside the other or replacing it."""
    scene.prepare(FIRST)
    other = SECOND.write(scene.directory / "data" / "other")
    mode: Mode = "append" if scene.number % 2 == 0 else "replace"
    calls = [scene.call(mode), scene.call(mode, input=str(other))]
    one = scene.start(calls[0])
    time.sleep(rng.uniform(0, LONGEST_STAGGER_S))
    finding = Finding(bit=one.running)
    begin = time.monotonic()
    two = scene.start(calls[1])
    codes = _codes(one, two)
    finding.phases["exit codes " + " and ".join(map(str, sorted(code for code, _ in codes)))] += 1
    _check_race(scene, finding, mode, codes)
    if scene.subject.has_reports:
        _check_loser(finding, (one, two), codes, begin)
    _run_losers(scene, finding, mode, calls, codes)
    return finding


def _codes(*programs: Program) -> list[tuple[int, float]]:
    """Exit code and the moment of the exit, of each."""
    ended: dict[int, tuple[int, float]] = {}
    while len(ended) < len(programs):
        for number, program in enumerate(programs):
            if number not in ended and not program.running:
                ended[number] = (program.wait(), time.monotonic())
        time.sleep(0.01)
    return [ended[number] for number in range(len(programs))]


def _check_race(scene: Scene, finding: Finding, mode: str, codes: list[tuple[int, float]]) -> None:
    """Every run that ended with 0 is there, whole."""
    won = [ids.rows for ids, (code, _) in zip((FIRST, SECOND), codes, strict=True) if code == 0]
    finding.check("B", bool(won), "both runs failed")
    wanted = [_sum(OLD.rows, *won)] if mode == "append" else won or [OLD.rows]
    problems = [state(scene, rows, rows)[1] for rows in wanted]
    if all(problems):
        finding.breaks("A1", f"{len(won)} of 2 ended with 0; {problems[0]}")


def _check_loser(
    finding: Finding, programs: tuple[Program, Program], codes: list[tuple[int, float]], begin: float
) -> None:
    """It ends at once, with 6, and names the run that has the place."""
    if [code for code, _ in codes] == [0, 0]:
        return
    winner, loser = sorted(range(2), key=lambda number: codes[number][0])
    finding.check("A4", codes[loser][0] == 6, f"the loser ended with {codes[loser][0]}: {last_line(programs[loser])}")
    named = re.search(r"^report .*/(\S+)\.json$", programs[winner].said(), re.MULTILINE)
    finding.check("B", bool(named and named[1] in programs[loser].said()), "the loser does not name the winner")
    told_s = codes[loser][1] - begin
    finding.check("B", told_s <= LOSER_TOLD_S, f"the loser was told after {told_s:.1f} s")


def _run_losers(scene: Scene, finding: Finding, mode: str, calls: list[Call], codes: list[tuple[int, float]]) -> None:
    """The same command again puts the loser's rows where they belong."""
    losers = [number for number, (code, _) in enumerate(codes) if code]
    if scene.subject.has_reports and len(losers) == 1:
        _, again = scene.run(calls[losers[0]])
        finding.check("A3", again == 0, f"the loser's command again ended with {again}")
        late = (FIRST, SECOND)[losers[0]].rows
        rows = _sum(OLD.rows, FIRST.rows, SECOND.rows) if mode == "append" else late
        settled(scene, finding, calls[0], rows, again)


def _sum(*parts: Rows) -> Rows:
    total: Rows = Counter()
    for part in parts:
        total += part
    return total


def _generation_problem(output: Path) -> str:
    """'' where all ids of one generation are there, and nothing else."""
    version = read_version(output)
    if version.problem:
        return version.problem
    generations = Counter(generation for _, generation in version.rows.elements())
    if list(generations.values()) == [REWRITTEN_IDS]:
        return ""
    return f"{generations.total()} rows of {len(generations)} generations instead of {REWRITTEN_IDS} of one"


ROWS = (
    Row("5", "SIGKILL while versions follow one another, with a reader", {"plain": 20}, kill_rewriter),
    Row("7", "two runs for one output at once", {"plain": 8, "hotset": 50}, race),
)
