"""Somebody's own project: a job, a helper beside it, and tests that use the fixtures, in a pytest of its own."""

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.doors

JOB = '''"""Orders by day."""
from dataclasses import dataclass
from typing import Annotated

from pyspark.sql import functions as F

import money
from hotset import Dataset, Inputs, Output, Run

ORDERS = Dataset("day string, cents int", format="csv")
DAYS = Dataset("day string, euros double", format="json")


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "orders"]
    output: Annotated[Output, "directory to create"]


def main(run: Run, params: Params) -> None:
    euros = F.udf(money.euros, "double")
    orders = run.read(ORDERS, params.input).select("day", euros("cents").alias("euros"))
    run.publish(DAYS, orders.orderBy("day").coalesce(1), params.output)
'''
TESTS = """
import pytest
import orders
from hotset import DataError

@pytest.fixture
def params(tmp_path):
    (tmp_path / "in.csv").write_text("day,cents\\nmon,150\\ntue,x\\n")
    return orders.Params((str(tmp_path / "in.csv"),), str(tmp_path / "out"))

def test_bad_orders_are_refused(run, params):
    with pytest.raises(DataError, match="allow more with max_bad="):
        orders.main(run, params)

@pytest.mark.hotset(max_bad="50%")
def test_bad_orders_are_put_up_with(run, params, tmp_path):
    orders.main(run, params)
    assert [tuple(row) for row in run.published(orders.DAYS, params.output).collect()] == [("mon", 1.5)]

@pytest.mark.hotset(max_bd="50%")
def test_misspelt(run):
    pass
"""


def test_a_project_of_somebody_else(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(orders=JOB, money="def euros(cents):\n    return cents / 100\n", test_orders=TESTS)
    pytester.makeini("[pytest]\naddopts = -p hotset.testing --strict-markers\npythonpath = .\n")

    done = pytester.runpytest_subprocess("-q")

    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*mark.hotset has no option 'max_bd'; did you mean max_bad?*"])
