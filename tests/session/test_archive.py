"""Which archive belongs to a Java and a class path, and when it may be used."""

import os
from pathlib import Path

import pytest

from hotset.session import archive
from hotset.session.archive import (
    Place,
    checksum,
    damaged_archives,
    dump_options,
    is_mapped,
    is_whole,
    look_up,
    place,
    use_options,
    why_distrusted,
    why_impossible,
)
from hotset.session.java import Java


@pytest.fixture
def java(tmp_path: Path) -> Java:
    home = tmp_path / "jdk"
    (home / "lib").mkdir(parents=True)
    (home / "lib/modules").write_text("modules")
    return Java(home, 25, "25.0.2+10", frozenset(), "a test")


@pytest.fixture
def jars(tmp_path: Path) -> list[str]:
    (tmp_path / "a.jar").write_text("a")
    (tmp_path / "b.jar").write_text("b")
    return [str(tmp_path / "a.jar"), str(tmp_path / "b.jar"), str(tmp_path / "not-there.jar")]


def command(jars: list[str]) -> list[str]:
    return ["/jdk/bin/java", "-cp", os.pathsep.join(jars), "-Xmx1g", "org.apache.spark.deploy.SparkSubmit"]


def put(where: Place, content: bytes = b"classes") -> Path:
    """An archive of `content`, as the builder leaves it."""
    where.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = where.directory / "draft"
    draft.write_bytes(content)
    made = where.named(checksum(draft))
    draft.replace(made)
    made.chmod(0o400)
    return made


def test_key_stays_the_same_for_the_same_files(java: Java, jars: list[str]) -> None:
    assert archive.key(java, jars) == archive.key(java, jars)


@pytest.mark.parametrize("change", ["size", "time", "order", "fewer", "comes", "goes", "build", "home", "modules"])
def test_key_changes_with_every_fact(java: Java, jars: list[str], tmp_path: Path, change: str) -> None:
    before = archive.key(java, jars)
    first = Path(jars[0])
    found = first.stat()

    if change == "size":
        first.write_text("longer")
        os.utime(first, ns=(found.st_atime_ns, found.st_mtime_ns))
    elif change == "time":
        os.utime(first, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    elif change == "comes":
        Path(jars[2]).write_text("now here")
    elif change == "goes":
        first.unlink()
    elif change == "modules":
        (java.home / "lib/modules").write_text("other modules")
    elif change == "build":
        java = Java(java.home, 25, "25.0.3+1", frozenset(), "a test")
    elif change == "home":
        java = Java(tmp_path / "elsewhere", 25, java.build, frozenset(), "a test")
    changed = {"order": [jars[1], jars[0], jars[2]], "fewer": jars[:1]}.get(change, jars)

    assert archive.key(java, changed) != before


def test_key_takes_file_names_that_are_no_text(java: Java) -> None:
    assert archive.key(java, ["/j\udcffr"]) != archive.key(java, ["/j\udcfer"])


def test_look_up_finds_what_was_made_for_this_java_and_class_path(java: Java, jars: list[str], tmp_path: Path) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))

    found = look_up(java, command(jars), tmp_path / "cache", {})
    other = look_up(java, command(jars[:1]), tmp_path / "cache", {})

    assert (found.archive, found.why_none) == (made, None)
    assert other.archive is None
    assert other.why_none == "there is none for this Java and this class path; `hotset warm` makes it"
    assert other.place is not None


def test_damaged_archive_is_not_used(java: Java, jars: list[str], tmp_path: Path) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"), b"\0" * 3_000_000)
    assert damaged_archives(java, tmp_path / "cache") == []
    found = made.stat()
    made.chmod(0o600)
    with made.open("r+b") as content:
        content.seek(1_500_000)
        content.write(b"\1")
    os.utime(made, ns=(found.st_atime_ns, found.st_mtime_ns))

    damaged = damaged_archives(java, tmp_path / "cache")

    assert damaged == [made]
    lookup = look_up(java, command(jars), tmp_path / "cache", {}, damaged)
    assert lookup.archive is None
    assert "is damaged: its content is not what was written" in str(lookup.why_none)


