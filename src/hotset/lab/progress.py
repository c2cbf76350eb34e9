"""What the person sees while an experiment works: a moving line on a terminal, a plain line a round elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from hotset.lab.options import Option
from hotset.lab.records import WARM_UP
from hotset.report.terminal import printable


class LabProgress:
    """Shows the run under way, and the time that is left of the budget."""

    def __init__(self, console: Console, deadline: float) -> None:
        self._console, self._deadline, self._start = console, deadline, time.monotonic()
        self._round, self._rounds, self._options = WARM_UP, "", 0
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[left]}"),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=deadline - self._start, left="")

    def __enter__(self) -> "LabProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def above(self, show: Callable[[Console], None]) -> None:
        """Prints what stays, above the moving line."""
        show(self._console)

    def starting(self, kind: str) -> None:
        self._say(f"start the {kind} session")

    def running(self, option: Option, number: int) -> None:
        """One run begins."""
        what = "warm-up" if number == WARM_UP else f"round {number}{self._rounds}"
        self._say(f"{what} · {option.key}")

    def rounds(self, done: int, most: int, options: int) -> None:
        """Another round begins, out of so many at most."""
        self._rounds = f" of {most} at most"
        if self._bar.disable:
            self._console.print(
                f"  round {done + 1} of {most} at most, {options} options, {self._left()}",
                soft_wrap=True,
                highlight=False,
            )

    def _say(self, what: str) -> None:
        done = time.monotonic() - self._start
        self._bar.update(self._task, description=printable(what), completed=done, left=self._left())

    def _left(self) -> str:
        left = max(0.0, self._deadline - time.monotonic())
        return f"{left // 60:.0f}:{left % 60:02.0f} left"
