"""Start-up: a session, a tiny query on a frame, a tiny one on an RDD, stop. The programs check their own answers."""

from bench.work import PYTHON, Program, Work

OURS = (PYTHON, "-m", "bench.ours.start")
SMALL = (*OURS, "--small")  # a run that knows its input to be small lets only the JVM's first compiler work

WORK = Work(
    name="start",
    title="Start-up: a session, two tiny queries, stop",
    programs=(
        Program("plain", "plain PySpark", (PYTHON, "-m", "bench.peers.plain_start")),
        Program("hotset", "hotset, size of the input unknown", OURS),
        Program("hotset+archive", "hotset, size unknown, after `hotset warm`", OURS, archive=True),
        Program("small", "hotset, a small input", SMALL),
        Program("small+archive", "hotset, a small input, after `hotset warm`", SMALL, archive=True),
    ),
    baseline="plain",
    quick=("plain", "small"),
)
