"""What dead runs left goes; everything else that lies there stays."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hotset.errors import ResourceError, UsageError
from hotset.owner import Owner, this_owner
from hotset.session.scratch import OWNER_NAME, make_scratch, remove_abandoned, scratch_directory

LIVE = this_owner("hotset-x", "scratch")
DEAD = replace(LIVE, process_started=LIVE.process_started - 1)


@pytest.fixture
def above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path / "tmp"


def left(directory: Path, owner: Owner | str = DEAD) -> Path:
    """A scratch directory with something in it."""
    (directory / "local/blockmgr-1/0a").mkdir(parents=True)
    (directory / "local/blockmgr-1/0a/shuffle_0_0_0.data").write_bytes(b"x" * 1000)
    (directory / OWNER_NAME).write_text(owner if isinstance(owner, str) else json.dumps(asdict(owner)))
    return directory


def test_a_new_run_removes_what_a_dead_one_left_and_nothing_else(above: Path) -> None:
    dead, live = left(above / "hotset-dead"), left(above / "hotset-live", LIVE)

    scratch = make_scratch()

    assert (dead.exists(), live.exists()) == (False, True)
    assert scratch.stat().st_mode & 0o777 == 0o700
    assert remove_abandoned(above) == []  # ours lives


def linked_directory(above: Path) -> Path:
    target = left(above / "elsewhere")
    (above / "hotset-link").symlink_to(target)
    return target / OWNER_NAME


def linked_owner(above: Path) -> Path:
    directory = left(above / "hotset-owner-link")
    (directory / OWNER_NAME).rename(above / "its-owner")
    (directory / OWNER_NAME).symlink_to(above / "its-owner")
    return directory


def link_inside(above: Path) -> Path:
    """What a link in a dead run's directory leads to is not that run's."""
    (above / "precious").mkdir()
    (above / "precious/file").touch()
    (left(above / "hotset-dead") / "link").symlink_to(above / "precious")
    return above / "precious/file"


def pipe_for_owner(above: Path) -> Path:
    directory = left(above / "hotset-pipe")
    (directory / OWNER_NAME).unlink()
    os.mkfifo(directory / OWNER_NAME)
    return directory


def others(above: Path) -> Path:
    directory = left(above / "hotset-others")
    os.chown(directory, 4321, 4321)
    return directory


STAYS: dict[str, Callable[[Path], Path]] = {
    "a live run": lambda above: left(above / "hotset-1", LIVE),
    "another host": lambda above: left(above / "hotset-2", replace(DEAD, host="elsewhere")),
    "another container": lambda above: left(above / "hotset-3", replace(DEAD, pid_namespace=1)),
    "no owner yet": lambda above: _without_owner(left(above / "hotset-4")),
    "half an owner": lambda above: left(above / "hotset-5", '{"run_id": "x", '),
    "owner of another form": lambda above: left(above / "hotset-6", '{"run": 1}'),
    "no JSON object": lambda above: left(above / "hotset-7", "[1]"),
    "another name": lambda above: left(above / "spark-1234"),
    "a file": lambda above: _touched(above / "hotset-file"),
    "a linked directory": linked_directory,
    "a linked owner": linked_owner,
    "what a link inside leads to": link_inside,
    "a pipe": pipe_for_owner,
    "another user's": others,
}


def _without_owner(directory: Path) -> Path:
    (directory / OWNER_NAME).unlink()
    return directory


def _touched(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("lay", STAYS.values(), ids=STAYS)
def test_what_is_not_proved_to_be_a_dead_runs_stays(lay: Callable[[Path], Path], above: Path) -> None:
    if lay is others and os.getuid():
        pytest.skip("only root can give a directory to another user")
    kept = lay(above)

    remove_abandoned(above)

    assert kept.exists()


def test_a_scratch_directory_is_gone_afterwards_also_after_an_error(above: Path) -> None:
    with pytest.raises(RuntimeError), scratch_directory("hotset-lab-") as scratch:
        (scratch / "file").touch()
        raise RuntimeError

    assert list(above.iterdir()) == []


def test_a_comma_in_its_place_is_refused_since_spark_takes_it_for_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "a,b"))
    (tmp_path / "a,b").mkdir()

    with pytest.raises(UsageError, match=r"a,b; set TMPDIR to one without"):
        make_scratch()
    assert list((tmp_path / "a,b").iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_told_in_one_line() -> None:
    with pytest.raises(ResourceError, match=r"cannot write to /proc: .*; free some room, or set TMPDIR"):
        make_scratch(above=Path("/proc"))


def test_the_scratch_of_a_process_that_was_killed_goes_with_the_next_run(above: Path) -> None:
    code = "import os, signal; from hotset.session.scratch import make_scratch; print(make_scratch(), flush=True); "
    killed = subprocess.run(
        [sys.executable, "-c", code + "os.kill(os.getpid(), signal.SIGKILL)"],
        env=os.environ | {"TMPDIR": str(above)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    dead = Path(killed.stdout.strip())
    assert (killed.returncode, dead.parent, dead.is_dir()) == (-signal.SIGKILL, above, True)

    make_scratch()

    assert not dead.exists()


def test_runs_that_start_at_once_remove_what_is_dead_and_nothing_of_each_other(above: Path) -> None:
    dead = [left(above / f"hotset-dead-{number}") for number in range(20)]
    together = threading.Barrier(8)

    def start(_: int) -> Path:
        together.wait()
        return make_scratch()

    with ThreadPoolExecutor(8) as runs:
        started = list(runs.map(start, range(8)))

    assert not any(directory.exists() for directory in dead)
    assert len(set(started)) == 8
    assert all((directory / OWNER_NAME).is_file() for directory in started)
