"""Inputs and true answers are made once, and a half-made one is never taken for whole."""

from dataclasses import replace
from pathlib import Path

from bench.inputs import made_input, true_answer
from bench.work import Data


def write_seed(path: Path, size_bytes: int, seed: int) -> None:
    path.write_bytes(bytes([seed]) * size_bytes)


def write_nothing(path: Path, size_bytes: int, seed: int) -> None:
    raise AssertionError(f"{path} was there already: {size_bytes} bytes, seed {seed}")


def forget(path: Path) -> None:
    raise AssertionError(f"the answer of {path} was known already")


DATA = Data("bytes", "bytes", write_seed, Path.read_bytes, lambda *_: "")


def test_what_is_made_once_is_used_again(tmp_path: Path) -> None:
    first = made_input(DATA, 3, 7, tmp_path)
    answer = true_answer(DATA, first)

    again = replace(DATA, write=write_nothing, answer=forget)

    assert made_input(again, 3, 7, tmp_path) == first
    assert true_answer(again, first) == answer == b"\7\7\7"


def test_another_size_or_seed_is_another_input(tmp_path: Path) -> None:
    paths = {made_input(DATA, size, seed, tmp_path) for size, seed in [(1, 1), (1, 2), (2, 1)]}

    assert sorted(path.read_bytes() for path in paths) == [b"\1", b"\1\1", b"\2"]


def test_a_half_made_input_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "inputs" / "bytes-3-seed7.new").mkdir(parents=True)  # of a killed generator that writes directories

    assert made_input(DATA, 3, 7, tmp_path).read_bytes() == b"\7\7\7"


def test_a_suffix_tells_programs_what_a_file_is(tmp_path: Path) -> None:
    assert made_input(replace(DATA, suffix=".csv"), 3, 7, tmp_path).name == "bytes-3-seed7.csv"
