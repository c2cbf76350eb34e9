"""A row of the matrix: a fault, how it is injected, and what became of it."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from faults.scene import Scene

ASSERTIONS = {
    "A1": "ids in = ids out + ids in quarantine, none twice",
    "A2": "what is published is the old version or the new one, whole",
    "A3": "the same command again ends with 0, and with the right rows",
    "A4": "the exit code says what happened, on one line",
    "A5": "no orphan process; no staging after the next run",
    "A6": "a report says how the run ended",
    "A7": "no secret in anything that was written or said",
    "B": "what the row asserts beyond these",
}


@dataclass
class Finding:
    """What one trial found, or several at once: `trials` of them."""

    broken: dict[str, list[str]] = field(default_factory=dict)  # assertion -> one text for each time
    bit: bool = True
    trials: int = 1
    failed: int | None = None  # trials that broke something; None: all or none
    phases: Counter[str] = field(default_factory=Counter)

    def breaks(self, assertion: str, *problems: str) -> None:
        """Records the problems that are not empty."""
        if found := [problem for problem in problems if problem]:
            self.broken.setdefault(assertion, []).extend(found)

    def check(self, assertion: str, holds: bool, otherwise: str) -> None:
        self.breaks(assertion, "" if holds else otherwise)

    @property
    def failures(self) -> int:
        return self.failed if self.failed is not None else self.trials if self.broken else 0


Inject = Callable[[Scene, random.Random], Finding]


@dataclass(frozen=True)
class Row:
    """One line of the table. `trials` says how often for each subject; one that is absent is not tried."""

    key: str
    title: str
    trials: Mapping[str, int]
    inject: Inject
    unit: int = 1  # trials that one call of `inject` makes
