"""The event log that a path stands for: itself, or that of the run that made an output or wrote a report."""

import re
from dataclasses import dataclass
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
    exit_code: int | None = None


@dataclass(frozen=True)
class Found:
    """A log, with the report of the run that wrote it where that is known."""

    log: Path
    record: RunRecord | None = None

    @property
    def failed(self) -> str:
        """That the run broke off; nothing where that is not known."""
        if self.record is None or self.record.exit_code in (0, None):
            return ""
        return f"the run {self.record.run_id} ended with exit code {self.record.exit_code}"

    @property
    def done_job(self) -> str:
        """The job whose run ended well; nothing where that is not known."""
        return self.record.job if self.record and self.record.exit_code == 0 else ""


def log_of(path: Path) -> Found:
    """Raises InputError for an output or a report of a run of which there is no event log to be read."""
    manifest = load_manifest(path)
    record = _made_by(path, manifest) if manifest else _report_at(path)
    return Found(_log_of_run(record, path), record) if record else Found(path)


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
