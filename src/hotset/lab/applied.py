"""What is recommended, written into the file of levels for later runs to follow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from platform import python_version

from rich.console import Console

from hotset.lab.options import Family
from hotset.lab.records import Record, Records
from hotset.lab.show import say
from hotset.lab.statistics import median
from hotset.lab.verdict import Verdict
from hotset.memory.levels import Level
from hotset.memory.placed import Placement, write_placements
from hotset.preflight import versions
from hotset.session.machine import GIB, read_machine

BY = "hotset lab"


def apply(
    console: Console,
    job: str,
    probe: Record,
    verdicts: Sequence[tuple[Family, Verdict]],
    records: Records,
    file: Path,
) -> None:
    """Writes a line for each name that is decided, and says so. Raises UsageError, OutputError for the file."""
    decided = [(family, verdict) for family, verdict in verdicts if verdict.recommended]
    if decided:
        write_placements(file, [placement(job, probe, family, verdict, records) for family, verdict in decided])
    for family, verdict in verdicts:
        taken = verdict.recommended
        told = f"{taken} is written to {file}" if taken else "nothing is written: not decided"
        say(console, f"{family.name}: {told}")


def placement(job: str, probe: Record, family: Family, verdict: Verdict, records: Records) -> Placement:
    """The line for one name, with what was measured beside it."""
    option = family.options[verdict.take]
    kept = [record.kept[family.name] for record in records.of(option.key) if family.name in record.kept]
    stored = median([float(one.memory_bytes + one.disk_bytes) for one in kept])
    saved = verdict.saves_seconds(records, family)
    return Placement(
        job=job,
        name=family.name,
        level=Level.parse(option.levels.get(family.name, verdict.take)),
        input_bytes=probe.input_bytes,
        kept_bytes=None if stored is None else int(stored),
        memory_bytes=probe.storage_memory_bytes,
        machine=measured_on(),
        measured=f"{datetime.now(UTC):%Y-%m-%d}",
        by=BY,
        saves_seconds=None if saved is None else round(saved, 3),
        conf=dict(option.conf),
    )


def measured_on() -> str:
    """This machine and what runs on it, in words."""
    machine = read_machine()
    memory = f"{machine.memory_bytes / GIB:.1f} GiB"
    return f"{machine.cores} cores, {memory}, Python {python_version()}, Spark {versions()['pyspark']}"
