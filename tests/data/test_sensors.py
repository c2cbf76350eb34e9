import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hotset.data.sensor_faults import FAULTS, STUCK_READINGS, parse_faults
from hotset.data.sensors import BLOCK_ROWS, Generator, truth_beside, write_sensors
from hotset.errors import HotsetError, OutputError, ResourceError, UsageError

QUANTITIES = ["temperature", "humidity", "pressure"]


def reference(rows: int, seed: int) -> pd.DataFrame:
    """The plain program."""
    np.random.seed(seed)
    return pd.DataFrame(
        {
            "timestamp": pd.date_range("2023-01-01", periods=rows, freq="s"),
            "device_id": np.random.randint(1, 101, rows),
            "temperature": np.random.uniform(20, 30, rows),
            "humidity": np.random.uniform(40, 60, rows),
            "pressure": np.random.uniform(900, 1100, rows),
        }
    )


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, parse_dates=["timestamp"], float_precision="round_trip")
    readings = pd.read_parquet(path)
    return readings.assign(timestamp=readings["timestamp"].dt.tz_convert(None))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(("rows", "seed"), [(1, 0), (1000, 42), (BLOCK_ROWS + 1, 7)])
def test_legacy_readings_are_those_of_the_plain_pandas_program(
    tmp_path: Path, suffix: str, rows: int, seed: int
) -> None:
    path = tmp_path / f"readings{suffix}"

    made = write_sensors(path, rows, seed)

    found = read(path)
    assert made.rows == rows
    assert list(tmp_path.iterdir()) == [path]
    pd.testing.assert_frame_equal(found, reference(rows, seed), check_dtype=False, check_exact=True)


