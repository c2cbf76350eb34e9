"""The assertions themselves: each finds what it is there to find."""

import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults.flips import flipped
from faults.holds import secrets_told, state
from faults.inputs import Ids, Rows
from faults.program import Program
from faults.programs.publisher import publish
from faults.reader import Seen
from faults.row import Finding
from faults.scene import Scene
from faults.small import seen_by_descriptor, seen_by_hotset
from faults.subjects import SUBJECTS
from faults.version import manifest_problem, read_version

OLD: Rows = Counter({(1, 1): 1, (2, 1): 1})
NEW: Rows = Counter({(1, 2): 1, (2, 2): 1})
FORKS = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"


def write(directory: Path, *rows: tuple[int, int]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    numbers, generations = zip(*rows, strict=True)
    pq.write_table(pa.table({"id": numbers, "generation": generations}), directory / f"part-{rows[0]}.parquet")


def scene(tmp_path: Path, subject: str = "plain") -> Scene:
    return Scene(SUBJECTS[subject], tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("rows", "name"), [([(1, 1), (2, 1)], "old"), ([(1, 2), (2, 2)], "new"), ([(1, 1), (2, 2)], ""), ([(1, 2)], "")]
)
def test_a_version_is_the_old_one_or_the_new_one_or_wrong(
    tmp_path: Path, rows: list[tuple[int, int]], name: str
) -> None:
    write(tmp_path / "out", *rows)

    found, problem = state(scene(tmp_path), OLD, NEW)

    assert found == name
    assert bool(problem) == (not name)


def test_rows_that_are_there_twice_are_no_version(tmp_path: Path) -> None:
    write(tmp_path / "out", (1, 2), (2, 2))
    write(tmp_path / "out" / "day=1", (2, 2))

    assert "3 rows: 0 of 2 lost, 1 not wanted" in state(scene(tmp_path), OLD, NEW)[1]


def test_nothing_and_half_a_file_are_told_apart_from_a_version(tmp_path: Path) -> None:
    nothing = read_version(tmp_path / "out").problem
    write(tmp_path / "out", (1, 1))
    file = next((tmp_path / "out").iterdir())
    file.write_bytes(file.read_bytes()[:-9])

    assert nothing == "nothing is there"
    assert read_version(tmp_path / "out").problem.startswith("unreadable: ")


def test_hidden_files_are_no_rows(tmp_path: Path) -> None:
    write(tmp_path / "out", (1, 1))
    write(tmp_path / "out" / "_temporary" / "0", (2, 1))

    assert read_version(tmp_path / "out").rows == {(1, 1): 1}


def test_a_whole_version_is_a_whole_version_to_every_reader(tmp_path: Path) -> None:
    publish(tmp_path / "out", 7)

    seen = [look(tmp_path / "out") for look in (seen_by_descriptor, seen_by_hotset)]

    assert manifest_problem(tmp_path / "out") == ""
    assert seen == [Seen(), Seen()]


@pytest.mark.parametrize("damage", ["a bit", "a file too few", "no manifest", "another generation"])
def test_a_damaged_version_is_seen_by_every_reader(tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    publish(out, 7)
    part = next(out.glob("part-*"))
    match damage:
        case "a bit":
            part.write_bytes(b"6" + part.read_bytes()[1:])
        case "a file too few":
            part.unlink()
        case "no manifest":
            (out / "_MANIFEST.json").unlink()
        case _:
            part.write_bytes(part.read_bytes().replace(b"7", b"8"))

    seen = [look(out) for look in (seen_by_descriptor, seen_by_hotset)]

    assert manifest_problem(out) != ""
    assert [bool(one.problem) for one in seen] == [True, True]


def test_a_secret_is_found_wherever_it_was_written(tmp_path: Path) -> None:
    stage = scene(tmp_path)
    (tmp_path / "given.properties").write_text(stage.canary)
    before = secrets_told(stage)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "run.log").write_text(f"password={stage.canary}\n")

    assert before == []
    assert secrets_told(stage) == ["the secret stands in run.log"]


def test_whatever_a_program_started_is_killed_with_it(tmp_path: Path) -> None:
    words = (sys.executable, "-c", f"{FORKS}; import time; time.sleep(60)")
    program = Program(words, dict(os.environ), tmp_path / "said")
    while len(program.members()) < 2:
        pass

    program.kill()

    assert program.wait() == -signal.SIGKILL
    assert program.orphans() == []


def test_a_process_that_outlives_its_program_is_found_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faults.program.LAST_BREATH_S", 0)
    program = Program((sys.executable, "-c", FORKS), dict(os.environ), tmp_path / "said")
    program.wait()

    found = program.orphans()

    assert len(found) == 1
    while program.members():  # it was killed, and is about to be gone
        pass


def test_one_bit_turns_and_turns_back(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")

    with flipped(file, random.Random(7)):
        inside = file.read_bytes()

    difference = [one ^ other for one, other in zip(inside, b"abc", strict=True)]
    assert sum(value.bit_count() for value in difference) == 1
    assert file.read_bytes() == b"abc"


def test_an_input_says_its_rows(tmp_path: Path) -> None:
    ids = Ids(generation=3, ids=30, days=(0, 1), bad_every=10)

    ids.write(tmp_path / "in", files=2)

    lines = [line for file in sorted((tmp_path / "in").iterdir()) for line in file.read_text().splitlines()]
    cells = [line.split(",") for line in lines if not line.startswith("id,")]
    assert ids.rows == Counter((int(number), 3) for number, *_ in cells) == {(n, 3): 1 for n in (0, 1, 24, 25)}


def test_a_finding_counts_every_problem_and_one_failure() -> None:
    finding = Finding()

    finding.breaks("A2", "", "torn", "gone")
    finding.check("A3", True, "did not end")

    assert (finding.broken, finding.failures) == ({"A2": ["torn", "gone"]}, 1)
