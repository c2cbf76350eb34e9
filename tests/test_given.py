"""Files that a person names: what never ends is refused, and a byte-order mark is no text."""

import os
from pathlib import Path

import pytest

from hotset.given import read_given


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "c.toml").write_bytes(mark + "n = 'ü'".encode())

    assert read_given(tmp_path / "c.toml") == "n = 'ü'"


def test_what_may_never_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="it is no file but a device, a pipe or a socket"):
            read_given(path)
    with pytest.raises(OSError, match="Is a directory"):
        read_given(tmp_path)


def test_the_pipe_of_a_shell_is_read() -> None:
    out, into = os.pipe()
    os.write(into, b"n = 5")
    os.close(into)

    assert read_given(Path(f"/dev/fd/{out}")) == "n = 5"
    os.close(out)
