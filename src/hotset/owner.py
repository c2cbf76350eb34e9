"""Who holds a lock: told so exactly that the death of a process on this machine can be proved."""

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ENDED = ("Z", "X")  # states of /proc/PID/stat: a zombie has let go of everything


@dataclass(frozen=True)
class Owner:
    """A run, and the process that it is. `process_started` is in clock ticks since boot: a pid is used again."""

    run_id: str
    job: str
    host: str
    boot: str
    pid_namespace: int
    pid: int
    process_started: int
    since: str

    def told(self) -> str:
        return f"run {self.run_id} of {self.job} on {self.host}, process {self.pid}, since {self.since}"

    def is_dead(self) -> bool:
        """Whether it is proved to be: the machine has booted since, or no such process is here any more.

        Nothing is proved of another machine, or of a process in another container.
        """
        here = this_owner(self.run_id, self.job)
        if self.host != here.host:
            return False
        if self.boot != here.boot:
            return True
        return self.pid_namespace == here.pid_namespace and _started(self.pid) != self.process_started


def this_owner(run_id: str, job: str) -> Owner:
    """This process, in the name of the run."""
    return Owner(
        run_id=run_id,
        job=job,
        host=socket.gethostname(),
        boot=Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(),
        pid_namespace=Path("/proc/self/ns/pid").stat().st_ino,
        pid=os.getpid(),
        process_started=_started(os.getpid()) or 0,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _started(pid: int) -> int | None:
    """When the process began, in ticks since boot; None when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes().decode(errors="replace")
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return None if state in ENDED else int(fields[18])
