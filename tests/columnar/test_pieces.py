"""What a kernel gets to see: whole lines of valid UTF-8 with one kind of line end, however the file is written."""

import gzip
import os
import random
import re
from pathlib import Path

import pytest
from random_texts import random_text

from hotset.columnar import blocks, pieces
from hotset.columnar.blocks import cut_text
from hotset.columnar.pieces import Reading
from hotset.data.listing import list_inputs
from hotset.errors import InputError


def readings_of(directory: Path) -> list[Reading]:
    return [Reading(block) for block in cut_text(list_inputs([str(directory)]), cores=2)]


def lines_in(content: bytes) -> list[bytes]:
    """Worked out line by line, from the bytes."""
    lines = re.split(rb"\r\n|\r|\n", content.removeprefix(b"\xef\xbb\xbf"))
    return lines if lines[-1] else lines[:-1]


@pytest.mark.parametrize("piece_bytes", [3, 4, 5, 64, 1024**2])
def test_pieces_of_random_texts_hold_every_line_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece_bytes: int
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", piece_bytes)
    monkeypatch.setattr(blocks, "LEAST_BYTES", 50)
    chance = random.Random(piece_bytes)
    for number in range(40):
        raw = random_text(chance)[:5_000]
        directory = tmp_path / str(number)
        directory.mkdir()
        if number % 8:
            (directory / "in.txt").write_bytes(raw)
        else:
            (directory / "in.txt.gz").write_bytes(gzip.compress(raw, mtime=0))
        readings = readings_of(directory)

        text = [b"".join(reading.text()) for reading in readings]

        lines = lines_in(raw)
        expected = [line.decode(errors="replace") for line in lines]
        assert sorted(line for part in text for line in part.decode().split("\n")[:-1]) == sorted(expected)
        assert sum(reading.rows for reading in readings) == len(lines)
        invalid = sum(line != line.decode(errors="replace").encode() for line in lines)
        assert sum(reading.invalid_utf8 for reading in readings) == invalid
        assert all(reading.finished for reading in readings)


def test_a_piece_ends_with_a_line_and_a_carriage_return_waits_for_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 8)
    (tmp_path / "in.txt").write_bytes(b"one\ntwo\r\nthree and more\rlast")

    (reading,) = readings_of(tmp_path)

    assert list(reading.text()) == [b"one\n", b"two\n", b"three and more\nlast\n"]


def test_a_genuine_replacement_character_is_not_counted_as_invalid(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("\ufffd\n".encode() + b"\xff\n")

    (reading,) = readings_of(tmp_path)

    assert b"".join(reading.text()).decode() == "\ufffd\n\ufffd\n"
    assert reading.invalid_utf8 == 1


def test_a_reading_that_stops_early_is_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 4)
    (tmp_path / "in.txt").write_bytes(b"one\ntwo\n")
    (reading,) = readings_of(tmp_path)

    next(reading.text())

    assert (reading.finished, reading.rows) == (False, 1)


def test_a_line_that_no_engine_can_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST_LINE_BYTES", 100)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 8)
    (tmp_path / "in.txt").write_bytes(b"x" * 200)
    (reading,) = readings_of(tmp_path)

    with pytest.raises(InputError, match=r"in\.txt holds a line of more than 100 bytes; break it up"):
        list(reading.text())


def truncated() -> bytes:
    return gzip.compress(os.urandom(10_000), mtime=0)[:5_000]


def flipped() -> bytes:
    packed = bytearray(gzip.compress(b"some text " * 1_000, mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    return bytes(packed)


@pytest.mark.parametrize("content", [truncated(), flipped(), b"no gzip at all"])
def test_a_broken_archive_is_told_with_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.txt.gz").write_bytes(content)
    (reading,) = readings_of(tmp_path)

    with pytest.raises(InputError, match=r"cannot read .*in\.txt\.gz: \w+"):
        list(reading.text())


def test_a_file_that_changes_after_it_was_listed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("one\n")
    (reading,) = readings_of(tmp_path)
    file.write_text("one two\n")

    with pytest.raises(InputError, match=r"in\.txt changed while it was read; nothing was published"):
        list(reading.text())
