"""What stands for an exception that ended a run: whose line it came from decides."""

import errno
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException

from hotset import DataError, HotsetError, Interrupted, OutputError, ResourceError, SparkJobError, public
from hotset.errors import InputError
from hotset.outcome import ends_well, judge, returning
from hotset.session import settings
from hotset.signals import Signals

LOG = Path("/nowhere.log")


def raised(source: str, file: str = "/home/ann/orders.py", **names: Any) -> BaseException:
    """What this source raises, as if it stood in that file."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 (whatever it is)
        exec(compile(source, file, "exec"), {"json": json, "settings": settings, **vars(public), **names})
    return caught.value


def judged(exception: BaseException, signals: Signals | None = None, job: Path | None = None) -> HotsetError:
    error = judge(exception, signals, LOG, "", job)
    assert error is not None
    assert "\n" not in str(error)
    return error


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('no such day')", "ValueError: no such day, at /home/ann/orders.py:1; the log n"),
        ("x = {}\nx['a']", "KeyError: 'a', at /home/ann/orders.py:2"),
        ("1 / 0", "ZeroDivisionError: division by zero, at /home/ann/orders.py:1"),
        ("assert 1 == 2", "AssertionError, at /home/ann/orders.py:1"),
        ("def f():\n    return [][0]\nf()", "IndexError: list index out of range, at /home/ann/orders.py:2 in f"),
        ("json.loads('{')", "JSONDecodeError: Expecting property name enclosed in double quotes"),
        ("class TooFew(Exception): pass\nraise TooFew('3')", "TooFew: 3, at /home/ann/orders.py:2"),
        ("class Stop(BaseException): pass\nraise Stop()", "Stop, at /home/ann/orders.py:2"),
        ("import nowhere", "No module named 'nowhere', at /home/ann/orders.py:1; install nowhere where"),
        ("open('/nowhere/at/all')", "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/at/all', at"),
        ("raise StopIteration", "StopIteration, at /home/ann/orders.py:1"),
        ("raise ExceptionGroup('two', [KeyError(1)])", "ExceptionGroup: two (1 sub-exception), at"),
        ("raise ValueError('a\\nb')", "ValueError: a, at /home/ann/orders.py:1"),
        ("raise HotsetError('of my own')", "HotsetError: of my own, at /home/ann/orders.py:1; mend the job"),
        ("class Mine(HotsetError): pass\nraise Mine('x')", "Mine: x, at /home/ann/orders.py:2; mend the job"),
        ("class Mine(HotsetError): exit_code = 0\nraise Mine('x')", "Mine: x, at"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded, at /home/ann/orders.py:1 in f"),
        ("raise SystemExit('enough')", "enough, at /home/ann/orders.py:1: the job ended itself"),
        ("raise SystemExit(256)", "sys.exit(256), at /home/ann/orders.py:1: the job ended itself"),
        ("raise SystemExit(1)", "sys.exit(1), at /home/ann/orders.py:1: the job ended itself"),
        ("raise SystemExit(257)", "sys.exit(257), at"),
        ("raise SystemExit(True)", "sys.exit(True), at"),
        ("raise SystemExit('')", "sys.exit(''), at /home/ann/orders.py:1: the job ended itself"),
        ("raise SystemExit(' \\n')", "sys.exit(' \\n'), at"),
        ("raise SystemExit('a\\nb')", "a, at /home/ann/orders.py:1"),
        ("raise SystemExit([])", "[], at"),
        ("class Odd:\n    def __str__(self): 1 / 0\nraise SystemExit(Odd())", "(its text cannot be shown), at"),
    ],
)  # fmt: skip
def test_what_a_job_raises_is_the_job_s_failure_and_names_its_line(source: str, said: str) -> None:
    error = judged(raised(source))

    assert (type(error), error.exit_code) == (SparkJobError, 7)
    assert said in str(error)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("raise DataError('x')", 5),
        ("raise InputError('x')", 3),
        ("raise OutputError('x')", 6),
        ("class Mine(DataError): pass\nraise Mine('x')", 5),
        ("class Mine(HotsetError): exit_code = 42\nraise Mine('x')", 42),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit(-1)", 255),
        ("raise SystemExit(258)", 2),
        ("import sys\nsys.exit(77)", 77),
    ],
)
def test_a_job_may_ask_for_a_code_of_its_own(source: str, code: int) -> None:
    assert judged(raised(source)).exit_code == code


@pytest.mark.parametrize(
    ("source", "also"),
    [
        # hotset's own frame is the innermost, with or without a library's inside of it
        ("settings.file_asks(3, 'x')", ", called at /home/ann/orders.py:1"),
        ("settings.winners(3)", ", called at /home/ann/orders.py:1"),
    ],
)
def test_what_hotset_raises_unforeseen_is_a_bug_in_hotset(source: str, also: str) -> None:
    error = judged(raised(source))

    assert (type(error), error.exit_code) == (HotsetError, 1)
    assert also in str(error)
    assert "please report it" in str(error)


def test_a_job_of_the_suite_is_hotset() -> None:
    ours = str(Path(settings.__file__).parents[1] / "jobs/wordcount.py")

    assert judged(raised("1 / 0", ours)).exit_code == 1


def test_a_job_that_pip_installed_is_a_job() -> None:
    package = Path("/x/lib/python3.12/site-packages/orders")
    exception = raised("1 / 0", str(package / "job.py"))

    assert judged(exception, job=package).exit_code == 7


def test_a_full_disk_is_nobody_s_fault() -> None:
    error = judged(raised("raise OSError(errno.ENOSPC, 'No space left on device')", errno=errno))

    assert type(error) is ResourceError
    assert str(error).startswith("No space left on device, got it from /home/ann/orders.py:1; free some")


@pytest.mark.parametrize(
    "exception",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/rm/.out.hotset/r-1.faults.staging"),
        PermissionError(errno.EACCES, "Permission denied", "/a/rm/.out.hotset/r-1.faults.staging"),
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/rm/.out.hotset/.r-1.quarantine.json.7"),
        PySparkException(
            "x\nFileNotFoundError: [Errno 2] No such file or directory: '/a/rm/.out.hotset/r-1.faults'\ny"
        ),
        Py4JError("java.io.FileNotFoundException: /a/rm/.out.hotset/r-1.staging (No such file or directory)"),
    ],
)
def test_a_place_of_the_run_that_is_gone_is_that_of_an_output(exception: Exception) -> None:
    error = judge(exception, None, LOG, "", None, "r-1")

    assert type(error) is OutputError
    assert str(error).startswith("cannot write in /a/rm/.out.hotset, which was removed or closed while the run was")


def test_a_file_of_the_job_s_own_that_is_gone_is_the_job_s() -> None:
    error = judge(raised("open('/nowhere/at/all')"), None, LOG, "", None, "r-1")

    assert type(error) is SparkJobError


def test_ctrl_c_is_an_interruption_and_in_a_notebook_it_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = Signals()
    monkeypatch.setattr(Signals, "number", signal.SIGTERM)

    assert judged(KeyboardInterrupt(), signals).exit_code == 143
    assert isinstance(judged(KeyboardInterrupt(), signals), Interrupted)
    assert judge(KeyboardInterrupt(), None, LOG, "", None) is None
    assert judge(GeneratorExit(), None, LOG, "", None) is None


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    raise KeyboardInterrupt\nfinally:\n    raise Lost('the connection was cut in mid-answer')",
        "try:\n    raise KeyboardInterrupt\nexcept BaseException as why:\n    raise Lost('while receiving') from why",
        "try:\n  try:\n    raise KeyboardInterrupt\n  finally:\n    1 / 0\nfinally:\n  raise Lost('again')",
    ],
)
def test_an_error_that_an_interrupt_led_to_is_an_interruption(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Signals, "number", signal.SIGTERM)
    error = raised(source, Lost=Py4JNetworkError)

    assert judged(error, Signals()).exit_code == 143
    assert not isinstance(judged(error), Interrupted), "nobody sent a signal to a notebook"
    assert judged(Py4JNetworkError("x"), Signals()).exit_code == 7


def test_an_exception_that_is_its_own_cause_is_judged_like_any_other() -> None:
    error = raised("try:\n    raise ValueError('x')\nexcept ValueError as why:\n    raise why from why")

    assert judged(error, Signals()).exit_code == 7


def test_an_error_of_ours_is_itself() -> None:
    for error in (DataError("x"), InputError("y")):
        assert judged(error) is error


@pytest.mark.parametrize(("code", "well"), [(None, True), (0, True), (1, False), ("text", False), ("", False)])
def test_leaving_without_a_code_is_a_return(code: Any, well: bool) -> None:
    assert ends_well(SystemExit(code)) is well
    if well:
        with returning():
            raise SystemExit(code)
    else:
        with pytest.raises(SystemExit), returning():
            raise SystemExit(code)
