"""The bench's command line: `make bench JOB=wordcount ARGS='--size 300MB --rounds 3'`, or `python -m bench`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import cyclopts
from rich.console import Console

from bench.place import Place, chosen_java
from bench.plan import Asked, new_section
from bench.session import Bench
from bench.work import ROOT, Work
from bench.works import find_work
from hotset.errors import HotsetError
from hotset.signals import Signals

Help = cyclopts.Parameter
SCRATCH = ROOT / "out" / "bench"
LOG_COLUMNS = 160  # of a file or a pipe, where nobody says how wide it is


def main(
    job: Annotated[str, Help(help="the work: a module of bench/works")],
    *,
    size: Annotated[str, Help(help="of the generated input: by default 300MB, or 10Mrows where it has rows")] = "",
    rounds: Annotated[int, Help(help="of each program in each mode")] = 3,
    seed: Annotated[int, Help(help="of the generated input")] = 7,
    programs: Annotated[str, Help(help="only these, with commas between them")] = "",
    modes: Annotated[str, Help(help="whole, warm, or both with a comma between them")] = "whole,warm",
    growth: Annotated[
        str, Help(help="sizes to compare instead of timing one: 30MB,300MB,3GB or 1Mrows,10Mrows,30Mrows")
    ] = "",
    java: Annotated[Path | None, Help(help="JAVA_HOME of all programs, instead of the one that hotset finds")] = None,
    resume: Annotated[
        bool, Help(help="keep the good times of the last results, add what they lack", negative="")
    ] = False,
    quick: Annotated[
        bool, Help(help="see that it works: tiny input, one round, results thrown away", negative="")
    ] = False,
    patience: Annotated[float, Help(help="seconds to wait for a quiet machine before each time")] = 60,
    timeout: Annotated[float, Help(help="seconds after which a program is ended, and has failed")] = 3600,
    scratch: Annotated[Path, Help(help="where inputs, archives and unfinished results are kept")] = SCRATCH,
) -> None:
    """Time a work on hotset and on its peers; every answer is compared before its time counts."""
    signals = Signals()
    signals.catch()  # SIGTERM too leaves no program behind
    asked = Asked(size, rounds, seed, programs, modes, growth, quick)
    try:
        with _kept(scratch, thrown_away=quick) as directory:
            place = Place(directory, chosen_java(java), 0 if quick else patience, timeout)
            good = run(find_work(job), asked, place, resume=resume)
    except HotsetError as error:
        sys.exit(f"ERROR {error.exit_code} {error}")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the same command goes on where this one stopped\n")
        sys.exit(128 + signals.number)
    sys.exit(0 if good else 1)


def run(work: Work, asked: Asked, place: Place, *, resume: bool) -> bool:
    """True if every program did its work."""
    console = Console(width=None if sys.stdout.isatty() else LOG_COLUMNS)
    if any(program.archive for program in asked.programs_of(work)):
        console.print("making the start-up archive, which takes a minute when it is not there yet")
    return Bench(work, new_section(work, asked, place), place, console, asked).run(resume=resume)


@contextmanager
def _kept(scratch: Path, *, thrown_away: bool) -> Iterator[Path]:
    """The scratch directory, or one that is removed at the end."""
    if thrown_away:
        with tempfile.TemporaryDirectory(prefix="hotset-bench-") as directory:
            yield Path(directory)
    else:
        scratch.mkdir(parents=True, exist_ok=True)
        yield scratch.absolute()


if __name__ == "__main__":
    cyclopts.run(main)
