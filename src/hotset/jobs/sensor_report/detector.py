"""Anomalies in the readings of one device, found with nothing but its past: one detector for a batch and for a stream.

(state, readings)  --detect-->  (state, anomalies): cut the readings anywhere and hand the state on, and the anomalies
are the same

A value is a spike if it lies more than `threshold` scales away from the median of `history` values before it, the scale
being the median absolute deviation times 1.4826 (Iglewicz and Hoaglin, *How to Detect and Handle Outliers*, 1993), or,
where that is 0, the mean absolute deviation times 1.2533. The values that it is compared with are chosen anew after
every `history / 4` values, so that many are looked at in one go.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Kind = Literal["gap", "out of range", "spike", "stuck"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_NORMAL_MEDIAN, OF_NORMAL_MEAN = 1.482602218505602, 1.2533141373155001  # what makes a standard deviation of them
HISTORIES_AT_ONCE = 1024
MICROS = 1_000_000
NO_QUANTITY = -1


@dataclass(frozen=True)
class Detector:
    """What is an anomaly. A gap of 0 microseconds and a run of 0 values stand for none."""

    limits: tuple[tuple[float, float], ...]  # of each quantity, what its values lie between
    history: int
    threshold: float
    stuck: int
    gap: int

    @property
    def step(self) -> int:
        """After so many values the history moves on."""
        return max(self.history // 4, 1)


@dataclass(frozen=True)
class QuantityState:
    """What is known of a quantity: `recent` values from the beginning of the history of the next one, within limits."""

    recent: np.ndarray
    run: int = 0  # how many times in a row the last of them came
    spiked: bool = False  # whether the last of them was a spike
    outside: bool = False  # whether the last value of all was out of range


@dataclass(frozen=True)
class DeviceState:
    """What is known of a device."""

    quantities: tuple[QuantityState, ...]
    micros: int | None = None  # of the last reading

    @staticmethod
    def new(quantities: int) -> "DeviceState":
        return DeviceState((QuantityState(np.array([])),) * quantities)


@dataclass(frozen=True)
class Anomalies:
    """Arrays of equal length, by reading, quantity and kind; NaN where nothing can be said."""

    reading: np.ndarray  # its place among those that were given
    quantity: np.ndarray  # NO_QUANTITY for a gap
    kind: np.ndarray  # its place in KINDS
    value: np.ndarray
    expected: np.ndarray  # the median, or the limit that was crossed
    score: np.ndarray  # scales, equal values, seconds; how far out of range


def detect(
    state: DeviceState, micros: np.ndarray, values: tuple[np.ndarray, ...], detector: Detector
) -> tuple[DeviceState, Anomalies]:
    """What is known afterwards, and the anomalies. Times rise, and NaN is no value.

    What goes on is told once: of values out of range, or spikes, one after the other the first; of equal values that
    with which they have become too many.
    """
    if not len(micros):
        return state, _gathered([])
    found = [_gaps(state.micros, micros, detector.gap)]
    quantities = []
    for place, (known, of_quantity, limits) in enumerate(zip(state.quantities, values, detector.limits, strict=True)):
        after, *anomalies = _detect_in(known, of_quantity, limits, detector)
        quantities.append(after)
        found += [(at, place, kind, of_quantity[at], expected, score) for at, kind, expected, score in anomalies]
    return DeviceState(tuple(quantities), int(micros[-1])), _gathered(found)


# rows, quantity, kind, value, expected, score
Found = tuple[np.ndarray, int, Kind, np.ndarray | float, np.ndarray | float, np.ndarray | float]


def _gaps(before: int | None, micros: np.ndarray, gap: int) -> Found:
    waited = np.diff(micros, prepend=micros[0] if before is None else before)
    at = np.flatnonzero(waited > gap) if gap else np.array([], np.intp)
    return at, NO_QUANTITY, "gap", np.nan, np.nan, waited[at] / MICROS


def _detect_in(
    state: QuantityState, values: np.ndarray, limits: tuple[float, float], detector: Detector
) -> tuple[QuantityState, *tuple[tuple[np.ndarray, Kind, np.ndarray | float, np.ndarray], ...]]:
    """What is known of a quantity afterwards, and its anomalies: where, kind, expected, score."""
    there = np.flatnonzero(~np.isnan(values))
    given = values[there]
    crossed = np.where(given < limits[0], limits[0], limits[1])
    outside = (given < limits[0]) | (given > limits[1])
    left = _begins(outside, state.outside)
    inside = there[~outside]
    fresh = values[inside]
    runs = _runs(state, fresh)
    recent, expected, score = _scored(state.recent, fresh, detector)
    spikes = score > detector.threshold
    spiked = _begins(spikes, state.spiked)
    stuck = runs == detector.stuck if detector.stuck else np.zeros(len(fresh), bool)
    after = QuantityState(
        recent,
        int(runs[-1]) if len(fresh) else state.run,
        bool(spikes[-1]) if len(fresh) else state.spiked,
        bool(outside[-1]) if len(given) else state.outside,
    )
    return (
        after,
        (there[left], "out of range", crossed[left], np.abs(given - crossed)[left]),
        (inside[spiked], "spike", expected[spiked], score[spiked]),
        (inside[stuck], "stuck", np.nan, runs[stuck]),
    )


def _begins(now: np.ndarray, before: bool) -> np.ndarray:
    """Where something is that was not one value before."""
    begins: np.ndarray = now & ~np.concatenate([[before], now[:-1]])[: len(now)]
    return begins


def _runs(state: QuantityState, fresh: np.ndarray) -> np.ndarray:
    """How many times in a row each value has come."""
    before = np.concatenate([state.recent[-1:] if len(state.recent) else [np.nan], fresh[:-1]])[: len(fresh)]
    places = np.arange(len(fresh))
    began = np.maximum.accumulate(np.where(fresh == before, -state.run, places))
    runs: np.ndarray = places - began + 1
    return runs


def _scored(recent: np.ndarray, fresh: np.ndarray, detector: Detector) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The recent values afterwards; and for each fresh one what was expected and how many scales it is away.

    0 where there is no history yet, or none of its values differs from another.
    """
    known = np.concatenate([recent, fresh])
    expected, score = np.full(len(fresh), np.nan), np.zeros(len(fresh))
    ready = max(detector.history, len(recent))
    if len(known) > ready:
        histories = sliding_window_view(known, detector.history)[: -1 : detector.step]
        medians, scales = (np.concatenate(parts) for parts in zip(*_baselines(histories), strict=True))
        which = (np.arange(ready, len(known)) - detector.history) // detector.step
        away = np.abs(known[ready:] - medians[which])
        expected[ready - len(recent) :] = medians[which]
        np.divide(away, scales[which], out=score[ready - len(recent) :], where=scales[which] > 0)
    moves = max(len(known) - detector.history, 0) // detector.step
    return known[moves * detector.step :].copy(), expected, score


