"""An input is cut into blocks that lose and double nothing, at places where lines and row groups end."""

import io
import random
import re
from pathlib import Path

import pytest

from hotset.columnar import blocks
from hotset.columnar.blocks import Block, cut_text, line_start, unreadable
from hotset.data.listing import list_inputs


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCKS_PER_CORE", 3)
    monkeypatch.setattr(blocks, "LEAST_BYTES", 100)


def bytes_of(block: Block) -> list[bytes]:
    return [piece.file.path.read_bytes()[piece.start : piece.end] for piece in block]


@pytest.mark.parametrize("look_bytes", [1, 2, 3, 64])
def test_a_line_starts_after_each_of_the_three_line_ends(monkeypatch: pytest.MonkeyPatch, look_bytes: int) -> None:
    monkeypatch.setattr(blocks, "LOOK_BYTES", look_bytes)
    chance = random.Random(4)
    for _ in range(200):
        content = bytes(chance.choices(b"ab\n\r", k=chance.randint(1, 12)))
        starts = [0, *(found.end() for found in re.finditer(rb"\r\n|\r|\n", content)), len(content)]

        found = [line_start(io.BytesIO(content), place, len(content)) for place in range(1, len(content) + 1)]

        assert found == [min(start for start in starts if start >= place) for place in range(1, len(content) + 1)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_blocks_of_a_file_are_the_file_in_whole_lines(tmp_path: Path, line_end: bytes) -> None:
    content = b"".join(b"%d %s" % (number, b"x" * (number % 70)) + line_end for number in range(500))
    (tmp_path / "in.txt").write_bytes(content)

    cut_up = cut_text(list_inputs([str(tmp_path)]), cores=2)

    parts = [part for block in cut_up for part in bytes_of(block)]
    assert b"".join(parts) == content
    assert len(parts) > 5
    assert all(part.endswith(line_end) for part in parts)


@pytest.mark.usefixtures("small_blocks")
def test_a_line_longer_than_a_block_is_one_range(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"a\n" + b"x" * 10_000 + b"\nb\n" * 40)

    cut_up = cut_text(list_inputs([str(tmp_path)]), cores=8)

    sizes = sorted((piece.size_bytes for block in cut_up for piece in block), reverse=True)
    assert sizes[0] > 10_000
    assert sum(sizes) == (tmp_path / "in.txt").stat().st_size


@pytest.mark.usefixtures("small_blocks")
def test_small_files_share_a_block_and_blocks_are_in_the_order_of_the_input(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.txt").write_bytes(b"0123456789")
    (tmp_path / "packed.txt.gz").write_bytes(b"x" * 5_000)  # never opened here

    cut_up = cut_text(list_inputs([str(tmp_path)]), cores=10)

    assert [len(block) for block in cut_up] == [*[18] * 2, 14, 1]
    assert cut_up[-1][0].file.path.name == "packed.txt.gz"


def test_without_anything_to_read_there_is_one_empty_block(tmp_path: Path) -> None:
    (tmp_path / "in.txt").touch()

    cut_up = cut_text(list_inputs([str(tmp_path)]), cores=2)

    assert [piece.size_bytes for block in cut_up for piece in block] == []
    assert len(cut_up) == 1


@pytest.mark.usefixtures("small_blocks")
def test_a_compression_that_only_hadoop_reads_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.snappy").touch()

    assert unreadable(list_inputs([str(tmp_path / "a.txt")])) is None
    assert "b.snappy is compressed in a way that only Hadoop reads" in str(unreadable(list_inputs([str(tmp_path)])))
