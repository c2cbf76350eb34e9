import math
from itertools import groupby, pairwise
from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotset.jobs.sensor_report.detector import KINDS, NO_QUANTITY, Anomalies, Detector, DeviceState, detect

SECOND = 1_000_000
ANYTHING = (-math.inf, math.inf)
Told = tuple[int, int, str]  # place of the reading, quantity, kind

few_values = st.sampled_from([math.nan, 0.0, 1.0, 1.0, 1.0, 2.0, 3.5, 50.0, -200.0])
readings = st.lists(st.tuples(st.integers(1, 5), few_values, few_values), max_size=60)
detectors = st.builds(
    Detector,
    limits=st.just((ANYTHING, (-100.0, 40.0))),
    history=st.integers(4, 12),
    threshold=st.sampled_from([0.5, 2.0, 5.0]),
    stuck=st.sampled_from([0, 2, 3]),
    gap=st.sampled_from([0, 2 * SECOND]),
)


def told(found: Anomalies, first: int = 0) -> list[Told]:
    kinds = [KINDS[kind] for kind in found.kind]
    return list(zip((found.reading + first).tolist(), found.quantity.tolist(), kinds, strict=True))


def numbers(found: Anomalies) -> list[tuple[float, ...]]:
    return list(zip(found.value.tolist(), found.expected.tolist(), found.score.tolist(), strict=True))


def one_by_one(micros: list[int], values: list[list[float]], detector: Detector) -> list[Told]:
    """The rules again, in plain Python."""
    found: list[Told] = [
        (at, NO_QUANTITY, "gap")
        for at, (before, now) in enumerate(pairwise(micros), start=1)
        if detector.gap and now - before > detector.gap
    ]
    for quantity, (column, limits) in enumerate(zip(values, detector.limits, strict=True)):
        there = [(at, value) for at, value in enumerate(column) if not math.isnan(value)]
        inside = [(at, value) for at, value in there if limits[0] <= value <= limits[1]]
        found += [(at, quantity, "out of range") for at in beginnings(there, {*there} - {*inside})]
        past = [value for _, value in inside]
        spikes = {one for place, one in enumerate(inside) if is_spike(one[1], past[:place], detector)}
        found += [(at, quantity, "spike") for at in beginnings(inside, spikes)]
        for _, run in groupby(inside, key=lambda one: one[1]):
            found += [(at, quantity, "stuck") for n, (at, _) in enumerate(run, start=1) if n == detector.stuck]
    return sorted(found, key=lambda one: (one[0], one[1], [str(kind) for kind in KINDS].index(one[2])))


def beginnings(given: list[tuple[int, float]], such: set[tuple[int, float]]) -> list[int]:
    """Where one is such and the one before is not."""
    return [one[0] for before, one in pairwise([None, *given]) if one in such and before not in such]


def is_spike(value: float, past: list[float], detector: Detector) -> bool:
    if len(past) < detector.history:
        return False
    step = max(detector.history // 4, 1)
    start = (len(past) - detector.history) // step * step
    history = past[start : start + detector.history]
    middle = median(history)
    away = [abs(one - middle) for one in history]
    scale = median(away) * 1.482602218505602 or fmean(away) * 1.2533141373155001
    return scale > 0 and abs(value - middle) / scale > detector.threshold


def arrays(rows: list[tuple[int, float, float]]) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    micros = np.cumsum([row[0] * SECOND for row in rows], dtype=np.int64)
    first, second = (np.array([row[place] for row in rows], float) for place in (1, 2))
    return micros, (first, second)


@given(readings, detectors)
@settings(max_examples=150, deadline=None)
def test_detect_finds_what_the_rules_say(rows: list[tuple[int, float, float]], detector: Detector) -> None:
    micros, values = arrays(rows)

    _, found = detect(DeviceState.new(2), micros, values, detector)

    assert told(found) == one_by_one(micros.tolist(), [one.tolist() for one in values], detector)


@given(readings, detectors, st.lists(st.integers(0, 60), max_size=8))
@settings(max_examples=150, deadline=None)
def test_detect_finds_the_same_wherever_the_readings_are_cut(
    rows: list[tuple[int, float, float]], detector: Detector, cuts: list[int]
) -> None:
    micros, values = arrays(rows)
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]

    _, whole = detect(DeviceState.new(2), micros, values, detector)
    state, parts = DeviceState.new(2), []
    for start, end in pairwise(bounds):
        part = slice(start, end)
        state, found = detect(state, micros[part], (values[0][part], values[1][part]), detector)
        parts.append((told(found, start), numbers(found)))

    assert [one for part, _ in parts for one in part] == told(whole)
    np.testing.assert_array_equal([one for _, part in parts for one in part], numbers(whole))


def test_detect_reading_by_reading_finds_the_same_in_a_long_noisy_series() -> None:
    chance = np.random.default_rng(5)
    values = chance.normal(size=1500) + (chance.random(1500) < 0.01) * 40
    micros = np.arange(1500, dtype=np.int64) * SECOND
    detector = Detector((ANYTHING,), 256, 5.0, 10, 0)

    _, whole = detect(DeviceState.new(1), micros, (values,), detector)
    state, steps = DeviceState.new(1), []
    for at in range(len(values)):
        state, found = detect(state, micros[at : at + 1], (values[at : at + 1],), detector)
        steps += [(*one, *more) for one, more in zip(told(found, at), numbers(found), strict=True)]

    assert len(steps) > 5
    assert steps == [(*one, *more) for one, more in zip(told(whole), numbers(whole), strict=True)]


def test_detect_says_what_it_expected_and_by_how_much_it_differs() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 9.0, 500.0, 3.0, 3.0, 3.0])
    micros = np.array([0, 1, 2, 3, 4, 5, 6, 7, 17], np.int64) * SECOND
    detector = Detector(((0.0, 100.0),), 4, 4.0, 3, 5 * SECOND)

    _, found = detect(DeviceState.new(1), micros, (values,), detector)

    assert told(found) == [(4, 0, "spike"), (5, 0, "out of range"), (8, NO_QUANTITY, "gap"), (8, 0, "stuck")]
    expected = [
        (9.0, 2.5, 6.5 / 1.482602218505602),  # of 1, 2, 3, 4: median 2.5, median deviation 1
        (500.0, 100.0, 400.0),
        (math.nan, math.nan, 10.0),
        (3.0, math.nan, 3.0),
    ]
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-15)


@pytest.mark.parametrize("values", [[], [math.nan] * 40, [7.0] * 40])
def test_detect_finds_no_spike_where_there_is_nothing_to_compare(values: list[float]) -> None:
    micros = np.arange(len(values), dtype=np.int64) * SECOND

    _, found = detect(DeviceState.new(1), micros, (np.array(values, float),), Detector((ANYTHING,), 4, 1.0, 0, 0))

    assert told(found) == []