def _baselines(histories: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of some histories at a time, which are rows: their medians and scales."""
    for start in range(0, len(histories), HISTORIES_AT_ONCE):
        rows = np.sort(histories[start : start + HISTORIES_AT_ONCE], axis=1)
        medians = _middle(rows)
        away = np.sort(np.abs(rows - medians[:, None]), axis=1)
        deviations = _middle(away)
        yield medians, np.where(deviations > 0, deviations * OF_NORMAL_MEDIAN, away.mean(axis=1) * OF_NORMAL_MEAN)


def _middle(rows: np.ndarray) -> np.ndarray:
    """The median of each sorted row."""
    width = rows.shape[1]
    middle: np.ndarray = (rows[:, (width - 1) // 2] + rows[:, width // 2]) / 2
    return middle


def _gathered(found: list[Found]) -> Anomalies:
    columns: list[list[np.ndarray]] = [[], [], [], [], [], []]
    for at, quantity, kind, *numbers in found:
        for column, values in zip(columns, (at, quantity, KINDS.index(kind), *numbers), strict=True):
            column.append(np.broadcast_to(values, at.shape))
    rows, *others = (np.concatenate(column) if column else np.array([]) for column in columns)
    order = np.lexsort((others[1], others[0], rows))
    return Anomalies(*(column[order] for column in (rows, *others)))
