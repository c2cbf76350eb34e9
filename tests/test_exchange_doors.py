"""An exchange of Arrow chunks under lost shuffle files and killed workers: real processes, the same answer."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doors import BIN, call, report_of

pytestmark = pytest.mark.doors

ROWS = 40_000
SUMMING = '''
"""Sum by key, in workers that may be killed once."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa

from hotset import Dataset, Input, Kernel, Output, Run

ROWS = Dataset("key bigint, v bigint")
SUMS = Dataset("key bigint, v_sum bigint", key=("key",))


@dataclass(frozen=True)
class Params:
    input: Annotated[Input, "rows"]
    output: Annotated[Output, "directory to create"]
    mark: Annotated[str, "a directory in which each task is killed once"] = ""


def add(batches):
    found = list(batches)
    if found:
        yield from pa.Table.from_batches(found).group_by("key").aggregate([("v", "sum")]).to_batches()


def killed_once(mark, when):
    def kernel(batches):
        found = list(batches)
        file = Path(mark) / f"{when}-{found[0]['key'][0].as_py()}" if mark and found else None
        if file and not file.exists():
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield from found

    return kernel


def main(run: Run, params: Params) -> None:
    rows = run.batches(ROWS, params.input, Kernel(ROWS.columns, killed_once(params.mark, "before")))
    moved = rows.exchange(["key"], 3).map(Kernel(ROWS.columns, killed_once(params.mark, "behind")))
    run.publish(SUMS, moved.map(Kernel(SUMS.columns, add)), params.output)
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

    done = call(BIN / "hotset", "run", job, "--input", rows, "--output", out, "--master", "local[2,8]", *conf)

    assert done.code == 0, done.err
    assert published(out) == sums(rows)
    assert retried_stages(events) > 0
    assert report_of(out)["reads"][0]["counts"]["good"] == ROWS


def test_killed_workers_are_replaced_and_nothing_is_lost_or_twice(rows: Path, job: Path) -> None:
    out, mark = rows.parent / "out", rows.parent / "mark"
    mark.mkdir()

    done = call(
        BIN / "hotset", "run", job, "--input", rows, "--mark", mark, "--output", out, "--master", "local[2,8]"
    )  # fmt: skip

    assert done.code == 0, done.err
    assert len(list(mark.glob("before-*"))) == 1  # one block
    assert len(list(mark.glob("behind-*"))) == 3
    assert published(out) == sums(rows)
    assert list(out.glob(".*")) == []
    assert report_of(out)["exchanges"] == [
        {"by": ["key"], "partitions": 3, "rows": ROWS, "largest_rows": report_of(out)["exchanges"][0]["largest_rows"]}
    ]
