"""A job of somebody else's, with a helper beside it, through its mistakes; and a script that forgets to close."""

import json
from pathlib import Path

import pytest

from doors import BIN, call

pytestmark = pytest.mark.doors

JOB = '''"""Orders."""
from dataclasses import dataclass
from typing import Annotated

from pyspark.sql import functions as F

import money_beside
from hotset import Dataset, Inputs, Output, Run

ORDERS = Dataset("day string, cents int", format="csv")


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "orders"]
    output: Annotated[Output, "directory to create"]
    way: Annotated[str, "which"] = "euros"


def main(run: Run, params: Params) -> None:
    orders = run.read(ORDERS, params.input)
    if params.way == "rdd":
        orders.rdd.map(lambda row: row.cents / 0).collect()
    if params.way == "column":
        orders.select("cnets")
    euros = F.udf(getattr(money_beside, params.way), "double")
    euros = orders.select("day", euros("cents").alias("euros"))
    run.publish(Dataset("day string, euros double", format="json"), euros, params.output)
'''
HELPER = """import threading

LOCK = threading.Lock()


def euros(cents):
    with LOCK:
        return cents / 100


def broken(cents):
    return cents / 0


def leave(cents):
    import nowhere_at_all
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "orders_job.py").write_text(JOB)
    (tmp_path / "money_beside.py").write_text(HELPER)
    (tmp_path / "in.csv").write_text("day,cents\nmon,150\n")
    return tmp_path


@pytest.mark.parametrize(
    ("way", "code", "said"),
    [
        ("euros", 0, ""),
        ("broken", 7, "ERROR 7 ZeroDivisionError: division by zero, at money_beside.py:12 in broken; the log"),
        ("leave", 7, "No module named 'nowhere_at_all', at money_beside.py:16 in leave; install nowhere_at_all where"),
        ("rdd", 7, "ZeroDivisionError: division by zero, at orders_job.py:23 in <lambda>; the log"),
        ("column", 7, "at orders_job.py:25 in main; the job's columns or expressions do not fit its input"),
        ("nothing", 7, "AttributeError: module 'money_beside' has no attribute 'nothing', at orders_job.py:26 in main"),
    ],
)
def test_a_job_with_a_helper_beside_it(place: Path, way: str, code: int, said: str) -> None:
    done = call(BIN / "hotset", "run", "orders_job.py", "--input", "in.csv", "--output", "out", "--way", way, cwd=place)

    assert done.code == code, done.err
    assert said in done.err
    assert [line for line in done.err.splitlines() if line.startswith("{")] == []
    assert done.err.count("ERROR") == (code > 0)


def test_a_run_that_is_left_open_is_closed_when_python_ends(place: Path) -> None:
    (place / "script.py").write_text(
        "import hotset\nrun = hotset.open_run('look', report='r.json')\n"
        "run.publish(hotset.Dataset('n bigint', format='csv'), run.spark.range(3).toDF('n'), 'out')\n"
    )

    done = call(BIN / "python", "script.py", cwd=place)

    assert done.code == 0, done.err
    assert json.loads((place / "r.json").read_text())["outcome"] == "done"
    assert not (place / ".out.hotset/lock").exists()


def test_bad_rows_that_nobody_asked_about_are_an_exit_code_all_the_same(place: Path) -> None:
    (place / "in.csv").write_text("day,cents\nmon,x\n")
    (place / "script.py").write_text(
        "import hotset\nrun = hotset.open_run('look', report='r.json')\n"
        "run.read(hotset.Dataset('day string, cents int', format='csv'), 'in.csv').collect()\n"
    )

    done = call(BIN / "python", "script.py", cwd=place)

    assert done.code == 5, done.err
    assert (
        "ERROR 5 1 of 1 rows of in.csv are bad, allowed are 0; mend them and read again, allow more with max_bad="
        in done.err
    )
    assert json.loads((place / "r.json").read_text())["exit_code"] == 5


def test_spark_submit_of_a_job_without_its_last_lines_says_so(place: Path) -> None:
    done = call("spark-submit", "orders_job.py", cwd=place)

    assert done.code == 2
    assert "orders_job.py defines a job and runs nothing" in done.out + done.err  # Spark's script joins both
