"""What begins in a log ends in it: where Spark dropped an event, one of the two is missing, or a number."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

NAMED_MANY = 5


class Pairs:
    """Begins and ends of one kind, by their numbers."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._begun: set[tuple[int, int]] = set()
        self._ended: set[tuple[int, int]] = set()
        self._named: set[int] = set()  # known to have been there, though they need not have run
        self._ran: set[int] = set()  # known to have run
        self._twice: set[int] = set()
        self.are_out_of_order = False

    def begin(self, number: int, attempt: int = 0) -> None:
        self.are_out_of_order |= (number, attempt) in self._ended
        self._begun.add((number, attempt))

    def end(self, number: int, attempt: int = 0) -> bool:
        """Whether it has not ended before."""
        if (number, attempt) in self._ended:
            self._twice.add(number)
            return False
        self._ended.add((number, attempt))
        return True

    def name(self, numbers: Iterable[int]) -> None:
        """They took their numbers, and may have had nothing to do."""
        self._named.update(numbers)

    def ran(self, number: int) -> None:
        """It is told of by what ran for it."""
        self._ran.add(number)

    def twice(self) -> Iterator[str]:
        """In words whose end is there more than once."""
        if self._twice:
            yield f"the end of its {self._kind} {numbered(self._twice)} is in it twice"

    def missing(self) -> Iterator[str]:
        """In words which numbers are not there."""
        if missing := gaps_in({*(number for number, _ in self._begun), *self._named}):
            yield f"of its {self._kind} {missing} missing"

    def halves(self, *, has_end: bool) -> Iterator[str]:
        """In words of which only one event is there; while the log has no end, theirs may still come."""
        begun = {number for number, _ in self._begun}
        # of several, Spark does not drop just all beginnings: somebody has left these events out of the whole log
        left_out = not begun and len(self._ended) > 1
        if not left_out and (without := {number for number, _ in self._ended - self._begun} | (self._ran - begun)):
            yield f"of its {self._kind} {numbered(without)} {_verb(without)} not begin in it"
        if has_end and (without := {number for number, _ in self._begun - self._ended}):
            yield f"of its {self._kind} {numbered(without)} {_verb(without)} not end in it"


def gaps_in(numbers: Iterable[int]) -> str:
    """`1 is`, `1, 2 are`, `3 to 99 are`; nothing where all are there from 0 up to the largest."""
    there = sorted(set(numbers))
    ranges = [(one + 1, other - 1) for one, other in pairwise([-1, *there]) if other > one + 1]
    if not ranges:
        return ""
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"{_told(ranges)} {'is' if single else 'are'}"


def numbered(numbers: Iterable[int]) -> str:
    """`1`, `1, 3 to 5`; of many the first ones."""
    ranges: list[tuple[int, int]] = []
    for one in sorted(set(numbers)):
        if ranges and one == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], one)
        else:
            ranges.append((one, one))
    return _told(ranges)


def _told(ranges: list[tuple[int, int]]) -> str:
    told = [f"{low}" if low == high else f"{low} to {high}" for low, high in ranges[:NAMED_MANY]]
    return f"{', '.join(told)}{', …' if len(ranges) > NAMED_MANY else ''}"


def _verb(numbers: set[int]) -> str:
    return "does" if len(numbers) == 1 else "do"
