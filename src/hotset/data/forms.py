"""How a column's values are written where that is not its type's own way: `Dataset.forms`, docs/data.md has the rules.

Plain facts that pickle; hotset.columnar.forms reads by them.
"""

from dataclasses import dataclass
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotset.data.time_pattern import pattern_regex
from hotset.errors import UsageError

Unit = Literal["s", "ms", "us", "ns"]
UNITS: tuple[Unit, ...] = get_args(Unit)
IN_SECOND: dict[Unit, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
UNIT_NAMES: dict[Unit, str] = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
# Seconds since 1970 that nobody takes for another unit: from 1973 to 2286. Ten to the ninth is 2001.
PLAUSIBLE_S = (10**8, 10**10)
FIRST_S, END_S = -62_135_596_800, 253_402_300_800  # of the years 1 to 9999, which Python's dates have
Span = tuple[int, int]  # whole numbers from the first on, without the second


@dataclass(frozen=True)
class IsoTime:
    """Times in ISO 8601, with up to nine digits of a second; those without an offset, and dates, are in `zone`."""

    zone: str = "UTC"

    def __post_init__(self) -> None:
        check_zone(self.zone)


@dataclass(frozen=True)
class PatternTime:
    """Times as `pattern` has them, in the directives of `strptime`. Raises UsageError for one that is not known."""

    pattern: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        check_zone(self.zone)
        pattern_regex(self.pattern)

    @property
    def regex(self) -> str:
        """For a whole text; the names of its groups say what they are."""
        return pattern_regex(self.pattern)


@dataclass(frozen=True)
class UnitTime:
    """Numbers since 1970, UTC.

    `unlike` says which numbers are none, lest those of another unit end up in 1970 or in the year 55000: "guessed"
    takes what no other unit could mean; "others" what no other unit would mean; "none" everything that is a time.
    """

    unit: Unit
    unlike: Literal["guessed", "others", "none"] = "others"

    @property
    def spans(self) -> tuple[Span, ...]:
        """The numbers that are taken, without their fractions; rising."""
        if self.unlike == "guessed":
            return (plausible(self.unit),)
        factor = IN_SECOND[self.unit]
        first, end = FIRST_S * factor, END_S * factor
        if self.unlike == "none":
            return ((first, end),)
        spans = []
        for other in UNITS:
            least, most = plausible(other)
            if other != self.unit and least < end:
                spans.append((first, least))
                first = most
        return (*spans, (first, end)) if first < end else tuple(spans)


@dataclass(frozen=True)
class WholeNumber:
    """Whole numbers that may have passed through doubles: 1.0 is 1, and NaN is no value.

    `plain` takes only texts without a sign or zeros in front that the number would lose.
    """

    plain: bool = False


@dataclass(frozen=True)
class AsText:
    """Every value as the text that it is written as: numbers and booleans of JSON, too."""


Form = IsoTime | PatternTime | UnitTime | WholeNumber | AsText


def plausible(unit: Unit) -> Span:
    """The numbers that mean times of this unit, and of no other one."""
    least, end = PLAUSIBLE_S
    return least * IN_SECOND[unit], end * IN_SECOND[unit]


def check_zone(zone: str) -> None:
    """Raises UsageError for what is no time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"no time zone is called {zone!r}; give one like Europe/Berlin, or UTC") from None
