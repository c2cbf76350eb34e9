"""The command `hotset advise`."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from hotset.advice.advising import advise as judge
from hotset.advice.applying import apply as write_levels
from hotset.advice.applying import told
from hotset.advice.show import show
from hotset.memory.placed import DEFAULT_FILE, load_own
from hotset.report.console import make_console
from hotset.report.terminal import printable


def advise(
    eventlog: Annotated[
        Path,
        Parameter(
            help="event log of Spark 3.5 to 4.x: a file, a zip, or the directory of a rolling one; "
            "an output or a report of `hotset run` stands for the log of its run"
        ),
    ],
    other: Annotated[Path | None, Parameter(help="log of the same program without the cache, or with it")] = None,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="print everything as JSON")] = False,
    apply: Annotated[bool, Parameter(negative="", help="write the levels, which later runs of the job follow")] = False,
    levels_file: Annotated[Path, Parameter(help="where --apply writes to")] = DEFAULT_FILE,
) -> None:
    """Say which caches of a Spark application pay, which do not, and what is computed again and again without one.

    One log gives intervals, two of the same program figures. Spark need not run, and nothing in a log is run.
    """
    if apply:
        load_own(levels_file)
    advice = judge(eventlog, other)
    if json:
        sys.stdout.write(f"{msgspec.json.format(msgspec.json.encode(advice)).decode()}\n")
    else:
        show(advice, make_console())
    if apply:
        out = sys.stderr if json else sys.stdout
        for line in told(*write_levels(advice, levels_file), levels_file):
            out.write(f"{printable(line)}\n")
