"""The streams and the consoles on them: a sane width, every name printable, and no error where nobody reads."""

import errno
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotset.report.console import NARROWEST, WIDEST, _Lasting, make_console

HOTSET = str(Path(sys.executable).with_name("hotset"))


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        (None, 80), ("", 80), ("0", 80), ("00", 80), ("-5", 80), ("abc", 80), ("80x", 80), ("1.5", 80), ("²", 80),
        ("9" * 5000, 80), ("1", NARROWEST), ("2", NARROWEST), ("39", NARROWEST), ("40", 40), ("132", 132),
        ("99999", WIDEST),
    ],
)  # fmt: skip
def test_the_width_is_one_that_can_be_read(monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _: (_ for _ in ()).throw(OSError()))
    monkeypatch.setenv("LINES", "0")
    monkeypatch.delenv("COLUMNS", raising=False) if columns is None else monkeypatch.setenv("COLUMNS", columns)

    console = make_console()

    assert (console.width, console.size.width, console.options.max_width) == (width, width, width)
    assert console.size.height > 0


@pytest.mark.parametrize(("columns", "width"), [(0, 80), (1, NARROWEST), (2, NARROWEST), (100, 100), (65535, WIDEST)])
def test_so_is_that_of_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int, width: int) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 0)))

    assert make_console(stderr=True).width == width


@pytest.fixture
def broken_pipe() -> Iterator[int]:
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_a_stream_lasts_when_its_reader_has_gone(broken_pipe: int) -> None:
    with _Lasting(broken_pipe, "w", closefd=False) as stream:
        assert [stream.write(b"abc"), stream.write(b"de")] == [3, 2]
        assert stream.failed is not None
        assert stream.failed.errno == errno.EPIPE


def test_a_stream_lasts_on_a_full_disk() -> None:
    with _Lasting(os.open("/dev/full", os.O_WRONLY), "w") as stream:
        assert stream.write(b"abc") == 3
        assert stream.failed is not None
        assert stream.failed.errno == errno.ENOSPC


# as processes of their own

COMMANDS = ["list", "levels", "--help", "run --help", "run group --help", "java", "conf local", "advise --help"]
GONE = ["| head -1", "| true", ">&-", "2>&-", "<&-", ">&- 2>&-", ">&- 2>&- <&-", "2>/dev/full"]


def shell(line: str, **changes: str) -> tuple[int, str]:
    """exit code of the whole pipeline, and all that was said on stderr"""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], env={**os.environ, **changes}, capture_output=True, timeout=240
    )
    return done.returncode, done.stderr.decode(errors="replace")


def is_quiet(said: str) -> bool:
    return not any(word in said for word in ("Traceback", "Exception ignored", "BrokenPipe", "Error:"))


@pytest.mark.doors
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_ends_well_when_nobody_reads(command: str) -> None:
    for gone in GONE:
        code, said = shell(f"{HOTSET} {command} {gone}")

        assert (code, is_quiet(said)) == (0, True), (gone, said)


@pytest.mark.doors
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_when_the_disk_took_not_all_of_it(command: str) -> None:
    code, said = shell(f"{HOTSET} {command} > /dev/full")

    assert code == 8
    assert said.splitlines()[-1].startswith("ERROR 8 stdout is not whole, got No space left on device; ")


@pytest.mark.doors
@pytest.mark.parametrize("gone", [">&-", "2>&-", ">/dev/full 2>&1", ">&- 2>&- <&-", "2>&1 | true"])
def test_an_error_has_its_exit_code_when_nobody_reads(gone: str) -> None:
    assert shell(f"{HOTSET} run wordcount --input nope --output out {gone}")[0] == 3


@pytest.mark.doors
@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C"},
        {"TERM": ""},
        {"TERM": "dumb", "NO_COLOR": "1"},
        {"COLUMNS": "0", "LINES": "0"},
    ],
    ids=str,
)
def test_names_are_printed_in_any_encoding(tmp_path: Path, changes: dict[str, str]) -> None:
    code, said = shell(f"{HOTSET} run wordcount --input '{tmp_path}/없다🙂' --output '{tmp_path}/out'", **changes)

    assert (code, said[:8], is_quiet(said)) == (3, "ERROR 3 ", True)


@pytest.mark.doors
@pytest.mark.parametrize("columns", [0, 1, 2, 20, 65535])
def test_help_is_shown_on_a_terminal_of_any_width(columns: int) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [HOTSET, "run", "group", "--help"], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    ) as one:
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)

    assert one.returncode == 0
    assert b"--by" in shown
    assert len(shown) < 200_000


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux's way to say that the other side is closed
        return b""


@pytest.mark.doors
@pytest.mark.parametrize(
    "command", ["--help", "list", "run --help", "run group --help", "lab group --help", "verify --help"]
)
def test_help_is_the_same_where_python_leaves_docstrings_out(command: str) -> None:
    def said(**changes: str) -> str:
        return subprocess.run(
            [HOTSET, *command.split()], env={**os.environ, **changes}, capture_output=True, text=True
        ).stdout

    assert said(PYTHONOPTIMIZE="2") == said() != ""


@pytest.mark.doors
@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHONOPTIMIZE": "2"}, {"PYTHONOPTIMIZE": "1"}, {"PYTHONSAFEPATH": "1"}, {"PYTHONWARNINGS": "error"},
        {"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONDEVMODE": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_commands_work_however_python_is_set(changes: dict[str, str]) -> None:
    assert shell(f"{HOTSET} list && {HOTSET} run group --help", **changes)[0] == 0
