"""What the parameters of the sensor report mean: lengths of time, and limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hotset import Dataset, Duration, UsageError, listed
from hotset.jobs.sensor_report.columns import Columns
from hotset.jobs.sensor_report.detector import Detector
from hotset.jobs.sensor_report.statistics import Windows

LONGEST_S = 100 * 365 * 86400
EVERYTHING = (float("-inf"), float("inf"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What is read, and what is made of it."""

    dataset: Dataset
    columns: Columns
    windows: Windows
    detector: Detector


def check_length(name: str, duration: Duration | None) -> None:
    """Raises UsageError for what is longer than times are here."""
    if duration and duration.total_seconds() > LONGEST_S:
        raise UsageError(f"--{name} is at most {LONGEST_S} s, got {duration}")


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
