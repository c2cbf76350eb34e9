"""Whose line an exception came from: of the job, of hotset, of a library."""

import sys
import traceback
from pathlib import Path

import pytest

import hotset
from hotset.blame import (
    Frame,
    advise_on_import,
    describe_exception,
    find_author_line,
    find_culprit,
    parse_frames,
    read_frames,
)

OURS = f"{Path(hotset.__file__).parent}/inputs.py"
JOB = Frame("/home/ann/jobs/orders.py", 12, "main")


@pytest.mark.parametrize(
    "file",
    [
        traceback.__file__,
        pytest.__file__,
        "/usr/lib/python3/dist-packages/pandas/core/frame.py",
        "/x/.venv/lib64/python3.12/json/decoder.py",
        "/opt/spark/python/pyspark/worker.py",
        "/opt/spark/python/lib/pyspark.zip/pyspark/worker.py",
        "/yarn/container_1/py4j-0.10.9.9-src.zip/py4j/protocol.py",
        "pyarrow/table.pxi",
        "pandas/_libs/hashtable.pyx",
        "<frozen importlib._bootstrap>",
        "<string>",
        "<__array_function__ internals>",
    ],
)
def test_the_frames_of_libraries_are_left_out(file: str) -> None:
    frames = [JOB, Frame(file, 3, "f")]

    assert find_culprit(frames) == JOB
    assert find_author_line(frames) == JOB


@pytest.mark.parametrize(
    "file",
    [
        "/home/ann/jobs/helper.py",
        "/home/ann/pyspark/orders.py",
        "/home/ann/lib/orders.py",
        "relative.py",
        "<stdin>",
        "<console>",
        "<ipython-input-3-abc>",
        "<python-input-0>",
        "/tmp/ipykernel_17/123.py",
        "/tmp/spark-1/userFiles-2/orders-0a1b2c3d4e5f.zip/helper.py",
        str(Path(hotset.__file__).parents[2] / "tests/their_job.py"),
    ],
)
def test_the_frames_of_a_job_are_not(file: str) -> None:
    frame = Frame(file, 3)

    assert find_culprit([JOB, frame]) == frame
    assert not frame.is_ours


def test_the_innermost_is_the_culprit_and_the_author_s_line_is_found_behind_it() -> None:
    frames = [Frame(OURS, 1), JOB, Frame(OURS, 7), Frame("pyarrow/table.pxi", 1)]

    assert (find_culprit(frames), find_author_line(frames)) == (Frame(OURS, 7), JOB)


def test_a_job_that_pip_installed_is_no_library() -> None:
    package = Path("/x/lib/python3.12/site-packages/orders")
    frame = Frame(f"{package}/job.py", 4, "main")

    assert find_culprit([Frame(OURS, 1), frame]) == Frame(OURS, 1)
    assert find_culprit([Frame(OURS, 1), frame], package) == frame


def test_a_frame_is_shown_as_the_person_would_look_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert str(Frame(str(tmp_path / "jobs/orders.py"), 3, "<module>")) == "jobs/orders.py:3"
    assert str(Frame("/tmp/u/orders-0a1b2c3d4e5f.zip/helper.py", 3, "f")) == "helper.py:3 in f"
    assert str(JOB) == "/home/ann/jobs/orders.py:12 in main"


def test_of_a_syntax_error_the_line_that_is_none_is_the_last(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\ny = (\n")

    with pytest.raises(SyntaxError) as caught:
        compile((tmp_path / "broken.py").read_text(), str(tmp_path / "broken.py"), "exec")

    assert read_frames(caught.value)[-1] == Frame(str(tmp_path / "broken.py"), 2)
    assert describe_exception(caught.value) == "SyntaxError: '(' was never closed"


class OddError(Exception):
    def __str__(self) -> str:
        raise AttributeError("missing")


@pytest.mark.parametrize(
    ("exception", "said"),
    [
        (ValueError("a\nb"), "ValueError: a"),
        (AssertionError(), "AssertionError"),
        (KeyError("x"), "KeyError: 'x'"),
        (OddError(), "OddError: (its text cannot be shown)"),
        (ValueError("x" * 1000), "ValueError: " + "x" * 300),
        (ValueError("\n \n"), "ValueError"),
        (StopIteration(), "StopIteration"),
        (ExceptionGroup("two", [KeyError(1), KeyError(2)]), "ExceptionGroup: two (2 sub-exceptions)"),
    ],
)
def test_an_exception_is_described_in_one_line(exception: Exception, said: str) -> None:
    assert describe_exception(exception) == said


def test_frames_are_read_from_a_traceback_as_text() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/a/b c.py", line 3, in <lambda>\n    x\n  File "/a/d.py", line 4\n'
    )

    assert parse_frames(text) == [Frame("/a/b c.py", 3, "<lambda>"), Frame("/a/d.py", 4)]


def test_a_module_that_is_missing_comes_with_what_to_do() -> None:
    assert advise_on_import("No module named 'geo.points'") == (
        "install geo where the job and its workers run, or put geo.py beside the job"
    )
    assert advise_on_import("cannot import name 'x' from 'y'") is None


def test_frames_of_an_exception_are_those_that_python_shows() -> None:
    with pytest.raises(AttributeError) as caught:
        sys.getrecursionlimit.nothing  # type: ignore[attr-defined]  # noqa: B018

    assert [(frame.function, frame.file) for frame in read_frames(caught.value)] == [
        ("test_frames_of_an_exception_are_those_that_python_shows", __file__)
    ]
