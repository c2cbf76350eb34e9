"""How much longer one option takes than another, by rounds that both took part in.

Runs of one round stand close in time and share whatever else the machine did, so each round gives one ratio of two
times. Their mean on the log scale has a Student interval: A. Georges, D. Buytaert, L. Eeckhout, "Statistically rigorous
Java performance evaluation", OOPSLA 2007, section 3 (Student's t for few measurements); T. Kalibera, R. Jones,
"Rigorous benchmarking in reasonable time", ISMM 2013 (ratios as effect size). Several comparisons at once share the
error among them (Bonferroni): all pairs, where the best is found by the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

GRID = 200_001

Times = Mapping[int, float]  # round -> seconds


@dataclass(frozen=True)
class Ratio:
    """Times of one option over those of another: the geometric mean over the rounds, with its interval."""

    value: float
    low: float
    high: float
    rounds: int


def ratio(ours: Times, theirs: Times, confidence: float) -> Ratio | None:
    """ours / theirs over the rounds that both have; None when they have none in common.

    One round alone has an interval without bounds.
    """
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        return None
    logs = np.log([ours[one] / theirs[one] for one in shared])
    mean = float(logs.mean())
    if len(shared) == 1:
        return Ratio(float(np.exp(mean)), 0.0, float("inf"), 1)
    error = float(logs.std(ddof=1)) / len(shared) ** 0.5
    reach = student_quantile((1 + confidence) / 2, len(shared) - 1) * error
    return Ratio(float(np.exp(mean)), float(np.exp(mean - reach)), float(np.exp(mean + reach)), len(shared))


@cache
def student_quantile(probability: float, degrees: int) -> float:
    """The quantile of Student's t, to about four digits.

    With t = sqrt(degrees) tan(x) its density is that of cos(x)^(degrees - 1), which a sum over a grid integrates.
    """
    edges = np.linspace(-np.pi / 2, np.pi / 2, GRID)
    middles = (edges[:-1] + edges[1:]) / 2
    mass = np.concatenate([[0.0], np.cumsum(np.cos(middles) ** (degrees - 1))])
    return float(np.sqrt(degrees) * np.tan(np.interp(probability, mass / mass[-1], edges)))


def median(values: list[float]) -> float | None:
    return float(np.median(values)) if values else None


def spread(values: list[float]) -> float | None:
    """Half the distance between the quartiles; None below two values."""
    if len(values) < 2:
        return None
    first, third = np.percentile(values, [25, 75])
    return float(third - first) / 2
