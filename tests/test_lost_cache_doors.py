"""Data that comes out differently each time it is computed, kept on executors of which one is killed."""

from pathlib import Path

import pytest

from doors import BIN, call, report_of

pytestmark = pytest.mark.doors

# what is kept is read once, then the executor that holds half of it is killed, and it is read again
LOSING = '''
"""Random numbers, kept while an executor dies."""

import time
from dataclasses import dataclass
from typing import Annotated

import psutil
from pyspark.sql import functions as F

from hotset import Dataset, Output, Run


@dataclass(frozen=True)
class Params:
    """Where the sums go, whether the numbers change, how they are kept."""

    output: Annotated[Output, "directory"]
    random: Annotated[bool, "whether the numbers come out differently each time"] = True
    kept: Annotated[str, "level"] = "MEMORY_AND_DISK_DESER"


def executors():
    mine = psutil.Process().children(recursive=True)
    return [one for one in mine if any("CoarseGrainedExecutorBackend" in word for word in one.cmdline())]


def main(run: Run, params: Params) -> None:
    numbers = run.spark.range(2000, numPartitions=4)
    values = numbers.withColumn("v", F.rand() if params.random else F.hash("id") * 1.0)
    values = run.keep("values", values, level=params.kept)
    first = values.agg(F.sum("v")).take(1)[0][0]
    executors()[0].kill()
    time.sleep(5)
    second = values.agg(F.sum("v")).take(1)[0][0]
    sums = run.spark.createDataFrame([(first, second)], "first double, second double")
    run.publish(Dataset("first double, second double"), sums, params.output)
    run.note(same=abs(first - second) < 1e-6)
'''
CLUSTER = ("--master", "local-cluster[2,1,700]")


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "losing.py").write_text(LOSING)
    return tmp_path / "losing.py"


def test_changing_data_is_not_kept_where_an_executor_can_be_lost(job: Path) -> None:
    done = call(BIN / "hotset", "run", job, "--output", job.parent / "out", *CLUSTER)

    assert done.code == 2
    assert "computes what is lost with an executor again; say LOCAL_CHECKPOINT" in done.err


def test_a_checkpoint_of_changing_data_that_is_lost_fails_the_run_and_publishes_nothing(job: Path) -> None:
    output = job.parent / "out"

    done = call(BIN / "hotset", "run", job, "--output", output, "--kept", "LOCAL_CHECKPOINT", *CLUSTER)

    assert done.code == 7, done.err
    assert not output.exists()


def test_what_is_the_same_each_time_is_computed_again(job: Path) -> None:
    output = job.parent / "out"

    done = call(BIN / "hotset", "run", job, "--output", output, "--no-random", *CLUSTER)

    assert done.code == 0, done.err
    assert report_of(output)["notes"] == {"same": True}
