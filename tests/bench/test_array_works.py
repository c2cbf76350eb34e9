"""The oracle of arrays, and the answers that it refuses."""

import math
from pathlib import Path

import numpy as np
import pytest
from bench.works.array import differ_at_all, differ_from_uniform, true_figures, write_array

UNIFORM = {"n": 10_000, "mean": 0.501, "std": 0.2887, "min": 0.0002, "max": 0.9999}


def test_the_truth_is_that_of_whole_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[0.25, 0.5], [0.75, 0.5]]))

    found = true_figures(tmp_path / "a.npy")

    assert found == {"n": 4, "mean": 0.5, "std": math.sqrt(0.03125), "min": 0.25, "max": 0.75}


def test_the_input_is_square_and_as_large_as_asked(tmp_path: Path) -> None:
    write_array(tmp_path / "a.npy", 8 * 150**2, seed=1)

    array = np.load(tmp_path / "a.npy")

    assert array.shape == (150, 150)
    assert (array * 2**20 == np.floor(array * 2**20)).all()
    assert differ_at_all(true_figures(tmp_path / "a.npy"), {"n": 22500, "mean": array.mean()}) == ""


def test_numbers_that_may_be_uniform_are_taken() -> None:
    assert differ_from_uniform(UNIFORM, UNIFORM) == ""
    assert differ_from_uniform(UNIFORM, {"n": 10_000, "mean": 0.5}) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", 9_999), ("mean", 0.52), ("std", 0.30), ("min", 0.01), ("min", -0.1), ("max", 1.0), ("mean", math.nan)],
)
def test_numbers_that_are_hardly_uniform_are_refused(name: str, value: float) -> None:
    assert differ_from_uniform(UNIFORM, {**UNIFORM, name: value}).startswith(f"{name} {value} is not from")


def test_a_last_bit_too_many_is_refused() -> None:
    assert differ_at_all(UNIFORM, {**UNIFORM, "mean": math.nextafter(0.501, 1)}).startswith("mean 0.501")
    assert differ_at_all(UNIFORM, {**UNIFORM, "std": math.nextafter(0.2887, 1)}) == ""
    assert differ_at_all(UNIFORM, {"mean": 0.501}) == "no n"
