"""A job of hotset's in a session that stays up: `python -m bench.ours.serve JOB ARGUMENT…` takes orders.

`{input}` and `{output}` in the arguments stand for the paths of an order. Each order is the whole job: plan, read,
work, publish, report; only the session is there already.
"""

import sys
from pathlib import Path

from bench.serve import serve
from bench.whole import with_paths
from hotset.run import run_job
from hotset.session.spark import Session, Wishes, open_session
from hotset.signals import Signals

JOB, ARGUMENTS = sys.argv[1], tuple(sys.argv[2:])
ROWS_PASS = {"dataframe", "rdd", "rdd-combined"}  # methods whose rows pass through the JVM


def start() -> Session:
    """As the job's own run opens it."""
    return open_session(Wishes("bench", input_bytes=None if ROWS_PASS & {*ARGUMENTS} else 0))


def work(_session: Session, source: str, target: str) -> None:
    run_job(JOB, with_paths(ARGUMENTS, Path(source), Path(target)), Signals())


if __name__ == "__main__":
    serve(start, work, Session.close)
