"""array-mean: `python -m bench.ours.array random|file METHOD INPUT OUTPUT`, or `… --serve`.

For random numbers only the shape of INPUT is looked at.
"""

import sys

import numpy as np

from bench.serve import main
from hotset.run import run_job
from hotset.session.spark import Session, Wishes, open_session
from hotset.signals import Signals

SERVES = sys.argv[-1] == "--serve"
SOURCE, METHOD = sys.argv.pop(1), sys.argv.pop(1)


def start() -> Session | None:
    """A session is up before the first order; from start to exit the run itself opens one."""
    return open_session(Wishes("bench", input_bytes=0)) if SERVES else None


def work(_session: Session | None, source: str, target: str) -> None:
    shape = np.load(source, mmap_mode="r").shape
    what = ("--input", source) if SOURCE == "file" else ("--shape", "x".join(map(str, shape)))
    engine = ("--engine", "spark") if METHOD == "columnar" else ()
    run_job("array-mean", ["--output", target, "--method", METHOD, *what, *engine], Signals())


def stop(session: Session | None) -> None:
    if session:
        session.close()


if __name__ == "__main__":
    main(start, work, stop)
