"""What a job can do: read, keep, publish, note, show. The only thing through which it touches the world."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pyspark import RDD
from pyspark.sql import Column, DataFrame, SparkSession

from hotset.columnar import scan as columnar
from hotset.columnar.reach import why_not
from hotset.columnar.scan import Kernel
from hotset.data import text
from hotset.data.dataset import Dataset
from hotset.data.destination import check_apart, destination
from hotset.data.listing import Listing, list_inputs
from hotset.data.manifest import Maker
from hotset.data.publish import publish
from hotset.errors import ClusterError, UsageError
from hotset.memory.keep import Kept, Shelf
from hotset.report import model
from hotset.report.progress import RunProgress
from hotset.session.expression import restricted_expression
from hotset.session.labels import labelled
from hotset.session.spark import Session
from hotset.session.status import reading_seconds

Data = TypeVar("Data", bound=DataFrame | RDD[Any])


class Run:
    """One run of one job."""

    def __init__(
        self,
        session: Session,
        report: model.Report,
        progress: RunProgress,
        maker: Callable[[], Maker],
        listings: Mapping[tuple[str, ...], Listing],
    ) -> None:
        self.report = report
        self._session = session
        self._progress = progress
        self._maker = maker
        self._listings = listings
        self._inputs_read: list[tuple[tuple[str, ...], Listing]] = []
        self._counters: list[tuple[model.Read, text.ObservedLines | text.AccumulatedLines]] = []
        self._shelf = Shelf()
        self._started_ms = int(time.time() * 1000)  # as Spark's own records have it

    @property
    def spark(self) -> SparkSession:
        """Plain Spark: RDDs, SQL and everything else it has."""
        return self._session.spark

    def read(self, dataset: Dataset, path: str | Sequence[str], *, strict: bool = False) -> DataFrame:
        """lines(value) of text files. Invalid UTF-8 becomes U+FFFD and is counted; `strict` refuses it.

        Raises InputError for what is missing or unreadable, DataError for invalid UTF-8 under `strict`.
        """
        _check_readable(dataset)
        return self._read_lines(self._list(path, strict))

    def scan(
        self,
        dataset: Dataset,
        path: str | Sequence[str],
        kernel: Kernel,
        *,
        otherwise: Callable[[DataFrame], DataFrame] | None = None,
        strict: bool = False,
    ) -> DataFrame:
        """What `kernel` makes of each block of text or Parquet: the fast lane, past Catalyst's rows.

        Where the workers do not reach the files, `otherwise` makes the same of `run.read(dataset, path)`, and the
        report says so. Raises InputError as `read` does, UsageError for another format, ClusterError when the workers
        do not reach the files and there is no `otherwise`.
        """
        listing = self._list(path, strict)
        if reason := self._why_not_columnar(listing):
            if otherwise is None:
                raise ClusterError(f"{reason}; put the files where all workers read them")
            _check_readable(dataset)
            return otherwise(self._read_lines(listing))
        frame, counter = columnar.scan(self.spark, listing, dataset, kernel)
        self._count_by(counter, counter.parts)
        return frame

    def lines(self, path: str | Sequence[str], *, strict: bool = False) -> RDD[str]:
        """The same lines as strings, for RDD programs; raises as `read` does."""
        listing = self._list(path, strict)
        if self._why_not_columnar(listing):
            rdd, counter = text.rdd_of_lines(self.spark, listing)
        else:
            rdd, counter = columnar.lines(self.spark, listing)
        self._count_by(counter, counter.parts)
        return rdd

    def keep(self, name: str, data: Data) -> Data:
        """The same data, from now on kept in memory, at the latest until the run ends."""
        if self._shelf.keep(name, data) is None:
            self.report.warnings.append(f"{name!r} was persisted by somebody else already; it stays theirs")
        return data

    def release(self, name: str) -> None:
        """Lets go of what is kept under this name. Raises UsageError when nothing is."""
        self._record(self._shelf.release(name))

    def publish(self, dataset: Dataset, data: DataFrame | RDD[Any], path: str) -> None:
        """All of `data` at `path`, or nothing: it appears in one step, and an existing output is refused.

        Raises OutputError, SchemaError when the columns are not the dataset's, InputError when an input has changed.
        """
        target = destination(path)
        for paths, listing in self._inputs_read:
            check_apart(target, listing.files, paths)
        start = time.monotonic()
        with self.step(f"publish {target.name}"):
            manifest = publish(self.spark, data, dataset, target, self._maker(), self._check_inputs)
        seconds = time.monotonic() - start
        files, size = len(manifest.files), manifest.size_bytes
        self.report.publishes.append(
            model.Publication(str(target), dataset.format, manifest.rows, files, size, seconds)
        )

    def note(self, **facts: Any) -> None:
        """Facts for the report and for the line of summary: `run.note(words=8)`."""
        self.report.notes.update(facts)

    def show(self, title: str, data: DataFrame | RDD[Any], rows: int, columns: Sequence[str] = ()) -> None:
        """The first `rows` of `data` as a table on the terminal and in the report."""
        with self.step(title):
            taken = [tuple(row) for row in data.take(rows)]
        names = tuple(columns) or (tuple(data.columns) if isinstance(data, DataFrame) else ())
        self.report.tables.append(model.Table(title, names, taken))

    def expression(self, sql: str) -> Column:
        """The column of an SQL expression that came from outside: a command line, a file.

        Raises UsageError when it reaches beyond its columns; `run.spark.sql` stays plain Spark.
        """
        return restricted_expression(self.spark, sql)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Spark jobs inside bear this name, in Spark's UI and event log, on the terminal and in the report."""
        start = time.monotonic()
        with labelled(self.spark.sparkContext, self.report.job, name), self._progress.step(name):
            yield
        self.report.steps.append(model.Step(name, time.monotonic() - start))

    def settle(self) -> None:
        """Releases what is kept and completes the record; for whoever opened the run.

        Raises nothing: what was published is published, and an incomplete record is said to be one.
        """
        for complete in (self._release_all, self._count_reads):
            try:
                complete()
            except Exception as why:
                self.report.warnings.append(f"the report is not complete: {type(why).__name__}: {why}")

    def _release_all(self) -> None:
        for kept in self._shelf.release_all():
            self._record(kept)

    def _count_reads(self) -> None:
        for read, counter in self._counters:
            counted = counter.counted()
            if counted is not None:
                read.rows, read.invalid_utf8 = counted.rows, counted.invalid_utf8
                read.blocks_read = counted.parts if read.blocks else None
        if [read.lane for read in self.report.reads] == ["catalyst"]:
            self.report.reads[0].seconds = reading_seconds(self.spark.sparkContext, self._started_ms)
        self.report.warnings += _warnings(self.report.reads)

    def _list(self, path: str | Sequence[str], strict: bool) -> Listing:
        paths = (path,) if isinstance(path, str) else tuple(path)
        listing = self._listings.get(paths) or list_inputs(paths)
        self._inputs_read.append((paths, listing))
        self.report.reads.append(
            model.Read(paths, len(listing.files), listing.size_bytes, listing.skipped, listing.fingerprint())
        )
        if strict:
            with self.step("check UTF-8"):
                text.refuse_invalid_utf8(self.spark, listing)
        return listing

    def _read_lines(self, listing: Listing) -> DataFrame:
        frame, counter = text.read_lines(self.spark, listing)
        self._count_by(counter, None)
        return frame

    def _why_not_columnar(self, listing: Listing) -> str | None:
        self.report.reads[-1].why_not = reason = why_not(self.spark.sparkContext, listing)
        return reason

    def _count_by(self, counter: text.ObservedLines | text.AccumulatedLines, blocks: int | None) -> None:
        """The last input that was listed is counted by `counter`, in so many blocks if it is scanned."""
        read = self.report.reads[-1]
        read.lane, read.blocks = "columnar" if blocks else "catalyst", blocks
        self._counters.append((read, counter))

    def _check_inputs(self) -> None:
        for _, listing in self._inputs_read:
            listing.check_unchanged()

    def _record(self, kept: Kept) -> None:
        self.report.keeps.append(
            model.Keep(
                kept.name,
                kept.kind,
                kept.level,
                kept.partitions,
                kept.partitions_stored,
                kept.rows,
                kept.memory_bytes,
                kept.disk_bytes,
                kept.seconds_kept,
            )
        )


def _check_readable(dataset: Dataset) -> None:
    if dataset.format != "text":
        raise UsageError(f"run.read reads text so far, got {dataset.format!r}; run.spark.read has Spark's readers")


def _warnings(reads: Sequence[model.Read]) -> Iterator[str]:
    """What the person should know of the inputs, beyond the numbers."""
    for read in reads:
        if read.why_not:
            yield f"read by Catalyst instead of block by block: {read.why_not}"
        if read.blocks and read.blocks_read != read.blocks:
            yield f"partly read: {read.blocks_read or 0:,} of {read.blocks:,} blocks of {', '.join(read.paths)}"
        if read.invalid_utf8:
            yield f"{read.invalid_utf8:,} lines held invalid UTF-8; U+FFFD stands in its place"
        if read.skipped:
            path, reason = read.skipped[0]
            others = f" and {len(read.skipped) - 1:,} more" if len(read.skipped) > 1 else ""
            yield f"passed over {path}{others}: {reason}"
