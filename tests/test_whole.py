"""A file that appears whole: beside what a link leads to, and never in the place of what is no file."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hotset.whole import other_than_file, write_whole


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


OTHERS: dict[str, Callable[[Path], None]] = {
    "a named pipe": os.mkfifo, "a directory": os.mkdir, "a socket": make_socket,
}  # fmt: skip


@pytest.mark.parametrize("there", [True, False])
def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path, there: bool) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles/levels.toml"
    (tmp_path / "between").symlink_to("dotfiles/levels.toml")
    (tmp_path / "link").symlink_to(tmp_path / "between")
    if there:
        target.write_bytes(b"old")

    write_whole(tmp_path / "link", b"new")

    assert target.read_bytes() == b"new"
    assert not target.is_symlink()
    assert (tmp_path / "link").readlink() == tmp_path / "between"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["between", "dotfiles", "levels.toml", "link"]


@pytest.mark.parametrize("is_link", [True, False])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_there_and_no_file_stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_link: bool
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    OTHERS[kind](Path("it"))
    before = stat.S_IFMT(os.stat("it").st_mode)  # noqa: PTH116 (as the system says it)
    path = Path("link" if is_link else "it")
    if is_link:
        path.symlink_to("it")

    with pytest.raises(OSError, match=kind) as raised:
        write_whole(path, b"new")

    assert raised.value.strerror == f"it is {kind} and not a file"
    assert other_than_file(path) == kind
    assert stat.S_IFMT(os.stat("it").st_mode) == before  # noqa: PTH116
    assert {one.name for one in tmp_path.iterdir()} == {"it", path.name}


def test_a_link_to_itself_and_a_place_that_is_not_there_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    for path in (tmp_path / "loop", tmp_path / "none/file"):
        with pytest.raises(OSError, match=r"symbolic links|No such file"):
            write_whole(path, b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["loop"]
    assert other_than_file(tmp_path / "none") == ""