def test_legacy_csv_has_the_bytes_that_pandas_writes(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"

    write_sensors(ours, 1000, 42)

    reference(1000, 42).to_csv(theirs, index=False)
    assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("faults", ["", "missing=0.01,duplicate=0.01,stuck=0.001"])
def test_philox_does_not_depend_on_the_number_of_threads(tmp_path: Path, faults: str) -> None:
    one, three = tmp_path / "one.csv", tmp_path / "three.csv"
    rows = 2 * BLOCK_ROWS + 10

    for path, threads in ((one, 1), (three, 3)):
        write_sensors(path, rows, 11, "philox", parse_faults(faults), threads=threads)

    assert one.read_bytes() == three.read_bytes()


def test_philox_never_changes_what_a_seed_means(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"

    write_sensors(path, 1000, 42, "philox")

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == "7e99f6b0d79c16774d4f959508703f103b5aca36398d963c363fdd9193a84431"


def test_a_smaller_philox_file_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"

    write_sensors(small, 500, 3, "philox")
    write_sensors(large, BLOCK_ROWS + 5, 3, "philox")

    assert large.read_bytes().startswith(small.read_bytes())


def test_philox_readings_are_uniform_and_differ_by_block_and_seed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.parquet" for seed in (1, 2)]

    for seed, path in enumerate(paths, start=1):
        write_sensors(path, 2 * BLOCK_ROWS, seed, "philox")

    one, other = (read(path) for path in paths)
    counts = one["device_id"].value_counts()
    assert sorted(counts.index) == list(range(1, 101))
    assert counts.max() < 1.1 * counts.min()
    for name, low, high in (("temperature", 20, 30), ("humidity", 40, 60), ("pressure", 900, 1100)):
        assert low <= one[name].min() < low + 0.001 * (high - low)
        assert high - 0.001 * (high - low) < one[name].max() < high
        assert one[name].mean() == pytest.approx((low + high) / 2, rel=0.001)
        values = [one[name][:BLOCK_ROWS], one[name][BLOCK_ROWS:], other[name][:BLOCK_ROWS]]
        assert len(set(np.concatenate(values))) > 0.99 * 3 * BLOCK_ROWS


@pytest.mark.parametrize("generator", ["legacy", "philox"])
def test_the_truth_undoes_every_fault(tmp_path: Path, generator: Generator) -> None:
    clean, spoilt = tmp_path / "clean.parquet", tmp_path / "spoilt.parquet"
    rows = BLOCK_ROWS + 1000
    faults = ",".join(f"{kind}=0.002" for kind in FAULTS)

    write_sensors(clean, rows, 5, generator)
    made = write_sensors(spoilt, rows, 5, generator, parse_faults(faults))

    truth = pd.read_csv(truth_beside(spoilt), parse_dates=["timestamp"])
    expected, found = read(clean).set_index("timestamp"), read(spoilt)
    kinds = truth.groupby("kind")
    assert set(kinds.groups) == set(FAULTS)
    assert made.faults == len(truth)
    assert made.rows == len(found) == rows - kinds.size()["missing"] + kinds.size()["duplicate"]
    ahead = kinds.get_group("future")
    found["timestamp"] = found["timestamp"].replace(
        dict(zip(pd.to_datetime(ahead["new"]), ahead["timestamp"], strict=True))
    )
    assert found["timestamp"].duplicated().sum() == kinds.size()["duplicate"]
    mended = found.drop_duplicates().set_index("timestamp").sort_index()
    for name in QUANTITIES:
        changed = truth[truth["column"] == name].set_index("timestamp")
        assert mended.loc[changed.index, name].tolist() == changed["new"].astype(float).tolist()
        mended.loc[changed.index, name] = changed["old"].astype(float).to_numpy()
    assert mended.equals(expected.drop(kinds.get_group("missing")["timestamp"]))


def test_late_readings_and_copies_come_later_by_ten_minutes_at_most(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"

    write_sensors(path, 20_000, 5, faults={"late": 0.01, "duplicate": 0.01})

    times = read(path)["timestamp"].astype("int64") // 10**9
    behind = times.cummax() - times
    assert 0 < (behind > 0).sum() <= 0.03 * len(times)
    assert 500 < behind.max() <= 600


def test_a_stuck_device_repeats_its_value(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"

    write_sensors(path, 20_000, 5, faults={"stuck": 0.0005})

    truth, found = pd.read_csv(truth_beside(path)), read(path)
    runs = [
        int(counts.max())
        for _, readings in found.groupby("device_id")
        for counts in (readings[name].value_counts() for name in QUANTITIES)
        if counts.max() > 1
    ]
    assert max(runs) == 1 + STUCK_READINGS
    assert sum(runs) - len(runs) <= len(truth)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fire=0.1", "unknown"),
        ("missing", "a number from 0 to 1"),
        ("missing=2", "a number from 0 to 1"),
        ("missing=nan", "a number from 0 to 1"),
        ("late=0.1,late=0.2", "twice"),
        ("late=0.6,spike=0.6", "at most 1"),
    ],
)
def test_parse_faults_refuses_what_is_no_rate_of_a_fault(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_faults(text)


def test_write_sensors_refuses_what_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "there.csv").touch()
    (tmp_path / "new.csv.truth.csv").touch()
    refused: list[tuple[tuple[Any, ...], type[HotsetError], str]] = [
        (("new.csv", 0, 1), UsageError, "--rows is at least 1"),
        (("new.txt", 5, 1), UsageError, r"\.csv or \.parquet"),
        (("new.csv", 5, -1), UsageError, "seed"),
        (("new.csv", 5, 2**32), UsageError, "--generator philox"),
        (("new.csv", 10_000_001, 1), UsageError, "--generator philox"),
        (("there.csv", 5, 1), OutputError, "exists"),
        (("nowhere/new.csv", 5, 1), OutputError, "missing"),
        (("new.csv", 10**15, 1, "philox"), ResourceError, "disk is too small"),
        (("new.csv", 5, 1, "legacy", {"late": 0.5}), OutputError, "truth.csv"),
    ]

    for (name, *arguments), kind, message in refused:
        with pytest.raises(kind, match=message):
            write_sensors(tmp_path / name, *arguments)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv.truth.csv", "there.csv"]


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sensors(tmp_path / "new.csv", 5, 1, faults={"late": 0.5}, progress=stop)

    assert list(tmp_path.iterdir()) == []
