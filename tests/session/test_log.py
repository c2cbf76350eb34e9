"""What Spark says stands in the log, not on the terminal."""

import threading
import warnings
from pathlib import Path
from typing import Any

import pyspark.sql.utils
import pytest
from pyspark.errors import AnalysisException
from pyspark.logger import PySparkLogger
from pyspark.serializers import CloudPickleSerializer

from hotset import HotsetError, open_run
from hotset.session.log import SPARK_LOGGERS, spark_says_to


def redact(text: str) -> str:
    return text.replace("sesame", "***")


@pytest.mark.parametrize("name", SPARK_LOGGERS)
def test_loggers_of_spark_write_to_the_log_alone(tmp_path: Path, capfd: Any, name: str) -> None:
    log = tmp_path / "spark.log"
    before = PySparkLogger.getLogger(name).handlers

    with spark_says_to(log, redact):
        PySparkLogger.getLogger(name).error("no column sesame")

    assert capfd.readouterr() == ("", "")
    assert f"ERROR {name}: no column ***" in log.read_text()
    assert PySparkLogger.getLogger(name).handlers == before


def test_warnings_of_libraries_go_to_the_log_and_others_to_whom_they_went(tmp_path: Path) -> None:
    log = tmp_path / "spark.log"

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with spark_says_to(log, redact):
            warnings.warn_explicit("slow sesame", UserWarning, pyspark.sql.utils.__file__, 7)
            warnings.warn_explicit("mine", UserWarning, str(tmp_path / "job.py"), 7)

    assert [str(warning.message) for warning in shown] == ["mine"]
    assert "utils.py:7: UserWarning: slow ***" in log.read_text()


def test_what_cannot_be_pickled_is_told_in_the_log(tmp_path: Path, capfd: Any) -> None:
    log = tmp_path / "spark.log"
    serializer: Any = CloudPickleSerializer()  # type: ignore[no-untyped-call]

    with spark_says_to(log, redact), pytest.raises(Exception, match="Could not serialize"):
        serializer.dumps(threading.Lock())

    assert capfd.readouterr() == ("", "")
    assert "Traceback" in log.read_text()


@pytest.mark.usefixtures("spark")
def test_a_run_that_fails_prints_nothing_of_sparks(tmp_path: Path, capfd: Any) -> None:
    errors: list[str] = []
    for number, sql in enumerate(("select nope", "select 1 a, nope(2)", "selec", "select * from nowhere")):
        with pytest.raises(HotsetError) as failed, open_run("r", report=tmp_path / f"{number}.json") as run:
            run.spark.sql(sql).collect()
        errors.append(str(failed.value))
    with pytest.raises(HotsetError) as failed, open_run("r", report=tmp_path / "expression.json") as run:
        run.spark.range(3).filter(run.expression("`no.such` > 1")).collect()
    with pytest.raises(HotsetError), open_run("r", report=tmp_path / "worker.json") as run:
        run.spark.sparkContext.range(3).map(lambda number: 1 // number).collect()

    printed = capfd.readouterr()
    assert "no.such" in str(failed.value)
    assert [line for line in (printed.out + printed.err).splitlines() if "{" in line or "Traceback" in line] == []
    assert "UNRESOLVED_COLUMN" in (tmp_path / "expression.log").read_text()
    assert all(errors)
    with pytest.raises(AnalysisException):
        run.spark.sql("select nope")
