"""What the parts of a run have to say about it; nobody else writes to the report while the run lasts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hotset.report.model import Keep, Publication, Read, Report, Table
from hotset.row_counts import RowCounts


class Entries:
    """A report, and one verb for each kind of thing that is entered into it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._before_job = 0  # warnings that were there before the job said anything

    def warn(self, text: str) -> None:
        """A sentence that the person should read."""
        self.report.warnings.append(text)

    def warn_once(self, text: str) -> None:
        """The same, unless it was said already."""
        if text not in self.report.warnings:
            self.warn(text)

    def note(self, facts: Mapping[str, Any]) -> None:
        """Facts for the line of summary."""
        self.report.notes.update(facts)

    def show(self, table: Table) -> None:
        """A table for the terminal."""
        self.report.tables.append(table)

    def add_read(self, read: Read) -> None:
        """An input that was listed."""
        self.report.reads.append(read)

    def drop_reads(self, reads: Collection[Read]) -> None:
        """These inputs were read in vain."""
        self.report.reads[:] = [read for read in self.report.reads if not any(read is one for one in reads)]

    def count(self, read: Read, counts: RowCounts | None, blocks_read: int | None) -> None:
        """What was really read of an input."""
        read.counts, read.blocks_read = counts, blocks_read

    def quarantine(self, path: str | None) -> None:
        """Where the rejected records of all inputs are told of."""
        self.report.quarantine = path

    def keep(self, line: Keep | None) -> None:
        """A kept set, once it is released; nothing for one that is not worth a line."""
        if line:
            self.report.keeps.append(line)

    def publish(self, publication: Publication) -> None:
        """An output that is in its place."""
        self.report.publishes.append(publication)

    def plan(self, kind: str) -> None:
        """Who executes expressions over rows."""
        self.report.plan = kind

    def measure(
        self, *, task_seconds: float, task_cpu_seconds: float, gc_seconds: float, storage_memory_bytes: int
    ) -> None:
        """What the tasks of the run took, and how much the session could keep in memory."""
        report = self.report
        report.task_seconds, report.task_cpu_seconds, report.gc_seconds = task_seconds, task_cpu_seconds, gc_seconds
        report.storage_memory_bytes = storage_memory_bytes

    def begin_job(self) -> None:
        """What is entered from here on is the job's, who may begin again."""
        self._before_job = len(self.report.warnings)

    def begin_again(self, warnings: Iterable[str]) -> None:
        """Forgets what the job has entered; `warnings` say why."""
        report = self.report
        for known in (report.tables, report.notes, report.keeps):
            known.clear()
        report.warnings[self._before_job :] = warnings
