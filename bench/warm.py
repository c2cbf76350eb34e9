"""A program that stays up and takes orders: bench.serve seen from the other side."""

import json
import select
import subprocess
from pathlib import Path

from bench.whole import FailedError, end_tree, tail
from bench.work import ROOT, Command

STOP_S = 60


class WarmProgram:
    """A running process. Close it."""

    def __init__(self, command: Command, environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout

    def order(self, source: Path, target: Path, timeout_s: float) -> float:
        """The seconds that it took by its own clock. Raises FailedError; it is of no use any more then."""
        try:
            self._orders.write(json.dumps({"input": str(source), "output": str(target)}).encode() + b"\n")
            self._orders.flush()
            answered, _, _ = select.select([self._answers], [], [], timeout_s)
        except BrokenPipeError:
            answered = [self._answers]  # it has ended, which reading finds out
        line = self._answers.readline() if answered else b""
        if not line:
            why = "has ended" if answered else f"did not answer in {timeout_s:.0f} s"
            raise FailedError(f"{why}; its output ends with\n{tail(self._log)}")
        answer = json.loads(line)
        if "failed" in answer:
            raise FailedError(f"{answer['failed']}; its output ends with\n{tail(self._log)}")
        return float(answer["seconds"])

    def close(self) -> None:
        """Lets it stop what it started, and sees to it that it has."""
        try:
            self._orders.close()
            self._process.wait(STOP_S)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            end_tree(self._process.pid)
        finally:
            self._process.wait()
            self._answers.close()
