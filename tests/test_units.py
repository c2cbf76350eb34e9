"""Sizes, durations and shares are read in one way, and stay what was written."""

import copy
import json
import pickle
from datetime import timedelta
from typing import Any

import pytest

from hotset import Bytes, Duration, Share


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("4096", 4096),
        ("17 B", 17),
        ("64kB", 64_000),
        ("1GB", 1_000_000_000),
        ("1 gb", 1_000_000_000),
        ("1.5MB", 1_500_000),
        ("2TB", 2_000_000_000_000),
        ("3KiB", 3072),
        ("0.5MiB", 524_288),
        (" 1GiB ", 1_073_741_824),
    ],
)
def test_sizes_have_decimal_and_binary_units(text: str, size: int) -> None:
    assert Bytes(text) == size


@pytest.mark.parametrize(
    "text", ["", "GB", "1G", "-1GB", "1XB", "1e9", "1_000", "1.5", "0.1kiB", "٣", "1 000", "1MiB/s"]
)
def test_what_is_no_whole_number_of_bytes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a number and one of kB, MB, GB, TB, KiB, MiB, GiB") as refused:
        Bytes(text)

    assert f"got {text!r}" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("500ms", timedelta(milliseconds=500)),
        ("1us", timedelta(microseconds=1)),
        ("1.5m", timedelta(seconds=90)),
        ("30 minutes", timedelta(minutes=30)),
        ("1 Hour", timedelta(hours=1)),
        ("0.5 seconds", timedelta(milliseconds=500)),
        ("7d", timedelta(days=7)),
        ("1 day", timedelta(days=1)),
        ("0.000001s", timedelta(microseconds=1)),
    ],
)
def test_durations_have_units(text: str, length: timedelta) -> None:
    assert Duration(text) == length
    assert Duration(text).micros == length // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "text",
    ["", "5", "s", "0s", "0.0h", "-1s", "1 fortnight", "soon", "1e3s", "0.0000001s", "1000000000d", "1s 2s", "٣s"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a duration, got .*; write a number and one of ms, s, m, h, d"):
        Duration(text)


@pytest.mark.parametrize(
    ("share", "exceeded", "kept"),
    [
        ("0", (1, 100), (0, 100)),
        ("3", (4, 4), (3, 4)),
        ("0.5%", (6, 1000), (5, 1000)),
        ("0%", (1, 10**9), (0, 0)),
        ("100%", (101, 100), (100, 100)),
        ("0.1%", (10**12 + 1, 10**15), (10**12, 10**15)),
    ],
)
def test_a_share_is_a_number_or_a_part_of_all(share: str, exceeded: tuple[int, int], kept: tuple[int, int]) -> None:
    assert Share(share).exceeded(*exceeded)
    assert not Share(share).exceeded(*kept)


@pytest.mark.parametrize("text", ["-1", "some", "101%", "100.01%", "5 %", "", "%", "1.5", "1e1"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number or a share like 0\.5%, got"):
        Share(text)


@pytest.mark.parametrize("value", [Bytes("128 MiB"), Duration("1.5 hours"), Share("0.5%")])
def test_they_are_shown_as_they_were_written_and_can_be_sent(value: Any) -> None:
    for one in (value, copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert (type(one), one, str(one)) == (type(value), value, str(value))

    assert str(value) in ("128 MiB", "1.5 hours", "0.5%")
    assert json.loads(json.dumps(value, default=str)) in (2**27, "1.5 hours", "0.5%")
