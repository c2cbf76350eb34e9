"""Where this user's things go, where the system knows no name, no home or no directory to write to."""

import os
import pwd
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hotset import account
from hotset.account import absolute_path, cache_dir, home_directory, state_dir, temporary_directory, user_name
from hotset.errors import InputError, ResourceError


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


def nobody(_: int) -> object:
    raise KeyError("no such uid")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/h"}, "/h"),
        ({"HOME": "/h/../k x"}, "/h/../k x"),
        ({"HOME": ""}, None),
        ({"HOME": "relative"}, None),
        ({"HOME": "~"}, None),
        ({}, None),
    ],
)
def test_home_is_an_absolute_path_or_none(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", nobody)

    assert home_directory(environment) == (Path(expected) if expected else None)
    assert not account.has_name()


def test_without_home_in_the_environment_it_is_the_accounts_own() -> None:
    assert home_directory({"HOME": ""}) == home_directory({}) == Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.mark.parametrize(
    ("environment", "name"),
    [({}, str(os.getuid())), ({"SPARK_USER": "s"}, "s"), ({"HADOOP_USER_NAME": "h", "SPARK_USER": "s"}, "h")],
)
def test_a_user_without_a_name_is_known_by_the_number(environment: dict[str, str], name: str) -> None:
    assert user_name(environment) == name


HOMES: dict[str, Callable[[Path], str | None]] = {
    "unset": lambda _: None,
    "empty": lambda _: "",
    "relative": lambda _: "some/where",
    "missing": lambda place: str(place / "none/there"),
    "a file": lambda place: str(_touched(place / "file")),
    "below a file": lambda place: str(_touched(place / "file") / "home"),
    "a link to nothing": lambda place: str(_linked(place / "link", place / "none")),
    "read-only": lambda _: "/proc",
    "a device": lambda _: "/dev/null",
    "too long": lambda place: str(place / ("x" * 300)),
}


def _touched(path: Path) -> Path:
    path.touch()
    return path


def _linked(link: Path, target: Path) -> Path:
    link.symlink_to(target)
    return link


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES)
def test_without_a_home_to_write_to_caches_and_records_lie_in_a_private_temporary_place(
    home: Callable[[Path], str | None], tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    value = home(tmp_path)
    environment = {} if value is None else {"HOME": value}

    places = cache_dir(environment), state_dir(environment)

    private = temporary / f"hotset-user-{os.getuid()}"
    assert places == (private / "cache", private / "state")
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("XDG_CACHE_HOME", "{}/new", "{}/new/hotset"),
        ("XDG_CACHE_HOME", "relative", "{}/h/.cache/hotset"),
        ("XDG_CACHE_HOME", "", "{}/h/.cache/hotset"),
        ("XDG_CACHE_HOME", "/proc/no", "{}/tmp/hotset-user-{uid}/cache"),
    ],
)
def test_caches_lie_where_they_can_be_written(
    variable: str, value: str, expected: str, tmp_path: Path, temporary: Path
) -> None:
    (tmp_path / "h").mkdir()

    found = cache_dir({"HOME": str(tmp_path / "h"), variable: value.format(tmp_path)})

    assert str(found) == expected.format(tmp_path, uid=os.getuid())
    assert temporary.is_dir()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/s", "/s/hotset"),
        ("", "{}/.local/state/hotset"),
        ("relative", "{}/.local/state/hotset"),
        ("/proc/n", "/proc/n/hotset"),
    ],
)
def test_records_lie_where_xdg_state_home_says_so_that_one_that_cannot_be_written_is_told(
    value: str, expected: str, tmp_path: Path
) -> None:
    found = state_dir({"HOME": str(tmp_path), "XDG_STATE_HOME": value})

    assert str(found) == expected.format(tmp_path)


def test_a_private_place_that_somebody_else_made_is_not_used(temporary: Path, tmp_path: Path) -> None:
    (temporary / f"hotset-user-{os.getuid()}").symlink_to(tmp_path)

    with pytest.raises(ResourceError, match="or a link; remove it, or set HOME"):
        cache_dir({"HOME": "/proc/none"})


def test_a_private_place_that_others_may_write_to_is_not_used(temporary: Path) -> None:
    (temporary / f"hotset-user-{os.getuid()}").mkdir()
    (temporary / f"hotset-user-{os.getuid()}").chmod(0o777)

    with pytest.raises(ResourceError, match="others may write"):
        state_dir({"HOME": "/proc/none"})


def test_the_working_directory_is_no_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", "/nope")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(ResourceError, match=r"no temporary directory can be written to, got /nope, .*; free some room"):
        temporary_directory()


def test_a_path_that_begins_in_a_deleted_directory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    with pytest.raises(InputError, match=r"the working directory does not exist any more, and 'in\.txt' begins there"):
        absolute_path("in.txt")
    assert absolute_path("/a/../b") == Path("/b")
    assert account.working_directory() is None
