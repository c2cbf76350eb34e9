"""The rounds, on programs of a few lines: what they say, in which order, and what a failing one leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bench.measure import measure
from bench.place import Place
from bench.results import Section, Timing
from bench.whole import with_paths
from bench.work import INPUT, OUTPUT, PYTHON, Data, Program, Work
from sections import section

from hotset.session.java import Java

NO_JAVA = Java(Path("nowhere"), 17, "17", frozenset(), "nobody")
COPY = "import pathlib, sys; pathlib.Path(sys.argv[2]).write_bytes(pathlib.Path(sys.argv[1]).read_bytes()[{start}:])"
SERVED = """
import pathlib, sys
from bench.serve import serve

def work(calls, source, target):
    print("between the answers")
    calls.append(source)
    if len(calls) == {fails_at}:
        raise RuntimeError("no more")
    pathlib.Path(target).write_bytes(pathlib.Path(source).read_bytes())

serve(list, work, list.clear)
"""


def copier(name: str, *, start: int = 0, fails_at: int = 0) -> Program:
    """Copies its input but for the first `start` bytes; warm, its order number `fails_at` fails."""
    served = (PYTHON, "-c", SERVED.format(fails_at=fails_at))
    return Program(name, name, (PYTHON, "-c", COPY.format(start=start), INPUT, OUTPUT), served, Path.read_bytes)


def write_bytes(path: Path, size_bytes: int, seed: int) -> None:
    path.write_bytes(bytes([seed]) * size_bytes)


def differ(expected: bytes, found: bytes) -> str:
    return "" if expected == found else f"{len(found)} bytes instead of {len(expected)}"


def work_of(*programs: Program) -> Work:
    return Work("copy", "Copying", programs, data=Data("bytes", "bytes", write_bytes, Path.read_bytes, differ))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("bench.quiet.LOOK_S", 0.001)
    return Place(tmp_path, NO_JAVA, patience_s=0, timeout_s=30)


def asked(work: Work, mode: str, rounds: int = 1) -> Section:
    """A section for all programs of the work."""
    wanted = section(rounds=rounds)
    wanted.programs = {program.name: program.label for program in work.programs}
    wanted.modes = [each for each in wanted.modes if each == mode]
    wanted.sizes = {"5": 5}
    return wanted


def ignore(_: Timing) -> None:
    """Keeps nothing."""


def turns(measured: Section) -> list[tuple[str, int, str]]:
    return [(timing.program, timing.round, timing.failed) for timing in measured.times]


@pytest.mark.parametrize("mode", ["whole", "warm"])
def test_programs_take_turns_within_each_round(mode: str, place: Place) -> None:
    work = work_of(copier("a"), copier("b"))
    wanted = asked(work, mode, rounds=2)

    measure(work, wanted, place, ignore)

    assert turns(wanted) == [("a", 1, ""), ("b", 1, ""), ("b", 2, ""), ("a", 2, "")]
    assert all(timing.seconds is not None for timing in wanted.times)


def test_a_wrong_answer_has_no_time_and_the_others_go_on(place: Place) -> None:
    work = work_of(copier("wrong", start=2), copier("right"))
    wanted = asked(work, "whole")

    measure(work, wanted, place, ignore)

    assert turns(wanted) == [("wrong", 1, "wrong answer: 3 bytes instead of 5"), ("right", 1, "")]
    assert wanted.times[0].seconds is None


def test_a_crash_is_kept_with_what_the_program_said_last(place: Place) -> None:
    crash = Program("crash", "crash", (PYTHON, "-c", "import sys; print('last words'); sys.exit(3)"))
    wanted = asked(work_of(crash), "whole")

    measure(work_of(crash), wanted, place, ignore)

    assert wanted.times[0].failed == "ended with exit code 3 instead of 0; its output ends with\nlast words"


def test_an_exit_code_that_is_expected_is_no_failure(place: Place) -> None:
    refusal = Program("refusal", "refusal", (PYTHON, "-c", "raise SystemExit(2)"), exit_code=2)
    wanted = asked(work_of(refusal), "whole")

    measure(work_of(refusal), wanted, place, ignore)

    assert turns(wanted) == [("refusal", 1, "")]


def test_a_warm_program_is_started_anew_after_an_order_that_failed(place: Place) -> None:
    work = work_of(copier("moody", fails_at=3))  # its first order is the small one that is not timed
    wanted = asked(work, "warm", rounds=3)

    measure(work, wanted, place, ignore)

    assert [bool(timing.failed) for timing in wanted.times] == [False, True, False]
    assert wanted.times[1].failed.startswith("RuntimeError: no more")


def test_a_warm_program_that_ends_is_a_failure(place: Place) -> None:
    gone = Program("gone", "gone", (), (PYTHON, "-c", "import sys; sys.exit('cannot start')"), Path.read_bytes)
    wanted = asked(work_of(gone), "warm")

    measure(work_of(gone), wanted, place, ignore)

    assert wanted.times[0].failed == "has ended; its output ends with\ncannot start"


def test_only_what_is_lacking_is_measured_and_each_time_is_kept_at_once(place: Place) -> None:
    work = work_of(copier("a"), copier("b"))
    wanted = asked(work, "whole", rounds=2)
    wanted.times = [Timing("a", "whole", "5", 1, seconds=1.0), Timing("b", "whole", "5", 2, seconds=1.0)]
    kept: list[tuple[str, int]] = []
    keep: Callable[[Timing], None] = lambda timing: kept.append((timing.program, timing.round))  # noqa: E731

    measure(work, wanted, place, keep)

    assert kept == [("b", 1), ("a", 2)]


def test_nothing_is_left_of_answers_and_caches(place: Place) -> None:
    work = work_of(copier("a"))

    measure(work, asked(work, "warm"), place, ignore)

    assert sorted(path.name for path in place.scratch.iterdir()) == ["inputs", "logs"]
    assert (place.scratch / "inputs" / "bytes-5-seed7").read_bytes() == b"\7" * 5


def test_paths_stand_wherever_a_command_names_them(tmp_path: Path) -> None:
    command = with_paths(("run", f"{INPUT}/main.parquet", "--output", OUTPUT, "{other}"), tmp_path, Path("answer"))

    assert command == ("run", f"{tmp_path}/main.parquet", "--output", "answer", "{other}")
