"""What the parameters of the sensor report mean: lengths of time, limits, and which columns are what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hotset import Dataset, UsageError, listed
from hotset.jobs.sensor_anomalies import anomaly_types
from hotset.jobs.sensor_detector import Detector
from hotset.jobs.sensor_readings import Columns
from hotset.jobs.sensor_windows import MICROS, Windows, report_types

SECONDS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
LONGEST_S = 100 * 365 * 86400
DEVICES = ("tinyint", "smallint", "int", "bigint", "string")
TIMES = ("timestamp", "timestamp_ntz")
NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")
EVERYTHING = (float("-inf"), float("inf"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What is read, and what is made of it."""

    dataset: Dataset
    columns: Columns
    windows: Windows
    detector: Detector

    @property
    def unlooked(self) -> Dataset:
        """The same, for who cannot look at each row first."""
        return replace(self.dataset, columns=self.dataset.columns.replace(" not null", ""))


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


def columns_of(found: Dataset, device: str, time: str, quantities: tuple[str, ...]) -> tuple[Dataset, Columns]:
    """The dataset with just these columns, and what they are. Raises UsageError for what is no such column."""
    types = found.types()
    if not quantities:
        quantities = tuple(name for name, kind in types.items() if name not in (device, time) and kind in NUMBERS)
    selected = found.select(device, time, *quantities)
    if found.format in ("csv", "json"):  # what a sample took for whole numbers may have fractions further down
        types |= {name: "double" for name in quantities if types[name] in NUMBERS}
        types[time] = "timestamp" if types[time] in ("date", "timestamp_ntz") else types[time]
    columns = Columns(device, time, quantities, types)
    _check(columns)
    return replace(selected, columns=columns.declared), columns


def _check(columns: Columns) -> None:
    """Raises UsageError for columns that no reading can have, or no output."""
    device, time, quantities = columns.device, columns.time, columns.quantities
    if not quantities or len({device, time, *quantities}) < 2 + len(quantities):
        given = listed([device, time, *quantities])
        raise UsageError(f"a reading has a device, a time and some quantities, all different, got {given}")
    roles = {
        device: (DEVICES, "device"),
        time: (TIMES, "timestamp"),
        **dict.fromkeys(quantities, (NUMBERS, "quantity")),
    }
    for name, (kinds, role) in roles.items():
        if columns.types[name] not in kinds:
            raise UsageError(
                f"column {name!r} is {columns.types[name]}, which no {role} is; take another, or declare --columns"
            )
    others = replace(columns, device="", time="", types={"": ""})
    made = {*report_types(others), *anomaly_types(others)}
    for name in (device, time):
        if name in made:
            raise UsageError(f"the outputs have a column {name!r} of their own, got it in the input; rename that one")
