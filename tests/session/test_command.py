"""Spark's own command, made fit: the class path written out, our options where others outrank them."""

import os
from pathlib import Path

import pytest

from hotset.errors import HotsetError, ResourceError, UsageError
from hotset.session.command import class_path, failed_start, reason, spark_command, with_options
from hotset.session.java import Java

MODULES = frozenset({"java.base"})


@pytest.fixture
def spark_home(tmp_path: Path) -> Path:
    """A Spark of three jars, and a conf directory that is empty."""
    for name in ("spark-launcher_2.13.jar", "b.JAR", "a.jar", "notes.txt"):
        (tmp_path / "spark/jars").mkdir(parents=True, exist_ok=True)
        (tmp_path / "spark/jars" / name).touch()
    (tmp_path / "spark/conf").mkdir()
    return tmp_path / "spark"


def launched(tmp_path: Path, *said: str, code: int = 0) -> Java:
    """A Java whose launcher says just that."""
    (tmp_path / "jdk/bin").mkdir(parents=True)
    (tmp_path / "said").write_text("\0\n" + "".join(f"{word}\0" for word in said))
    java = tmp_path / "jdk/bin/java"
    java.write_text(f"#!/bin/sh\ncat {tmp_path / 'said'}\necho 'Error: none' >&2\nexit {code}\n")
    java.chmod(0o755)
    return Java(tmp_path / "jdk", 25, "25.0.2+10", MODULES, "a test")


def test_class_path_is_written_out_sorted_and_without_empty_directories(tmp_path: Path, spark_home: Path) -> None:
    jars = spark_home / "jars"
    entries = os.pathsep.join([f"{spark_home}/conf/", f"{jars}/a.jar", f"{jars}/*", "/no/such.jar"])
    java = launched(tmp_path, "java", "-cp", entries, "-Xmx1g", "Main")

    command = spark_command(java, spark_home, [], {})

    assert class_path(command) == [f"{jars}/{name}" for name in ("a.jar", "b.JAR", "spark-launcher_2.13.jar")]
    assert (command[0], command[-2:]) == ("java", ["-Xmx1g", "Main"])


def test_directory_that_holds_files_stays_on_the_class_path(tmp_path: Path, spark_home: Path) -> None:
    (spark_home / "conf/core-site.xml").touch()
    java = launched(tmp_path, "java", "-cp", f"{spark_home}/conf/", "Main")

    assert class_path(spark_command(java, spark_home, [], {})) == [f"{spark_home}/conf/"]


def test_class_path_too_long_for_one_argument_keeps_its_star(tmp_path: Path, spark_home: Path) -> None:
    for number in range(1000):
        (spark_home / "jars" / f"{number:0100}.jar").touch()
    java = launched(tmp_path, "java", "-cp", f"{spark_home}/jars/*", "Main")

    assert class_path(spark_command(java, spark_home, [], {})) == [f"{spark_home}/jars/*"]


def test_module_that_the_runtime_lacks_is_not_asked_for(tmp_path: Path, spark_home: Path) -> None:
    java = launched(tmp_path, "java", "-cp", "", "--add-modules=jdk.incubator.vector", "Main")

    assert spark_command(java, spark_home, [], {}) == ["java", "-cp", "", "Main"]


def test_launcher_that_fails_is_told_in_its_own_words(tmp_path: Path, spark_home: Path) -> None:
    java = launched(tmp_path, code=1)

    with pytest.raises(UsageError, match=r"Spark's launcher failed on .*: Error: none; check the settings"):
        spark_command(java, spark_home, [], {})


def test_options_of_ours_come_before_all_others() -> None:
    command = with_options(["java", "-cp", "x", "-XX:A=theirs", "Main"], ["-XX:A=ours"])

    assert command == ["java", "-XX:A=ours", "-cp", "x", "-XX:A=theirs", "Main"]


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("Error: A JNI error has occurred, please check\nException in thread: OutOfMemoryError\n", "OutOfMemoryError"),
        ("Exception in thread: OutOfMemoryError\nError: A JNI error has occurred\n", "OutOfMemoryError"),
        ("Error: A JNI error has occurred\n", "A JNI error"),
        ("hello\n\tat x.Y\n", "hello"),
        ("", "it said nothing"),
    ],
)
def test_reason_is_the_line_that_says_most(output: str, told: str) -> None:
    assert told in reason(output)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Invalid maximum heap size: -Xmxlots", UsageError),
        ("Invalid initial heap size: -Xms1.5g", UsageError),
        ("Too small maximum heap", UsageError),
        ("Initial heap size set to a larger value than the maximum heap size", UsageError),
        ("Unrecognized VM option 'Nonsense'", UsageError),
        ("Could not reserve enough space for 104857600KB object heap", ResourceError),
        ("There is insufficient memory for the Java Runtime Environment to continue.", ResourceError),
    ],
)
def test_a_size_that_none_can_have_is_no_want_of_memory(said: str, kind: type[HotsetError]) -> None:
    error = failed_start(f"Spark's JVM ended with 1 before it was ready: {said}")

    assert type(error) is kind
    assert ("free some" in str(error)) is (kind is ResourceError)
