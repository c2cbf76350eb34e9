"""Whether the foundation is slow: start-up and word count from start to exit against plain PySpark, and how long
a wrong command takes to be told so.

    make bench-foundation            (or: python -m bench.foundation --size 300MB --rounds 3)

Prints a table and writes bench/results/foundation.json.
"""

import ast
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import cyclopts
from rich.console import Console
from rich.table import Table

from bench.measure import Command, Timing, as_record, in_turn, machine, ratio
from hotset.data.zipf import parse_size, write_text
from hotset.session.java import find_java

HERE = Path(__file__).parent
RESULT = HERE / "results" / "foundation.json"
CONSOLE = Console()
START = {"plain": HERE / "peers" / "plain_start.py", "hotset": HERE / "hotset_start.py"}
ENGINES = ("rdd", "dataframe")
WRONG = {  # arguments of word count -> exit code
    "unknown parameter": (["--input", "README.md", "--output", "out/x", "--min-cuont", "2"], 2),
    "ill-typed parameter": (["--input", "README.md", "--output", "out/x", "--min-count", "two"], 2),
    "missing input": (["--input", "nowhere", "--output", "out/x"], 3),
    "existing output": (["--input", "README.md", "--output", "src"], 6),
}


def main(
    *,
    size: Annotated[str, cyclopts.Parameter(help="of the generated text")] = "300MB",
    rounds: Annotated[int, cyclopts.Parameter(help="of each measurement")] = 5,
    output: Annotated[Path, cyclopts.Parameter(help="where the figures go")] = RESULT,
) -> None:
    """Measure start-up and word count, and write the figures down."""
    # one Java for all, and the driver's own Python in every worker: what a careful user of plain PySpark sets
    java = find_java(os.environ).java
    environment = {**os.environ, "JAVA_HOME": str(java.home), "PYSPARK_PYTHON": sys.executable}
    start = in_turn(
        {name: partial(_script, script) for name, script in START.items()},
        rounds,
        _no_check,
        environment,
        CONSOLE.print,
    )
    with tempfile.TemporaryDirectory(prefix="hotset-bench-") as scratch:
        words = word_counts(Path(scratch), parse_size(size), rounds, environment)
    wrong = refusals(rounds, environment)
    record = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine() | {"java": java.build},
        "size": size,
        "rounds": rounds,
        "start": as_record(start) | {"ratio": ratio(start["hotset"], start["plain"])},
        "refusals": as_record(wrong),
        "wordcount": as_record(words)
        | {"speed_up": {engine: ratio(words["classic"], words[engine]) for engine in ENGINES}},
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(record, indent=2) + "\n")
    _show(start, words)
    slowest = max(max(timing.seconds) for timing in wrong.values())
    CONSOLE.print(f"the slowest of {sum(len(timing.seconds) for timing in wrong.values())} refusals: {slowest:.2f} s")
    CONSOLE.print(f"written to {output}")


def word_counts(scratch: Path, size_bytes: int, rounds: int, environment: dict[str, str]) -> dict[str, Timing]:
    """classic, rdd, dataframe -> timings; every answer is compared with plain Python's."""
    text = scratch / "text.txt"
    write_text(text, size_bytes, seed=7)
    expected = Counter(word for line in text.open(encoding="utf-8") for word in line.rstrip("\n").split(" ") if word)

    def classic(number: int) -> Command:
        return [sys.executable, HERE / "peers" / "classic_wordcount.py", text, scratch / f"classic-{number}"]

    def ours(engine: str, number: int) -> Command:
        hotset = Path(sys.executable).with_name("hotset")
        output = scratch / f"{engine}-{number}"
        return [hotset, "run", "wordcount", "--input", text, "--output", output, "--engine", engine]

    def check(name: str, number: int) -> None:
        answer = _read(scratch / f"{name}-{number}")
        answer.pop("", None)  # the classic program counts the nothing between two spaces
        assert answer == expected, f"{name} counts something else"
        shutil.rmtree(scratch / f"{name}-{number}")

    commands = {"classic": classic} | {engine: partial(ours, engine) for engine in ENGINES}
    return in_turn(commands, rounds, check, environment, CONSOLE.print)


def refusals(rounds: int, environment: dict[str, str]) -> dict[str, Timing]:
    """How long it takes to say that a command is wrong, through the two doors that start no JVM."""
    doors: dict[str, list[str | Path]] = {
        "hotset": [Path(sys.executable).with_name("hotset"), "run", "wordcount"],
        "python": [sys.executable, HERE.parent / "jobs" / "wordcount.py"],
    }
    commands: dict[str, Callable[[int], Command]] = {}
    codes: dict[str, int] = {}
    for door, start in doors.items():
        for name, (arguments, code) in WRONG.items():
            commands[f"{door}, {name}"] = partial(_same, [*start, *arguments])
            codes[f"{door}, {name}"] = code
    return in_turn(commands, rounds, _no_check, environment, CONSOLE.print, codes)


def _same(command: Command, _number: int) -> Command:
    return command


def _read(directory: Path) -> dict[str, int]:
    """The counts that a program wrote as Python shows tuples."""
    lines = (line for part in sorted(directory.glob("part-*")) for line in part.read_text(encoding="utf-8").split("\n"))
    return dict(ast.literal_eval(line) for line in lines if line)


def _script(script: Path, _number: int) -> Command:
    return [sys.executable, script]


def _no_check(_name: str, _number: int) -> None:
    """The scripts check their own answers, and of a refusal the exit code is the answer."""


def _show(start: dict[str, Timing], words: dict[str, Timing]) -> None:
    table = Table("work", "program", "median s", "least", "most", "of plain (median of rounds)")
    for work, timings in (("start-up", start), ("word count", words)):
        plain = next(iter(timings.values()))
        for name, timing in timings.items():
            seconds = (timing.median, min(timing.seconds), max(timing.seconds))
            table.add_row(work, name, *(f"{value:.1f}" for value in seconds), f"{ratio(timing, plain)['median']:.2f}")
    CONSOLE.print(table)


if __name__ == "__main__":
    cyclopts.run(main)
