"""The event log that a path stands for: itself, or that of the run that made an output or wrote a report."""

import re
from pathlib import Path

import msgspec

from hotset.data.destination import records_beside
from hotset.data.manifest import Manifest, load_manifest
from hotset.errors import InputError

LARGEST_REPORT = 64 * 1024**2
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
IN_PROGRESS = ".inprogress"


class RunRecord(msgspec.Struct):
    """What a report says of the run's event log."""

    run_id: str
    job: str
    layout: int
    event_log: str | None = None


def log_of(path: Path) -> Path:
    """Raises InputError for an output or a report of a run of which there is no event log to be read."""
    if manifest := load_manifest(path):
        return _log_of_run(_made_by(path, manifest), path)
    record = _report_at(path)
    return _log_of_run(record, path) if record else path


def _made_by(output: Path, manifest: Manifest) -> RunRecord:
    """The report of the run that made the version, or added to it last."""
    run_id = manifest.history[-1].run_id
    place = records_beside(output.resolve()) / f"{run_id}.json"
    record = _report_at(place)
    if record is None:
        raise InputError(f"no report of the run that made {str(output)!r} at {str(place)!r}; give its event log, "
                         "or the report that --report put elsewhere")  # fmt: skip
    return record


def _report_at(path: Path) -> RunRecord | None:
    """The report of a run of ours; None for anything else."""
    try:
        if path.suffix != ".json" or path.stat().st_size > LARGEST_REPORT:
            return None
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (OSError, ValueError):  # ValueError: no JSON, or JSON of something else
        return None


def _log_of_run(record: RunRecord, given: Path) -> Path:
    named = f"the run {record.run_id} of {record.job}, to which {str(given)!r} belongs,"
    if record.event_log is None:
        raise InputError(f"{named} wrote no event log; `hotset run {record.job} … --again --if-exists replace "
                         "--conf spark.eventLog.enabled=true` makes one")  # fmt: skip
    scheme = SCHEME.match(record.event_log)
    if scheme and scheme[1].lower() != "file":
        raise InputError(f"{named} wrote its event log to {record.event_log!r}; copy it here and give the copy")
    log = Path("/", record.event_log.removeprefix("file:").lstrip("/"))
    for place in (log, log.with_name(f"{log.name}{IN_PROGRESS}")):
        if place.exists():
            return place
    raise InputError(f"{named} wrote its event log to {str(log)!r}, and it is gone; give a copy, or run it again")
