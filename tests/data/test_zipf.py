import hashlib
import math
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from hotset.data.zipf import BLOCK_BYTES, block_text, vocabulary, write_text
from hotset.errors import OutputError, ResourceError, UsageError

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("size_bytes", [0, 1, 2, 3, 4, 5, 1000, 75_001, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1])
def test_write_text_writes_exactly_the_size_in_whole_lines_of_utf8(tmp_path: Path, size_bytes: int) -> None:
    path = tmp_path / "text.txt"

    written = write_text(path, size_bytes, seed=7, processes=1)

    text = path.read_bytes()
    assert written == len(text) == size_bytes
    assert text.decode().endswith("\n") == (size_bytes > 0)
    assert list(tmp_path.iterdir()) == [path]


def test_write_text_never_changes_what_a_seed_means(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"

    write_text(path, 100_000, seed=7, processes=1)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == "199bbd46eb7e5306664f33b88a57575e8951cf6a18fb093a9f16029d3f6a7f6f"


def test_write_text_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    size_bytes = BLOCK_BYTES + 500_000

    write_text(one, size_bytes, seed=11, processes=1)
    write_text(two, size_bytes, seed=11, processes=2)

    assert one.read_bytes() == two.read_bytes()


def test_write_text_differs_by_seed_and_by_block() -> None:
    texts = [block_text(seed, block, 1000) for seed, block in [(7, 0), (8, 0), (7, 1), (0, 7)]]

    assert len({bytes(text) for text in texts}) == 4


def test_block_text_of_a_smaller_size_is_the_beginning_of_a_larger_one() -> None:
    whole = block_text(7, 0, 3000)

    for size_bytes in range(1, 2000):
        part = block_text(7, 0, size_bytes)
        assert part[:-4] == whole[: max(0, size_bytes - 4)]
        assert part.decode().endswith("\n")


def test_write_text_parts_words_by_one_blank_and_lines_of_12_words_now_and_then_by_an_empty_one() -> None:
    lines = block_text(3, 0, 1_000_000).decode().removesuffix("\n").split("\n")

    words_per_line = [len(line.split(" ")) for line in lines if line]
    assert all(line == " ".join(line.split()) for line in lines)
    assert 11.5 < sum(words_per_line) / len(words_per_line) < 12.5
    assert (min(words_per_line), max(words_per_line)) == (1, 23)
    assert 0.02 < lines.count("") / len(lines) < 0.04


def test_write_text_gives_the_word_of_rank_r_a_share_of_1_in_r() -> None:
    counts = Counter(block_text(5, 0, BLOCK_BYTES).decode().split())

    ranks = range(1, 201)
    x = [math.log(rank) for rank in ranks]
    y = [math.log(n) for _, n in counts.most_common(200)]
    mean_x, mean_y = sum(x) / 200, sum(y) / 200
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
    harmonic = sum(1 / rank for rank in range(1, 100_001))
    assert -1.05 < slope < -0.95
    assert counts["the"] / counts.total() == pytest.approx(1 / harmonic, rel=0.03)


def test_vocabulary_is_100_000_words_short_ones_first_of_several_scripts() -> None:
    words = vocabulary()

    lengths = [sum(map(len, part)) / len(part) for part in (words[:100], words[100:10_000], words[10_000:])]
    not_ascii = [word for word in words if not word.isascii()]
    korean = [word for word in words if "가" <= word[0] <= "힣"]
    assert len(set(words)) == len(words) == 100_000
    assert all(short < long for short, long in pairwise(lengths))
    assert len(korean) == pytest.approx(6_250, abs=10)
    assert len(not_ascii) == pytest.approx(12_500, abs=10)
    assert all(word.isalpha() for word in words)


def test_write_text_tells_its_progress(tmp_path: Path) -> None:
    told: list[int] = []

    write_text(tmp_path / "text.txt", BLOCK_BYTES + 10, seed=7, processes=1, progress=told.append)

    assert told == [BLOCK_BYTES, BLOCK_BYTES + 10]


def test_write_text_refuses_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("mine")

    with pytest.raises(OutputError, match=r"output exists, got .*text\.txt; remove it or"):
        write_text(path, 10, seed=7)

    assert path.read_text() == "mine"


def test_write_text_does_not_replace_a_file_that_appears_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"

    with pytest.raises(OutputError, match="output has appeared meanwhile"):
        write_text(path, 10, seed=7, progress=lambda _: path.touch())

    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b""


def test_write_text_refuses_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="directory is missing or not writable"):
        write_text(tmp_path / "no" / "text.txt", 10, seed=7)


def test_write_text_refuses_more_than_the_disk_has_room_for(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="disk is too small"):
        write_text(tmp_path / "text.txt", 10**18, seed=7)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size_bytes", "seed", "processes"), [(-1, 7, 1), (1, -1, 1), (1, 2**64, 1), (1, 7, 0)])
def test_write_text_refuses_numbers_out_of_range(tmp_path: Path, size_bytes: int, seed: int, processes: int) -> None:
    with pytest.raises(UsageError, match="got "):
        write_text(tmp_path / "text.txt", size_bytes, seed, processes=processes)


@pytest.mark.parametrize("processes", [1, 2])
def test_write_text_leaves_nothing_behind_when_interrupted(tmp_path: Path, processes: int) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "text.txt", BLOCK_BYTES + 10, seed=7, processes=processes, progress=interrupt)

    assert list(tmp_path.iterdir()) == []
    assert multiprocessing.active_children() == []


PROGRAM = """
import sys, time
from pathlib import Path
from hotset.data.zipf import BLOCK_BYTES, write_text

def stop(_):
    print("writing", flush=True)
    time.sleep(60)

if __name__ == "__main__":
    write_text(Path(sys.argv[1]), BLOCK_BYTES + 10, 7, processes=2, progress=stop)
"""


def test_write_text_leaves_no_worker_behind_when_it_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), str(tmp_path / "text.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"

        writer.kill()

        # The workers have the other end of the pipe too: it ends when the last of them does.
        assert writer.communicate(timeout=30)[0] == b""
    assert not (tmp_path / "text.txt").exists()


def test_write_text_is_not_disturbed_by_files_that_hide_pythons_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("random", "socket", "tempfile", "pickle", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong one')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)

    write_text(tmp_path / "text", BLOCK_BYTES + 1000, seed=7, processes=2)

    assert (tmp_path / "text").stat().st_size == BLOCK_BYTES + 1000
    assert "PYTHONSAFEPATH" not in os.environ
