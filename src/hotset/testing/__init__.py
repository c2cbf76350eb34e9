"""Fixtures for testing jobs, ours and other people's: `pytest -p hotset.testing`.

`spark`: one session for the whole test run, started fast, with directories of its own; its workers import what the
tests can import. `run`: a `Run` on it, for a test that calls a job's `main(run, Params(…))`. It takes what
`hotset.open_run` takes from a marker, of the test, its class or its module:

    @pytest.mark.hotset(max_bad="1%", levels={"days": "DISK_ONLY"})
    def test_bad_orders_are_put_up_with(run, tmp_path): ...

May import everything of hotset but `cli`.
"""

import difflib
import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from hotset.errors import DataError
from hotset.imports import is_installed
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


OPTIONS = tuple(name for name in inspect.signature(open_run).parameters if name != "name")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"hotset({', '.join(OPTIONS)}): with these the fixture `run` is opened")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A plain session on two cores of this machine; warehouse and scratch are gone when it ends."""
    ours = (path for path in sys.path if Path(path).is_dir() and not is_installed(Path(path).resolve()))
    importable = {"spark.executorEnv.PYTHONPATH": os.pathsep.join(ours)}
    asks = tuple(Ask(key, value, "hotset.testing") for key, value in (FAST | importable).items())
    session = open_session(Wishes("tests", asks, log=tmp_path_factory.mktemp("spark") / "spark.log"))
    yield session.spark
    session.close()


@pytest.fixture
def run(
    spark: SparkSession,  # noqa: ARG001 (the run uses the session that runs)
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Run]:
    """A run on the session of the tests; `run.report` tells what it did. It remembers nothing of earlier ones."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    options = {"report": tmp_path_factory.mktemp("run") / "report.json"} | marked_options(request.node)
    with open_run("test", **options) as opened:
        yield opened
        try:
            opened.close()
        except DataError as error:
            if str(error) not in opened.told:  # the test has seen it, and expected it
                raise


def marked_options(node: pytest.Item) -> dict[str, Any]:
    """What the markers say, the one closest to the test above all others. Raises pytest.UsageError for no option."""
    options: dict[str, Any] = {}
    for marker in node.iter_markers("hotset"):
        if marker.args:
            raise pytest.UsageError(f"{node.nodeid}: mark.hotset takes options by name, got {marker.args!r}")
        for name in marker.kwargs:
            if name not in OPTIONS:
                close = difflib.get_close_matches(name, OPTIONS, n=1)
                hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(OPTIONS)}"
                raise pytest.UsageError(f"{node.nodeid}: mark.hotset has no option {name!r}; {hint}")
        options = {**marker.kwargs, **options}
    return options
