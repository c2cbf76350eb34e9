"""From the first run of a job to the verdicts: what to run, when it is enough, and what to say then."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from hotset.errors import UsageError
from hotset.lab.applied import apply
from hotset.lab.asked import LabOptions
from hotset.lab.compare import probed
from hotset.lab.crew import Crew, OutOfTime
from hotset.lab.experiment import WARM_RUNS, Experiment
from hotset.lab.options import PLAIN, Family, Option, all_options, families
from hotset.lab.page import write_page
from hotset.lab.progress import LabProgress
from hotset.lab.records import WARM_UP, Record, Records
from hotset.lab.show import Plan, say, show_family, show_kept, show_plan
from hotset.lab.statistics import median
from hotset.lab.verdict import FEWEST_ROUNDS, Verdict, is_out, is_settled, judge
from hotset.report.console import make_console
from hotset.signals import Signals

MOST_ROUNDS = 30
LEAST_OPTIONS = 3
WARM_RECORDS = 3  # the last warm-ups, by which the next runs are estimated
SESSION_S = 20.0


@dataclass(frozen=True)
class Lab:
    """One experiment: what is asked, and where its figures lie."""

    job: str
    options: LabOptions
    directory: Path
    off_heap: dict[str, str]
    local: bool

    def measure(self, crew: Crew) -> None:
        """Measures until all is decided or the time is over, then shows what there is."""
        records = Records(self.directory / "records.jsonl")
        if self.options.again:
            records.forget()
        console = make_console()
        deadline = time.monotonic() + self.options.budget.total_seconds()
        with LabProgress(make_console(stderr=True), deadline) as progress, _closing(crew):
            crew.starting = progress.starting
            experiment = Experiment(crew, records, deadline, progress.running)
            try:
                probe = probed(experiment)
            except OutOfTime:
                raise UsageError(
                    f"the first run of {self.job} is not over in --budget {self.options.budget}; give more"
                ) from None
            found = families(probe, self.options.wanted_levels(), self.options.columns_by_name(), self.off_heap)
            if not found:
                told = "keeps nothing, so there is nothing to compare; `hotset advise EVENTLOG` tells from an event log"
                say(console, f"{self.job} {told} of it what keeping would save")
                return
            progress.above(lambda out: show_kept(out, self.job, probe))
            self._rounds(experiment, found, progress)
        self._conclude(console, probe, found, records)

    def _rounds(self, experiment: Experiment, found: Sequence[Family], progress: LabProgress) -> None:
        """Runs rounds until it is enough, or the time is over."""
        records = experiment.records
        try:
            plan = None
            while not self._enough(experiment, found, plan.options if plan else all_options(found)):
                plan = plan or self._planned(experiment, found, progress)
                alive = experiment.alive(plan.options, self._out(records, found))
                if not alive:
                    return
                experiment.warm_up(alive)
                progress.rounds(records.last_round, self._most_rounds(), len(alive))
                experiment.round(experiment.alive(alive))
        except OutOfTime:
            pass

    def _planned(self, experiment: Experiment, found: Sequence[Family], progress: LabProgress) -> Plan:
        """What there is time for, as the warm runs of the plain session tell."""
        options = all_options(found)
        if not self.local:
            refuse_other_sessions(experiment, options)
        experiment.warm_up([option for option in experiment.alive(options) if option.session == PLAIN])
        left = experiment.deadline - time.monotonic()
        plan = affordable(experiment.alive(options), experiment.records, left, self.options.rounds)
        progress.above(lambda out: show_plan(out, plan, self.options))
        return plan

    def _most_rounds(self) -> int:
        return self.options.rounds or MOST_ROUNDS

    def _enough(self, experiment: Experiment, found: Sequence[Family], options: Sequence[Option]) -> bool:
        records = experiment.records
        running = experiment.alive(options, self._out(records, found))
        rounds = fewest(running, records)
        if rounds >= self._most_rounds() or self.options.rounds:
            return rounds >= self._most_rounds()
        verdicts = [judge(family, records, self.options.confidence) for family in found]
        return rounds >= FEWEST_ROUNDS and all(verdict and is_settled(verdict) for verdict in verdicts)

    def _out(self, records: Records, found: Sequence[Family]) -> set[str]:
        """Options that are out for every name that has them; with a given number of rounds none is."""
        if self.options.rounds:
            return set()
        keep: set[str] = set()
        out: set[str] = set()
        for family in found:
            verdict = judge(family, records, self.options.confidence)
            for label, option in family.options.items():
                (out if verdict and is_out(verdict, label) else keep).add(option.key)
        return out - keep

    def _conclude(
        self,
        console: Console,
        probe: Record,
        found: Sequence[Family],
        records: Records,
    ) -> None:
        verdicts: list[tuple[Family, Verdict]] = []
        for family in found:
            if verdict := judge(family, records, self.options.confidence):
                verdicts.append((family, verdict))
                show_family(console, family, verdict, records, self.options.confidence)
        if not verdicts or any(verdict.rounds < FEWEST_ROUNDS for _, verdict in verdicts):
            told = f"not decided: {FEWEST_ROUNDS} rounds are the least that say something, and there was time for"
            what = "the same command goes on, or give a larger --budget or fewer --levels"
            say(console, f"{told} {records.last_round}; {what}")
        page = write_page(self.directory / "page.html", self.job, probe, verdicts, records, self.options)
        say(console, f"page    {page}")
        say(console, f"records {records.file}")
        if self.options.apply:
            apply(console, self.job, probe, verdicts, records, self.options.levels_file)


def refuse_other_sessions(experiment: Experiment, options: Sequence[Option]) -> None:
    """A second session would wait for what the first one holds of a cluster, maybe for ever."""
    for option in experiment.alive(options):
        if option.session != PLAIN:
            why = (
                "needs a session of its own, for which a cluster may have no room; give its settings by --conf instead"
            )
            experiment.records.add(Record(option.key, WARM_UP, error=why))


def fewest(options: Sequence[Option], records: Records) -> int:
    """The rounds that each of these has at least."""
    return min((len(records.times(option.key)) for option in options), default=0)


def affordable(options: Sequence[Option], records: Records, seconds: float, rounds: int | None) -> Plan:
    """The options that can run often enough in this time; the least telling are left out, but never the first three.

    Another session takes its time to start and to get warm.
    """
    run_s = median([record.whole_seconds for record in records.all if not record.error][-WARM_RECORDS:]) or 0.0
    missing = max(1, (rounds or FEWEST_ROUNDS) - fewest(options, records))

    def cost(taken: Sequence[Option]) -> float:
        others = {option.session for option in taken} - {PLAIN}
        return run_s * missing * len(taken) + len(others) * (SESSION_S + WARM_RUNS * run_s)

    count = len(options)
    while count > LEAST_OPTIONS and cost(options[:count]) > seconds:
        count -= 1
    return Plan(options[:count], options[count:], run_s)


@contextmanager
def _closing(crew: Crew) -> Iterator[None]:
    """Ends every worker, whatever happened; a second Ctrl-C does not keep any of them alive."""
    try:
        yield
    finally:
        Signals.ignore()
        crew.close()
