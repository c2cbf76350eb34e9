"""What Spark's exceptions mean for the person, on texts as Spark 4.3 gives them."""

from pathlib import Path

import pytest
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException

from hotset.errors import ClusterError, HotsetError, InputError, ResourceError, SparkJobError
from hotset.session.failure import explain

PYTHON_FAILED = """An error occurred while calling o48.count.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 1 times
Traceback (most recent call last):
  File "/x/job.py", line 3, in <lambda>
    return 1 // n
ZeroDivisionError: integer division or modulo by zero

\tat org.apache.spark.api.python.BasePythonRunner.handlePythonException(PythonRunner.scala:581)
Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent call last):
"""
JVM_FAILED = """An error occurred while calling o48.count.
: org.apache.spark.SparkException: Job 3 cancelled because SparkContext was shut down
\tat org.apache.spark.scheduler.DAGScheduler.x(DAGScheduler.scala:1)
"""


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        (": java.io.IOException: No space left on device\n\tat y", ResourceError, "No space left on device; free some"),
        ("Caused by: java.lang.OutOfMemoryError: Java heap space", ResourceError, "Java heap space; give more"),
        ("x\nMemoryError\ny", ResourceError, "MemoryError; give more"),
        ("Total size is bigger than spark.driver.maxResultSize (1024.0 KiB)", ResourceError, "Total size is bigger"),
        ("org.apache.spark.SparkException: All masters are unresponsive", ClusterError, "All masters are"),
        ("Could not parse Master URL: 'nonsense'", ClusterError, "Could not parse Master URL: 'nonsense'; check"),
        (PYTHON_FAILED, SparkJobError, "ZeroDivisionError: integer division or modulo by zero; the log"),
        (JVM_FAILED, SparkJobError, "Job 3 cancelled because SparkContext was shut down; the log"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("exception", [Py4JError, PySparkException])
def test_exception_of_spark_becomes_one_line(
    exception: type[Exception], text: str, kind: type[HotsetError], start: str
) -> None:
    error = explain(exception(text))

    assert type(error) is kind
    assert str(error).startswith(start)
    assert "\n" not in str(error)


def test_a_full_disk_that_is_nobodys_else_is_that_of_the_local_directory() -> None:
    error = explain(
        PySparkException("Job aborted\nCaused by: java.io.IOException: No space left on device"), None, "/s"
    )

    assert type(error) is ResourceError
    assert str(error) == (
        "the disk is full where Spark shuffles and spills, got /s; free some, or give another place with "
        "--conf spark.local.dir=…"
    )


def test_analysis_exception_is_about_the_jobs_own_columns() -> None:
    error = explain(AnalysisException("[UNRESOLVED_COLUMN] A column `wrod` cannot be resolved.\n'Project ['wrod]"))

    assert str(error) == (
        "[UNRESOLVED_COLUMN] A column `wrod` cannot be resolved.; the job's columns or expressions do not fit its input"
    )


@pytest.mark.parametrize("exception", [Py4JNetworkError("Answer from Java side is empty"), ConnectionRefusedError()])
def test_lost_jvm_is_said_as_such(exception: Exception) -> None:
    error = explain(exception)

    assert type(error) is SparkJobError
    assert str(error).startswith("Spark's JVM ended while the run was working")


def test_jvm_lost_for_want_of_memory_is_a_want_of_memory(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text("12:00 ERROR Executor: Exception\njava.lang.OutOfMemoryError: Java heap space\n\tat java.base/x\n")

    error = explain(Py4JNetworkError("Answer from Java side is empty"), log)

    assert type(error) is ResourceError
    assert str(error).startswith("Spark's JVM ended: java.lang.OutOfMemoryError: Java heap space; give more with")


def test_our_own_error_from_a_worker_keeps_its_kind() -> None:
    text = 'Traceback:\n  File "x"\nhotset.errors.InputError: cannot read a.gz: truncated\n\n\tat org.x'

    error = explain(PySparkException(text))

    assert (type(error), str(error)) == (InputError, "cannot read a.gz: truncated")


def test_long_text_is_cut() -> None:
    error = explain(PySparkException("x" * 10_000))

    assert str(error).startswith("x" * 300 + "; ")


@pytest.mark.parametrize("exception", [ValueError("No space left on device"), KeyError("x"), OSError()])
def test_exception_of_somebody_else_is_not_explained(exception: Exception) -> None:
    assert explain(exception) is None
