"""One call of the bench: measured, kept after each time, shown, and written where the page finds it."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.chart import draw
from bench.measure import measure
from bench.page import CHARTS, PAGE, RESULTS, update
from bench.place import Place
from bench.plan import Asked
from bench.results import Result, Section, Timing, load, save
from bench.table import conditions, growth_head, growth_rows, main_head, main_rows, remarks
from bench.work import Work


class Bench:
    """Takes a section from empty to shown."""

    def __init__(self, work: Work, section: Section, place: Place, console: Console, asked: Asked) -> None:
        self._work = work
        self._section = section
        self._place = place
        self._console = console
        self._asked = asked
        self._finished = RESULTS / f"{work.name}.json"
        self._unfinished = place.scratch / "unfinished" / f"{work.name}-{asked.section}.json"

    def run(self, *, resume: bool) -> bool:
        """True if every program did its work."""
        self._take_over(resume=resume)
        measure(self._work, self._section, self._place, self._keep)
        self._show()
        if not self._asked.quick:
            self._write()
        return not self._section.failures()

    def _take_over(self, *, resume: bool) -> None:
        """The times of a call that was interrupted; with `resume`, those of the last results, even of other code."""
        for path in (self._unfinished, *([self._finished] if resume else [])):
            before = load(path)
            if before and self._section.go_on_from(before.sections.get(self._asked.section), other_source=resume):
                self._console.print(f"going on after {len(self._section.times)} times, from {path}")
                return
            if before:
                self._console.print(f"not going on with {path}: other sizes, seed, versions, machine or code")

    def _keep(self, timing: Timing) -> None:
        self._console.print(Text(told(timing)), soft_wrap=True)
        save(self._as_result(None), self._unfinished)

    def _as_result(self, before: Result | None) -> Result:
        result = before or Result(self._work.name, self._work.title)
        result.sections[self._asked.section] = self._section
        return result

    def _show(self) -> None:
        section = self._section
        head = growth_head(section) if self._asked.growth else main_head(section)
        table = Table(*head, title=self._work.title, title_justify="left")
        for row in growth_rows(section) if self._asked.growth else main_rows(section, next(iter(section.sizes))):
            table.add_row(*row)
        self._console.print(table)
        for line in (conditions(section), *remarks(section)):
            self._console.print(Text(line))

    def _write(self) -> None:
        result = self._as_result(load(self._finished))
        save(result, self._finished)
        if self._work.baseline and "main" in result.sections:
            draw(result, CHARTS / f"{result.work}.svg")
        on_page = update(PAGE, result)
        self._unfinished.unlink(missing_ok=True)
        told = f"and into {PAGE}" if on_page else f"; {PAGE} has no markers for {result.work}"
        self._console.print(f"written to {self._finished} {told}", soft_wrap=True)


def told(timing: Timing) -> str:
    """A line for the terminal: what was timed, and how the machine was just before."""
    what = f"{timing.size:>6} round {timing.round}  {timing.mode:<5}  {timing.program:<28}"
    how = f"load {timing.load_before:.1f}, {timing.busy_cores_before:.1f} cores busy"
    waited = f", waited {timing.waited_s:.0f} s" if timing.waited_s >= 1 else ""
    if timing.failed:
        return f"{what}   FAILED  ({how}{waited}): {timing.failed}"
    held = f"{timing.peak_pss_bytes / 1e9:5.2f} GB" if timing.peak_pss_bytes else " " * 8
    return f"{what} {timing.seconds:8.2f} s  {held}  ({how}{waited})"
