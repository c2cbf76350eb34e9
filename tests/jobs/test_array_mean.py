"""Figures of arrays: against math.fsum and NumPy on the whole array, and the same bits however the work is split."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hotset import InputError, Run, UsageError, open_run
from hotset.jobs.array_mean.chunks import Chunks, RandomChunks, StoredChunks, chunk_figures, parse_shape, stored_array
from hotset.jobs.array_mean.figures import Figures, Nan, figures_of, together
from hotset.jobs.array_mean.job import Params, in_one_process, in_tasks, main

UNIFORM = RandomChunks((300, 500), (128, 100), 42, "uniform")


def stored(directory: Path, array: Any, chunk_numbers: int = 7) -> StoredChunks:
    path = directory / "array.npy"
    np.save(path, array)
    return StoredChunks((stored_array(path),), chunk_numbers)


def figures(chunks: Chunks, nan: Nan = "keep") -> Figures:
    return together(in_one_process(chunks, nan))


def whole(chunks: RandomChunks) -> np.ndarray:
    """All numbers of a random array: each chunk's generator made anew, by the documentation's words."""
    grid = [-(-size // step) for size, step in zip(chunks.shape, chunks.chunk_shape, strict=True)]
    array = np.empty(chunks.shape)
    children = np.random.SeedSequence(chunks.seed).spawn(math.prod(grid))
    for place, child in zip(np.ndindex(*grid), children, strict=True):
        where = tuple(slice(at * step, (at + 1) * step) for at, step in zip(place, chunks.chunk_shape, strict=True))
        generator = np.random.Generator(np.random.SFC64(child))
        draw = generator.random if chunks.distribution == "uniform" else generator.standard_normal
        array[where] = draw(array[where].shape)
    return array


@pytest.mark.parametrize("chunks", [UNIFORM, RandomChunks((7, 500, 90), (3, 500, 70), 1, "normal")])
def test_figures_of_random_arrays_are_those_of_the_array_as_a_whole(chunks: RandomChunks) -> None:
    array = whole(chunks)

    found = figures(chunks)

    assert found.n == array.size
    assert found.mean == pytest.approx(math.fsum(array.flat) / array.size, rel=1e-14, abs=1e-17)
    assert found.std == pytest.approx(array.std(), rel=1e-13)
    assert (found.least, found.greatest) == (array.min(), array.max())


def test_tasks_of_every_number_and_one_process_give_the_same_bits(run: Run, tmp_path: Path) -> None:
    chunks = RandomChunks((900, 700), (100, 100), 7, "normal")

    by_tasks = together(in_tasks(run, chunks, "keep"))
    with open_run("array-mean", report=tmp_path / "report.json", engine="local") as local:
        assert together(in_tasks(local, chunks, "keep")) == by_tasks
    apart = [together(chunk_figures(chunks, part, "keep")) for part in (range(40, 63), range(40))]

    assert by_tasks == figures(chunks)
    assert together(apart).n == 630_000
    assert together(apart).mean == pytest.approx(by_tasks.mean, rel=1e-15)


def test_the_order_of_chunks_changes_no_bit() -> None:
    parts = in_one_process(UNIFORM, "keep")

    assert together(parts) == together(reversed(parts)) == together(parts[5:] + parts[:5])


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same() -> None:
    first, again, other = (RandomChunks((64, 64), (32, 32), seed, "uniform") for seed in (1, 1, 2))

    assert figures(first) == figures(again) != figures(other)


def test_spread_of_large_numbers_close_together_is_not_lost() -> None:
    numbers = 1e9 + np.array([4.0, 7.0, 13.0, 16.0])

    found = together(figures_of(part, np.empty(4), skip_nan=False) for part in (numbers[:1], numbers[1:]))

    assert (found.mean, found.std**2) == (1e9 + 10, 22.5)


@pytest.mark.parametrize("dtype", ["?", "<i1", ">i2", "<u8", "<f2", ">f4", "<f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_stored_arrays_of_every_real_type_and_order(tmp_path: Path, dtype: str, order: Any) -> None:
    array = np.arange(60).reshape(3, 4, 5).astype(dtype, order=order)

    found = figures(stored(tmp_path, array))

    wide = array.astype(float)
    assert (found.n, found.mean, found.least, found.greatest) == (60, wide.mean(), wide.min(), wide.max())
    assert found.std == pytest.approx(wide.std(), rel=1e-15)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e150, 1e150)), st.integers(1, 40))
def test_stored_mean_is_as_good_as_an_exact_one(tmp_path_factory: pytest.TempPathFactory, array: Any, n: int) -> None:
    exact = math.fsum(array) / len(array)

    found = figures(stored(tmp_path_factory.mktemp("array"), array, n))

    largest = float(np.abs(array).max())
    assert found.mean == pytest.approx(exact, rel=1e-15, abs=largest * 1e-14)
    assert found.std == pytest.approx(array.std(), rel=1e-7, abs=largest * 1e-14)


@pytest.mark.parametrize(("nan", "n", "mean"), [("keep", 4, math.nan), ("skip", 3, 2.0)])
def test_nan_is_kept_or_skipped_and_counted(tmp_path: Path, nan: Nan, n: int, mean: float) -> None:
    chunks = stored(tmp_path, [1.0, math.nan, 2.0, 3.0], chunk_numbers=2)

    found = figures(chunks, nan)

    assert (found.n, found.nans) == (n, 1)
    assert found.mean == pytest.approx(mean, nan_ok=True)


@pytest.mark.parametrize(("array", "mean"), [([math.inf, 1.0], math.inf), ([math.inf, -math.inf], math.nan)])
def test_infinite_numbers_give_what_ieee_754_makes_of_them(tmp_path: Path, array: list[float], mean: float) -> None:
    found = figures(stored(tmp_path, array, chunk_numbers=1))

    assert found.mean == pytest.approx(mean, nan_ok=True)
    assert (found.nans, found.greatest) == (0, math.inf)


@pytest.mark.parametrize("array", [[1.7e308, 1.7e308], [-1.7e308] * 3, [1.7e308, -1.7e308], [math.inf, 1.0]])
@pytest.mark.parametrize("chunk_numbers", [1, 9])
def test_sums_that_are_too_large_give_what_numpy_gives(tmp_path: Path, array: list[float], chunk_numbers: int) -> None:
    found = figures(stored(tmp_path, array, chunk_numbers=chunk_numbers))

    with np.errstate(all="ignore"):
        assert (found.mean, found.std) == pytest.approx((np.mean(array), np.std(array)), nan_ok=True)


@pytest.mark.parametrize("array", [np.array([1j]), np.array(["a"]), np.array(["2020"], "M8[D]")])
def test_arrays_of_other_things_are_refused(tmp_path: Path, array: Any) -> None:
    with pytest.raises(InputError, match=r"holds no real numbers, got dtype .*; convert it"):
        stored(tmp_path, array)


def test_objects_are_refused_and_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "objects.npy", np.array([print], dtype=object))

    with pytest.raises(InputError, match="holds no real numbers, got dtype object"):
        stored_array(tmp_path / "objects.npy")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda whole: whole[:-1], "is cut off, got 167 bytes of 168"),
        (lambda whole: whole + b"x", "is followed by something else"),
        (lambda whole: whole[:40], "is no .npy file"),
        (lambda _: b"", "is no .npy file"),
        (lambda _: b"1.0\n2.0\n", "is no .npy file"),
    ],
)
def test_files_that_are_not_one_whole_array_are_refused(tmp_path: Path, change: Any, told: str) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.arange(5.0))
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(InputError, match=told):
        stored_array(path)


def test_a_file_that_is_cut_off_while_it_is_read_stops_the_run(tmp_path: Path) -> None:
    chunks = stored(tmp_path, np.arange(100.0))
    with (tmp_path / "array.npy").open("r+b") as file:
        file.truncate(500)

    with pytest.raises(InputError, match="was cut off while it was read"):
        figures(chunks)


@pytest.mark.parametrize("text", ["", "10x", "x", "0x5", "-1x5", "1.5x2", "10X10", "²", "9" * 40])
def test_shapes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shape is sizes from 1 on"):
        parse_shape(text, "shape")


def test_parameters_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UsageError, match=r"as many sizes as --shape \(10000x10000\), got 5"):
        Params(output="o", chunks="5")
    with pytest.raises(UsageError, match="--shape is for a random array, got 2x2 and --input"):
        Params(output="o", input=("a.npy",), shape="2x2")


def test_the_job_publishes_one_row_of_figures(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[1.0, 2.0], [3.0, np.nan]]))
    np.save(tmp_path / "b.npy", np.array([6], "i4"))
    out = tmp_path / "out"

    main(run, Params(str(out), (str(tmp_path / "a.npy"), str(tmp_path / "b.npy")), nan="skip"))

    (row,) = pq.read_table(out).to_pylist()
    assert row == {"n": 4, "nans": 1, "mean": 3.0, "std": math.sqrt(3.5), "min": 1.0, "max": 6.0}
    assert run.report.notes["mean"] == 3.0
