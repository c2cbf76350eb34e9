"""What an experiment says about one kept name: which options are slower than the best, and which to take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from operator import itemgetter

from hotset.lab.options import Family
from hotset.lab.records import Record, Records
from hotset.lab.statistics import Ratio, Times, median, ratio
from hotset.memory.levels import NONE

FEWEST_ROUNDS = 3
WORTH = 1.05  # an option this much slower, or less, is as good: more rounds to tell them apart are not worth their time
NEAR = 1.02  # as near to the best as this, and not proven slower: the same
FAR = 1.25  # one that may be slower than this has not been measured well enough to be called the same


@dataclass(frozen=True)
class Verdict:
    """`best` is fastest by estimate; `alike` do not differ from it beyond noise; `open` are those not decided yet.

    `take` is what to take if it is decided, and not to be told of before.
    """

    name: str
    best: str
    take: str
    alike: tuple[str, ...]
    open: tuple[str, ...]
    slower: Mapping[str, Ratio]  # to the best
    to_none: Mapping[str, Ratio]
    relative: Mapping[str, float]  # every option's time, that of NONE being 1; the fastest first
    rounds: int
    unmeasured: tuple[str, ...] = ()  # options without a time: they failed, or the time was not enough

    @property
    def decided(self) -> bool:
        return not self.open and bool(self.slower) and self.rounds >= FEWEST_ROUNDS

    @property
    def recommended(self) -> str | None:
        return self.take if self.decided else None

    @property
    def has_winner(self) -> bool:
        return self.decided and self.alike == (self.best,)

    def saves_seconds(self, records: Records, family: Family) -> float | None:
        """What the choice saves a run, by the median over the rounds, against keeping nothing."""
        chosen, none = (records.times(family.options[label].key) for label in (self.take, NONE))
        return median([none[one] - chosen[one] for one in none.keys() & chosen.keys()])


def judge(family: Family, records: Records, confidence: float) -> Verdict | None:
    """None while nothing has been measured. Comparisons share the error that is allowed.

    All are compared by the rounds that they share with NONE, which runs in each; where NONE failed, with another one.
    """
    times = {label: records.times(option.key) for label, option in family.options.items()}
    none = times.get(NONE) or max(times.values(), key=len, default={})
    times = {label: of_one for label, of_one in times.items() if of_one.keys() & none.keys()}
    if not times:
        return None
    relative = {label: exp(_mean_log(of_one, none)) for label, of_one in times.items()}
    best = min(relative, key=relative.__getitem__)
    pairs = max(1, len(times) * (len(times) - 1) // 2)  # any of which the best and another one may turn out to be
    slower = _ratios(times, times[best], 1 - (1 - confidence) / pairs, leave_out=best)
    alike = (best, *(label for label, one in slower.items() if _is_alike(one)))
    undecided = tuple(label for label, one in slower.items() if label not in alike and one.low <= 1)
    enough = len(none.keys() & times[best].keys())
    if enough < FEWEST_ROUNDS:
        alike, undecided = (best,), tuple(slower)
    to_none = _ratios(times, none, confidence, leave_out=NONE) if NONE in times else {}
    take = least_memory(_no_loss(alike, best, to_none), family, records)
    relative = dict(sorted(relative.items(), key=itemgetter(1)))
    unmeasured = tuple(label for label in family.options if label not in times)
    return Verdict(family.name, best, take, alike, undecided, slower, to_none, relative, enough, unmeasured)


def _no_loss(alike: Sequence[str], best: str, to_none: Mapping[str, Ratio]) -> tuple[str, ...]:
    """Of those like the best the ones that are not slower than keeping nothing, by their own interval."""
    return tuple(label for label in alike if label in (best, NONE) or label not in to_none or to_none[label].high < 1)


def is_settled(verdict: Verdict) -> bool:
    """Whether further rounds would tell nothing that is worth knowing."""
    if verdict.rounds < FEWEST_ROUNDS:
        return False
    return all(one.low > 1 or one.high <= WORTH for one in verdict.slower.values())


def is_out(verdict: Verdict, label: str) -> bool:
    """Whether an option is so much slower that it need not run any more; NONE stays, as the measure of all."""
    found = verdict.slower.get(label)
    return label != NONE and found is not None and found.rounds >= FEWEST_ROUNDS and found.low > WORTH


def least_memory(labels: Iterable[str], family: Family, records: Records) -> str:
    """NONE where it is among them, else what takes the least memory, then the least disk; then the first."""

    def takes(label: str) -> tuple[bool, float, float]:
        ran = records.of(family.options[label].key)
        return (label != NONE, _bytes(ran, family.name, "memory_bytes"), _bytes(ran, family.name, "disk_bytes"))

    return min(labels, key=takes)


def _bytes(ran: list[Record], name: str, what: str) -> float:
    stored = (record.kept.get(name) for record in ran)
    return median([getattr(one, what) for one in stored if one]) or 0.0


def _is_alike(one: Ratio) -> bool:
    return one.high <= WORTH or (one.low <= 1 and one.value <= NEAR and one.high <= FAR)


def _mean_log(ours: Times, theirs: Times) -> float:
    shared = ours.keys() & theirs.keys()
    return sum(log(ours[one] / theirs[one]) for one in shared) / len(shared)


def _ratios(times: Mapping[str, Times], base: Times, confidence: float, *, leave_out: str) -> dict[str, Ratio]:
    found = {label: ratio(of_one, base, confidence) for label, of_one in times.items() if label != leave_out}
    return {label: one for label, one in found.items() if one}
