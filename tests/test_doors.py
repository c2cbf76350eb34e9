"""The same answer, report and exit code, whichever way a run comes in; real processes, real masters."""

import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from doors import BIN, ROOT, call, environment, published, report_of

pytestmark = pytest.mark.doors

TEXT = "b a\nb  c\n"
ANSWER = "('b', 2)\n('a', 1)\n('c', 1)\n"
DOORS = {
    "hotset run": [str(BIN / "hotset"), "run", "wordcount"],
    "python": [sys.executable, "jobs/run.py", "wordcount"],
    "spark-submit": [str(BIN / "spark-submit"), "jobs/run.py", "wordcount"],
}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "in.txt").write_text(TEXT)
    return tmp_path / "in.txt"


@pytest.mark.parametrize("door", DOORS)
def test_every_door_gives_the_same_answer_report_and_exit_codes(text: Path, door: str) -> None:
    out = text.parent / "out"
    parameters = ["--input", str(text), "--output", str(out), "--lower", "--top", "2"]
    arguments = [*DOORS[door], *parameters]

    first = call(*arguments)
    again = call(*DOORS["python"], *parameters)  # the key of a run does not depend on the door
    other = call(*arguments, "--min-count", "2")
    missing = call(*DOORS[door], "--input", str(text.parent / "nope"), "--output", str(out))
    unknown = call(*arguments, "--min-cuont", "2")

    assert [outcome.code for outcome in (first, again, other, missing, unknown)] == [0, 0, 6, 3, 2], first
    assert published(out) == ANSWER
    assert "already done" in again.out
    assert "Did you mean --min-count?" in unknown.out + unknown.err
    report = report_of(out)
    assert (report["outcome"], report["notes"]) == ("done", {"words": 4, "distinct": 3})
    assert report["reads"][0]["counts"]["read"] == 2
    assert {"run_key", "settings", "steps", "keeps", "publishes", "peak_memory_bytes", "log"} <= set(report)
    assert "INFO" not in first.err + first.out


def test_a_job_in_a_file_runs_its_udf_in_executors_of_their_own(text: Path) -> None:
    job = Path(shutil.copy(ROOT / "tests" / "their_job.py", text.parent))
    out = text.parent / "out"

    done = call(
        BIN / "hotset",
        "run",
        job,
        "--input",
        text,
        "--output",
        out,
        "--master",
        "local-cluster[1,1,700]",
        cwd=text.parent,
    )

    assert done.code == 0, done.err
    assert published(out) == "length,n\n3,1\n4,1\n"
    assert report_of(out)["master"] == "local-cluster[1,1,700]"


def test_a_job_in_a_package_runs_by_the_name_of_its_module(text: Path) -> None:
    package = text.parent / "theirs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    source = (ROOT / "tests" / "their_job.py").read_text().replace("their_job", "theirs.lengths")
    (package / "lengths.py").write_text(source.replace("theirs.lengths.NOTHING", "0"))
    out = text.parent / "out"

    done = call(BIN / "hotset", "run", "theirs.lengths", "--input", text, "--output", out, cwd=text.parent)

    assert done.code == 0, done.err
    assert published(out) == "length,n\n3,1\n4,1\n"


