"""Fixtures for testing jobs, ours and other people's: `pytest -p hotset.testing`.

`spark`: one session for the whole test run, started fast, with directories of its own. `run`: a `Run` on it, for a
test that calls a job's `main(run, Params(…))`. May import everything of hotset but `cli`.
"""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from hotset.run import open_run
from hotset.session.settings import Ask
from hotset.session.spark import Wishes, open_session
from hotset.verbs import Run

FAST = {
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # tests are over before the second compiler has paid for itself
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A plain session on two cores of this machine; warehouse and scratch are gone when it ends."""
    asks = tuple(Ask(key, value, "hotset.testing") for key, value in FAST.items())
    session = open_session(Wishes("tests", asks, log=tmp_path_factory.mktemp("spark") / "spark.log"))
    yield session.spark
    session.close()


@pytest.fixture
def run(
    spark: SparkSession,  # noqa: ARG001 (the run uses the session that runs)
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Run]:
    """A run on the session of the tests; `run.report` tells what it did. It remembers nothing of earlier ones."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    with open_run("test", report=tmp_path_factory.mktemp("run") / "report.json") as opened:
        yield opened
