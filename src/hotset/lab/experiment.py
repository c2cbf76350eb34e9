"""The runs of an experiment in their order: warm-ups, then rounds in which every option runs once."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from hotset.errors import DataError
from hotset.lab.answer import difference
from hotset.lab.crew import Crew, OutOfTime
from hotset.lab.options import AS_IT_IS, Option
from hotset.lab.records import WARM_UP, Record, Records

WARM_RUNS = 3  # of each session, and each option once: then the JVM has compiled what the job needs
TOO_SLOW = 5
WARM_S = 20.0  # a session that has worked this long is warm, however few runs it was


@dataclass
class Experiment:
    """Workers, the records that grow, and the moment when time is over."""

    crew: Crew
    records: Records
    deadline: float
    tell: Callable[[Option, int], None] = lambda _option, _round: None
    warm: dict[str, int] = field(default_factory=dict)  # kind of session -> which of them is warm

    def probe(self, option: Option) -> Record:
        """The job as it is: what it keeps, and how long it takes. A cold run, which counts for nothing else."""
        return self._run(option, WARM_UP)

    def warm_up(self, options: Sequence[Option]) -> None:
        """Brings every session of these options to its working temperature. Raises OutOfTime."""
        for kind in dict.fromkeys(option.session for option in options):
            if self._is_warm(kind):
                continue
            here = [option for option in options if option.session == kind]
            spent, runs = 0.0, 0
            while here and runs < max(WARM_RUNS, len(here)) and spent < WARM_S:
                record = self._run(here[runs % len(here)], WARM_UP)
                spent += record.whole_seconds
                runs += 1
            self.warm[kind] = self.crew.session(kind)

    def round(self, options: Sequence[Option]) -> None:
        """Every option once, beginning with another one each time, and every other time backwards.

        Raises OutOfTime; what has run until then is recorded.
        """
        number = self.records.last_round + 1
        for option in in_turn(options, number):
            self.warm_up(self.alive([option]))  # its session may have died in this round
            self._run(option, number)

    def alive(self, options: Sequence[Option], out: Collection[str] = ()) -> list[Option]:
        """Those that have not failed and are not `out`."""
        failed = self.records.failures()
        return [option for option in options if option.key not in failed and option.key not in out]

    def _is_warm(self, kind: str) -> bool:
        return self.crew.session(kind) > 0 and self.warm.get(kind) == self.crew.session(kind)

    def _run(self, option: Option, number: int) -> Record:
        if option.key in self.records.failures():
            return Record(option.key, number)
        if time.monotonic() + self._expected(option) > self.deadline:
            raise OutOfTime
        self.tell(option, number)
        start = time.monotonic()
        try:
            record = self.crew.run(option, number, self.deadline)
        except OutOfTime:
            self._out_of_time(option, number, time.monotonic() - start)
            raise
        self.records.add(record)
        self._check_answer(record)
        return record

    def _expected(self, option: Option) -> float:
        """Seconds that the option took the last time; 0 when it never ran."""
        return next((one.whole_seconds for one in reversed(self.records.all) if one.option == option.key), 0.0)

    def _out_of_time(self, option: Option, number: int, seconds: float) -> None:
        """One that ran many times as long as all others is told of, and is not tried again."""
        longest = max((one.whole_seconds for one in self.records.all), default=0.0)
        if longest and seconds > TOO_SLOW * longest:
            why = f"not done after {seconds:.0f} s, when the time was over; the others took {longest:.1f} s at most"
            self.records.add(Record(option.key, number, error=why))

    def _check_answer(self, record: Record) -> None:
        """Raises DataError for another answer than that of the first run."""
        first = next((one for one in self.records.all if one.option == AS_IT_IS and not one.error), None)
        if record.error or first is None:
            return
        if found := difference(first.answers, record.answers):
            raise DataError(
                f"the answer changes with what is kept, got {found} under {record.option!r}; times of different "
                f"answers cannot be compared: see whether the job gives the same answer each time it runs"
            )


def in_turn(options: Sequence[Option], number: int) -> list[Option]:
    """The options as this round runs them: each begins with another one, and every other one goes backwards."""
    start = (number - 1) % len(options) if options else 0
    turned = [*options[start:], *options[:start]]
    return turned if number % 2 else turned[::-1]