def test_archive_that_is_shorter_or_gone_is_not_whole(java: Java, jars: list[str], tmp_path: Path) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))
    assert is_whole(made)
    os.truncate(made, 3)
    assert not is_whole(made)
    made.unlink()
    assert not is_whole(made)


@pytest.mark.parametrize("mode", [0o420, 0o402, 0o666])
def test_archive_that_others_can_write_to_is_refused(java: Java, jars: list[str], tmp_path: Path, mode: int) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))
    made.chmod(mode)

    found = look_up(java, command(jars), tmp_path / "cache", {})

    assert found.archive is None
    assert str(found.why_none).startswith(f"others may write to {made}; it is code, so it is not used")


def test_archive_in_a_directory_that_others_can_write_to_is_refused(
    java: Java, jars: list[str], tmp_path: Path
) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))
    made.parent.chmod(0o770)

    assert why_distrusted(made) == f"others may write to {made.parent}"


def test_archive_of_somebody_else_is_refused(
    java: Java, jars: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))
    owner = made.stat().st_uid

    monkeypatch.setattr(os, "getuid", lambda: owner + 1)

    assert why_distrusted(made) == f"{made.parent} belongs to user {owner}"


def test_link_to_an_archive_is_refused(java: Java, jars: list[str], tmp_path: Path) -> None:
    made = put(place(java, command(jars), tmp_path / "cache"))
    link = made.with_name("link")
    link.symlink_to(made)

    assert why_distrusted(link) == f"{link} is not what it should be, or a link"


def test_directory_with_files_on_the_class_path_makes_archives_impossible(jars: list[str], tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    assert why_impossible(command([str(conf), *jars]), {}) is None

    (conf / "core-site.xml").write_text("<x/>")

    assert f"got {conf}" in str(why_impossible(command([str(conf), *jars]), {}))


@pytest.mark.parametrize("option", ["-XX:AOTCache=x", "-XX:SharedArchiveFile=x", "-Xshare:off"])
def test_archive_options_of_somebodys_own_are_left_alone(jars: list[str], option: str) -> None:
    own = [*command(jars)[:-1], option, "Main"]

    assert option in str(why_impossible(own, {}))
    assert option in str(why_impossible(command(jars), {"JAVA_TOOL_OPTIONS": f"-Dx=y {option}"}))


def test_options_fit_the_java(java: Java) -> None:
    older = Java(java.home, 17, "17.0.15+6", frozenset(), "a test")
    file = Path("/cache/x")

    assert use_options(java, file)[-1:] == ["-XX:AOTCache=/cache/x"]
    assert use_options(older, file)[-2:] == ["-Xshare:auto", "-XX:SharedArchiveFile=/cache/x"]
    assert dump_options(java, file)[-1:] == ["-XX:AOTCacheOutput=/cache/x"]
    assert dump_options(older, file)[-1:] == ["-XX:ArchiveClassesAtExit=/cache/x"]
    assert use_options(java, file)[:2] == ["-Xlog:disable", "-Xlog:all=warning:stderr"]  # nothing on stdout


def test_archives_of_one_java_are_each_others_predecessors(java: Java, jars: list[str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old, new = place(java, command(jars[:1]), cache), place(java, command(jars), cache)
    other = Java(tmp_path / "other-jdk", 25, java.build, frozenset(), "a test")
    made = {put(old), put(new)}
    apart = put(place(other, command(jars), cache))

    assert set(new.others()) == made
    assert apart not in set(new.others())


def test_a_file_that_no_process_has_in_memory_is_not_mapped(tmp_path: Path) -> None:
    assert not is_mapped(os.getpid(), tmp_path / "x") or not Path("/proc/self/maps").exists()
