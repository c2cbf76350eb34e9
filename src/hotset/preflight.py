"""Everything about a run that can be known before Spark starts: a wrong command costs no time."""

import hashlib
import json
import os
import secrets
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hotset.account import absolute_path, state_dir
from hotset.data.claim import IfExists, Standing, standing
from hotset.data.destination import (
    LONGEST_NAME_BYTES,
    check_apart,
    check_free,
    check_harmless,
    check_replaceable,
    check_room,
    destination,
    nearest_existing,
    records_beside,
)
from hotset.data.listing import Listing, list_inputs
from hotset.data.manifest import Maker, Manifest, lost_files, made_by, read_manifest
from hotset.data.rename import check_one_step
from hotset.data.successor import replaceable_manifest
from hotset.errors import DataError, OutputError, UsageError
from hotset.job import Job
from hotset.limits import Limits, no_record
from hotset.params import CommandLine, Options, Reads, Shows, Writes, marked, read_paths
from hotset.session.settings import Ask
from hotset.whole import other_than_file

VERSIONED = ("hotset", "pyspark", "pyarrow")


@dataclass(frozen=True)
class Plan:
    """A run that may start: its inputs listed, its outputs free or replaceable; or `done`, made by an earlier run."""

    run_id: str
    run_key: str
    listings: dict[tuple[str, ...], Listing]
    destinations: tuple[Path, ...]
    done: Maker | None
    expected: Mapping[Path, Standing]  # what stood at each destination
    variant: str  # which parameters were given, paths aside

    def records(self) -> Path:
        """The private directory for the report and the log: beside the output, hidden; else among the user's own."""
        return records_beside(self.destinations[0]) if self.destinations else state_dir(os.environ)


def plan_run(job: Job, command: CommandLine, result_settings: Mapping[str, Ask]) -> Plan:
    """Raises InputError, OutputError and ResourceError for whatever would stop the run later."""
    outputs = marked(command.params, Writes)
    listings = {paths: list_inputs(paths) for paths in read_paths(command.params) if paths}
    destinations = tuple(destination(path) for paths in outputs.values() for path in paths)
    for target in destinations:
        check_harmless(target)
        for paths, listing in listings.items():
            check_apart(target, listing.files, paths)
    if command.options.report:
        _check_report(absolute_path(command.options.report), listings.values(), destinations)
    idle = {*outputs, *marked(command.params, Shows)}
    key = _run_key(job, command.params, idle, result_settings, listings)
    expected = {target: standing(target) for target in destinations}
    options = command.options
    done = None if options.again else _already_done(destinations, key, options, listings.values())
    if done is None:
        for target in destinations:
            _check_place(target, options.if_exists)
            check_one_step(target, nearest_existing(target))
            check_room(target, sum(listing.size_bytes for listing in listings.values()))
    variant = _variant(command.params, {*marked(command.params, Reads), *idle})
    return Plan(new_run_id(), key, listings, destinations, done, expected, variant)


def new_run_id() -> str:
    """Sorts by time and differs between runs of the same second."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def versions() -> dict[str, str]:
    return {name: version(name) for name in VERSIONED}


def _run_key(
    job: Job,
    params: Any,
    idle: Collection[str],
    result_settings: Mapping[str, Ask],
    listings: Mapping[tuple[str, ...], Listing],
) -> str:
    """SHA-256 of everything that the content of the output depends on; `idle` parameters do not change it."""
    facts = {
        "job": job.name,
        "code": job.code_hash(params),
        "versions": versions(),
        "params": {name: value for name, value in asdict(params).items() if name not in idle},
        "settings": {key: ask.value.lower() for key, ask in result_settings.items()},
        "inputs": [listing.fingerprint() for listing in listings.values()],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _variant(params: Any, paths: Collection[str]) -> str:
    """A few letters for the parameters that say how a job computes, and not from where to where."""
    given = {name: value for name, value in asdict(params).items() if name not in paths}
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()[:8]


def _already_done(
    destinations: tuple[Path, ...], key: str, options: Options, listings: Iterable[Listing]
) -> Maker | None:
    """The run that made what is at all destinations, if it is still there and would be made today.

    Raises OutputError where files are gone or changed, DataError and InputError where more bad rows were put up with
    than may be now, or an input without records.
    """
    adding = options.if_exists in ("append", "replace-partitions")
    makers = [made_by(target, key, adding=adding) for target in destinations]
    if not makers or not all(makers):
        return None
    manifests = {target: manifest for target in destinations if (manifest := read_manifest(target))}
    for target, manifest in manifests.items():
        if lost := next(lost_files(target, manifest), None):
            if options.if_exists == "replace":
                return None
            raise OutputError(
                f"the output {target} is not whole: {lost} is missing, or has another size than was published; "
                f"make it again with --if-exists replace"
            )
    fingerprints = {listing.fingerprint() for listing in listings}
    for target, manifest in manifests.items():
        _check_limits(target, manifest, fingerprints, Limits(options.max_bad, options.on_empty))
    return makers[0]


def _check_limits(target: Path, manifest: Manifest, fingerprints: Collection[str], limits: Limits) -> None:
    for read in manifest.inputs:
        if read.fingerprint not in fingerprints or read.rows is None:
            continue
        named = ", ".join(read.paths)
        if limits.exceeded(read.set_aside or 0, read.rows):
            raise DataError(
                f"{read.set_aside:,} of {read.rows:,} rows of {named} were bad when {target} was made, allowed are "
                f"{limits.max_bad}; mend them, or allow more with --max-bad"
            )
        if not read.rows and limits.on_empty == "fail":
            raise no_record(read.paths)


def _check_place(target: Path, if_exists: IfExists) -> None:
    if if_exists != "refuse":
        check_replaceable(target)
        if target.exists():
            replaceable_manifest(target)
        return
    manifest = read_manifest(target)
    if manifest:
        maker = manifest.history[-1]
        raise OutputError(
            f"the output {target} exists: made by {maker.job} at {maker.finished}, the last time from other input, "
            f"parameters or code; give --if-exists replace, or choose another output"
        )
    check_free(target)


def _check_report(report: Path, listings: Iterable[Listing], destinations: Iterable[Path]) -> None:
    """Raises UsageError or OutputError for a --report that could not be written, or would overwrite an input."""
    log = report.with_suffix(".log")
    if os.path.isdir(report) or len(os.fsencode(report.name)) > LONGEST_NAME_BYTES:  # noqa: PTH112 (does not raise)
        raise UsageError(f"--report takes the name of a file, got {str(report)!r}")
    if log == report:
        raise UsageError(f"--report may not end in .log, which is the log's name beside it, got {str(report)!r}")
    for written in (report, log):
        _check_file(written)
    leads_to = {Path(os.path.realpath(report)), Path(os.path.realpath(log))}
    for target in destinations:
        if any(one.is_relative_to(target) for one in (report, *leads_to)):
            raise OutputError(f"the report {report} lies inside the output {target}; choose another --report")
    for file in (file for listing in listings for file in listing.files):
        if file.path.resolve() in leads_to:
            raise OutputError(f"the report {report}, or the log beside it, is the input {file.path}; choose another")


def _check_file(written: Path) -> None:
    """Raises UsageError for a device, a pipe, a socket or a directory in the place of the report or of its log."""
    with suppress(OSError):  # where nobody may look, writing tells it
        if kind := other_than_file(written):
            raise UsageError(f"--report takes the name of a file beside which its log can lie, got {str(written)!r}, "
                             f"which is {kind}; choose another place, or leave it out")  # fmt: skip
