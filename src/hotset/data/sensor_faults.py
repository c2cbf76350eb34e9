"""What goes wrong with sensors, put into good readings on purpose, and the truth about it.

Each reading suffers one kind of fault at most, with the rate of that kind. Nothing leaves its block of readings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset.errors import UsageError

Fault = Literal["missing", "duplicate", "late", "future", "out-of-range", "spike", "stuck"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

TRUTH = pa.schema([(name, pa.string()) for name in ("kind", "device_id", "timestamp", "column", "old", "new")])
AHEAD_S = 2_398_377_600  # a clock that is 76 years fast: 2023 becomes 2099
LATEST_ROWS = 600  # how many readings later a late one, or a copy, comes at most
STUCK_READINGS = 15  # of the same device, that repeat the value of the one before
# low and high: what no such sensor can say, and what one can say but none of these devices does
IMPOSSIBLE = {"temperature": (90.0, 150.0), "humidity": (101.0, 200.0), "pressure": (1200.0, 2000.0)}
UNUSUAL = {"temperature": (0.5, 3.0), "humidity": (1.0, 6.0), "pressure": (510.0, 560.0)}


@dataclass(frozen=True)
class Readings:
    """Columns of equal length; `values` has a row for each quantity."""

    seconds: np.ndarray
    devices: np.ndarray
    values: np.ndarray

    def first(self, rows: int) -> "Readings":
        return Readings(self.seconds[:rows], self.devices[:rows], self.values[:, :rows])

    def take(self, rows: np.ndarray) -> "Readings":
        return Readings(self.seconds[rows], self.devices[rows], self.values[:, rows])

    @staticmethod
    def none(quantities: int) -> "Readings":
        return Readings(np.array([], np.int64), np.array([], np.int64), np.empty((quantities, 0)))


def parse_faults(text: str) -> dict[Fault, float]:
    """`missing=0.01,spike=0.001` -> rates. Raises UsageError."""
    rates: dict[Fault, float] = {}
    for part in filter(None, text.split(",")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in FAULTS or name in rates:
            wrong = "given twice" if name in rates else "unknown"
            raise UsageError(f"a fault is {wrong}, got {part!r}; write KIND=RATE of {', '.join(FAULTS)}")
        rates[name] = _rate(value, part)
    if sum(rates.values()) > 1:
        raise UsageError(f"the rates of --faults add up to at most 1, got {text!r}")
    return rates


def _rate(value: str, part: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise UsageError(f"the rate of a fault is a number from 0 to 1, got {part!r}")
    return rate


def equal_shares(stream: np.random.Philox, count: int) -> np.ndarray:
    """Numbers from 0 to below 1, of 53 bits, the same on every machine."""
    shares: np.ndarray = (stream.random_raw(count) >> np.uint64(11)) * 2.0**-53
    return shares


def spoil(
    good: Readings, rates: Mapping[Fault, float], quantities: tuple[str, ...], stream: np.random.Philox
) -> tuple[Readings, pa.Table]:
    """The readings with faults, in the order in which they arrive; and TRUTH, a row for each fault."""
    rows = len(good.seconds)
    ends = np.cumsum([rates.get(kind, 0.0) for kind in FAULTS])
    struck = np.searchsorted(ends, equal_shares(stream, rows), side="right")  # len(FAULTS): nothing happens
    by_kind = {kind: np.flatnonzero(struck == place) for place, kind in enumerate(FAULTS)}
    columns = (stream.random_raw(rows) % len(quantities)).astype(np.intp)
    share, delay = equal_shares(stream, rows), 1 + stream.random_raw(rows) % LATEST_ROWS

    seconds, values = good.seconds.copy(), good.values.copy()
    for kind, spans in (("out-of-range", IMPOSSIBLE), ("spike", UNUSUAL)):
        at = by_kind[cast(Fault, kind)]
        low, high = np.array([spans[name] for name in quantities])[columns[at]].T
        values[columns[at], at] = low + (high - low) * share[at]
    repeating, from_rows = _stuck(good.devices, by_kind["stuck"], free=struck == len(FAULTS))
    values[columns[from_rows], repeating] = good.values[columns[from_rows], from_rows]
    seconds[by_kind["future"]] += AHEAD_S
    spoilt = Readings(seconds, good.devices, values)

    columns[repeating] = columns[from_rows]
    by_kind["stuck"] = repeating
    truth = [_truth(kind, at, columns[at], good, spoilt, quantities) for kind, at in by_kind.items()]
    return spoilt.take(_arrival(rows, by_kind, delay)), pa.concat_tables(truth)


def _stuck(devices: np.ndarray, starts: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that repeat a value, and the rows that they have it from: the next ones of the same device."""
    by_device = np.argsort(devices, kind="stable")
    place = np.empty(len(devices), np.intp)
    place[by_device] = np.arange(len(devices))
    behind = place[starts][:, None] + np.arange(1, STUCK_READINGS + 1)
    inside = behind < len(devices)
    rows = by_device[np.minimum(behind, len(devices) - 1)]
    sources = np.broadcast_to(starts[:, None], rows.shape)
    taken = inside & free[rows] & (devices[rows] == devices[sources])
    unique, first = np.unique(rows[taken], return_index=True)
    return unique, sources[taken][first]


def _arrival(rows: int, by_kind: Mapping[Fault, np.ndarray], delay: np.ndarray) -> np.ndarray:
    """The rows in the order in which they arrive: some not at all, some later, some twice."""
    arrives = np.arange(rows)
    arrives[by_kind["late"]] += delay[by_kind["late"]].astype(np.int64)
    kept = np.delete(np.arange(rows), by_kind["missing"])
    copies = by_kind["duplicate"]
    order = np.concatenate([kept, copies])
    times = np.concatenate([arrives[kept], copies + delay[copies].astype(np.int64)])
    return order[np.argsort(times, kind="stable")]


def _truth(
    kind: Fault, at: np.ndarray, columns: np.ndarray, good: Readings, spoilt: Readings, quantities: tuple[str, ...]
) -> pa.Table:
    nothing = pa.nulls(len(at), pa.string())
    column, old, new = nothing, nothing, nothing
    if kind in ("out-of-range", "spike", "stuck"):
        column = pa.array(np.array(quantities, object)[columns], pa.string())
        old, new = (pa.array(one.values[columns, at]).cast(pa.string()) for one in (good, spoilt))
    elif kind == "future":
        column = pa.array(["timestamp"] * len(at), pa.string())
        old, new = _times(good.seconds[at]), _times(spoilt.seconds[at])
    kinds, devices = pa.array([kind] * len(at), pa.string()), pc.cast(pa.array(good.devices[at]), pa.string())
    return pa.table([kinds, devices, _times(good.seconds[at]), column, old, new], schema=TRUTH)


def _times(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds, pa.timestamp("s")).cast(pa.string())
