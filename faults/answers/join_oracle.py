"""What joins mean, in plain Python: every left row is held against every right one."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faults.answers.group_oracle import Row, comparable

Told = Counter[tuple[Hashable, ...]]


def told(rows: Iterable[Iterable[Any]]) -> Told:
    """Rows as they can be counted: NaN equals NaN, 0.0 equals -0.0."""
    return Counter(tuple(comparable(value) for value in row) for row in rows)


@dataclass(frozen=True)
class Oracle:
    """Both sides, each with the names of its columns; `on` says which column of the left is equal to which other."""

    left: list[Row]
    right: list[Row]
    left_names: Sequence[str]
    right_names: Sequence[str]
    on: Mapping[str, str]

    def joined(self, how: str) -> Told:
        """The rows that come out: the left columns, then the right ones but the keys."""
        pairs = [(one, other) for one in self.left for other in self.right if self._meet(one, other)]
        met = {id(row) for pair in pairs for row in pair}
        if how in ("semi", "anti"):
            return told(
                self._row(one, None)[: len(self.left_names)] for one in self.left if (id(one) in met) == (how == "semi")
            )
        rows = [self._row(one, other) for one, other in pairs]
        if how in ("left", "full"):
            rows += [self._row(one, None) for one in self.left if id(one) not in met]
        if how in ("right", "full"):
            rows += [self._row(None, other) for other in self.right if id(other) not in met]
        return told(rows)

    def _meet(self, left: Row, right: Row) -> bool:
        """Null meets nothing. Python compares numbers of different types by their exact values."""
        pairs = [(left[one], right[other]) for one, other in self.on.items()]
        return all(one is not None and comparable(one) == comparable(other) for one, other in pairs)

    def _row(self, left: Row | None, right: Row | None) -> list[Any]:
        """The keys are those of whichever side is there."""
        mine = [self._of_left(name, left, right) for name in self.left_names]
        return mine + [(right or {}).get(name) for name in self.right_names if name not in self.on.values()]

    def _of_left(self, name: str, left: Row | None, right: Row | None) -> Any:
        if left is not None:
            return left[name]
        return (right or {}).get(self.on[name]) if name in self.on else None
