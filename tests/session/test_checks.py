"""What this machine lacks is told before a JVM starts."""

import resource
import socket
from pathlib import Path

import pytest

from hotset.errors import ResourceError, UsageError
from hotset.session.checks import OUR_PYTHON, check_address, check_local_dirs, check_worker_python, raise_file_limit


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "localhost", "127.0.0.2", None])
def test_an_address_of_this_machine_is_taken(address: str | None) -> None:
    check_address({"SPARK_LOCAL_IP": address} if address else {})


@pytest.mark.parametrize("address", ["203.0.113.9", "256.1.1.1", "no such host", "x" * 70, "a..b", "-"])
def test_any_other_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=rf"SPARK_LOCAL_IP={address} is no address of this machine: .*; unset it"):
        check_address({"SPARK_LOCAL_IP": address})


def test_a_machine_that_cannot_talk_to_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)

    with pytest.raises(UsageError, match=r"127\.0\.0\.1, the loopback interface, .*unreachable; bring it up"):
        check_address({})


@pytest.mark.parametrize("places", ["{}", "{}/new/er", "/proc/none,{}", " {} , /proc/none", "{}/a b"])
def test_one_place_to_spill_to_is_enough(places: str, tmp_path: Path) -> None:
    check_local_dirs(places.format(tmp_path), "a test")

    assert not list(tmp_path.rglob("hotset-try-*"))


@pytest.mark.parametrize("places", ["/proc/a", "/proc/a,/proc/b", "/dev/null", "{}/file", "{}/file/below"])
def test_no_place_to_spill_to_is_told(places: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ResourceError, match=r"no place to shuffle and spill to, got a test: .*; give another"):
        check_local_dirs(places.format(tmp_path), "a test")


def said(tmp_path: Path, text: str, code: int = 0) -> str:
    """A Python that says this."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{text}\nexit {code}\n")
    python.chmod(0o755)
    return str(python)


def test_the_drivers_version_is_taken_whatever_is_printed_before_it(tmp_path: Path) -> None:
    check_worker_python(said(tmp_path, f"echo welcome; echo {OUR_PYTHON}"), "a test")


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("echo 2.7", 0, "which says '2.7'"),
        ("echo 3.99", 0, "which says '3.99'"),
        ("", 0, "which says 'nothing'"),
        ("echo Unknown option: -I >&2", 2, "which says 'Unknown option: -I'"),
        ("echo no library >&2", 127, "which says 'no library'"),
        ("kill -9 $$", 0, "which says 'nothing'"),
    ],
)
def test_another_python_is_refused(text: str, code: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"the driver's Python {OUR_PYTHON}, got .* from a test, {says}"):
        check_worker_python(said(tmp_path, text, code), "a test")


@pytest.mark.parametrize("python", ["/none/python", "no-such-python", "/", "/dev/null", ""])
def test_what_is_no_program_is_refused(python: str) -> None:
    with pytest.raises(UsageError, match=f"no Python that can be run, got '{python}' from a test"):
        check_worker_python(python, "a test")


@pytest.mark.parametrize(
    ("limits", "becomes"),
    [
        ((1024, 4096), (4096, 4096)),
        ((1024, 1_000_000), (4096, 1_000_000)),
        ((256, 1024), (1024, 1024)),
        ((64, resource.RLIM_INFINITY), (4096, resource.RLIM_INFINITY)),
        ((8192, 8192), None),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
    ],
)
def test_the_limit_of_open_files_is_raised(
    limits: tuple[int, int], becomes: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: made.append(wanted))

    raise_file_limit()

    assert made == ([becomes] if becomes else [])


@pytest.mark.parametrize("hard", [0, 10, 64, 399])
def test_a_limit_too_low_for_any_jvm_is_told(hard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (hard, hard))

    with pytest.raises(ResourceError, match=f"may open {hard} files here, and Spark needs 400; raise that: ulimit -n"):
        raise_file_limit()
