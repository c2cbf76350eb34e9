"""Exchange of versions: the right one, by who may, and nothing half done."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_version import RUN, claim, make_version, text_of

from hotset.data.claim import MARKER_NAME, Claims, Standing, make_marked, remove_marked, standing, tidy
from hotset.data.destination import records_beside
from hotset.errors import OutputError

# Takes the output, says so, waits for a line, publishes.
FROZEN = """
import sys
from pathlib import Path
from small_version import claim, make_version
taken = claim(Path(sys.argv[1]), "20260102T030405-0000000f")
with taken.staged() as version:
    make_version(version, "frozen")
    print("ready", flush=True)
    sys.stdin.readline()
    taken.put_in_place(version)
"""


def test_a_version_takes_a_new_name_and_leaves_no_staging(tmp_path: Path) -> None:
    taken = claim(tmp_path / "a/out", if_exists="refuse")

    with taken.staged() as version:
        make_version(version, "new")
        taken.put_in_place(version)
    taken.release()

    assert text_of(tmp_path / "a/out") == "new\n"
    assert [path.name for path in (tmp_path / "a/.out.hotset").iterdir()] == [MARKER_NAME]


def test_the_old_version_stays_as_the_previous_until_the_next_exchange(tmp_path: Path) -> None:
    make_version(tmp_path / "out", "one")
    taken = claim(tmp_path / "out")

    for text in ("two", "three"):
        with taken.staged() as version:
            make_version(version, text)
            taken.put_in_place(version)
    taken.release()

    assert text_of(tmp_path / "out") == "three\n"
    assert text_of(tmp_path / ".out.hotset/previous") == "two\n"
    assert {path.name for path in (tmp_path / ".out.hotset").iterdir()} == {MARKER_NAME, "previous"}


@pytest.mark.parametrize("change", ["another version", "gone", "appeared"])
def test_what_changed_since_the_run_began_stops_the_exchange(tmp_path: Path, change: str) -> None:
    if change != "appeared":
        make_version(tmp_path / "out", "old")
    taken = claim(tmp_path / "out")
    match change:
        case "appeared":
            make_version(tmp_path / "out", "theirs")
        case "gone":
            (tmp_path / "out").rename(tmp_path / "kept")
        case _:
            (tmp_path / "out").rename(tmp_path / "kept")
            make_version(tmp_path / "out", "theirs")

    with pytest.raises(OutputError), taken.staged() as version:
        make_version(version, "new")
        taken.put_in_place(version)

    assert text_of(tmp_path / "out") == ("" if change == "gone" else "theirs\n")
    assert not list(records_beside(tmp_path / "out").glob("*.staging"))


def test_what_changed_between_a_runs_first_look_and_its_lock_stops_it(tmp_path: Path) -> None:
    make_version(tmp_path / "out", "old")
    claims = Claims(RUN, "demo", "append", expected={tmp_path / "out": Standing()})

    with pytest.raises(OutputError, match="changed while this run was starting"):
        claims.take(tmp_path / "out")


def test_a_frozen_run_that_was_turned_out_publishes_nothing_when_it_wakes_up(tmp_path: Path) -> None:
    make_version(tmp_path / "out", "old")
    frozen = subprocess.Popen(
        [sys.executable, "-c", FROZEN, str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert frozen.stdout
    assert frozen.stdout.readline() == "ready\n"
    frozen.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, frozen.pid, os.WSTOPPED)

    with pytest.raises(OutputError, match="is being made by run 20260102T030405-0000000f"):
        claim(tmp_path / "out")
    taken = claim(tmp_path / "out", break_lock=True)
    frozen.send_signal(signal.SIGCONT)
    _, told = frozen.communicate("go\n", timeout=60)
    with taken.staged() as version:
        make_version(version, "new")
        taken.put_in_place(version)

    assert frozen.returncode == 1
    assert f"was taken away from this run, now run {RUN} of demo" in told
    assert text_of(tmp_path / "out") == "new\n"


def kill_in_staging(output: Path) -> None:
    """A run that took the output and is killed while it writes."""
    killed = subprocess.Popen(
        [sys.executable, "-c", FROZEN, str(output)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert killed.stdout
    killed.stdout.readline()
    killed.kill()
    killed.communicate()


def test_a_run_that_is_done_already_tidies_up_after_a_dead_one_and_not_after_a_live_one(tmp_path: Path) -> None:
    kill_in_staging(tmp_path / "out")
    at_work = claim(tmp_path / "other")
    with at_work.staged():
        tidy(tmp_path / "out", RUN, "demo")
        tidy(tmp_path / "other", RUN, "demo")
        tidy(tmp_path / "nothing", RUN, "demo")

        assert [path.name for path in (tmp_path / ".out.hotset").iterdir()] == [MARKER_NAME]
        assert at_work.staging.exists()
        at_work.lock.check()


def test_a_killed_runs_lock_and_leftovers_go_with_the_next_run_and_nothing_else(tmp_path: Path) -> None:
    kill_in_staging(tmp_path / "out")
    records = tmp_path / ".out.hotset"
    (records / f"{RUN}.json").write_text("a report")
    (records / "mine.staging").mkdir()
    (records / "mine.staging/thesis").write_text("not hotset's")
    claims = Claims(RUN, "demo")

    claims.take(tmp_path / "out")

    left = {path.name for path in records.iterdir()}
    assert left == {MARKER_NAME, "lock", f"{RUN}.json", "mine.staging"}
    assert "the lock of run 20260102T030405-0000000f of demo" in claims.notes[0]
    assert claims.notes[1] == "removed what a run that is dead had left: 20260102T030405-0000000f.staging"


def test_remove_marked_deletes_only_what_bears_the_mark(tmp_path: Path) -> None:
    make_marked(tmp_path / "ours")
    (tmp_path / "ours/sub").mkdir()
    (tmp_path / "ours/link").symlink_to(tmp_path / "theirs")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/a").touch()
    (tmp_path / "link").symlink_to("ours")

    for name in ("link", "theirs", "ours"):
        remove_marked(tmp_path / name)

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "link", "theirs"]


def test_standing_tells_versions_apart_and_knows_one_that_was_renamed(tmp_path: Path) -> None:
    make_version(tmp_path / "a", "same")
    make_version(tmp_path / "b", "same")
    before = standing(tmp_path / "a")

    (tmp_path / "a").rename(tmp_path / "c")

    assert before == standing(tmp_path / "c") != standing(tmp_path / "b")
    assert standing(tmp_path / "a") == Standing()
