"""Runs in environments that are not as one expects: they work, or one line says what is wrong."""

import os
import subprocess
from pathlib import Path

import pytest

from doors import BIN, Outcome, environment, report_of

pytestmark = pytest.mark.doors

JOB = '''"""Counts words by length, with the help of modules beside it."""

from dataclasses import dataclass
from typing import Annotated

import hotset
from helper import length
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Params:
    input: Annotated[str, hotset.Input("what to read")]
    output: Annotated[str, hotset.Output("where to write")]


def later(word):
    from inner.lazy import SCALE
    return (length(word) * SCALE, word)


def main(run, params):
    words = run.lines(params.input).flatMap(str.split).map(later)
    frame = words.toDF(["length", "word"])
    doubled = frame.select(F.udf(lambda n: n * 2, "long")("length").alias("twice"), "word")
    run.publish(doubled, params.output, format="parquet")


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


def test_a_run_finds_its_way_where_nothing_is_as_usual(tmp_path: Path) -> None:
    """No name, no home, another default file system, no code from the temporary directory, odd names, no locale."""
    here, temporary = tmp_path / "작업 #1 %20{a}[b]", tmp_path / "tmp %41 #b?"
    here.mkdir(), temporary.mkdir()
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

    import pyarrow.parquet as parquet

    assert done.code == 0, done.err + done.out
    rows = sorted(map(tuple, map(dict.values, parquet.read_table(here / "결과 #?%25").to_pylist())))
    assert rows == [(20, "a"), (20, "a"), (60, "bcd")]
    events = Path(report_of(here / "결과 #?%25")["event_log"])
    assert events.is_relative_to(tmp_path / "state/hotset/events")
    assert events.exists()
    assert f"events  {events}" in done.out
    assert not (here / "relative").exists()
