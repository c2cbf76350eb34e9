"""Making archives: alone, aside, and for nobody else; and runs that use them, whatever has become of them."""

import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psutil
import pytest

import doors
from doors import BIN, Outcome, call, environment, published, report_of
from hotset.errors import OutputError, ResourceError, UsageError
from hotset.session import warm as building
from hotset.session.archive import Lookup, Place
from hotset.session.java import Java
from hotset.session.launch import Launch
from hotset.session.offer import offer
from hotset.session.site import Site
from hotset.session.warm import remove, warm

COMMAND = ["/jdk/bin/java", "-cp", "/a.jar", "org.apache.spark.deploy.SparkSubmit"]


@pytest.fixture
def java(tmp_path: Path) -> Java:
    return Java(tmp_path / "jdk", 25, "25.0.2+10", frozenset(), "a test")


@pytest.fixture
def launch(tmp_path: Path, java: Java) -> Launch:
    site = Site(tmp_path, (), (), None, False)
    return Launch(java, site, tmp_path / "p", tmp_path, tmp_path / "cache", tmp_path / "log", str, True)


@pytest.fixture
def where(tmp_path: Path, java: Java) -> Place:
    return Place(tmp_path / "cache/archives", java, "0123456789abcdef")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Training that only writes a draft; the drafts that it was told to write."""
    drafts: list[Path] = []

    def train(draft: Path, log: Path) -> None:
        drafts.append(draft)
        log.write_text("")
        draft.write_bytes(b"classes")

    monkeypatch.setattr(building, "_train", train)
    monkeypatch.setattr(building, "_refusal", lambda *_: None)
    return drafts


def make(where: Place, launch: Launch) -> tuple[Path, bool]:
    """The archive as `warm` makes it once the place is known."""
    return building._there_or_made(Lookup(where.find(), None, where), launch, COMMAND, lambda _: None)


@pytest.mark.usefixtures("trained")
def test_archive_is_made_once_and_can_only_be_read_by_its_owner(where: Place, launch: Launch) -> None:
    first, made = make(where, launch)
    again, made_again = make(where, launch)

    assert (made, made_again, again) == (True, False, first)
    assert first == where.directory / f"{where.prefix}-{zlib.crc32(b'classes'):08x}.aot"
    assert (first.stat().st_mode & 0o777, first.parent.stat().st_mode & 0o777) == (0o400, 0o700)


@pytest.mark.usefixtures("trained")
def test_builder_removes_older_archives_of_its_java_and_what_killed_builders_left(
    where: Place, launch: Launch, tmp_path: Path
) -> None:
    older, _ = make(Place(where.directory, where.java, "f" * 16), launch)
    other = Java(tmp_path / "other", 25, "25", frozenset(), "a test")
    apart, _ = make(Place(where.directory, other, where.key), launch)
    (where.directory / ".building-1.aot").write_text("half")
    (where.directory / ".building-1.aot.config").write_text("half")

    made, _ = make(where, launch)

    assert not older.exists()
    assert set(where.directory.iterdir()) == {made, apart, where.directory / "lock"}


def test_damaged_archive_is_made_again(where: Place, launch: Launch, trained: list[Path]) -> None:
    made, _ = make(where, launch)
    made.chmod(0o600)
    made.write_bytes(b"clusses")

    again, was_made = make(where, launch)

    assert (again, was_made, len(trained)) == (made, True, 2)
    assert made.read_bytes() == b"classes"


def test_builders_take_turns_and_the_second_finds_what_the_first_made(
    where: Place, launch: Launch, trained: list[Path]
) -> None:
    start, results = threading.Barrier(4), []

    def build() -> None:
        start.wait()
        results.append(make(where, launch))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({path for path, _ in results}) == 1
    assert sorted(made for _, made in results) == [False, False, False, True]
    assert len(trained) == 1


def test_builder_says_when_the_jvm_wrote_nothing_and_leaves_nothing(
    where: Place, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_train", lambda _, log: log.write_text("Error: no space to archive\n"))

    with pytest.raises(ResourceError, match="wrote no archive: Error: no space to archive"):
        make(where, launch)

    assert [entry.name for entry in where.directory.iterdir()] == ["lock"]


@pytest.mark.usefixtures("trained")
def test_builder_says_when_the_jvm_refuses_its_own_archive_and_leaves_nothing(
    where: Place, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_refusal", lambda *_: "unable to map")

    with pytest.raises(ResourceError, match="does not take its own archive: unable to map"):
        make(where, launch)

    assert [entry.name for entry in where.directory.iterdir()] == ["lock"]


def test_builder_refuses_a_directory_that_others_can_write_to(where: Place, launch: Launch) -> None:
    where.directory.mkdir(parents=True)
    where.directory.chmod(0o777)

    with pytest.raises(OutputError, match=r"others may write to .*; remove it, or set XDG_CACHE_HOME"):
        make(where, launch)


@pytest.mark.usefixtures("trained")
def test_remove_takes_archives_offers_and_leftovers_away(
    where: Place, launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert remove() == []
    where = Place(tmp_path / "hotset/archives", where.java, where.key)
    made, _ = make(where, launch)
    where.offered.touch()
    (where.directory / ".building-7.jsa").touch()

    removed = remove()

    assert removed == [made]
    assert [entry.name for entry in where.directory.iterdir()] == ["lock"]


def test_site_with_shell_code_gets_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spark-env.sh").write_text("")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.delenv("SPARK_HOME", raising=False)

    with pytest.raises(UsageError, match=r"uses no archive: .*spark-env\.sh has to be run by a shell"):
        warm(lambda _: None)


@dataclass
class Opened:
    """As much of a session as an offer looks at."""

    started: Any
    archive: str | None = None


@dataclass
class StartedJvm:
    place: Place | None


def test_offer_is_made_once_after_a_slow_start(where: Place) -> None:
    session: Any = Opened(StartedJvm(where))

    offers = [offer(session, seconds) for seconds in (3.9, 9.4, 9.4)]

    assert offers[0] is None
    assert str(offers[1]).startswith("note: it took 9 s to start Spark; `hotset warm` makes it start faster")
    assert offers[2] is None


@pytest.mark.parametrize("started", [None, StartedJvm(None)])
def test_nothing_is_offered_where_no_archive_can_be(started: Any) -> None:
    session: Any = Opened(started)

    assert offer(session, 60) is None


def test_nothing_is_offered_where_nothing_can_be_kept(where: Place, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    session: Any = Opened(StartedJvm(where))

    assert offer(session, 60) is None


@pytest.fixture
def cache() -> Path:
    """A cache with the archive for the Java of this machine."""
    doors.warm()
    return Path(doors.CACHE.name)


@pytest.fixture
def damaged(cache: Path, tmp_path: Path) -> Iterator[Callable[[Callable[[bytes], bytes], bool], Path]]:
    """A copy of the cache whose archive has another content, under the old name or under an honest one."""

    def damage(change: Callable[[bytes], bytes], honest: bool) -> Path:
        archive = archive_in(cache)
        copy = tmp_path / "cache/hotset/archives"
        copy.mkdir(parents=True, mode=0o700)
        content = change(archive.read_bytes())
        stem = archive.stem.rpartition("-")[0]
        name = f"{stem}-{zlib.crc32(content):08x}{archive.suffix}" if honest else archive.name
        (copy / name).write_bytes(content)
        (copy / name).chmod(0o400)
        return tmp_path / "cache"

    yield damage
    for left in tmp_path.glob("cache/hotset/archives/*"):
        left.unlink()  # some are large, and pytest keeps the directories of failed tests


def archive_in(cache: Path) -> Path:
    (found,) = (cache / "hotset/archives").glob("java-*")
    return found


def count(tmp_path: Path, cache: Path, *options: str, name: str = "out", **changes: str | None) -> Outcome:
    """A word count with this cache; its answer is checked."""
    (tmp_path / "in.txt").write_text("a b a\n")
    io = ("--input", str(tmp_path / "in.txt"), "--output", str(tmp_path / name), "--format", "csv")
    done = call(BIN / "hotset", "run", "wordcount", *io, *options, cwd=tmp_path, XDG_CACHE_HOME=str(cache), **changes)
    assert done.code == 0, done.err
    assert sorted(published(tmp_path / name).split()) == ["a,2", "b,1", "word,n"]
    # nothing of the JVM's on the terminal, and no crash file in the working directory
    assert not any(mark in done.out + done.err for mark in ("[error]", "[warning]", "An error has occurred", "OpenJDK"))
    assert not list(tmp_path.glob("hs_err*"))
    return done


def log_of(output: Path) -> str:
    return Path(report_of(output)["log"]).read_text()


@pytest.mark.doors
def test_run_uses_the_archive_and_says_so(cache: Path, tmp_path: Path) -> None:
    count(tmp_path, cache)

    report = report_of(tmp_path / "out")
    assert (report["archive"], report["why_no_archive"]) == (str(archive_in(cache)), None)


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes(byte ^ 1 for byte in content[half : half + 4096]) + content[half + 4096 :]


def garbage(content: bytes) -> bytes:
    return b"\x9d" * 100_000 + content[:10]


@pytest.mark.doors
@pytest.mark.parametrize(
    ("change", "honest", "told"),
    [
        (truncated, False, "is damaged: its content is not what was written"),
        (flipped, False, "is damaged: its content is not what was written"),
        (garbage, True, "the JVM did not take"),
    ],
)
def test_run_does_without_a_bad_archive(
    damaged: Callable[[Callable[[bytes], bytes], bool], Path],
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    honest: bool,
    told: str,
) -> None:
    count(tmp_path, damaged(change, honest))

    assert told in log_of(tmp_path / "out")
    assert told in report_of(tmp_path / "out")["why_no_archive"]


@pytest.mark.doors
def test_run_with_a_jvm_that_cannot_use_the_archive_does_without(cache: Path, tmp_path: Path) -> None:
    """Made by a JVM with other flags; the archive stays for the runs that it fits."""
    count(tmp_path, cache, "--conf", "spark.driver.extraJavaOptions=-XX:-UseCompressedClassPointers")

    report = report_of(tmp_path / "out")
    assert (report["archive"] is None) == ("did not take" in str(report["why_no_archive"]))
    assert archive_in(cache).is_file()


@pytest.mark.doors
def test_run_with_another_class_path_does_not_use_the_archive(cache: Path, tmp_path: Path) -> None:
    jar = tmp_path / "mine.jar"
    ZipFile(jar, "w").close()

    done = count(tmp_path, cache, "--conf", f"spark.driver.extraClassPath={jar}")

    report = report_of(tmp_path / "out")
    assert "there is none for this Java and this class path" in report["why_no_archive"]
    assert "hotset warm" not in done.err  # it would make one for another class path


@pytest.mark.doors
def test_runs_and_builders_at_once_do_not_disturb_each_other(cache: Path, tmp_path: Path) -> None:
    archive = archive_in(cache)
    with ThreadPoolExecutor(3) as at_once:
        runs = [at_once.submit(count, tmp_path, cache, name=name) for name in ("one", "two")]
        builder = at_once.submit(call, BIN / "hotset", "warm", XDG_CACHE_HOME=str(cache))

    assert all(run.result().code == 0 for run in runs)
    assert "already there" in builder.result().out
    assert {report_of(tmp_path / name)["archive"] for name in ("one", "two")} == {str(archive)}


@pytest.mark.doors
def test_builder_that_is_killed_leaves_what_the_next_one_removes(tmp_path: Path) -> None:
    builder = subprocess.Popen([BIN / "hotset", "warm"], env=environment(XDG_CACHE_HOME=str(tmp_path)))
    lock = tmp_path / "hotset/archives/lock"
    while not lock.exists():
        assert builder.poll() is None
        time.sleep(0.05)
    training = psutil.Process(builder.pid).children(recursive=True)
    builder.kill()
    builder.wait()
    psutil.wait_procs(training, 10)
    (lock.parent / ".building-1.aot").touch()

    removed = call(BIN / "hotset", "warm", "--remove", XDG_CACHE_HOME=str(tmp_path))

    assert (removed.code, removed.out) == (0, "")
    assert [entry.name for entry in lock.parent.iterdir()] == ["lock"]
    assert not any(process.is_running() for process in training)


@pytest.mark.doors
def test_configuration_directory_on_the_class_path_costs_the_archive_and_no_run(cache: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "spark-defaults.conf").write_text("spark.ui.enabled false\n")

    warmed = call(BIN / "hotset", "warm", XDG_CACHE_HOME=str(cache), SPARK_CONF_DIR=str(site))
    done = count(tmp_path, cache, SPARK_CONF_DIR=str(site))

    assert warmed.code == 2
    assert f"the JVM archives no class path with a directory in it, got {site}" in warmed.err
    assert "hotset warm" not in done.err
    assert f"got {site}" in report_of(tmp_path / "out")["why_no_archive"]
