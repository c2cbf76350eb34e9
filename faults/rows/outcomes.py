"""Rows 2, 9, 11, 29 and 59: runs that fail or succeed without anybody from outside."""

import json
import random
from collections import Counter
from pathlib import Path

from faults.holds import refused, settled
from faults.inputs import DAYS, Ids
from faults.row import Finding, Row
from faults.scene import NEW, OLD, Scene

WITHOUT_LAST = Ids(generation=2, days=range(DAYS - 1))
CANARY_OF_ENVIRONMENT = "FAULTS_PASSWORD"
INJECTIONS = (
    f"id = length(reflect('java.lang.System', 'getenv', '{CANARY_OF_ENVIRONMENT}')) or true",
    f"id >= length(java_method('java.lang.System', 'getenv', '{CANARY_OF_ENVIRONMENT}')) - 31",
    f"assert_true(id < 0, reflect('java.lang.System', 'getenv', '{CANARY_OF_ENVIRONMENT}')) is null",
    f"'${{env:{CANARY_OF_ENVIRONMENT}}}' <> ''",
    "id in (select 1)",
    "true) or (true",
)


def fail_task(scene: Scene, rng: random.Random) -> Finding:
    """A row that no Python worker gets past; what it says holds a secret."""
    scene.prepare()
    call = scene.call(params={"poison": rng.randrange(NEW.ids)})
    program, code = scene.run(call)
    finding = Finding(bit="poison" in program.said() or scene.subject.has_reports)
    refused(scene, finding, call, program, code, 7)
    return finding


def run_twice(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """The same command twice, one that appends."""
    scene.prepare()
    call = scene.call("append")
    _, first = scene.run(call)
    finding = Finding()
    finding.check("A3", first == 0, f"the first run ended with {first}")
    before = _files(scene.output)
    _, second = scene.run(call)
    settled(scene, finding, call, OLD.rows + NEW.rows, second)
    finding.check("B", _files(scene.output) == before, "the second run has written new files")
    return finding


def empty_partition(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """All days are replaced, and one of them has no rows any more."""
    scene.prepare(WITHOUT_LAST)
    call = scene.call("replace-partitions", days=[f"{day:02}" for day in range(DAYS)])
    program, code = scene.run(call)
    finding = Finding()
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, 0))
    settled(scene, finding, call, WITHOUT_LAST.rows, code)
    return finding


def refetch_shuffle(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """Every first attempt to fetch a shuffle fails."""
    scene.prepare()
    events = scene.directory / "events"
    events.mkdir()
    conf = {
        "spark.testing": "true",
        "spark.testing.injectShuffleFetchFailures": "true",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": f"file://{events}",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
    }
    call = scene.call(conf=conf)
    program, code = scene.run(call)
    finding = Finding(bit=_retries(events) > 0)
    finding.phases["stages tried again"] += _retries(events)
    finding.breaks("A4", scene.subject.failed_well(program.said(), code, 0))
    settled(scene, finding, call, NEW.rows, code)
    return finding


def inject_expression(scene: Scene, rng: random.Random) -> Finding:  # noqa: ARG001
    """A parameter that is SQL reaches for the environment."""
    scene.prepare()
    where = INJECTIONS[scene.number % len(INJECTIONS)]
    call = scene.call(params={"where": where})
    program, code = scene.run(call)
    finding = Finding()
    finding.check("B", code != 0, f"was run: {where}")
    refused(scene, finding, call, program, code, 2)
    return finding


def _files(output: Path) -> Counter[tuple[str, int]]:
    return Counter((path.name, path.stat().st_ino) for path in output.rglob("*") if path.is_file())


def _retries(events: Path) -> int:
    lines = (line for path in events.rglob("*") if path.is_file() for line in path.read_text().splitlines())
    submitted = (json.loads(line) for line in lines if '"SparkListenerStageSubmitted"' in line)
    return sum(event["Stage Info"]["Stage Attempt ID"] > 0 for event in submitted)


ROWS = (
    Row("2", "a task fails while the output is replaced", {"plain": 2, "hotset": 4}, fail_task),
    Row("9", "the same command after success", {"plain": 1, "hotset": 2}, run_twice),
    Row("11", "a partition becomes empty", {"plain": 1, "hotset": 1}, empty_partition),
    Row("29", "every shuffle's first fetch fails", {"plain": 2, "hotset": 3}, refetch_shuffle),
    Row("59", "SQL in a parameter", {"plain": len(INJECTIONS), "hotset": len(INJECTIONS)}, inject_expression),
)
