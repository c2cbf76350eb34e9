"""One run at a time for each output: a file that says whose it is, made in one step.

What is done to the lock, and the exchange that it protects, is done with the directory flocked. Of two runs that find a
dead run's lock one gets it, and no run loses its lock in the middle of an exchange.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hotset.data.rename import sync
from hotset.errors import OutputError
from hotset.owner import Owner

LOCK_NAME = "lock"
GUARD_TIMEOUT_S = 4.0
GUARD_PAUSE_S = 0.02


@dataclass(frozen=True)
class Lock:
    """A lock that was taken; `after` is the run that was found dead, or was turned out by hand."""

    path: Path
    owner: Owner
    inode: int
    after: Owner | None = None

    def check(self) -> None:
        """Raises OutputError when the lock is not ours any more. Call it with the directory guarded."""
        if not self._is_ours():
            holder = read_owner(self.path.parent)
            told = f"now {holder.told()} has it" if holder else "nobody has it now"
            raise OutputError(f"the lock {self.path} was taken away from this run, {told}; nothing was published")

    def release(self) -> None:
        """Takes our own lock away, and nobody else's."""
        with guarded(self.path.parent):
            if self._is_ours():
                self.path.unlink()

    def _is_ours(self) -> bool:
        try:
            return self.path.lstat().st_ino == self.inode and read_owner(self.path.parent) == self.owner
        except OSError:
            return False


def take_lock(records: Path, owner: Owner, *, break_lock: bool = False) -> Lock:
    """The lock of the output that `records` belongs to. Raises OutputError, naming the holder, when it is taken."""
    path = records / LOCK_NAME
    with guarded(records):
        holder = read_owner(records)
        if path.exists() or path.is_symlink():
            if not break_lock:
                _check_dead(path, holder)
            path.unlink()
        draft = records / f".{LOCK_NAME}.{owner.run_id}"
        draft.write_text(json.dumps(asdict(owner), indent=2) + "\n", encoding="utf-8")
        sync(draft)
        try:
            os.link(draft, path)  # fails where something is, even on a file system that takes no notice of flock
        except FileExistsError:
            raise OutputError(f"another run has taken the lock {path} at this moment; wait for it") from None
        finally:
            draft.unlink()
        sync(records)
        return Lock(path, owner, path.lstat().st_ino, holder)


def read_owner(records: Path) -> Owner | None:
    """Who has the lock; None when nobody has, or it cannot be read."""
    try:
        return Owner(**json.loads((records / LOCK_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def guarded(records: Path) -> Iterator[None]:
    """Alone with what lies in the directory, against every other process that asks. Raises OutputError after 4 s."""
    descriptor = os.open(records, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _flock(descriptor, records)
        yield
    finally:
        os.close(descriptor)


def _flock(descriptor: int, records: Path) -> None:
    give_up = time.monotonic() + GUARD_TIMEOUT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as why:
            if why.errno not in (errno.EAGAIN, errno.EACCES):
                raise OutputError(f"cannot lock {records}, got {why.strerror}; choose a local disk") from None
        else:
            return
        if time.monotonic() > give_up:
            holder = read_owner(records)
            told = f" of {holder.told()}" if holder else ""
            raise OutputError(f"a process{told} is at work in {records} and does not move; end it, and run this again")
        time.sleep(GUARD_PAUSE_S)


def _check_dead(path: Path, holder: Owner | None) -> None:
    if holder is None:
        raise OutputError(f"cannot read whose lock {path} is; give --break-lock if no run is at work here")
    if not holder.is_dead():
        raise OutputError(
            f"the output is being made by {holder.told()}; wait for it, or give --break-lock if it is gone for certain"
        )
