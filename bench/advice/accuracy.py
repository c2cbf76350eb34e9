"""How often the lab and the advice were right, out of what was measured."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.advice.measured import Measured, Results, Span
from bench.advice.score import NEAR, Judgement, holds, is_close, judged, savings
from hotset.lab.statistics import Times

NONE, DEFAULT = "NONE", "MEMORY_AND_DISK_DESER"
NOTICED_S = 0.05  # a saving smaller than this is none
Clock = Literal["seconds", "task_seconds"]


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    good: int
    all: int

    @classmethod
    def of(cls, verdicts: Iterable[bool]) -> "Share":
        counted = list(verdicts)
        return cls(sum(counted), len(counted))

    def __str__(self) -> str:
        return f"{self.good} of {self.all}"


def times(workload: Measured, clock: Clock = "seconds", *, even: bool = False) -> dict[str, Times]:
    """option -> round -> seconds; of the even rounds only, which the lab did not choose from."""
    return {
        option: {number: value for number, value in getattr(one, clock).items() if not even or number % 2 == 0}
        for option, one in workload.options.items()
    }


def of_lab(workload: Measured) -> Judgement:
    return judged(workload.lab, NONE, times(workload, even=True))


def of_advice(workload: Measured, log: str) -> Judgement:
    """Of the option that follows what was advised from this log."""
    level = workload.advised[log].level
    measured = times(workload)
    return judged(level if level in measured else _standing_for(level, measured), NONE, measured)


def _standing_for(level: str, measured: Mapping[str, Times]) -> str:
    """RDDs and frames have different defaults, and what failed was not timed: Spark's default stands for it."""
    return DEFAULT if level != NONE and DEFAULT in measured else NONE


def saved(workload: Measured, clock: Clock) -> list[float]:
    """What the cache of the second log saves against none, round by round."""
    measured = times(workload, clock)
    return savings(measured[NONE], measured[DEFAULT])


def interval_holds(workload: Measured, log: str, clock: Clock) -> bool:
    low, high = getattr(workload.advised[log], clock)
    return holds(low, high, saved(workload, clock))


def figure_is_close(workload: Measured, clock: Clock) -> bool:
    span: Span = workload.advised["pair"]
    low, high = getattr(span, clock)
    return is_close((low + high) / 2, saved(workload, clock), NOTICED_S)


def is_likely(workload: Measured) -> bool:
    """Whether one log was enough to say something, sure or likely."""
    return workload.advised["without"].kind != "TRY"


def is_sure(workload: Measured) -> bool:
    """Whether one log was enough to say something by all of its bounds."""
    return workload.advised["without"].kind not in ("TRY", "LIKELY")


FIGURES: dict[str, tuple[str, Callable[[Measured], bool]]] = {
    "the lab's choice within 5 % of the best, or within the noise": ("90 %", lambda one: of_lab(one).right),
    "the lab's choice within 5 % of the best, by the medians alone": ("–", lambda one: of_lab(one).to_best <= NEAR),
    "the lab's choice at most 15 % slower than no cache": ("all", lambda one: not of_lab(one).harmful),
    "advice from one log: it is sure": ("–", is_sure),
    "advice from one log: it is sure, or says what is likely": ("–", is_likely),
    "advice from one log: its choice within 5 % of the best, or within the noise": (
        "90 %",
        lambda one: of_advice(one, "without").right,
    ),
    "advice from one log: at most 15 % slower than no cache": (
        "all",
        lambda one: not of_advice(one, "without").harmful,
    ),
    "advice from a pair: its choice within 5 % of the best, or within the noise": (
        "90 %",
        lambda one: of_advice(one, "pair").right,
    ),
    "advice from a pair: at most 15 % slower than no cache": ("all", lambda one: not of_advice(one, "pair").harmful),
    "interval from a log without the cache holds the saving, by the clock": (
        "90 %",
        lambda one: interval_holds(one, "without", "seconds"),
    ),
    "interval from a log without the cache holds the saving, in task seconds": (
        "90 %",
        lambda one: interval_holds(one, "without", "task_seconds"),
    ),
    "interval from a log with the cache holds the saving, by the clock": (
        "90 %",
        lambda one: interval_holds(one, "with", "seconds"),
    ),
    "figure from a pair within 25 % of the saving measured afresh, by the clock": (
        "80 %",
        lambda one: figure_is_close(one, "seconds"),
    ),
    "figure from a pair within 25 % of the saving measured afresh, in task seconds": (
        "80 %",
        lambda one: figure_is_close(one, "task_seconds"),
    ),
}


def shares(results: Results, half: str) -> dict[str, Share]:
    """figure -> how many of the workloads of this half it holds for."""
    chosen = [one for one in results.workloads.values() if one.half == half]
    return {name: Share.of(check(one) for one in chosen) for name, (_, check) in FIGURES.items()}
