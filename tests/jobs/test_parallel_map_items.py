"""Whatever one item returns, raises or does to its process: it is a result or a failure, and so is every other item."""

import decimal
import gc
import json
import locale
import os
import resource
import signal
import socket
import stat
import sys
import tempfile
import threading
import time
import warnings
from collections import UserDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql.types import ArrayType, DoubleType, StructType

from hotset.jobs.parallel_map import calls
from hotset.jobs.parallel_map import results as results_module
from hotset.jobs.parallel_map.attempt import LONGEST_ERROR, LONGEST_TRACEBACK, Done, Failure, Task, attempt
from hotset.jobs.parallel_map.cells import cells_of
from hotset.jobs.parallel_map.items import LONGEST_VALUE, as_path, call_all
from hotset.jobs.parallel_map.results import as_columns, as_json

LARGEST_RESULT = 1024**2

JSON = pa.schema([("result", pa.string())])
FAILED = ("__value", "__error", "__traceback", "__attempts")


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_module, "LARGEST_RESULT", LARGEST_RESULT)
    monkeypatch.setattr(calls, "LOT_BYTES", 4 * LARGEST_RESULT)
    monkeypatch.setattr(calls, "TELL_EVERY_BYTES", LARGEST_RESULT)
    monkeypatch.setattr(calls, "GRACE_S", 0.3)


def called(
    function: Callable[[Any], Any],
    values: Any,
    *,
    shape: Callable[[Any], Any] = as_json,
    schema: pa.Schema = JSON,
    timeout_s: float = 0,
) -> list[dict[str, Any]]:
    """The outcomes of these items, after a look at the books: each item once, in order, a result or a failure."""
    values = values if isinstance(values, pa.Array) else pa.array(values)
    count = len(values)
    items = pa.RecordBatch.from_arrays([pa.array([0] * count), pa.array(range(count)), values], ["t", "n", "value"])

    batches = list(call_all(iter([items]), Task(function, shape, timeout_s=timeout_s), (), schema))

    found: list[dict[str, Any]] = pa.Table.from_batches(batches).to_pylist()
    assert [row["__item"] for row in found] == list(range(count))
    for row in found:
        assert all((row[name] is None) == (row["__error"] is None) for name in FAILED)
        assert row["__error"] is None or all(row[name] is None for name in schema.names)
    return found


def failure_of(do: Callable[[], Any], **how: Any) -> dict[str, Any]:
    """What is told of an item that does this, among others that do nothing of the kind."""
    found = called(lambda item: do() if item == "bad" else item.upper(), ["a", "b", "bad", "c", "d"], **how)
    assert [row["result"] for row in found if row["__item"] != 2] == ['"A"', '"B"', '"C"', '"D"']
    assert found[2]["__error"] is not None
    return found[2]


def raises(why: BaseException) -> Callable[[], NoReturn]:
    def do() -> NoReturn:
        raise why

    return do


# what is raised


class NoTextError(Exception):
    def __str__(self) -> str:
        raise AttributeError("no text")

    __repr__ = __str__


class TextThatIsNoneError(Exception):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]


class TextThatExitsError(Exception):
    def __str__(self) -> str:
        sys.exit(0)


class NoClassError(Exception):
    @property
    def __class__(self) -> Any:
        raise ValueError("no class")

    @__class__.setter
    def __class__(self, _: Any) -> None: ...


class NoTracebackError(Exception):
    @property
    def __traceback__(self) -> Any:
        raise ValueError("no traceback")

    @__traceback__.setter
    def __traceback__(self, _: Any) -> None: ...


class NoCauseError(Exception):
    __cause__ = property(lambda _: 1 / 0)
    __notes__ = property(lambda _: 1 / 0)


class Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise ValueError("no name")


class OfNamelessError(Exception, metaclass=Nameless): ...


class UnpicklableError(Exception):
    def __init__(self) -> None:
        super().__init__(lambda: 1)

    def __reduce__(self) -> NoReturn:
        raise TypeError("not to be pickled")


class OfItsOwn(BaseException): ...


