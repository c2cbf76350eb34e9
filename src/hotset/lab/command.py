"""`hotset lab JOB`: what is kept under every level, measured, judged and, if asked for, written down."""

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from hotset.account import state_dir
from hotset.errors import HotsetError, OutputError
from hotset.job import Job, find_job
from hotset.lab.applied import measured_on
from hotset.lab.asked import LAB, LabOptions
from hotset.lab.compare import off_heap_conf
from hotset.lab.crew import Crew
from hotset.lab.laboratory import Lab
from hotset.lab.options import ARROW, ARROW_CONF, OFF_HEAP
from hotset.lab.worker import outputs_in
from hotset.memory.placed import load_own
from hotset.params import CommandLine, Options, Writes, marked, parse_for
from hotset.preflight import plan_run
from hotset.report.console import make_console, take_streams
from hotset.run import asked, tell, tell_lost
from hotset.session.asked import known_asks, result_settings
from hotset.session.machine import read_machine
from hotset.session.scratch import scratch_directory
from hotset.session.settings import Ask, winners
from hotset.signals import Signals

LEAST_OFF_HEAP = 256 * 1024**2


def main(target: str, arguments: Sequence[str]) -> NoReturn:
    """Experiments with the job, and exits with the code that hotset.errors draws; 130 after Ctrl-C."""
    os.umask(0o077)
    take_streams()
    signals = Signals()
    signals.catch()
    try:
        run_lab(target, arguments)
    except HotsetError as error:
        tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        make_console(stderr=True).print(
            "interrupted; what was measured is kept, and the same command goes on from there"
        )
        sys.exit(128 + signals.number)
    tell_lost()
    sys.exit(0)


def run_lab(target: str, arguments: Sequence[str]) -> None:
    """Raises HotsetError when the job fails as it is, or gives another answer each time it runs."""
    job = find_job(target)
    understood = parse_for(LAB, job, arguments)
    if understood is None:
        return
    params, options = understood
    if options.apply:  # what cannot be written into is told before an hour of measuring
        load_own(options.levels_file)
    asks = asked(options)
    with scratch_directory("hotset-lab-") as scratch:
        directory = _place(job, params, options, asks, scratch)
        with _alone(directory):
            master = winners(known_asks(asks)).get("spark.master")
            local = master is None or master.value.startswith("local")
            lab = Lab(job.name, options, directory, off_heap(asks), local)
            crew = Crew(target, tuple(arguments), scratch, {ARROW: ARROW_CONF, OFF_HEAP: lab.off_heap})
            lab.measure(crew)


def off_heap(asks: Sequence[Ask]) -> dict[str, str]:
    """The settings of a session that can keep data off the heap: a quarter of the machine's memory.

    None where the person set it up, or where there is too little memory.
    """
    if "spark.memory.offHeap.enabled" in winners(asks):
        return {}
    size = min(read_machine().memory_bytes // 4, read_machine().heap_bytes)
    return off_heap_conf(size) if size >= LEAST_OFF_HEAP else {}


def _place(job: Job, params: Any, options: LabOptions, asks: Sequence[Ask], scratch: Path) -> Path:
    """The directory of this experiment: by everything that its figures depend on. Raises what `hotset run` does."""
    ours = Options(report=scratch / "plan.json", max_bad=options.max_bad, on_empty=options.on_empty, again=True)
    plan = plan_run(job, CommandLine(outputs_in(scratch, params), ours), result_settings(tuple(asks)))
    facts = {
        "run": plan.run_key,
        "settings": {key: ask.value for key, ask in winners(asks).items()},
        "machine": measured_on(),
        "params": {name: str(value) for name, value in asdict(params).items() if name not in marked(params, Writes)},
    }
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    directory = state_dir(os.environ) / "lab" / f"{job.name}-{key}"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as why:
        raise OutputError(f"cannot make {directory}: {why.strerror}; set XDG_STATE_HOME to a place") from None
    return directory


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Raises OutputError when another process works on the same experiment."""
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"another `hotset lab` measures the same, see {directory}; wait for it") from None
        yield
