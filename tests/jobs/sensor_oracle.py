"""The sensor report again, by pandas, a group at a time; and random readings with everything that can be wrong."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

QUANTITIES = ("temperature", "humidity")
AS_OF = pd.Timestamp("2023-01-03T00:00:00Z")


def random_readings(rows: int, seed: int) -> pd.DataFrame:
    """Out of order, with copies that differ, values that are none, and readings of the future."""
    chance = random.Random(seed)
    seconds = [chance.randrange(-170_000, 50_000) // 10 * 10 for _ in range(rows)]
    readings = pd.DataFrame(
        {
            "timestamp": AS_OF + pd.to_timedelta(seconds, unit="s"),
            "device_id": [chance.randrange(1, 5) for _ in range(rows)],
            "temperature": [chance.choice([None, 0.0, -0.0, 1.5, chance.gauss(20, 5)]) for _ in range(rows)],
            "humidity": [chance.choice([chance.gauss(50, 10), chance.random()]) for _ in range(rows)],
        }
    )
    again = readings.sample(frac=0.2, random_state=seed)
    other = readings.sample(frac=0.2, random_state=seed + 1)
    other["humidity"] += 1
    return pd.concat([readings, again, other]).sample(frac=1, random_state=seed + 2, ignore_index=True)


def expected_report(readings: pd.DataFrame, window: str, period_s: float) -> pd.DataFrame:
    """A row for each device and window, by both."""
    readings = readings.assign(**{name: readings[name] + 0.0 for name in QUANTITIES})
    ahead = readings[readings["timestamp"] > AS_OF]
    now = readings[readings["timestamp"] <= AS_OF].sort_values(list(QUANTITIES), na_position="last")
    best = now.drop_duplicates(["device_id", "timestamp"]).sort_values(["device_id", "timestamp"])
    rows: dict[tuple[int, pd.Timestamp], dict[str, Any]] = {}
    for frame, name in ((now, "all"), (best, "readings"), (ahead, "future")):
        for (device, start), group in frame.groupby(["device_id", frame["timestamp"].dt.floor(window)]):
            row = rows.setdefault((device, start), dict.fromkeys(("all", "readings", "future"), 0))
            row[name] = len(group)
            if name == "readings":
                times = best.loc[best["device_id"] == device, "timestamp"]
                row |= _statistics(group) | {"missing_s": _missing_s(times, start, pd.Timedelta(window), period_s)}
    frame = pd.DataFrame(rows.values(), pd.MultiIndex.from_tuples(rows, names=["device_id", "window_start"]))
    frame["duplicates"] = frame.pop("all") - frame["readings"]
    counts = [f"{name}_count" for name in QUANTITIES]
    frame[counts] = frame[counts].fillna(0).astype("int64")
    return frame.sort_index()


def _statistics(group: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in QUANTITIES:
        values = group[name].dropna()
        found |= {
            f"{name}_count": len(values),
            f"{name}_mean": values.mean(),
            f"{name}_min": values.min(),
            f"{name}_max": values.max(),
            f"{name}_std": values.std(),
            f"{name}_p50": values.quantile(0.5),
            f"{name}_p95": values.quantile(0.95),
        }
    return found


def _missing_s(times: pd.Series, start: pd.Timestamp, window: pd.Timedelta, period_s: float) -> float:
    """Second by second."""
    if not period_s:
        return np.nan
    seconds = np.zeros(int(window.total_seconds()), bool)
    for time in times:
        begin = (time - start).total_seconds()
        seconds[int(max(begin, 0)) : int(max(begin + period_s, 0))] = True
    return float((~seconds).sum())


def write(readings: pd.DataFrame, directory: Path, parts: int) -> str:
    """As CSV files; returns the directory."""
    directory.mkdir()
    for number in range(parts):
        some = readings.iloc[number::parts].assign(
            timestamp=lambda frame: frame["timestamp"].dt.strftime("%Y-%m-%d %H:%M:%S")
        )
        some.to_csv(directory / f"{number}.csv", index=False)
    return str(directory)
