"""One run at a time: who has the lock keeps it, the dead lose it to one, and what cannot be told is left alone."""

import fcntl
import json
import os
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hotset.data import lock as module
from hotset.data.lock import guarded, read_owner, take_lock
from hotset.errors import OutputError
from hotset.owner import this_owner

ONE, OTHER = this_owner("run-1", "demo"), this_owner("run-2", "demo")
DEAD = replace(ONE, run_id="run-0", process_started=ONE.process_started - 1)


def leave_lock(records: Path, owner: object) -> None:
    (records / "lock").write_text(json.dumps(owner))


def test_the_second_is_told_whose_the_lock_is(tmp_path: Path) -> None:
    take_lock(tmp_path, ONE)

    with pytest.raises(OutputError) as refused:
        take_lock(tmp_path, OTHER)

    assert str(refused.value) == (
        f"the output is being made by run run-1 of demo on {ONE.host}, process {os.getpid()}, since {ONE.since}; "
        "wait for it, or give --break-lock if it is gone for certain"
    )
    assert read_owner(tmp_path) == ONE


def test_a_lock_that_is_released_can_be_taken(tmp_path: Path) -> None:
    take_lock(tmp_path, ONE).release()

    taken = take_lock(tmp_path, OTHER)

    assert (taken.owner, taken.after) == (OTHER, None)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_dead_runs_lock_is_taken_over_and_told(tmp_path: Path) -> None:
    leave_lock(tmp_path, asdict(DEAD))

    taken = take_lock(tmp_path, ONE)

    assert taken.after == DEAD
    assert read_owner(tmp_path) == ONE


@pytest.mark.parametrize("content", [{"run_id": "x"}, [], 3, {**asdict(DEAD), "later": 1}])
def test_a_lock_that_cannot_be_read_is_left_alone_unless_it_is_broken_by_hand(tmp_path: Path, content: object) -> None:
    leave_lock(tmp_path, content)

    with pytest.raises(OutputError, match="cannot read whose lock"):
        take_lock(tmp_path, ONE)
    taken = take_lock(tmp_path, ONE, break_lock=True)

    assert read_owner(tmp_path) == taken.owner == ONE


def test_of_many_that_find_a_dead_lock_one_gets_it(tmp_path: Path) -> None:
    leave_lock(tmp_path, asdict(DEAD))
    start, won, lost = threading.Barrier(8), [], []

    def take(number: int) -> None:
        start.wait()
        try:
            won.append(take_lock(tmp_path, this_owner(f"run-{number}", "demo")).owner)
        except OutputError:
            lost.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(won), len(lost)) == (1, 7)
    assert read_owner(tmp_path) == won[0]


def test_who_was_turned_out_finds_out_and_does_not_release_anothers_lock(tmp_path: Path) -> None:
    ours = take_lock(tmp_path, ONE)
    theirs = take_lock(tmp_path, OTHER, break_lock=True)

    with pytest.raises(OutputError, match="was taken away from this run, now run run-2 of demo"):
        ours.check()
    ours.release()

    theirs.check()
    assert read_owner(tmp_path) == OTHER


def test_a_directory_that_somebody_holds_for_good_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GUARD_TIMEOUT_S", 0.05)
    take_lock(tmp_path, ONE)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    with pytest.raises(OutputError, match=r"a process of run run-1 of demo .* does not move"), guarded(tmp_path):
        pass
    os.close(descriptor)

    with guarded(tmp_path):
        assert True
