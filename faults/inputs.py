"""The input of a trial: ids of one generation, spread over days, some of them with a time that is none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

Rows = Counter[tuple[int, int]]  # (id, generation) -> how often
HEADER = "id,generation,day,at"
DAYS = 24


@dataclass(frozen=True)
class Ids:
    """What an input holds."""

    generation: int
    ids: int = 6000
    days: Sequence[int] = range(DAYS)
    bad_every: int = 0  # every so many ids one whose time is none; 0: never

    @property
    def rows(self) -> Rows:
        """Every row, good or bad."""
        return Counter((number, self.generation) for number in self._numbers())

    def write(self, directory: Path, files: int = 3) -> Path:
        """The directory, with so many CSV files."""
        directory.mkdir(parents=True)
        numbers = list(self._numbers())
        for part in range(files):
            lines = [HEADER, *(self._line(number) for number in numbers[part::files])]
            (directory / f"ids-{part}.csv").write_text("\n".join(lines) + "\n")
        return directory

    def _numbers(self) -> Iterable[int]:
        """An id says its day: id modulo DAYS."""
        return (number for number in range(self.ids) if number % DAYS in self.days)

    def _is_bad(self, number: int) -> bool:
        return bool(self.bad_every) and number % self.bad_every == 7

    def _line(self, number: int) -> str:
        time = "not a time" if self._is_bad(number) else f"2026-03-{number % 28 + 1:02}T{number % 24:02}:30:00"
        return f"{number},{self.generation},{number % DAYS:02},{time}"
