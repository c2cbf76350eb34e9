"""Somebody's files beside a program do not stand in the way of Python's modules; one that does is named."""

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from hotset import shadowed
from hotset.shadowed import INSTALLED, STANDARD, hidden_from_workers, hiding, make_importable, python_path

PROGRAMS = "hotset.cli, hotset.commands, hotset.lab.command, hotset.session.training, pandas, pyspark.testing"
IMPORTED = f"import {PROGRAMS}, sys; print(*sys.modules)"
BUILT = {"hotset", "cython_runtime", "_cython_3_0_12"}
OF_THE_MACHINE = {"sitecustomize", "usercustomize"}  # Python loads them, where somebody has put them
OF_THE_BENCH = {"cloudpickle"}  # the installed packages load it where it is there


def write(directory: Path, name: str, text: str = "raise RuntimeError('the wrong one')\n") -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def python(*arguments: str, cwd: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=clean | changes, capture_output=True, text=True, check=False
    )


def test_all_that_hotset_loads_is_known_by_name() -> None:
    loaded = python("-c", IMPORTED, cwd=Path("/"), PYTHONWARNINGS="ignore").stdout.split()

    names = {name.partition(".")[0] for name in loaded if not name.startswith("_")}
    assert len(names) > 100
    unknown = {
        name
        for name in names - STANDARD - INSTALLED - BUILT - OF_THE_MACHINE - OF_THE_BENCH
        if not name.startswith(("test", "this"))
    }
    assert unknown == set()


@pytest.mark.parametrize(
    ("name", "hides"),
    [
        ("random.py", "random"),
        ("types.py", "types"),
        ("json.pyc", "json"),
        (f"queue{EXTENSION_SUFFIXES[0]}", "queue"),
        ("queue.cpython-27.so", ""),  # no suffix that this Python loads
        ("logging/__init__.py", "logging"),
        ("numpy/__init__.py", "numpy"),
        ("pyspark/__init__.py", "pyspark"),
        ("pandas.py", "pandas"),
        ("email/readme.txt", ""),  # a directory without code hides nothing
        ("random.txt", ""),
        ("random.py/file", ""),
        ("test.py", ""),  # nobody imports Python's own tests
        ("helper.py", ""),
        ("sys.py", ""),  # built in: never looked for
        ("time.py", ""),
        ("Random.py", ""),
    ],
)
def test_a_module_hides_another_by_its_name(name: str, hides: str, tmp_path: Path) -> None:
    write(tmp_path, name)

    assert list(hiding(str(tmp_path))) == ([hides] if hides else [])


def test_a_directory_that_is_not_there_hides_nothing(tmp_path: Path) -> None:
    assert hiding(str(tmp_path / "none")) == {}


@pytest.mark.parametrize("door", ["script", "module", "command"])
def test_hotset_loads_what_it_means_to_whatever_lies_beside_the_program(door: str, tmp_path: Path) -> None:
    for name in ("random", "json", "socket", "secrets", "queue", "calendar", "pandas", "numpy/__init__", "rich"):
        write(tmp_path, f"{name}.py")
    write(tmp_path, "helper.py", "ANSWER = 42\n")
    code = "import hotset, pyspark.sql, random, json; import helper; print(helper.ANSWER)"
    write(tmp_path, "program.py", code)
    arguments = {"script": ["program.py"], "module": ["-m", "program"], "command": ["-c", code]}[door]

    done = python(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


@pytest.mark.parametrize("name", ["random", "json", "queue", "calendar", "pandas"])
def test_one_that_the_program_has_loaded_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    file = write(tmp_path, f"{name}.py", "MINE = 1\n")
    write(tmp_path, "program.py", f"import {name}\nimport hotset\n")

    done = python("program.py", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr == f"ERROR 2 {file} hides the module '{name}', which hotset needs; rename it\n"


def test_python_path_is_searched_last_as_well(tmp_path: Path) -> None:
    write(tmp_path, "lib/random.py")
    write(tmp_path, "lib/helper.py", "ANSWER = 42\n")

    done = python("-c", "import hotset, helper; print(helper.ANSWER)", cwd=Path("/"), PYTHONPATH=str(tmp_path / "lib"))

    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


def test_workers_get_no_python_path_that_hides_pythons_own(tmp_path: Path) -> None:
    write(tmp_path, "bad/json.py")
    write(tmp_path, "spark/pyspark/__init__.py")  # whoever names another Spark means it
    bad, spark = str(tmp_path / "bad"), str(tmp_path / "spark")

    assert python_path(os.pathsep.join([bad, spark, "/none"])) == os.pathsep.join([spark, "/none"])


def test_workers_are_told_of_a_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert hidden_from_workers() is None
    write(tmp_path, "test.py")
    assert hidden_from_workers() is None

    file = write(tmp_path, "string.py")

    assert hidden_from_workers() == str(file)


def test_a_directory_is_searched_first_unless_it_hides_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["/first", "/last"])
    write(tmp_path, "bad/json.py")
    write(tmp_path, "good/helper.py")

    make_importable(str(tmp_path / "bad"))
    make_importable(str(tmp_path / "good"))
    make_importable(str(tmp_path / "good"))

    assert sys.path == [str(tmp_path / "good"), "/first", "/last", str(tmp_path / "bad")]


def test_in_a_notebook_there_is_an_exception_instead_of_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)

    with pytest.raises(ImportError, match="json"):
        shadowed._leave("json is hidden")
