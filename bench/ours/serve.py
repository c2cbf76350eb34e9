"""A job of hotset's in a session that stays up: `python -m bench.ours.serve JOB ARGUMENT…` takes orders.

Each order is the whole job: plan, read, work, publish, report; only the session is there already.
"""

import sys

from bench.serve import serve
from hotset.run import run_job
from hotset.session.spark import Session, Wishes, open_session
from hotset.signals import Signals

JOB, ARGUMENTS = sys.argv[1], sys.argv[2:]


def start() -> Session:
    return open_session(Wishes("bench"))


def work(_session: Session, source: str, target: str) -> None:
    run_job(JOB, ["--input", source, "--output", target, *ARGUMENTS], Signals())


if __name__ == "__main__":
    serve(start, work, Session.close)
