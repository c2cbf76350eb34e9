"""Groups under lost shuffle files and killed workers, on both plans: real processes, the same answer."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doors import BIN, call, report_of

pytestmark = pytest.mark.doors

ROWS = 40_000
ON_CLUSTER = ("--level", "rows=NONE")  # levels are Spark's, so all of it is
SUMMING = '''
"""Sum by key, group by group, in workers that may be killed once."""

import os
import signal
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc

from hotset import Dataset, Input, Output, Run

ROWS = Dataset("key bigint, v bigint")
SUMS = Dataset("key bigint, v_sum bigint", key=("key",))


@dataclass(frozen=True)
class Params:
    input: Annotated[Input, "rows"]
    output: Annotated[Output, "directory to create"]
    mark: Annotated[str, "a directory in which each part is killed once"] = ""


def add(mark, group):
    key = group["key"][0].as_py()
    file = Path(mark) / f"killed-{key}" if mark and key % 2_000 == 0 else None
    if file and not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return pa.table({"key": [key], "v_sum": [pc.sum(group["v"]).as_py()]})


def main(run: Run, params: Params) -> None:
    rows = run.keep("rows", run.rows(params.input, ROWS))
    run.publish(SUMS, run.group_map(rows, "key", partial(add, params.mark), SUMS.columns), params.output)
'''


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    chance = np.random.default_rng(8)
    table = pa.table({"key": chance.integers(0, 5_000, ROWS), "v": chance.integers(0, 100, ROWS)})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=ROWS // 4)
    return tmp_path / "rows.parquet"


def sums(rows: Path) -> dict[int, int]:
    """By NumPy."""
    table = pq.read_table(rows)
    totals = np.bincount(table["key"].to_numpy(), weights=table["v"].to_numpy())
    return {key: int(totals[key]) for key in set(table["key"].to_pylist())}


def published(output: Path) -> dict[int, int]:
    table = pa.concat_tables([pq.read_table(file) for file in output.glob("*.parquet")])
    assert len(table) == len(set(table["key"].to_pylist()))
    return dict(zip(table["key"].to_pylist(), table["v_sum"].to_pylist(), strict=True))


def retried_stages(directory: Path) -> int:
    """Of the event log: stages that were submitted again."""
    (log,) = (file for file in directory.rglob("events_*"))
    events = map(json.loads, log.read_text().splitlines())
    submitted = [event["Stage Info"] for event in events if event["Event"] == "SparkListenerStageSubmitted"]
    return sum(stage["Stage Attempt ID"] > 0 for stage in submitted)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "summing.py").write_text(SUMMING)
    return tmp_path / "summing.py"


def test_lost_shuffle_files_are_made_again(rows: Path, job: Path) -> None:
    out, events = rows.parent / "out", rows.parent / "events"
    events.mkdir()
    settings = {
        "spark.testing": "true",
        "spark.testing.injectShuffleFetchFailures": "true",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": str(events),
    }
    conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]

    words = ("--input", rows, "--output", out, "--master", "local[2,8]", *ON_CLUSTER)

    done = call(BIN / "hotset", "run", job, *words, *conf)

    assert done.code == 0, done.err
    assert report_of(out)["plan"] == "cluster"
    assert published(out) == sums(rows)
    assert retried_stages(events) > 0
    assert report_of(out)["reads"][0]["counts"]["good"] == ROWS


@pytest.mark.parametrize(("plan", "words"), [("node", ()), ("cluster", ON_CLUSTER)])
def test_killed_workers_are_replaced_and_nothing_is_lost_or_twice(
    rows: Path, job: Path, plan: str, words: tuple[str, ...]
) -> None:
    out, mark = rows.parent / "out", rows.parent / "mark"
    mark.mkdir()

    done = call(
        BIN / "hotset", "run", job, "--input", rows, "--mark", mark, "--output", out, "--master", "local[2,8]", *words
    )  # fmt: skip

    assert done.code == 0, done.err
    assert report_of(out)["plan"] == plan
    assert sorted(file.name for file in mark.iterdir()) == ["killed-0", "killed-2000", "killed-4000"]
    assert published(out) == sums(rows)
    assert list(out.glob(".*")) == []
