"""What the person sees while a run works: one moving line on a terminal, a plain line a step elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

INTERVAL_S = 0.25

# (tasks done, tasks in all) of what Spark works on now; None when it is idle
Tasks = Callable[[], tuple[int, int] | None]


class RunProgress:
    """Shows the step under way; `watch` tells it where to ask for task counts once Spark is up."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks: Tasks = lambda: None
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("tasks"),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def watch(self, tasks: Tasks) -> None:
        self._tasks = tasks

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Shows `name` until the block ends; a plain line with its seconds where nothing can move."""
        start = time.monotonic()
        with self._moving(name):
            yield
        if not self._console.is_terminal:
            self._console.print(f"  {name}  {time.monotonic() - start:.1f} s", highlight=False, soft_wrap=True)

    @contextmanager
    def _moving(self, name: str) -> Iterator[None]:
        if self._bar.disable:
            yield
            return
        if self._bar.live.is_started:
            with self._renamed(name):
                yield
            return
        done = threading.Event()
        with self._bar:
            task = self._bar.add_task(name, total=None)
            poll = threading.Thread(target=self._follow, args=(task, done), daemon=True)
            poll.start()
            try:
                yield
            finally:
                done.set()
                poll.join()
                self._bar.remove_task(task)

    @contextmanager
    def _renamed(self, name: str) -> Iterator[None]:
        """For an inner step the line says what is done just now."""
        outer = self._bar.tasks[0]
        before = outer.description
        self._bar.update(outer.id, description=name)
        try:
            yield
        finally:
            self._bar.update(outer.id, description=before)

    def _follow(self, task: object, done: threading.Event) -> None:
        while not done.wait(INTERVAL_S):
            counts = self._tasks()
            if counts:
                self._bar.update(task, completed=counts[0], total=counts[1])  # type: ignore[arg-type]
