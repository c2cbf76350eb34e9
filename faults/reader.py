"""A reader that looks at an output all the time, and keeps every problem that it sees."""

import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple


class Seen(NamedTuple):
    """What one look found: a problem, or something that is worth a count; both empty for a whole version."""

    problem: str = ""
    remark: str = ""


class LiveReader:
    """Reads in a thread while the block runs."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self.reads = 0
        self.problems: list[str] = []
        self.remarks: Counter[str] = Counter()
        self._look = look
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "LiveReader":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            seen = self._look()
            self.reads += 1
            if seen.problem:
                self.problems.append(seen.problem)
            if seen.remark:
                self.remarks[seen.remark] += 1
