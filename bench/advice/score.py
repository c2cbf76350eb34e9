"""How good a choice was: its times beside the best measured ones and beside no cache, round by round."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotset.lab.statistics import Times, ratio

NEAR = 1.05  # times the best
BEARABLE = 1.15  # times no cache at all
CLOSE = 0.25  # of a freshly measured saving
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Judgement:
    """A chosen option: `to_best` and `to_none` are ratios of medians, `within_noise` is by the paired interval."""

    chosen: str
    best: str
    to_best: float
    within_noise: bool
    to_none: float

    @property
    def right(self) -> bool:
        return self.to_best <= NEAR or self.within_noise

    @property
    def harmful(self) -> bool:
        return self.to_none > BEARABLE


def judged(chosen: str, none: str, times: Mapping[str, Times]) -> Judgement:
    """`times`: option -> round -> seconds, of rounds that the choice was not made from."""
    medians = {option: statistics.median(rounds.values()) for option, rounds in times.items() if rounds}
    best = min(medians, key=medians.__getitem__)
    paired = ratio(times[chosen], times[best], CONFIDENCE)
    noise = chosen == best or (paired is not None and paired.rounds > 1 and paired.low <= 1)
    return Judgement(chosen, best, medians[chosen] / medians[best], noise, medians[chosen] / medians[none])


def holds(low: float, high: float, savings: Sequence[float]) -> bool:
    """Whether the interval has the measured saving in it: its median, with what the rounds leave open around it."""
    middle = statistics.median(savings)
    reach = _open(savings)
    return low <= middle + reach and middle - reach <= high


def is_close(figure: float, savings: Sequence[float], least: float) -> bool:
    """Within a quarter of the saving measured afresh, or within `least` or its noise where that is more."""
    middle = statistics.median(savings)
    return abs(figure - middle) <= max(CLOSE * abs(middle), least, _open(savings))


def _open(values: Sequence[float]) -> float:
    """Two standard errors of the middle, by the spread of the rounds."""
    return 2 * statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0


def savings(without: Times, with_it: Times) -> list[float]:
    """Round by round: what the cache saved."""
    return [without[one] - with_it[one] for one in sorted(without.keys() & with_it.keys())]
