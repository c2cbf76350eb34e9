"""Make the start-up archive, or remove it: one builder at a time, aside and renamed, so that nobody sees half of it."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hotset.account import cache_dir
from hotset.errors import OutputError, ResourceError, UsageError
from hotset.session import archive
from hotset.session.archive import PRIVATE, READ_ONLY, Lookup, Place
from hotset.session.command import reason, with_options
from hotset.session.launch import Launch, jvm_command, jvm_environment
from hotset.session.machine import read_machine
from hotset.session.scratch import scratch_directory
from hotset.session.site import read_site
from hotset.session.spark import Wishes, prepare

BUILD_TIMEOUT_S = 900
TRY_TIMEOUT_S = 60
DRAFT = ".building-"


@dataclass(frozen=True)
class Warmed:
    """The archive, and whether it was there already."""

    archive: Path
    bytes: int
    seconds: float
    made: bool


def warm(progress: Callable[[str], None]) -> Warmed:
    """The archive for sessions started here and now. Raises UsageError with the reason where there can be none."""
    start = time.monotonic()
    site, machine = read_site(os.environ), read_machine()
    with scratch_directory("hotset-warm-") as scratch:
        launch = prepare(Wishes("hotset warm"), site, machine, scratch).launch
        if launch.site.plain_launch:
            raise UsageError(f"Spark's own script starts the JVM here, and uses no archive: {launch.site.plain_launch}")
        environment = jvm_environment(launch)
        command = jvm_command(launch, environment)
        found = archive.look_up(launch.java, command, launch.cache, environment)
        if found.place is None:
            raise UsageError(f"no start-up archive can be made: {found.why_none}")
        path, made = _there_or_made(found, launch, command, progress)
    return Warmed(path, path.stat().st_size, time.monotonic() - start, made)


def remove() -> list[Path]:
    """Every archive, for whichever Java; those that were there."""
    directory = archive.archives_dir(cache_dir(os.environ))
    if not directory.is_dir():
        return []
    with _alone(directory, lambda _: None):
        _remove_leftovers(directory)
        archives = sorted(directory.glob("java-*"))
        for entry in (*archives, *directory.glob("offered-*")):
            entry.unlink(missing_ok=True)
    return archives


def _there_or_made(
    found: Lookup, launch: Launch, command: list[str], progress: Callable[[str], None]
) -> tuple[Path, bool]:
    assert found.place is not None, "asked before"
    if found.archive and archive.is_whole(found.archive):
        return found.archive, False
    _own_directory(found.place.directory)
    with _alone(found.place.directory, progress):
        made_meanwhile = found.place.find()
        if made_meanwhile and not archive.why_distrusted(made_meanwhile) and archive.is_whole(made_meanwhile):
            return made_meanwhile, False
        progress("make the start-up archive")
        _remove_leftovers(found.place.directory)
        try:
            return _make(found.place, launch, command), True
        finally:
            _remove_leftovers(found.place.directory)


def _own_directory(directory: Path) -> None:
    """Raises OutputError when it cannot be made, or is not ours alone."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except OSError as why:
        raise OutputError(f"cannot make {directory}: {why.strerror}; set XDG_CACHE_HOME to another place") from None
    if why_not := archive.why_distrusted_directory(directory):
        raise OutputError(f"{why_not}; remove it, or set XDG_CACHE_HOME to another place")


@contextmanager
def _alone(directory: Path, progress: Callable[[str], None]) -> Iterator[int]:
    """As the only builder, after those before; the lock goes with its last holder, however that one ends."""
    deadline = time.monotonic() + BUILD_TIMEOUT_S
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _locked(lock):
            progress("wait for another `hotset warm`")
            if time.monotonic() > deadline:
                raise ResourceError(f"another process holds {directory / 'lock'}; end it, and try again")
            time.sleep(0.2)
        yield lock
    finally:
        os.close(lock)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_leftovers(directory: Path) -> None:
    """What a builder that was killed left behind."""
    for leftover in directory.glob(f"{DRAFT}*"):
        leftover.unlink(missing_ok=True)


def _make(place: Place, launch: Launch, command: list[str]) -> Path:
    """The archive, in its place; older ones for this Java are gone."""
    draft = place.directory / f"{DRAFT}{os.getpid()}{place.suffix}"
    log = launch.scratch / "training.log"
    _train(draft, log)
    said = log.read_text(errors="replace")
    if not draft.is_file():
        raise ResourceError(f"the JVM of {launch.java.home} wrote no archive: {reason(said)}")
    if refused := _refusal(command, place, draft):
        raise ResourceError(f"the JVM of {launch.java.home} does not take its own archive: {refused}")
    draft.chmod(READ_ONLY)
    made = place.named(archive.checksum(draft))
    draft.replace(made)
    for older in set(place.others()) - {made}:
        older.unlink(missing_ok=True)
    return made


def _train(draft: Path, log: Path) -> None:
    """Ends when the JVM has written the draft, or could not. Nothing is left running if we are told to stop."""
    command = [sys.executable, "-P", "-m", "hotset.session.training", str(draft), str(log)]
    with log.open("ab") as out:
        # in a session of its own: Ctrl-C reaches us alone. Our end of its stdin is what it lives by
        trainee = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True)
    assert trainee.stdin is not None
    try:
        code = trainee.wait(BUILD_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise ResourceError(f"no archive after {BUILD_TIMEOUT_S} s; try again when less is going on") from None
    finally:
        trainee.stdin.close()
        trainee.wait()
    if code:
        said = log.read_text(errors="replace").splitlines()
        raise ResourceError(f"the session that an archive is made from ended with {code}: {(said or ['silently'])[-1]}")


def _refusal(command: list[str], place: Place, draft: Path) -> str | None:
    """Why the JVM, told that it must use the archive, does not start."""
    must = "-XX:AOTMode=on" if place.suffix == ".aot" else "-Xshare:on"
    options = [*archive.use_options(place.java, draft), must]
    main = command.index("org.apache.spark.deploy.SparkSubmit")
    tried = subprocess.run(
        [*with_options(command[:main], options), "-version"],
        capture_output=True,
        text=True,
        timeout=TRY_TIMEOUT_S,
        check=False,
    )
    return reason(tried.stdout + tried.stderr) if tried.returncode else None
