"""An experiment from Python: a job's options in as many rounds as asked for, and nothing said about them."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hotset.lab.crew import Crew, OutOfTime, error_of
from hotset.lab.experiment import Experiment
from hotset.lab.options import (
    ARROW,
    ARROW_CONF,
    AS_THE_JOB_HAS_IT,
    OFF_HEAP,
    Family,
    Option,
    all_options,
    families,
)
from hotset.lab.records import Record, Records
from hotset.session.scratch import scratch_directory


@dataclass(frozen=True)
class Compared:
    """`records.of(option.key)`: an option's counted runs. `families`: by kept name, the label of each option."""

    probe: Record
    families: Sequence[Family]
    records: Records

    def runs(self) -> dict[str, dict[str, list[Record]]]:
        """kept name -> label -> its counted runs, in the order of their rounds."""
        return {
            family.name: {label: self.records.of(option.key) for label, option in family.options.items()}
            for family in self.families
        }


def compare(
    target: str,
    arguments: Sequence[str],
    rounds: int,
    *,
    records: Path,
    levels: Sequence[str] = (),
    by: Mapping[str, str] | None = None,
    off_heap_bytes: int = 0,
    options: Sequence[Option] | None = None,
    tell: Callable[[Option, int], None] = lambda _option, _round: None,
    patience_s: float = 3600,
) -> Compared:
    """Every option in each of so many rounds; a file of records that has some of them already is completed.

    `options`, where given, are run instead of those that the kept names and `levels` make. Raises HotsetError when the
    job fails as it is, or its answers differ; an option that fails has its reason in `records.failures()`.
    """
    off_heap = off_heap_conf(off_heap_bytes) if off_heap_bytes else {}
    with scratch_directory("hotset-lab-") as scratch:
        crew = Crew(target, tuple(arguments), scratch, {ARROW: ARROW_CONF, OFF_HEAP: off_heap})
        experiment = Experiment(crew, Records(records), time.monotonic() + patience_s, tell)
        try:
            probe = probed(experiment)
            found = families(probe, levels, by or {}, off_heap)
            chosen = all_options(found) if options is None else options
            with suppress(OutOfTime):
                while experiment.records.last_round < rounds and experiment.alive(chosen):
                    experiment.warm_up(experiment.alive(chosen))
                    experiment.round(experiment.alive(chosen))
        finally:
            crew.close()
    return Compared(probe, found, experiment.records)


def probed(experiment: Experiment) -> Record:
    """The run of the job as it is: an earlier one, or a new one. Raises HotsetError when the job fails."""
    known = (one for one in experiment.records.all if one.option == AS_THE_JOB_HAS_IT.key and not one.error)
    probe = next(known, None) or experiment.probe(AS_THE_JOB_HAS_IT)
    if probe.error:
        raise error_of(probe)
    return probe


def off_heap_conf(size_bytes: int) -> dict[str, str]:
    """What Spark needs before anything can lie at OFF_HEAP."""
    return {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": f"{size_bytes}b"}
