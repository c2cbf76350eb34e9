"""What the parameters of the sensor report mean: lengths of time, and limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hotset import Dataset, UsageError, listed
from hotset.jobs.sensor_detector import Detector
from hotset.jobs.sensor_readings import Columns
from hotset.jobs.sensor_windows import MICROS, Windows

SECONDS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
LONGEST_S = 100 * 365 * 86400
EVERYTHING = (float("-inf"), float("inf"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What is read, and what is made of it."""

    dataset: Dataset
    stored: Dataset  # the same as the files have it, for who cannot look at each row first
    columns: Columns
    windows: Windows
    detector: Detector


def parse_duration(text: str, name: str) -> int:
    """Microseconds of `1 hour`, `30 minutes`, `90s`, `0.5 seconds`. Raises UsageError for anything else."""
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([a-z]+?)s?", text.strip().lower())
    unit = SECONDS.get(match[2]) or SECONDS.get(f"{match[2]}s") if match else None
    micros = round(float(match[1]) * unit * MICROS) if match and unit else 0
    if not 0 < micros <= LONGEST_S * MICROS:
        raise UsageError(f"--{name} is a number and one of seconds, minutes, hours, days, got {text!r}")
    return micros


def parse_time(text: str) -> int:
    """Microseconds since 1970 of a time in ISO 8601; without an offset it is UTC. Raises UsageError."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of is a time like 2026-01-31T12:00:00Z, got {text!r}") from None
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)


def parse_limits(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """`temperature=-40:85` -> least and greatest by quantity; either may be left out. Raises UsageError."""
    limits: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, _, span = text.rpartition("=")
        least, colon, greatest = span.partition(":")
        try:
            low, high = (
                float(end) if end.strip() else default
                for end, default in zip((least, greatest), EVERYTHING, strict=True)
            )
        except ValueError:
            low, high = EVERYTHING[::-1]
        if not name or not colon or not low <= high or name in limits:
            raise UsageError(f"--limits is like temperature=-40:85, each quantity once, got {text!r}")
        limits[name] = (low, high)
    return limits


def limits_of(quantities: Sequence[str], limits: Mapping[str, tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Those of each quantity. Raises UsageError for limits of what is none."""
    for name in limits:
        if name not in quantities:
            raise UsageError(f"--limits has {name!r}, which is no quantity; they are {listed(list(quantities), name)}")
    return tuple(limits.get(name, EVERYTHING) for name in quantities)