class EndlessError(Exception):
    def __str__(self) -> str:
        return f"{self.args[0]}{self}"


class TextWithHabits(str):
    __slots__ = ()

    def __format__(self, _: str) -> str:
        raise ValueError("not to be formatted")

    def encode(self, *_: Any) -> bytes:
        raise ValueError("not to be encoded")


class SaysTextWithHabitsError(Exception):
    def __str__(self) -> str:
        return TextWithHabits("habits")


RAISED: dict[str, tuple[BaseException, str]] = {
    "a __str__ that raises": (NoTextError(), "NoTextError: its text cannot be had, AttributeError in its __str__"),
    "a __str__ that is no text": (
        TextThatIsNoneError(),
        "TextThatIsNoneError: its text cannot be had, TypeError in its __str__",
    ),
    "a __str__ that exits": (
        TextThatExitsError(),
        "TextThatExitsError: its text cannot be had, SystemExit in its __str__",
    ),
    "a __str__ without an end": (
        EndlessError("x"),
        "EndlessError: its text cannot be had, RecursionError in its __str__",
    ),
    "a __str__ of a subclass": (SaysTextWithHabitsError(), "SaysTextWithHabitsError: habits"),
    "a __class__ that raises": (NoClassError("said"), "NoClassError: said"),
    "a __traceback__ that raises": (NoTracebackError("said"), "NoTracebackError: said"),
    "a __cause__ that raises": (NoCauseError("said"), "NoCauseError: said"),
    "a class without a name": (OfNamelessError("said"), "OfNamelessError: said"),
    "what cannot be pickled": (UnpicklableError(), "UnpicklableError: <function"),
    "a lone surrogate": (ValueError("a\ud800b"), "ValueError: a\\ud800b"),
    "bytes that are no UTF-8": (ValueError(os.fsdecode(b"\xff")), "ValueError: \\udcff"),
    "NUL": (ValueError("a\0b"), "ValueError: a\0b"),
    "a huge text": (ValueError("x" * 10**7), "ValueError: xxx"),
    "SystemExit": (SystemExit(0), "SystemExit: 0"),
    "GeneratorExit": (GeneratorExit(), "GeneratorExit: "),
    "KeyboardInterrupt": (KeyboardInterrupt(), "KeyboardInterrupt: "),
    "StopIteration": (StopIteration(1), "StopIteration: 1"),
    "EOFError": (EOFError(), "EOFError: "),
    "BrokenPipeError": (BrokenPipeError(), "BrokenPipeError: "),
    "a BaseException": (OfItsOwn("own"), "OfItsOwn: own"),
    "MemoryError": (MemoryError(), "MemoryError: "),
    "a group": (BaseExceptionGroup("several", [OfItsOwn(), ValueError()]), "BaseExceptionGroup: several (2 sub"),
}


# by name: pytest looks at values, which these do not bear


@pytest.mark.parametrize("name", RAISED)
def test_what_an_item_raises_is_its_failure(name: str) -> None:
    why, told = RAISED[name]

    failed = failure_of(raises(why))

    assert failed["__error"].startswith(told)
    assert "in do\n" in failed["__traceback"]
    assert len(failed["__error"]) < LONGEST_ERROR + 100
    assert len(failed["__traceback"]) < LONGEST_TRACEBACK + 100


def call_itself() -> None:
    call_itself()


def warn_as_error() -> None:
    warnings.simplefilter("error")
    warnings.warn("not so", stacklevel=1)


def ask_for_too_much() -> None:
    b"x" * (1 << 60)


@pytest.mark.parametrize(
    ("do", "told"),
    [(call_itself, "RecursionError"), (warn_as_error, "UserWarning: not so"), (ask_for_too_much, "MemoryError")],
)
def test_what_python_raises_is_a_failure_too(do: Callable[[], Any], told: str) -> None:
    assert failure_of(do)["__error"].startswith(told)


