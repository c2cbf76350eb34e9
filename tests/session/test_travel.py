import importlib
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from hotset.session.spark import Wishes, open_session


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "their_package").mkdir()
    (tmp_path / "their_package/__init__.py").write_text("ANSWER = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_package", raising=False)
    importlib.import_module("their_package")
    return tmp_path / "their_package"


def answers(spark: SparkSession) -> list[int]:
    """What workers import."""

    def answer(_: int) -> int:
        return int(importlib.import_module("their_package").ANSWER)

    return spark.sparkContext.parallelize([0, 1], 2).map(answer).collect()


def archives(spark: SparkSession) -> set[str]:
    return {name for name in spark.sparkContext._python_includes or () if name.startswith("their_package-")}


def test_a_run_that_ends_before_any_job_leaves_the_session_to_the_next(spark: SparkSession, package: Path) -> None:
    open_session(Wishes("refused", code=(package,))).close()

    second = open_session(Wishes("second", code=(package,)))
    found = answers(spark)
    second.close()

    assert found == [1, 1]


def test_code_travels_once_and_again_when_it_was_changed(spark: SparkSession, package: Path) -> None:
    (package / "__init__.py").write_text("ANSWER = 21\n")
    before = archives(spark)

    open_session(Wishes("one", code=(package,))).close()
    open_session(Wishes("the same", code=(package,))).close()
    once = archives(spark) - before
    (package / "__init__.py").write_text("ANSWER = 22\n")
    open_session(Wishes("changed", code=(package,))).close()

    assert len(once) == 1
    assert len(archives(spark) - before) == 2
    assert len(answers(spark)) == 2  # no file stands in the way of the other
