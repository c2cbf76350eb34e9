"""A JAVA_HOME whose bin/java drops one argument and leaves all others as they are."""

import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hotset.session.java import Java
from hotset.session.shim import VECTOR_FLAG, spark_java_home

MODULES = frozenset({"java.base"})


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.fixture
def runtime(tmp_path: Path) -> Java:
    """A runtime in a directory with a space and a quote, whose `java` prints each argument followed by NUL."""
    home = tmp_path / "it's my java"
    (home / "bin").mkdir(parents=True)
    (home / "lib").mkdir()
    (home / "lib/libjvm.so").write_text("a library")
    (home / "release").write_text("facts")
    (home / "bin/keytool").write_text("a tool")
    program = "import sys; sys.stdout.write(''.join(a + chr(0) for a in sys.argv[1:])); sys.exit(7)"
    java = home / "bin/java"
    java.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(program)} "$@"\n')
    java.chmod(0o755)
    return Java(home, 25, "25.0.2+10", MODULES, "a test")


def test_runtime_that_has_the_module_is_used_as_it_is(tmp_path: Path, runtime: Java) -> None:
    whole = Java(runtime.home, 25, "25", MODULES | {"jdk.incubator.vector"}, "a test")

    home = spark_java_home(whole, tmp_path / "cache")

    assert home == runtime.home
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("given", "arrives"),
    [
        ([VECTOR_FLAG, "-Xmx1g", "Main"], ["-Xmx1g", "Main"]),
        (["-cp", "a b:c*", "", "Main", ""], ["-cp", "a b:c*", "", "Main", ""]),
        (["it's", 'a "quote"', "$HOME", "`id`"], ["it's", 'a "quote"', "$HOME", "`id`"]),
        (["a\\n", "line\nbreak", "눈"], ["a\\n", "line\nbreak", "눈"]),
        ([f"{VECTOR_FLAG},java.sql", f"x{VECTOR_FLAG}"], [f"{VECTOR_FLAG},java.sql", f"x{VECTOR_FLAG}"]),
        (["--add-modules", "jdk.incubator.vector"], ["--add-modules", "jdk.incubator.vector"]),
        (["a", VECTOR_FLAG, VECTOR_FLAG, "b", VECTOR_FLAG], ["a", "b"]),
        ([VECTOR_FLAG], []),
        ([], []),
        (["-n", "-e", "--", "="], ["-n", "-e", "--", "="]),
    ],
)
def test_java_of_the_folder_drops_just_the_one_argument(
    tmp_path: Path, runtime: Java, given: list[str], arrives: list[str]
) -> None:
    home = spark_java_home(runtime, tmp_path / "cache")

    called = subprocess.run([home / "bin/java", *given], capture_output=True, text=True, check=False)

    assert called.stdout.split("\0")[:-1] == arrives
    assert called.returncode == 7


def test_folder_leads_to_everything_else_of_the_runtime(tmp_path: Path, runtime: Java) -> None:
    home = spark_java_home(runtime, tmp_path / "cache")

    assert names(home) == ["bin", "lib", "release"]
    assert names(home / "bin") == ["java", "keytool"]
    assert (home / "lib/libjvm.so").read_text() == "a library"


def test_folder_is_made_once(tmp_path: Path, runtime: Java) -> None:
    first = spark_java_home(runtime, tmp_path / "cache")
    made = (first / "bin/java").stat()

    second = spark_java_home(runtime, tmp_path / "cache")

    assert second == first
    assert ((first / "bin/java").stat().st_ino, made.st_mode & 0o777) == (made.st_ino, 0o755)


def test_folder_that_was_damaged_is_mended(tmp_path: Path, runtime: Java) -> None:
    home = spark_java_home(runtime, tmp_path / "cache")
    script = (home / "bin/java").read_text()
    (home / "bin/java").write_text("#!/bin/sh\n")
    (home / "release").unlink()

    spark_java_home(runtime, tmp_path / "cache")

    assert (home / "bin/java").read_text() == script
    assert (home / "release").read_text() == "facts"


def test_another_build_gets_another_folder(tmp_path: Path, runtime: Java) -> None:
    upgraded = Java(runtime.home, 25, "25.0.3+1", MODULES, "a test")

    homes = {spark_java_home(java, tmp_path / "cache") for java in (runtime, upgraded)}

    assert len(homes) == 2


def test_many_at_once_make_one_whole_folder(tmp_path: Path, runtime: Java) -> None:
    start, homes = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        homes.append(spark_java_home(runtime, tmp_path / "cache"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(homes) == 8
    assert len(set(homes)) == 1
    assert names(homes[0] / "bin") == ["java", "keytool"]
