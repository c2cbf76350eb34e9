"""The environment of Spark's JVM: what it finds there is what this process has, or what stands for it."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from hotset.session import surroundings
from hotset.session.java import find_java
from hotset.session.surroundings import fit_environment, java_properties, speaks_utf8, working_directory


def nobody(_: int) -> object:
    raise KeyError("no such uid")


def test_a_user_with_name_and_home_keeps_both(tmp_path: Path) -> None:
    fit = fit_environment({"LC_ALL": "C.UTF-8", "X": "y"}, tmp_path)

    assert fit == {"LC_ALL": "C.UTF-8", "X": "y", "SPARK_SUBMIT_OPTS": f'"-Djava.io.tmpdir={tmp_path}"'}


@pytest.mark.parametrize(
    ("environment", "name", "home"),
    [
        ({"HOME": "/h"}, str(os.getuid()), "/h"),
        ({"HOME": "?"}, str(os.getuid()), "{}"),
        ({}, str(os.getuid()), "{}"),
        ({"HADOOP_USER_NAME": "ann", "HOME": "/h h"}, "ann", "/h h"),
        ({"SPARK_USER": "bob"}, "bob", "{}"),
    ],
)
def test_a_user_without_a_name_gets_one_and_an_absolute_home(
    environment: dict[str, str], name: str, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", nobody)

    properties = java_properties(environment, tmp_path)

    assert properties[1:] == [f"-Duser.name={name}", f"-Duser.home={home.format(tmp_path)}"]
    assert fit_environment(environment, tmp_path)["SPARK_USER"] == environment.get("SPARK_USER", name)


def test_options_of_the_person_come_after_ours_and_win(tmp_path: Path) -> None:
    fit = fit_environment({"SPARK_SUBMIT_OPTS": "-Djava.io.tmpdir=/theirs"}, tmp_path)

    assert fit["SPARK_SUBMIT_OPTS"] == f'"-Djava.io.tmpdir={tmp_path}" -Djava.io.tmpdir=/theirs'


@pytest.mark.parametrize("name", ["a b", 'quote"', "back\\slash", "%41", "$x", "it's", "한글"])
def test_odd_characters_reach_the_jvm_as_they_are(name: str, tmp_path: Path) -> None:
    option = f"-Dx={tmp_path / name}"
    # what Spark's launcher does: blanks part words, quotes hold them together, a backslash takes one character
    words: list[str] = []
    word, quoted, escaped = "", False, False
    for character in surroundings._quoted(option):
        if escaped:
            word, escaped = word + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == " " and not quoted:
            words, word = [*words, word], ""
        else:
            word += character

    assert [*words, word] == [option]


@pytest.mark.parametrize(
    ("environment", "is_utf8"),
    [
        ({}, False),
        ({"LC_ALL": "C"}, False),
        ({"LC_ALL": "POSIX"}, False),
        ({"LC_ALL": "xx_YY.Z"}, False),
        ({"LC_ALL": "xx_YY.UTF-8"}, False),  # of a language that is not installed a JVM takes nothing
        ({"LANG": "xx_YY.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8"}, True),
        ({"LC_ALL": "C.utf8"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "C.UTF-8"}, True),
    ],
)
def test_names_that_are_more_than_ascii_need_a_language_in_utf8(environment: dict[str, str], is_utf8: bool) -> None:
    assert speaks_utf8(environment) is is_utf8
    assert fit_environment(environment, Path("/")).get("LC_ALL") == (
        environment.get("LC_ALL") if is_utf8 else "C.UTF-8"
    )


def test_a_jvm_starts_elsewhere_when_the_working_directory_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert working_directory(tmp_path) is None
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    assert working_directory(tmp_path) == tmp_path
    java = find_java(os.environ).java.command
    assert (
        subprocess.run([java, "-version"], cwd=working_directory(tmp_path), capture_output=True, check=False).returncode
        == 0
    )


def test_libraries_are_unpacked_where_code_may_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(surroundings, "ELSEWHERE", (str(tmp_path / "none"), str(elsewhere)))
    monkeypatch.setattr(surroundings, "_may_execute", lambda place: place == elsewhere)

    properties = java_properties({}, tmp_path / "scratch")

    assert Path(properties[0].partition("=")[2]).parent == elsewhere


def test_python_path_of_the_workers_hides_nothing_of_pythons(tmp_path: Path) -> None:
    (tmp_path / "json.py").touch()

    assert fit_environment({"PYTHONPATH": f"/x:{tmp_path}:/y"}, tmp_path)["PYTHONPATH"] == "/x:/y"
