"""What is advised, as plain data: a page, JSON and a test are made from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["KEEP", "REMOVE", "CHANGE", "LIKELY", "TRY", "FINE", "NOTHING"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Span:
    """Seconds between two bounds; one figure where both are equal."""

    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    @property
    def is_gain(self) -> bool:
        """Whether both bounds are."""
        return self.low > 0

    @property
    def is_no_gain(self) -> bool:
        return self.high <= 0

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.low - other.high, self.high - other.low)

    def over(self, slow: float, fast: float) -> "Span":
        """Divided by anything between two positive numbers."""
        parts = [bound / divisor for bound in (self.low, self.high) for divisor in (slow, fast)]
        return Span(min(parts), max(parts))


ZERO = Span(0.0, 0.0)


@dataclass(frozen=True)
class Evidence:
    """One use: the step or the line of the program, what was done there, and how long that took."""

    where: str
    how: str  # "compute", "build" or "read"
    task_seconds: float
    seconds: float
    stages: tuple[int, ...]
    shared: bool = False  # the stages did other work too, so that the seconds are an upper bound


@dataclass(frozen=True)
class Verdict:
    """One piece of advice, which follows from the bounds: KEEP where both are a gain, REMOVE where neither is one.

    Between the two it is LIKELY or TRY.

    `saving_task_seconds` and `saving_seconds` say what having this cache saves against not having it, whatever the
    advice: less than nothing where it costs. The first counts the tasks' time, the second that of the clock; within it
    `likely_seconds` is the middle of what is possible, where one log alone has to do.
    """

    kind: Kind
    subject: str
    reason: str
    level: str = ""  # in force, or the one to take
    saving_task_seconds: Span = ZERO
    saving_seconds: Span = ZERO
    bytes: int | None = None
    bytes_by: str = "unknown"
    uses: int = 0
    build_seconds: float | None = None
    read_seconds: float | None = None
    evictions: int | None = None
    job: str = ""  # of ours, as `hotset run` calls it
    named: bool = False  # the program gave it the name
    exists: bool = False  # the cache is there, in the log or in one of two
    confidence: Confidence = "low"
    why: str = ""  # why this much confidence
    evidence: tuple[Evidence, ...] = ()
    likely_seconds: float | None = None
    end_unknown: bool = False  # it counts on a good end of the program, which no log shows

    @property
    def is_sure(self) -> bool:
        """Whether having it gains by the clock and by the tasks' time, wherever in the intervals the truth lies."""
        return self.saving_seconds.is_gain and self.saving_task_seconds.is_gain

    @property
    def gain(self) -> float:
        """Seconds of the clock that following it is expected to gain."""
        middle = (self.saving_seconds.low + self.saving_seconds.high) / 2
        likely = middle if self.likely_seconds is None else self.likely_seconds
        return {"KEEP": likely, "LIKELY": likely, "REMOVE": -middle, "TRY": self.saving_seconds.high / 2}.get(
            self.kind, 0.0
        )


RANK: dict[Kind, int] = {"KEEP": 0, "REMOVE": 0, "CHANGE": 0, "LIKELY": 1, "TRY": 2, "FINE": 3, "NOTHING": 4}


@dataclass(frozen=True)
class Program:
    """One log, as far as advice needs to name it."""

    path: str
    application: str
    id: str
    spark: str
    seconds: float
    task_seconds: float
    memory_bytes: int = 0  # for storage and execution together
    unfinished: str = ""


@dataclass(frozen=True)
class Advice:
    programs: tuple[Program, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()


def in_order(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """What is certain first, then by the seconds that are to be gained."""
    return tuple(sorted(verdicts, key=lambda one: (RANK[one.kind], -one.gain, one.subject)))
