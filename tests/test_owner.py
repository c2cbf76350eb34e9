"""The proof that whoever held a lock is dead; where there is none, nobody is taken for dead."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from hotset.owner import this_owner

TELL_AND_WAIT = "from hotset.owner import this_owner; print(this_owner('run-1', 'demo'), flush=True); input()"
HERE = this_owner("run-1", "demo")


def test_this_owner_is_this_process_and_alive() -> None:
    owner = this_owner("run-1", "demo")

    assert (owner.pid, owner.host) == (os.getpid(), os.uname().nodename)
    assert not owner.is_dead()
    assert owner.told() == f"run run-1 of demo on {owner.host}, process {owner.pid}, since {owner.since}"


@pytest.mark.parametrize(
    ("change", "dead"),
    [
        ({"process_started": HERE.process_started - 1}, True),  # the number was given to another process
        ({"boot": "another"}, True),
        ({"host": "elsewhere", "pid": 2**22 + 1}, False),
        ({"host": "elsewhere", "boot": "another"}, False),
        ({"pid_namespace": 1, "pid": 2**22 + 1}, False),  # a container's process cannot be seen from here
    ],
)
def test_death_is_proved_on_this_machine_only(change: dict[str, str | int], dead: bool) -> None:
    owner = replace(HERE, **change)  # type: ignore[arg-type]

    assert owner.is_dead() is dead


def test_a_process_that_was_killed_is_dead_even_before_it_is_reaped() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", TELL_AND_WAIT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout
    told = child.stdout.readline()
    started = int(told.partition("process_started=")[2].partition(",")[0])
    owner = replace(HERE, pid=child.pid, process_started=started)

    alive = owner.is_dead()
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    zombie = owner.is_dead()
    child.communicate()

    assert (alive, zombie, owner.is_dead()) == (False, True, True)