@pytest.fixture
def master(tmp_path: Path) -> Iterator[str]:
    """A standalone master with one worker, both real, on the loopback interface."""
    java_home = call(BIN / "hotset", "java").out.strip()
    env = environment(JAVA_HOME=java_home, SPARK_WORKER_DIR=str(tmp_path / "work"), SPARK_DAEMON_MEMORY="256m")
    script = str(Path(sys.modules["pyspark"].__file__ or "").parent / "bin" / "spark-class")
    log = (tmp_path / "master.log").open("w+")

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([script, *arguments], env=env, stdout=log, stderr=log, start_new_session=True)

    deploy = "org.apache.spark.deploy"
    daemons = [start(f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")]
    try:
        url = wait_for(tmp_path / "master.log", r"Starting Spark master at (spark://\S+)")
        options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0")
        daemons.append(start(f"{deploy}.worker.Worker", *options, url))
        wait_for(tmp_path / "master.log", r"(Registering worker)")
        yield url
    finally:
        for daemon in daemons:
            for process in psutil.Process(daemon.pid).children(recursive=True):
                process.kill()
            daemon.kill()
            daemon.wait()
        log.close()


def wait_for(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + 60
    while not (found := re.search(pattern, log.read_text())):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return found[1]


def test_a_standalone_master_runs_both_methods_by_spark_submit_and_by_hotset(text: Path, master: str) -> None:
    submitted, run = text.parent / "submitted", text.parent / "run"
    paths = ["--input", str(text), "--lower", "--output"]

    by_submit = call(
        BIN / "spark-submit", "--master", master, "jobs/run.py", "wordcount", *paths, submitted, "--method", "rdd"
    )
    by_hotset = call(BIN / "hotset", "run", "wordcount", *paths, run, "--master", master)

    assert (by_submit.code, by_hotset.code) == (0, 0), by_submit.err + by_hotset.err
    assert published(submitted) == published(run) == ANSWER
    assert report_of(run)["master"] == master
    assert [report_of(output)["reads"][0]["lane"] for output in (submitted, run)] == ["columnar", "columnar"]


def test_workers_without_our_libraries_are_told_and_catalyst_reads_for_them(text: Path, master: str) -> None:
    bare, out = text.parent / "bare", text.parent / "out"
    venv.create(bare, with_pip=False)

    command = (
        BIN / "hotset",
        *("run", "wordcount", "--input", text, "--output", out, "--format", "csv"),
        *("--master", master, "--conf", f"spark.pyspark.python={bare}/bin/python"),
    )
    refused, done = call(*command), call(*command, "--method", "dataframe")

    assert (refused.code, done.code) == (9, 0), done.err
    assert "lacks a library: No module named" in refused.err
    assert "install there what it lacks, or have Spark read text by itself: run.read, --method dataframe" in refused.err
    assert report_of(out)["reads"][0]["lane"] == "catalyst"


def test_without_a_master_a_run_fails_at_once_and_says_where_none_answers(text: Path) -> None:
    done = call(
        BIN / "hotset",
        "run",
        "wordcount",
        "--input",
        text,
        "--output",
        text.parent / "o",
        "--master",
        "spark://127.0.0.1:9",
    )

    assert done.code == 9
    assert "no Spark master answers at 127.0.0.1:9" in done.err


def test_spark_connect_is_refused_since_the_jobs_need_rdds(text: Path) -> None:
    done = call(
        BIN / "hotset",
        "run",
        "wordcount",
        "--input",
        text,
        "--output",
        text.parent / "o",
        SPARK_REMOTE="sc://localhost",
    )

    assert done.code == 2
    assert "SPARK_REMOTE=sc://localhost asks for Spark Connect, which has no RDDs" in done.err


def test_a_result_larger_than_the_driver_may_hold_does_not_stop_a_run(text: Path) -> None:
    text.write_text(" ".join(f"word{number}" for number in range(300_000)))
    out = text.parent / "out"

    done = call(
        BIN / "hotset", "run", "wordcount", "--input", text, "--output", out, "--conf", "spark.driver.maxResultSize=1m"
    )

    assert done.code == 0, done.err
    assert published(out).count("\n") == 300_000


def test_one_line_of_200_mb_is_counted_in_a_small_heap(text: Path) -> None:
    with text.open("wb") as line:
        for _ in range(200):
            line.write(b"some word and another one " * 40_000)
    out = text.parent / "out"

    done = call(
        BIN / "hotset", "run", "wordcount", "--input", text, "--output", out, "--conf", "spark.driver.memory=1g"
    )

    assert done.code == 0, done.err
    n = 200 * 40_000
    assert published(out) == "".join(f"('{word}', {n})\n" for word in ("and", "another", "one", "some", "word"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_run_in_order(text: Path, number: signal.Signals, code: int) -> None:
    text.write_text("word " * 20_000_000)
    out = text.parent / "out"
    command = [str(BIN / "hotset"), "run", "wordcount", "--input", str(text), "--output", str(out), "--method", "rdd"]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    wait_until_counting(process)
    children = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(number)
    _, err = process.communicate(timeout=60)

    assert process.returncode == code, err
    assert f"ERROR {code} interrupted" in err
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert not out.exists()
    assert report_of(out)["outcome"] == "interrupted"
    assert list(text.parent.glob(".out.hotset/*.staging")) == []


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL])
def test_no_jvm_outlives_a_run_whatever_ends_it(text: Path, number: signal.Signals) -> None:
    text.write_text("word " * 20_000_000)
    out = text.parent / "out"
    command = [str(BIN / "hotset"), "run", "wordcount", "--input", str(text), "--output", str(out), "--method", "rdd"]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL, text=True)
    wait_until_counting(process)
    children = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(number)
    process.wait(60)

    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert not out.exists()


@pytest.mark.parametrize("gone", ["| head -1", ">&-", ">/dev/full", ">&- 2>&- <&-", ">/dev/full 2>&1"])
def test_a_run_that_has_published_is_done_although_nobody_reads(text: Path, gone: str) -> None:
    out = text.parent / "out"

    line = f"set -o pipefail; {BIN}/hotset run wordcount --input {text} --output {out} {gone}"
    done = call("bash", "-c", line, COLUMNS="0")

    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert published(out)
    assert report_of(out)["outcome"] == "done"


def wait_until_counting(process: subprocess.Popen[str]) -> None:
    """Until a Python worker has started: Spark is up, and the first job runs."""
    deadline = time.monotonic() + 90
    while not any("pyspark.daemon" in " ".join(child.cmdline()) for child in living(process)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)


def living(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children(recursive=True) if child.status() != "zombie"]


CANARIES = {
    place: f"canary-{place}-7f3a" for place in ("conf", "file", "env", "url", "token", "password", "defaults", "error")
}

LEAKY_JOB = '''"""Fails with every secret in its message."""
import os
from dataclasses import dataclass
from typing import Annotated
from hotset import Output, Run

@dataclass(frozen=True)
class Params:
    output: Annotated[Output, "directory"]
    api_token: str
    db_password: str

def main(run: Run, params: Params) -> None:
    conf = run.spark.sparkContext.getConf()
    known = [conf.get("spark.my.secret"), conf.get("spark.site.password"), os.environ["SERVICE_API_KEY"]]
    run.note(seen=params.api_token, url="jdbc://user:CANARY_URL@host/db")
    def shout(_):
        raise ValueError(f"{known} {params.api_token} {params.db_password}")
    run.spark.sparkContext.parallelize([1], 1).map(shout).collect()
'''


def test_no_secret_is_found_in_anything_that_a_run_writes(tmp_path: Path) -> None:
    (tmp_path / "leaky.py").write_text(LEAKY_JOB.replace("CANARY_URL", CANARIES["url"]))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "spark-defaults.conf").write_text(f"spark.site.password {CANARIES['defaults']}\n")
    properties = tmp_path / "my.properties"
    properties.write_text(f"spark.my.secret {CANARIES['file']}\n")
    events = tmp_path / "events"
    events.mkdir()
    logging = f"spark.eventLog.enabled true\nspark.eventLog.dir {events.as_uri()}\nspark.eventLog.compress false\n"
    properties.write_text(properties.read_text() + logging)
    secrets = ["--api-token", CANARIES["token"], "--db-password", CANARIES["password"]]

    done = call(
        BIN / "hotset", "run", tmp_path / "leaky.py", "--output", tmp_path / "out", *secrets,
        "--properties-file", properties,
        SPARK_CONF_DIR=str(tmp_path / "site"), SERVICE_API_KEY=CANARIES["env"], HOME=str(tmp_path),
    )  # fmt: skip

    written = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
        and path.name not in ("leaky.py", "my.properties", "spark-defaults.conf")
        and not {"events", "__pycache__"} & {*path.parts}  # the job itself stands in the latter
    }
    written |= {"stdout": done.out.encode(), "stderr": done.err.encode()}
    found = {
        (name, place) for name, text in written.items() for place, canary in CANARIES.items() if canary.encode() in text
    }
    assert done.code == 7, done.err
    assert any(name.endswith(".log") for name in written)
    assert any(name.endswith(".json") for name in written)
    assert found == set()


def test_a_secret_on_the_command_line_is_refused(text: Path) -> None:
    secret = f"spark.authenticate.secret={CANARIES['conf']}"

    done = call(BIN / "hotset", "run", "wordcount", "--input", text, "--output", text.parent / "o", "--conf", secret)

    assert done.code == 2
    assert "--properties-file" in done.err
    assert CANARIES["conf"] not in done.err
