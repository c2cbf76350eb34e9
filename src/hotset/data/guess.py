"""What is known of a type that nobody declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

# What becomes of a column decides what its texts may be taken for. `exact`: keys, what is counted by its different
# values, and whatever is published as it is: a type only where each text is that value's own text again. `measure`:
# sums and means, `ordered`: least and greatest, `time`: the time of a reading; all these are parsed as numbers and
# times are. What is `unused` is not read: its type does not matter, and none is guessed.
Role = Literal["exact", "measure", "ordered", "time", "unused"]


@dataclass(frozen=True)
class Roles:
    """What becomes of the columns that have a name here, and of all others."""

    named: Mapping[str, Role] = field(default_factory=dict)
    others: Role | Callable[[str], Role] = "exact"

    def of(self, name: str) -> Role:
        others = self.others if isinstance(self.others, str) else self.others(name)
        return self.named.get(name, others)


@dataclass(frozen=True)
class Guess:
    """How a type was guessed, which later rows are held to.

    `form` is how every value of an exact column is written, or how long the texts of an ordered column of whole numbers
    are, if they are all alike and may be codes; `why` what keeps a column of numbers from being one, and
    `empty` says that there was no value to tell a type from.
    """

    role: Role = "exact"
    form: str = ""
    why: str = ""
    empty: bool = False
