"""Makes the event logs of this directory again: `python tests/eventlog/make_logs.py OUTPUT PYTHON [PYTHON …]`.

OUTPUT is a directory to fill. Each PYTHON is an interpreter with a pyspark of its own, whose bundled examples are run
(3.5 needs Java 17: set JAVA_HOME). The logs of our own job are made with the interpreter that runs this.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LINES = "a rose is a rose\nis a rose\n" * 50
EXAMPLES = {
    "pagerank": ("pagerank.py", "links.txt", "1"),
    "dataframe_example": ("ml/dataframe_example.py", "points.txt"),
    "k_means_example": ("mllib/k_means_example.py",),
}
CENTRES = "0.0 0.0 0.0\n0.1 0.1 0.1\n9.0 9.0 9.0\n9.1 9.1 9.1\n"
LINKS = "1 2\n1 3\n2 1\n3 1\n"
POINTS = "".join(f"{row % 2} 1:{row} 2:{row * row % 7} 3:1\n" for row in range(40))
QUIET = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.logBlockUpdates.enabled": "true",
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.compress": "true",
    "spark.eventLog.compression.codec": "zstd",
    "spark.eventLog.compression.zstd.level": "19",
    "spark.io.compression.zstd.level": "19",
}
OWN = {
    "own-lz4": {"spark.eventLog.compression.codec": "lz4"},
    "own-zstd": {},
    "own-rolling": {"spark.eventLog.rolling.enabled": "true", "spark.eventLog.rolling.maxFileSize": "10m"},
}
PROBE = "import pyspark; print(pyspark.__version__, pyspark.__path__[0])"


def main(output: Path, pythons: list[str]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        (work / "data/mllib").mkdir(parents=True)
        (work / "data/mllib/kmeans_data.txt").write_text(CENTRES)
        (work / "points.txt").write_text(POINTS)
        (work / "links.txt").write_text(LINKS)
        (work / "lines.txt").write_text(LINES)
        for python in pythons:
            run_examples(python, work, output)
        for name, conf in OWN.items():
            run_own(name, QUIET | conf, work, output)


def run_examples(python: str, work: Path, output: Path) -> None:
    version, home = subprocess.check_output([python, "-c", PROBE], text=True).split()
    for name, (program, *arguments) in EXAMPLES.items():
        shutil.rmtree(work / "target", ignore_errors=True)  # where one of them saves its model
        events = work / f"events-{version}-{name}"
        events.mkdir()
        submit = str(Path(home) / "bin/spark-submit")
        conf = QUIET | {"spark.eventLog.dir": events.as_uri()}
        settings = [part for pair in conf.items() for part in ("--conf", "=".join(pair))]
        example = Path(home) / "examples/src/main/python" / program
        environment = os.environ | {"PYSPARK_PYTHON": python, "SPARK_HOME": home}
        subprocess.run(
            [submit, *settings, str(example), *arguments],
            cwd=work,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        take(events, output / f"{name}-{version}")


def run_own(name: str, conf: dict[str, str], work: Path, output: Path) -> None:
    events = work / f"events-{name}"
    events.mkdir()
    settings = [
        part for pair in (conf | {"spark.eventLog.dir": events.as_uri()}).items() for part in ("--conf", "=".join(pair))
    ]
    hotset = str(Path(sys.executable).with_name("hotset"))
    job = ["run", "wordcount", "--method", "rdd", "--input", "lines.txt", "--output", name, "--report", f"{name}.json"]
    subprocess.run([hotset, *job, *settings], cwd=work, check=True, stdout=subprocess.DEVNULL)
    take(events, output / name)


def take(events: Path, target: Path) -> None:
    """The one log in the directory, without the checksums that Hadoop writes beside it."""
    (log,) = (one for one in events.iterdir() if not one.name.startswith("."))
    if log.is_file():
        log.replace(target.with_name(f"{target.name}{log.suffix}"))
        return
    target.mkdir()
    for part in log.iterdir():
        if not part.name.startswith("."):
            part.replace(target / part.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
