"""What Spark's exceptions mean for the person, on texts as Spark 4.3 gives them."""

from pathlib import Path

import pytest
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException

from hotset.errors import ClusterError, DataError, HotsetError, InputError, ResourceError, SparkJobError
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
        (PYTHON_FAILED, SparkJobError, "ZeroDivisionError: integer division or modulo by zero, at /x/job.py:3 in <l"),
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
        "[UNRESOLVED_COLUMN] A column `wrod` cannot be resolved; the job's columns or expressions do not fit its input"
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


HEAD = "An exception was thrown from the Python worker:\nTraceback (most recent call last):\n"
WORKER = '  File "/s/pyspark.zip/pyspark/worker.py", line 4327, in invoke_udf\n    run_process()\n'
HERE = '  File "/home/ann/orders.py", line 12, in double\n    return 1 // n\n           ~~^^~~\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}{WORKER}{HERE}ZeroDivisionError: by zero", "ZeroDivisionError: by zero, at /home/ann/orders.py:12 in"),
        (f"{HEAD}{HERE}orders.TooFew: three", "orders.TooFew: three, at /home/ann/orders.py:12 in double; the log"),
        (f"{HEAD}{HERE}AssertionError", "AssertionError, at /home/ann/orders.py:12 in double; the log"),
        (f"{HEAD}{HERE}SystemExit: 3", "SystemExit: 3, at /home/ann/orders.py:12 in double; the log"),
        (f"{HEAD}{HERE}ValueError: a\nb\nc", "ValueError: a, at /home/ann/orders.py:12 in double; the log"),
        (
            f'{HEAD}{HERE}  File "pyarrow/table.pxi", line 1718, in pyarrow.lib._Tabular.__getitem__\nKeyError: "x"',
            'KeyError: "x", at /home/ann/orders.py:12 in double',
        ),
        (
            f'{HEAD}{HERE}  File "/v/lib/python3.12/site-packages/pandas/core/generic.py", line 6, in __getattr__\n'
            "AttributeError: nope",
            "AttributeError: nope, at /home/ann/orders.py:12 in double",
        ),
        (
            f"{HEAD}{HERE}KeyError: 'x'\n\nThe above exception was the direct cause of the following exception:\n\n"
            f"Traceback (most recent call last):\n{HERE.replace('12', '14')}ValueError: bad\n",
            "ValueError: bad, at /home/ann/orders.py:14 in double",
        ),
        (
            f"{HEAD}{WORKER}{HERE}StopIteration\n\nDuring handling of the above exception, another exception:"
            f"\n\nTraceback (most recent call last):\n{WORKER}pyspark.errors.PySparkRuntimeError: [STOP] Caught",
            "pyspark.errors.PySparkRuntimeError: [STOP] Caught, at /home/ann/orders.py:12 in double",
        ),
        (
            "+ Exception Group Traceback (most recent call last):\n  |   File \"/home/ann/orders.py\", line 12, in f\n"
            "  |     raise\n  | ExceptionGroup: several (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n"
            "    | ValueError: a\n    +------------------------------------",
            "ExceptionGroup: several (2 sub-exceptions), at /home/ann/orders.py:12 in f",
        ),
        (
            f"{HEAD}{WORKER}  File \"/t/orders-0a1b2c3d4e5f.zip/helper.py\", line 3, in f\n    x\nKeyError: 1",
            "KeyError: 1, at helper.py:3 in f",
        ),
        (
            f"{HEAD}{WORKER}ModuleNotFoundError: No module named 'geo'",
            "ModuleNotFoundError: No module named 'geo'; install geo where the job and its workers run, or put geo.py",
        ),
    ],
)  # fmt: skip
def test_an_error_in_a_worker_names_the_line_of_the_job(text: str, said: str) -> None:
    error = explain(PySparkException(text))

    assert (type(error), str(error)[: len(said)]) == (SparkJobError, said)


def test_an_error_of_spark_s_names_the_line_that_asked_for_it() -> None:
    source = "raise AnalysisException('[UNRESOLVED_COLUMN] no `wrod`.')"
    with pytest.raises(AnalysisException) as caught:
        exec(compile(source, "/home/ann/orders.py", "exec"), {"AnalysisException": AnalysisException})

    assert str(explain(caught.value)) == (
        "[UNRESOLVED_COLUMN] no `wrod`, at /home/ann/orders.py:1; the job's columns or expressions do not fit its input"
    )


class TooFewError(DataError):
    exit_code = 40


@pytest.mark.parametrize(
    ("kind", "code"), [(f"{__name__}.TooFewError", 40), ("hotset.errors.DataError", 5), ("orders.Unknown", 7)]
)
def test_an_error_that_the_job_raises_in_a_worker_keeps_its_code(kind: str, code: int) -> None:
    error = explain(PySparkException(f"{HEAD}{HERE}{kind}: three"))

    assert error is not None
    assert (error.exit_code, "three" in str(error)) == (code, True)
