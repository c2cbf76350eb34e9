"""One program's work, once: from start to exit, or in a process that stays up; the answer is compared either way."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.inputs import made_input, true_answer
from bench.place import Place
from bench.warm import WarmProgram
from bench.whole import FailedError, run_whole, with_paths
from bench.work import Program, Work


@dataclass(frozen=True)
class Task:
    """A work on one input, and its true answer."""

    work: Work
    place: Place
    source: Path | None
    truth: Any

    @classmethod
    def of(cls, work: Work, place: Place, size: int, seed: int) -> "Task":
        """Makes the input unless it is there already."""
        if work.data is None:
            return cls(work, place, None, None)
        source = made_input(work.data, size, seed, place.scratch)
        return cls(work, place, source, true_answer(work.data, source))

    @contextmanager
    def answered(self, program: Program) -> Iterator[Path]:
        """A path for the program's answer. Raises FailedError at the end when it is not the true one."""
        with self.place.output() as target:
            yield target
            if difference := self._difference(program, target):
                raise FailedError(f"wrong answer: {difference}")

    def _difference(self, program: Program, target: Path) -> str:
        if program.read is None or self.work.data is None:
            return ""
        try:
            return self.work.data.differ(self.truth, program.read(target))
        except (OSError, ValueError, SyntaxError) as error:
            return f"it cannot be read: {type(error).__name__}: {error}"


class Whole:
    """Times programs from start to exit."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def perform(self, program: Program) -> tuple[float, int | None]:
        """Seconds and peak memory. Raises FailedError."""
        place = self._task.place
        log = place.log(f"{self._task.work.name}-{program.name}")
        with place.environment(program) as environment, self._task.answered(program) as target:
            command = with_paths(program.whole, self._task.source, target)
            whole = run_whole(command, environment, log, program.exit_code, place.timeout_s)
        return whole.seconds, whole.peak_pss_bytes

    def close(self) -> None:
        """Nothing stays up."""


class Warm:
    """Times programs that stay up; each is started, and does `small`, when it is needed first or after a failure."""

    def __init__(self, small: Task, task: Task) -> None:
        self._small = small
        self._task = task
        self._up: dict[str, tuple[WarmProgram, ExitStack]] = {}

    def perform(self, program: Program) -> tuple[float, int | None]:
        """Seconds; memory is not watched, as it would show what earlier orders left behind. Raises FailedError."""
        try:
            if program.name not in self._up:
                self._start(program)
                self._order(program, self._small)
            return self._order(program, self._task), None
        except FailedError:
            self._stop(program.name)
            raise

    def close(self) -> None:
        for name in list(self._up):
            self._stop(name)

    def _start(self, program: Program) -> None:
        assert program.warm is not None
        place = self._task.place
        stack = ExitStack()
        environment = stack.enter_context(place.environment(program))
        running = WarmProgram(program.warm, environment, place.log(f"{self._task.work.name}-{program.name}-warm"))
        stack.callback(running.close)
        self._up[program.name] = (running, stack)

    def _order(self, program: Program, task: Task) -> float:
        assert task.source is not None
        running, _ = self._up[program.name]
        with task.answered(program) as target:
            return running.order(task.source, target, task.place.timeout_s)

    def _stop(self, name: str) -> None:
        _, stack = self._up.pop(name)
        stack.close()
