"""The record of one run. Plain data, so that a page, a table and a test can all be made from it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from hotset.report.redact import HIDDEN, is_secret_name
from hotset.row_counts import RowCounts
from hotset.whole import write_whole

LAYOUT = 2


@dataclass
class Read:
    """One input: what was listed, and what was really consumed (`counts` is None until a Spark job has run to its end).

    `seconds` is the time of the Spark stages that read files; None where several inputs share them, or Python reads.
    `lane` says who reads: Spark itself ("catalyst"), DuckDB ("duckdb"), Python workers block by block ("columnar"), or
    functions of the job ("job"), and `why_not` why it is not the second where the job asked for it.
    """

    paths: tuple[str, ...]
    files: int
    bytes: int
    skipped: tuple[tuple[str, str], ...]
    fingerprint: str
    counts: RowCounts | None = None
    seconds: float | None = None
    lane: str = "catalyst"
    why_not: str | None = None
    blocks: int | None = None
    blocks_read: int | None = None
    guessed: dict[str, str] = field(default_factory=dict)  # column -> type, of those that nobody declared


@dataclass
class Keep:
    """One kept frame or RDD, as Spark stored it.

    `level` is in force, by Spark's own storage status; `asked` was asked for, by whoever `asked_by` names.
    `build_seconds` go from the start of the query that first read it to the end of the job that stored it; `reads`
    counts the first as well, and `read_seconds` is the time of the stages that read it once it was built.
    """

    name: str
    kind: str
    level: str
    partitions: int
    partitions_stored: int
    rows: int | None
    memory_bytes: int
    disk_bytes: int
    seconds: float
    asked: str = ""
    asked_by: str = ""
    build_seconds: float | None = None
    reads: int = 0
    read_seconds: float | None = None
    evicted: int = 0  # partitions that were stored, and were not to the end
    full_reads: int = 0  # of the reads, those of all partitions
    choice: dict[str, Any] | None = None  # level AUTO: its inequality, and what it predicted


@dataclass
class Publication:
    """One output that is now in its place: what was written, and the rows with those of the version before it."""

    path: str
    format: str
    rows: int
    files: int
    bytes: int
    seconds: float
    smallest_bytes: int = 0
    largest_bytes: int = 0
    version_rows: int = 0


@dataclass
class Step:
    """A stretch of the run that bore one name in Spark's event log."""

    name: str
    seconds: float


@dataclass
class Table:
    """Rows that a job wants the person to see; on the terminal so many `lines` of them, or all."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    lines: int | None = None


@dataclass
class Report:
    """What the run did; units are bytes and seconds."""

    run_id: str
    job: str
    params: dict[str, Any]
    started: str
    versions: dict[str, str]
    run_key: str | None = None
    plan: str | None = None  # who executed expressions over rows: local, node or cluster
    door: str | None = None
    master: str | None = None
    application: str | None = None  # Spark's id of it
    event_log: str | None = None  # where Spark wrote it; None: it wrote none
    java: str | None = None
    plain_launch: str | None = None
    archive: str | None = None  # what Spark's classes were mapped from
    why_no_archive: str | None = None
    settings: tuple[dict[str, Any], ...] = ()
    steps: list[Step] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    keeps: list[Keep] = field(default_factory=list)
    publishes: list[Publication] = field(default_factory=list)
    quarantine: str | None = None  # where the records that were set aside are told of
    notes: dict[str, Any] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    start_up_seconds: float | None = None
    peak_memory_bytes: int = 0
    storage_memory_bytes: int | None = None  # what the session can keep in memory at most
    task_seconds: float | None = None  # of all of the run's tasks; running, on the processor, and collecting garbage
    task_cpu_seconds: float | None = None
    gc_seconds: float | None = None
    outcome: str = "running"
    exit_code: int | None = None
    error: str | None = None
    log: str | None = None
    layout: int = LAYOUT

    def redacted(self, redact: Callable[[str], str]) -> "Report":
        """The same report with every text in it redacted: before JSON escapes a secret beyond recognition."""
        clean: Report = _redacted(self, redact)
        return clean

    def write(self, path: Path) -> None:
        """The report as JSON, whole or not at all, readable by its owner alone."""
        content = json.dumps(asdict(self), indent=2, ensure_ascii=False, default=str) + "\n"
        write_whole(path, content.encode("utf-8", "backslashreplace"))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{entry.name: _redacted(getattr(value, entry.name), redact) for entry in fields(value)})
    if isinstance(value, dict):
        secret = _secret_keys(value)
        return {key: HIDDEN if key in secret else _redacted(item, redact) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_redacted(item, redact) for item in value)
    return value


def _secret_keys(facts: dict[str, Any]) -> set[str]:
    """The texts that a name gives away: that of the entry, or of the setting that the whole dictionary is about."""
    secret = {name for name, item in facts.items() if isinstance(item, str) and is_secret_name(name)}
    return secret | ({"asked", "in_force"} if is_secret_name(str(facts.get("key"))) else set())
