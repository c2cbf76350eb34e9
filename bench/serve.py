"""Programs as the bench runs them: once and out, or up and taking orders."""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

State = TypeVar("State")
Start = Callable[[], State]
DoWork = Callable[[State, str, str], None]
Stop = Callable[[State], None]


def main(start: Start[State], work: DoWork[State], stop: Stop[State]) -> None:
    """A peer's command line: `INPUT OUTPUT` does the work once, `--serve` takes orders."""
    if sys.argv[1:] == ["--serve"]:
        serve(start, work, stop)
    elif len(sys.argv) == 3:
        state = start()
        work(state, sys.argv[1], sys.argv[2])
        stop(state)
    else:
        sys.exit(f"expected INPUT OUTPUT, or --serve, got {sys.argv[1:]}")


def serve(start: Start[State], work: DoWork[State], stop: Stop[State]) -> None:
    """Answers each order on stdin, {"input": …, "output": …}, with {"seconds": …} or {"failed": …}: JSON lines."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the program prints goes to its log, not between the answers
    state = start()
    for line in sys.stdin:
        order = json.loads(line)
        begin = time.monotonic()
        try:
            work(state, order["input"], order["output"])
            answer: dict[str, float | str] = {"seconds": time.monotonic() - begin}
        except Exception as error:
            traceback.print_exc()
            answer = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
    stop(state)
