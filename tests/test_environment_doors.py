"""Runs in environments that are not as one expects: they work, or one line says what is wrong."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from doors import BIN, Outcome, call, environment, published, report_of

pytestmark = pytest.mark.doors

JOB = '''"""Counts words by length, with the help of modules beside it."""

from dataclasses import dataclass
from typing import Annotated

import hotset
from helper import length
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Params:
    input: Annotated[hotset.Input, "UTF-8 text"]
    output: Annotated[hotset.Output, "directory to create"]


def later(word):
    from inner.lazy import SCALE
    return (length(word) * SCALE, word)


def main(run, params):
    words = run.lines(params.input).flatMap(str.split).map(later)
    frame = words.toDF(["length", "word"])
    doubled = frame.select(F.udf(lambda n: n * 2, "long")("length").alias("twice"), "word")
    run.publish(hotset.Dataset("twice bigint, word string"), doubled, params.output)


if __name__ == "__main__":
    hotset.main(__file__)
'''
SITE = "<configuration><property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:9</value></property></configuration>"
HIDING = ("random", "json", "logging", "socket", "string", "queue", "pandas", "numpy/__init__", "secrets")


def harmful(directory: Path) -> None:
    """Modules that end whoever imports them, by the names of others."""
    for name in HIDING:
        file = directory / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("raise RuntimeError('the wrong module')\n")


def program(directory: Path) -> Path:
    """A job with helpers beside it."""
    (directory / "inner").mkdir(parents=True)
    (directory / "their_job.py").write_text(JOB)
    (directory / "helper.py").write_text("def length(word):\n    return len(word)\n")
    (directory / "inner/__init__.py").touch()
    (directory / "inner/lazy.py").write_text("SCALE = 10\n")
    return directory / "their_job.py"


def site(directory: Path) -> str:
    """A HADOOP_CONF_DIR for which a path without a scheme means an HDFS that nobody runs."""
    directory.mkdir()
    (directory / "core-site.xml").write_text(SITE)
    return str(directory)


def unshared(*command: str | Path, cwd: Path, before: str = "", **changes: str | None) -> Outcome:
    """The command as a user whom no passwd knows, after `before` was done to the mounts by root."""
    words = ["unshare", "-U", "--map-user=12345", "--map-group=12345", *map(str, command)]
    if before:
        words = ["unshare", "-m", "sh", "-c", f'{before} && exec "$@"', "sh", *words]
    tried = subprocess.run(["unshare", "-m", "-U", "--map-user=12345", "true"], capture_output=True, check=False)
    if tried.returncode or (before and os.getuid()):
        pytest.skip(f"no right to make name spaces here: {tried.stderr.decode().strip() or 'not root'}")
    done = subprocess.run(
        words, cwd=cwd, env=environment(**changes), capture_output=True, text=True, timeout=600, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


REFUSED = [
    (
        {"JAVA_TOOL_OPTIONS": "-Xnonsense"},
        [],
        8,
        r"said 'Unrecognized option: -Xnonsense.*' \(with JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS set",
    ),
    (
        {"SPARK_LOCAL_IP": "203.0.113.9"},
        [],
        2,
        r"SPARK_LOCAL_IP=203\.0\.113\.9 is no address of this machine: .*; unset it",
    ),
    ({"SPARK_LOCAL_IP": "no such host"}, [], 2, "SPARK_LOCAL_IP=no such host is no address of this machine"),
    (
        {"SPARK_HOME": "{}/spark-3.5"},
        [],
        9,
        r"SPARK_HOME=.*/spark-3\.5 is Spark 3\.5, and hotset runs on 4\.\d; unset it",
    ),
    ({"PYSPARK_PYTHON": "/none/python"}, [], 2, "no Python that can be run, got '/none/python' from PYSPARK_PYTHON"),
    ({"PYSPARK_PYTHON": "/"}, [], 2, "no Python that can be run, got '/' from PYSPARK_PYTHON"),
    (
        {"PYSPARK_PYTHON": "{}/python2"},
        [],
        2,
        r"workers need the driver's Python 3\.\d+, got .*python2' .* which says '2\.7'",
    ),
    ({"PYSPARK_PYTHON": "/bin/false"}, [], 2, "got '/bin/false' from PYSPARK_PYTHON, which says 'nothing'"),
    (
        {"SPARK_LOCAL_DIRS": "/proc/a,/proc/b"},
        [],
        8,
        "no place to shuffle and spill to, got SPARK_LOCAL_DIRS=.*: /proc/a: ",
    ),
    ({}, ["spark.local.dir=/proc/c"], 8, "no place to shuffle and spill to, got spark.local.dir=/proc/c by --conf"),
    ({}, ["spark.eventLog.enabled=true", "spark.eventLog.dir=/proc/e"], 6, "cannot make /proc/e for Spark's event log"),
    ({"TMPDIR": "{}/a,b"}, [], 2, "Spark takes a directory with a comma for two"),
]


@pytest.mark.parametrize(("changes", "conf", "code", "says"), REFUSED)
def test_what_cannot_work_is_told_in_one_line_before_a_jvm_starts(
    changes: dict[str, str], conf: list[str], code: int, says: str, tmp_path: Path
) -> None:
    (tmp_path / "spark-3.5/jars").mkdir(parents=True)
    (tmp_path / "spark-3.5/jars/spark-core_2.12-3.5.1.jar").touch()
    (tmp_path / "python2").write_text("#!/bin/sh\necho 2.7\n")
    (tmp_path / "python2").chmod(0o755)
    (tmp_path / "a,b").mkdir()
    (tmp_path / "in.txt").write_text("a\n")
    words = [word for one in conf for word in ("--conf", one)]
    given: dict[str, Any] = {name: value.format(tmp_path) for name, value in changes.items()}

    done = call(
        BIN / "hotset", "run", "wordcount", "--input", tmp_path / "in.txt", "--output", tmp_path / "out", *words,
        **given,
    )  # fmt: skip

    first, *rest = done.err.strip().splitlines()
    assert done.code == code, done.err
    assert re.search(rf"^ERROR {code} .*{says}", first)
    assert [line.split()[0] for line in rest] in ([], ["report", "log"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("limits", "says"),
    [("ulimit -n 64", "may open 64 files here"), ("ulimit -v 900000", "[Rr]eserve|[Mm]emory|allocate")],
)
def test_a_limit_that_is_too_low_is_told_in_one_line(limits: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    run = f"exec {BIN}/hotset run wordcount --input in.txt --output out"

    done = call("bash", "-c", f"{limits}; {run}", cwd=tmp_path, MALLOC_ARENA_MAX="1", OPENBLAS_NUM_THREADS="1")

    assert done.code == 8, done.err
    assert re.search(f"^ERROR 8 .*({says})", done.err, re.MULTILINE)


def test_without_a_working_directory_absolute_paths_work_and_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a b a\n")
    gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'

    lost = call(
        "sh", "-c", gone, BIN / "hotset", "run", "wordcount", "--input", "in.txt", "--output", "out", cwd=tmp_path
    )
    done = call(
        "sh", "-c", gone, BIN / "hotset", "run", "wordcount",
        "--input", tmp_path / "in.txt", "--output", tmp_path / "out",
        cwd=tmp_path,
    )  # fmt: skip

    assert (lost.code, done.code) == (3, 0), lost.err + done.err
    assert lost.err.startswith("ERROR 3 the working directory does not exist any more, and 'in.txt' begins there;")
    assert "('a', 2)" in published(tmp_path / "out")


def test_a_run_finds_its_way_where_nothing_is_as_usual(tmp_path: Path) -> None:
    """No name, no home, another default file system, no code from the temporary directory, odd names, no locale."""
    here, temporary = tmp_path / "작업 #1 %20{a}[b]", tmp_path / "tmp %41 #b?"
    here.mkdir()
    temporary.mkdir()
    harmful(here)
    job = program(here)
    (here / "글+a,b.txt").write_text("a bcd a\n")

    done = unshared(
        BIN / "python", job, "--input", here / "글+a,b.txt", "--output", "결과 #?%25",
        "--conf", "spark.eventLog.enabled=true",
        cwd=here, before=f"mount -t tmpfs -o noexec,mode=1777 tmpfs '{temporary}'",
        HOME=None, LC_ALL="xx_YY.Z", TZ="Mars/Phobos", HOSTNAME="a b;c", TMPDIR=str(temporary),
        LD_LIBRARY_PATH="/nope:.",
        HADOOP_CONF_DIR=site(tmp_path / "site"), XDG_CACHE_HOME="relative", XDG_STATE_HOME=str(tmp_path / "state"),
        PYTHONPATH=str(here), PYSPARK_DRIVER_PYTHON="jupyter", http_proxy="http://127.0.0.1:9",
    )  # fmt: skip

    assert done.code == 0, done.err + done.out
    rows = sorted(map(tuple, map(dict.values, parquet.read_table(here / "결과 #?%25").to_pylist())))
    assert rows == [(20, "a"), (20, "a"), (60, "bcd")]
    events = Path(report_of(here / "결과 #?%25")["event_log"])
    assert events.is_relative_to(tmp_path / "state/hotset/events")
    assert events.exists()
    assert f"events  {events}" in done.out
    assert not (here / "relative").exists()
