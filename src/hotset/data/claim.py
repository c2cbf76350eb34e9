"""The right to publish to a destination: the lock, what was there when it was taken, and a private place to write.

.NAME.hotset/               beside the output NAME, mode 0700; reports, logs, and
    lock                    whose turn it is
    RUN.staging/version     what the run RUN writes; from the exchange on, what it has replaced
    previous                the version before this one, until the next is published
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hotset.data.destination import check_free, make_parents, nearest_existing, records_beside, why_not_written
from hotset.data.lock import Lock, guarded, read_owner, take_lock
from hotset.data.manifest import MANIFEST_NAME
from hotset.data.rename import check_one_step, exchange, rename_new, sync
from hotset.errors import OutputError
from hotset.owner import this_owner

IfExists = Literal["refuse", "replace", "append", "replace-partitions"]
MARKER_NAME = ".made-by-hotset"
MARKER_TEXT = "hotset made this directory, and may delete it.\n"
PREVIOUS = "previous"
PRIVATE = 0o700


@dataclass(frozen=True)
class Standing:
    """What stands at a path: nothing (no inode), or a directory, known by its inode and its manifest's SHA-256."""

    inode: tuple[int, int] | None = None
    manifest_sha256: str | None = None


def standing(path: Path) -> Standing:
    try:
        facts = path.lstat()
        manifest = path / MANIFEST_NAME
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else None
    except OSError:
        return Standing() if not os.path.lexists(path) else Standing((0, 0))
    return Standing((facts.st_dev, facts.st_ino), digest)


@dataclass
class Claim:
    """A destination that is this run's to publish to, from `take` to `release`."""

    destination: Path
    lock: Lock
    if_exists: IfExists
    expected: Standing

    @property
    def staging(self) -> Path:
        return records_beside(self.destination) / f"{self.lock.owner.run_id}.staging"

    @contextmanager
    def staged(self) -> Iterator[Path]:
        """A path for a new version, in a private place that is gone afterwards."""
        try:
            make_marked(self.staging)
            yield self.staging / "version"
        finally:
            remove_marked(self.staging)

    def put_in_place(self, version: Path) -> None:
        """`version` is now at the destination, and what it replaced, if anything, is the previous version.

        Raises OutputError, and changes nothing, when the lock was taken away or something else stands there now.
        """
        with guarded(records_beside(self.destination)):
            self.lock.check()
            if self.expected == Standing():
                rename_new(version, self.destination)
            else:
                self._exchange(version)
            sync(self.destination.parent)
            self.expected = standing(self.destination)
            with suppress(OSError):  # it is published; what is left of the old version goes with the next run
                self._keep_previous(version)

    def release(self) -> None:
        """Lets others have the destination."""
        with suppress(OSError):
            remove_marked(self.staging)
            self.lock.release()

    def _exchange(self, version: Path) -> None:
        if standing(self.destination) == self.expected:
            exchange(version, self.destination)
            if standing(version) == self.expected:
                return
            exchange(version, self.destination)
        raise OutputError(
            f"the output {self.destination} is not what it was when this run began; nothing was published, run it again"
        )

    def _keep_previous(self, version: Path) -> None:
        """By renames alone: a kill leaves everything in a place that the next run clears."""
        previous = records_beside(self.destination) / PREVIOUS
        if os.path.lexists(previous):
            previous.rename(self.staging / PREVIOUS)
        if version.exists():
            version.rename(previous)


@dataclass
class Claims:
    """The destinations that a run has taken; each is taken once, and all are released together."""

    run_id: str
    job: str
    if_exists: IfExists = "refuse"
    break_lock: bool = False
    expected: Mapping[Path, Standing] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    taken: dict[Path, Claim] = field(default_factory=dict)

    def take(self, destination: Path) -> Claim:
        """Raises OutputError when another run has it, or what is there changed since this run looked first."""
        if destination not in self.taken:
            self.taken[destination] = claim = self._take(destination)
            if self.expected.get(destination, claim.expected) != claim.expected:
                raise OutputError(f"the output {destination} changed while this run was starting; run it again")
        return self.taken[destination]

    def release(self) -> None:
        for claim in self.taken.values():
            with suppress(OutputError):  # somebody holds the directory for good: the next run finds us dead
                claim.release()

    def _take(self, destination: Path) -> Claim:
        records = records_beside(destination)
        if self.if_exists == "refuse":
            check_free(destination)
        check_one_step(destination, nearest_existing(destination))
        try:
            make_parents(destination)
            make_marked(records)
            lock = take_lock(records, this_owner(self.run_id, self.job), break_lock=self.break_lock)
            removed = sweep(records)
        except OSError as why:
            raise why_not_written(why, destination) from None
        if lock.after:
            self.notes.append(f"the lock of {lock.after.told()} was taken over")
        if removed:
            self.notes.append(f"removed what a run that is dead had left: {', '.join(removed)}")
        return Claim(destination, lock, self.if_exists, standing(destination))


def make_marked(directory: Path) -> None:
    """A private directory that says who made it. One that is there gets the mark as well."""
    directory.mkdir(mode=PRIVATE, exist_ok=True)
    marker = directory / MARKER_NAME
    if not marker.exists():
        marker.write_text(MARKER_TEXT, encoding="utf-8")


def is_marked(directory: Path) -> bool:
    return directory.is_dir() and not directory.is_symlink() and (directory / MARKER_NAME).is_file()


def remove_marked(directory: Path) -> None:
    """Deletes a directory that bears the mark, the mark last, or that is empty; leaves any other alone."""
    if is_marked(directory):
        for child in directory.iterdir():
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child, ignore_errors=True)
            elif child.name != MARKER_NAME:
                child.unlink(missing_ok=True)
        if {child.name for child in directory.iterdir()} == {MARKER_NAME}:
            (directory / MARKER_NAME).unlink()
    with suppress(OSError):
        directory.rmdir()


def tidy(destination: Path, run_id: str, job: str) -> None:
    """Removes what a dead run has left beside its output; nothing where a run is at work, or nothing may be written."""
    records = records_beside(destination)
    if is_marked(records) and (any(records.glob("*.staging")) or read_owner(records)):
        with suppress(OutputError, OSError):
            lock = take_lock(records, this_owner(run_id, job))
            sweep(records)
            lock.release()


def sweep(records: Path) -> list[str]:
    """The names of what dead runs had left here, now removed. Only for who has the lock: nobody else works here."""
    removed = []
    for left in sorted(records.glob("*.staging")):
        remove_marked(left)
        if not left.exists():
            removed.append(left.name)
    for draft in records.glob(".lock.*"):
        draft.unlink(missing_ok=True)
    return removed
