"""Run as a process with a session of its own: each job of the suite at each level, or what does not fit into memory.

Prints a line of JSON for each run.
"""

import hashlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import functions as F
from tools.example import example

from hotset import UsageError, open_run
from hotset.job import find_job, named_jobs
from hotset.lifecycle import running
from hotset.limits import Limits
from hotset.memory.levels import STORAGE, Level
from hotset.params import parse
from hotset.preflight import plan_run
from hotset.run import make_spec
from hotset.run_spec import RunSpec
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session

ROOT = Path(__file__).parents[1]
LEVELS = (*STORAGE, "LOCAL_CHECKPOINT", "PARQUET", "NONE")
MORE = (
    ("wordcount", "--method dataframe"),
    ("wordcount", "--method rdd"),
    ("group", "--method dataframe"),
    ("sensor-report", "--method dataframe"),
    ("parallel-map", "--over lines"),
)
COMMON = {"spark.master": "local[2]", "spark.ui.enabled": "false", "spark.memory.offHeap.enabled": "true"}


def examples() -> dict[str, str]:
    """job -> the arguments of the example on its page"""
    return {name: example(name) for name in named_jobs()}


def content(directory: Path) -> str:
    """SHA-256 of the rows, whatever their order and files; numbers to nine digits: engines add up in other orders."""
    rows: list[str] = []
    for file in sorted(directory.rglob("part*")):
        if file.suffix == ".parquet":
            rows += (repr(_rounded(row)) for row in pq.read_table(file).to_pylist())
        elif file.is_file():
            rows += file.read_text().splitlines()
    digest = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()
    return f"{len(rows)} rows, {digest[:16]}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.8e}"
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def planned(job_name: str, arguments: str, out: Path) -> tuple[RunSpec, Any]:
    job = find_job(job_name)
    words = [word.replace("out/", f"{out}/", 1) if word.startswith("out/") else word for word in shlex.split(arguments)]
    command = parse(job, [*words, "--if-exists", "replace", "--again"])
    limits = Limits()
    return make_spec(job, command, plan_run(job, command, {}), (), limits), command.params


def runs(job_name: str, arguments: str, scratch: Path) -> Iterator[dict[str, Any]]:
    """The default first, which on DuckDB keeps in its own way; on Spark, which tells the names; then at each level."""
    names: list[str] = []
    for level in ("", "SPARK", *LEVELS):
        out = scratch / (level or "default")
        spec, params = planned(job_name, arguments, out)
        facts = {"job": job_name, "arguments": arguments, "level": level}
        forced = {"nothing": Level("NONE")} if level == "SPARK" else {name: Level(level) for name in names}
        try:
            with running(replace(spec, forced_levels=forced)) as run:
                find_job(job_name).main(run, params)
        except UsageError as refused:
            yield facts | {"refused": str(refused)}
            continue
        kept = run.report.keeps
        names = [keep.name for keep in kept] if level == "SPARK" else names
        yield facts | {"names": names, "levels": [keep.level for keep in kept], "content": content(out)}
        if level == "SPARK" and not names:
            return


def every_job(scratch: Path) -> Iterator[dict[str, Any]]:
    found = examples()
    for number, (job, more) in enumerate((*((job, "") for job in found), *MORE)):
        yield from runs(job, f"{found[job]} {more}".strip(), scratch / str(number))


def larger_than_memory(scratch: Path) -> Iterator[dict[str, Any]]:
    """About 190 MB of text, of which no block is like another, where 60 MB of the heap may hold what is kept."""
    for level in LEVELS:
        with open_run("large", report=scratch / f"{level}.json") as run:
            texts = run.spark.range(1_500_000, numPartitions=24).select(
                "id", F.sha2(F.col("id").cast("string"), 512).alias("text")
            )
            kept = run.keep("texts", texts, level)
            sums = [kept.agg(F.sum("id"), F.max("text")).collect()[0] for _ in range(2)]
        (keep,), report = run.report.keeps, run.report
        yield {
            "level": level,
            "same": sums[0] == sums[1] and sums[0][0] == 1_500_000 * 1_499_999 // 2,
            "in_force": keep.level,
            "stored": keep.partitions_stored / max(keep.partitions, 1),
            "memory": keep.memory_bytes,
            "disk": keep.disk_bytes,
            "storage": report.storage_memory_bytes,
            "seconds": report.seconds,
            "warnings": report.warnings,
        }


def evicted(scratch: Path) -> Iterator[dict[str, Any]]:
    """A small set that fits, then a large one that takes its place."""
    with open_run("evicted", report=scratch / "evicted.json") as run:
        for name, rows in (("small", 200_000), ("large", 1_500_000)):
            texts = run.spark.range(rows, numPartitions=8).select(F.sha2(F.col("id").cast("string"), 512).alias("text"))
            with run.step(name):
                run.keep(name, texts, "MEMORY_ONLY").agg(F.max("text")).collect()
    for keep in run.report.keeps:
        facts = (keep.partitions, keep.partitions_stored, keep.evicted)
        yield {"level": f"evicted {keep.name}", "facts": facts, "warnings": run.report.warnings}


if __name__ == "__main__":
    what, scratch = sys.argv[1], Path(sys.argv[2])
    small = {"spark.driver.memory": "512m", "spark.memory.fraction": "0.3", "spark.memory.offHeap.size": "32m"}
    conf = COMMON | ({"spark.memory.offHeap.size": "256m"} if what == "jobs" else small)
    session = open_session(Wishes("levels", tuple(Ask(key, value, "the test") for key, value in conf.items())))
    try:
        every = every_job(scratch) if what == "jobs" else (*larger_than_memory(scratch), *evicted(scratch))
        for facts in every:
            print(f"FACT {json.dumps(facts)}", flush=True)  # noqa: T201 (it is read by the test)
    finally:
        session.close()