@given(st.text(st.characters(), max_size=50))  # surrogates among them
def test_whatever_text_is_raised_or_returned_there_is_an_outcome_in_utf8(text: str) -> None:
    raised = attempt(Task(lambda _: raises(ValueError(text))(), as_json), "x", 1)
    returned = attempt(Task(lambda _: text, as_json), "x", 1)

    assert isinstance(raised, Failure)
    assert all(one.encode() for one in (raised.error, raised.traceback))
    if text.encode(errors="replace").decode() == text:
        assert isinstance(returned, Done)
        assert json.loads(returned.value[0]) == text
    else:
        assert isinstance(returned, Failure)


# what is returned


def cycle() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


class NoLength(list[int]):
    def __len__(self) -> int:
        raise OSError("no length")

    def __iter__(self) -> Iterator[int]:
        raise OSError("no items")


class NoItems(dict[str, int]):
    def items(self) -> Any:
        raise OSError("no items")


class Lazy:
    """Whatever is asked of it, it fails: a lazy object whose source is gone."""

    def __getattribute__(self, name: str) -> Any:
        raise OSError(f"no {name}")


RETURNED: dict[str, Any] = {
    "a lone surrogate": "\ud800",
    "a surrogate deep inside": {"a": [{"b": "x\udfffy"}]},
    "a key with a surrogate": {"\ud800": 1},
    "a key that is a tuple": {(1, 2): 3},
    "keys of several kinds": {b"a": 1},
    "a cycle": cycle(),
    "lists in lists in lists": nested(100_000),
    "a generator": (n for n in range(3)),
    "NaN": float("nan"),
    "infinity": [float("-inf")],
    "bytes": b"abc",
    "a set": {1, 2},
    "Decimal": Decimal("1.5"),
    "datetime": datetime(2020, 1, 1, tzinfo=UTC),
    "a number of NumPy's": np.int64(3),
    "an array of NumPy's": np.zeros(3),
    "an object": object(),
    "a type": int,
    "a function": len,
    "a mapping that is no dict": UserDict(a=1),
    "a dict without items": NoItems(a=1),
    "a list without a length": NoLength(),
    "a lazy object": Lazy(),
    "a huge text": "x" * (LARGEST_RESULT + 1),
    "a huge text that is no ASCII": "말" * (LARGEST_RESULT // 2),
    "a huge list": [0] * LARGEST_RESULT,
    "a number of 5,000 digits": 10**5000,
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_is_no_json_is_the_items_failure(name: str) -> None:
    failed = failure_of(lambda: RETURNED[name])

    assert failed["__error"].partition(":")[0] in (
        "TypeError",
        "ValueError",
        "UnicodeEncodeError",
        "RecursionError",
        "OSError",
    )


def test_a_result_that_is_too_large_says_so_and_what_to_do() -> None:
    failed = failure_of(lambda: "x" * LARGEST_RESULT)

    assert failed["__error"] == (
        "ValueError: a result has at most 1,048,576 bytes, got 1,048,578; write it to a file and return its path"
    )


class Word(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise OSError("no text")

    __repr__ = __str__


GOOD: dict[str, tuple[Any, str]] = {
    "a number beyond 64 bits": (10**30, "1" + "0" * 30),
    "a text with habits": (Word("word"), '"word"'),
    "NUL and line ends": ("a\0b\r\n\u2028", '"a\\u0000b\\r\\n\u2028"'),
    "emoji": ("🙂", '"🙂"'),
    "None": (None, "null"),
    "a named tuple": (os.terminal_size((1, 2)), "[1, 2]"),
    "nesting": (nested(200), "[" * 201 + "]" * 201),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_json_is_a_result(name: str) -> None:
    result, text = GOOD[name]

    assert called(lambda _: result, ["x"])[0]["result"] == text


def test_many_large_results_come_in_batches_that_fit() -> None:
    count, size = 24, LARGEST_RESULT - 100
    items = pa.RecordBatch.from_arrays(
        [pa.array([0] * count), pa.array(range(count)), pa.array(["x"] * count)], ["t", "n", "v"]
    )

    batches = call_all(iter([items]), Task(lambda x: x * size, as_json), (), JSON)

    rows = [batch.num_rows for batch in batches]
    assert sum(rows) == count
    assert max(rows) <= 6


FIGURES = pa.schema([("n", pa.int64()), ("text", pa.string()), ("many", pa.list_(pa.float64()))])
FIGURE_CELLS = cells_of(
    StructType().add("n", "long").add("text", "string").add("many", ArrayType(DoubleType())), "parquet"
)
MISFITS: dict[str, Any] = {
    "a surrogate": (1, "\ud800", []),
    "a surrogate in a name": {"n\ud800": 1},
    "names of several kinds": {1: 1, "m": 2, None: 3},
    "a number beyond 64 bits": (2**64, "a", []),
    "a generator": (1, "a", (n for n in range(3))),
    "a list without a length": (1, "a", NoLength([1])),
    "a lazy object": (1, Lazy(), []),
    "a cycle": (1, "a", cycle()),
    "a set in place of columns": {1, 2},
    "a mapping of something else": UserDict({"n": "x"}),
    "too large": (1, "x" * LARGEST_RESULT, []),
    "many that are too large": (1, "a", np.zeros(LARGEST_RESULT // 4)),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_fits_no_column_is_the_items_failure(name: str) -> None:
    result, good = MISFITS[name], {"n": 1, "text": "a", "many": [0.5, float("nan")]}
    found = called(
        lambda item: result if item == "bad" else good,
        ["a", "bad", "c"],
        shape=partial(as_columns, cells=FIGURE_CELLS, schema=FIGURES),
        schema=FIGURES,
    )

    assert [row["__error"] is None for row in found] == [True, False, True]


# what is done to the process


def fork_and_return() -> int:
    return os.fork()


def fork_and_raise() -> None:
    os.fork()
    raise ValueError("in both")


def leave_a_child_and_end() -> None:
    if not os.fork():
        os.setsid()
        time.sleep(20)
        os._exit(0)
    os._exit(3)


def leave_a_child_and_return() -> int:
    if not os.fork():
        os.setsid()
        time.sleep(20)
        os._exit(0)
    return 1


def close_everything() -> None:
    os.closerange(0, 4096)


def kill_self(number: int) -> Callable[[], None]:
    def do() -> None:
        os.kill(os.getpid(), number)
        time.sleep(5)

    return do


def write_into_the_pipe() -> None:
    for number in range(3, 64):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode) and is_a_pipe(number):
                os.write(number, b"\0\0\0\x03abc")


def is_a_pipe(number: int) -> bool:
    """Whether it belongs to the calls, and is no connection that Spark has in this very process."""
    with socket.socket(fileno=os.dup(number)) as known:
        return known.family == socket.AF_UNIX


def alarm_that_nobody_hears() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(5)


def other_group() -> None:
    os.setpgid(0, os.getpgid(os.getppid()))
    os._exit(4)


ENDS: dict[str, tuple[Callable[[], Any], str]] = {
    "exit code 0": (lambda: os._exit(0), "ended by exit code 0"),
    "our own exit code": (lambda: os._exit(113), "could not go on after the call"),
    "SIGKILL": (kill_self(signal.SIGKILL), "ended by SIGKILL"),
    "SIGTERM": (kill_self(signal.SIGTERM), "ended by SIGTERM"),
    "SIGHUP": (kill_self(signal.SIGHUP), "ended by SIGHUP"),
    "SIGABRT": (os.abort, "ended by SIGABRT"),
    "a signal without a name": (kill_self(40), "ended by signal 40"),
    "an alarm of its own": (alarm_that_nobody_hears, "ended by SIGALRM"),
    "files closed": (close_everything, "ProcessEnded"),
    "a child that holds the pipe": (leave_a_child_and_end, "ended by exit code 3"),
    "another group": (other_group, "ended by exit code 4"),
    "a fork that raises": (fork_and_raise, "ValueError: in both"),
    "noise in the pipe": (write_into_the_pipe, "ProcessEnded"),
}


@pytest.mark.parametrize(("do", "told"), ENDS.values(), ids=ENDS)
def test_an_item_that_ends_its_process_is_one_failure(do: Callable[[], Any], told: str) -> None:
    assert told in failure_of(do)["__error"]


def change_streams() -> None:
    sys.stdout = sys.stderr = None
    os.close(1)
    os.close(2)


def change_places() -> None:
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    Path(gone).rmdir()
    os.environ.clear()
    tempfile.tempdir = "/nowhere"


def change_numbers() -> None:
    locale.setlocale(locale.LC_ALL, "C")
    decimal.getcontext().prec = 1
    gc.disable()
    sys.setrecursionlimit(len(list(frames())) + 15)


def frames() -> Iterator[Any]:
    frame: Any = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back


def change_json() -> None:
    json.dumps = lambda *_, **__: "no"
    json.JSONEncoder.default = lambda *_: "no"  # type: ignore[method-assign]


def change_signals() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)


def leave_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(20,)).start()


def leave_a_thread_that_ends_all() -> None:
    threading.Timer(0.02, lambda: os._exit(9)).start()


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def print_much() -> None:
    for _ in range(100):
        os.write(1, b"x" * 100_000)


CHANGES = [
    fork_and_return,
    leave_a_child_and_return,
    change_streams,
    change_places,
    change_numbers,
    change_json,
    change_signals,
    leave_a_thread,
    leave_a_thread_that_ends_all,
    limit_files,
    print_much,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_an_item_leaves_behind_fails_no_other_item(change: Callable[[], Any], capfd: Any) -> None:
    def function(item: str) -> str:
        if item == "bad":
            change()
        time.sleep(0.01)
        return item.upper()

    found = called(function, ["a", "bad", *"cdefgh"])

    assert [row["result"] for row in found] == ['"A"', '"BAD"', *(f'"{c}"' for c in "CDEFGH")]
    capfd.readouterr()


def test_items_that_all_leave_behind_what_ends_their_process_are_all_results() -> None:
    def function(item: str) -> str:
        leave_a_thread_that_ends_all()
        time.sleep(0.01)
        return item.upper()

    assert [row["result"] for row in called(function, list("abcdef"))] == [f'"{c}"' for c in "ABCDEF"]


def test_an_item_that_changes_the_alarm_does_not_keep_the_next_from_being_ended() -> None:
    def function(item: str) -> str:
        if item == "bad":
            change_signals()
        if item == "long":
            time.sleep(60)
        return item

    found = called(function, ["a", "bad", "long", "c"], timeout_s=0.1)

    assert [row["__error"] for row in found] == [None, None, "TimeoutError: took longer than 0.1 s", None]


# odd items


def test_items_of_any_text_are_called_and_their_failures_say_which() -> None:
    texts = ["", "a\0b", "말", "\ufffd\ufffd", "x" * 3_000_000, "\x1b[2J", "\u202e"]

    found = called(lambda item: len(item) if len(item) % 2 else 1 / 0, texts)

    assert [row["result"] for row in found] == [None, "3", "1", None, None, None, "1"]
    assert [row["__value"] for row in found[:4]] == ["", None, None, "\ufffd\ufffd"]
    assert len(found[4]["__value"]) < LONGEST_VALUE + 100


def test_names_of_files_need_not_be_utf8(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    Path(os.fsdecode(odd)).write_text("odd")

    found = called(partial(as_path, lambda path: path.read_text()), pa.array([odd, b"/nowhere/\xff"], pa.binary()))

    assert found[0]["result"] == '"odd"'
    assert found[1]["__value"] == "/nowhere/\\udcff"


def test_an_item_that_python_has_no_value_for_is_a_failure() -> None:
    values = pa.array([0, 10**18, 1], pa.timestamp("us"))
    far = pa.RecordBatch.from_arrays([pa.array([0] * 3), pa.array(range(3)), pa.array("abc"), values], [*"tnxy"])

    found = pa.Table.from_batches(
        call_all(iter([far]), Task(lambda row: row["x"], as_json), ("x", "y"), JSON)
    ).to_pylist()

    assert [row["result"] for row in found] == ['"a"', None, '"c"']
    assert found[1]["__error"].startswith("OverflowError")
