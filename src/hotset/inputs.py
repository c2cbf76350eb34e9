"""What a run reads: every input listed and looked at once, its rows counted, the bad ones set aside, books balanced."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import RDD
from pyspark.sql import DataFrame, SparkSession

from hotset.columnar.blocks import cut_text, unreadable
from hotset.columnar.counts import BlockCounter
from hotset.columnar.cut import check_fields, cut
from hotset.columnar.dialect import hints_for_rejects
from hotset.columnar.dialect_cells import Hint
from hotset.columnar.discover import Question
from hotset.columnar.footers import footers, looks_at_rows
from hotset.columnar.head import head
from hotset.columnar.kernel import Kernel
from hotset.columnar.layout import Layout
from hotset.columnar.reach import OUT_OF_REACH, out_of_reach
from hotset.columnar.sample import Sample, sample
from hotset.columnar.scan import RecordScan, TextScan, scan_blocks, scan_lines
from hotset.data import text
from hotset.data.case import CaseOfNames
from hotset.data.catalog import Table, read_table
from hotset.data.claim import make_marked
from hotset.data.dataset import Dataset, Format, Nanoseconds
from hotset.data.encoding import in_utf8
from hotset.data.guess import Roles
from hotset.data.listing import Listing, list_inputs, local_path
from hotset.data.manifest import QUARANTINE_NAME, InputRead, QuarantineFile
from hotset.data.nan import may_hold_nan
from hotset.data.options import TableOptions
from hotset.data.quarantine import SetAside, write_quarantine
from hotset.data.sniff import check_content, has_text
from hotset.data.suffixes import hadoop_reads, is_compressed
from hotset.data.verify import check_version
from hotset.errors import ClusterError, DataError, SchemaError, UsageError
from hotset.guesses import GuessError, Guesses, guessed_types
from hotset.limits import no_record
from hotset.report import model
from hotset.report.entries import Entries
from hotset.row_counts import RowCounts
from hotset.rows.rules import Rule
from hotset.run_spec import RunSpec
from hotset.scan_input import ScanInput
from hotset.session.expression import row_rules
from hotset.session.machine import read_machine
from hotset.session.when_needed import SessionWhenNeeded
from hotset.source import Blocks, CatalystText, CountedRows, Records, Source
from hotset.table_input import TableInput

Step = Callable[[str], Any]


class Inputs:
    """All inputs of one run."""

    def __init__(
        self, spec: RunSpec, session: SessionWhenNeeded, entries: Entries, step: Step, case: CaseOfNames
    ) -> None:
        self._session, self._entries, self._step, self._case = session, entries, step, case
        self._run_id = spec.run_id
        self._limits, self._listings, self._records = spec.limits, spec.listings, spec.report.parent
        self._sources: list[Source] = []
        self._reach: dict[Listing, str | None] = {}
        self._strict: list[model.Read] = []  # of these, invalid UTF-8 is refused
        self._guesses = Guesses()
        self.listed: list[tuple[tuple[str, ...], Listing]] = []
        self._balanced_at: list[int | None] | None = None
        self._faults = 0
        self.renews = False  # an input that has changed since it was read may be read again: from cell to cell

    @property
    def _reads(self) -> list[model.Read]:
        """Every input that was listed; a run has no others."""
        return self._entries.report.reads

    @property
    def _spark(self) -> SparkSession:
        return self._session.spark

    # reading

    def read(self, dataset: Dataset, path: str | Sequence[str] | Table, *, strict: bool) -> DataFrame:
        """The good rows of the input."""
        if isinstance(path, Table):
            frame = read_table(self._spark, dataset, path)
            self._entries.add_read(model.Read((f"table {path.name}",), 0, 0, (), ""))
            return frame
        self._case.mind(dataset.schema())
        rules = row_rules(self._spark, dataset.rules, dataset.schema()) if dataset.rules else {}
        read, listing = self._list(dataset, path, strict)
        if dataset.format == "text" and not dataset.rules and self._in_catalyst(dataset, listing):
            frame, counter = text.read_lines(self._spark, listing)
            self._sources.append(CatalystText(read, listing, counter))
            return frame
        layout = self._layout(dataset)
        if dataset.format in ("parquet", "orc") and not looks_at_rows(layout):
            rows, exact = footers(listing, layout)
            if exact and not any(guess.empty for guess in dataset.guesses.values()):
                self._sources.append(CountedRows(read, listing, rows))
                files = [file.for_spark for file in listing.files]
                frame = self._spark.read.format(dataset.format).schema(dataset.columns).load(files)
                return may_hold_nan(frame)
        frame, source = self._records_of(read, listing, layout, None)
        return source.obeying(frame, rules)

    def dataset(
        self,
        path: str | Sequence[str],
        options: TableOptions,
        format: Format | None,  # noqa: A002
        roles: Roles,
        nanoseconds: Nanoseconds,
    ) -> Dataset:
        """What the data looks like."""
        paths, listing = self._listing(path)
        check_content(listing.files, format, options.encoding or "utf-8")
        if self._limits.on_empty == "fail" and not has_text(listing.files):
            raise no_record(paths)
        found = self._guesses.discover(Question(paths, listing, options, format, roles, self._zone, nanoseconds))
        for note in found.notes:
            self._entries.warn(note)
        return found.dataset

    def hints(self) -> list[Hint]:
        """How the inputs seem to be written, where they were read in another way."""
        return self._guesses.hints()

    def begin_again(self, broken: GuessError) -> list[str]:
        """Forgets what was read, for a job that runs once more with wider types; what to tell the person.

        Raises `broken` where no wider type is known.
        """
        told = self._guesses.widen(broken)
        self.forget()
        return told

    def forget(self) -> None:
        """What was read stands in no books any more."""
        self.close()
        self.quarantine.unlink(missing_ok=True)
        self._entries.drop_reads(self._reads)
        for known in (self._sources, self.listed, self._strict):
            known.clear()
        self._balanced_at, self._faults = None, 0
        self._entries.quarantine(None)

    def size_bytes(self, path: str | Sequence[str]) -> int:
        """Of the files."""
        return self._listing(path)[1].size_bytes

    def sample(self, dataset: Dataset, path: str | Sequence[str]) -> Sample:
        """A few good rows."""
        _, listing = self._listing(path)
        return sample(listing, self._layout(dataset), self.cores)

    @property
    def cores(self) -> int:
        """Tasks that run at once; where no session has said so yet, and they run here, what this machine has."""
        if not self._session.opened and self._session.workers_are_here():
            return read_machine().cores
        return self._spark.sparkContext.defaultParallelism

    def scan(self, dataset: Dataset, path: str | Sequence[str], kernel: Kernel, *, strict: bool) -> DataFrame:
        """What the kernel makes of every block, by Spark."""
        _refuse_rules(dataset)
        read, listing = self._list(dataset, path, strict)
        if dataset.format != "text":
            return self._records_of(read, listing, self._layout(dataset), kernel)[0]
        self._check_reach(read, listing)
        blocks = cut_text(listing, self.cores, dataset.encoding)
        frame, counter = scan_blocks(self._spark, TextScan(blocks, kernel.function), kernel.columns)
        self._sources.append(Blocks(read, listing, counter))
        return frame

    def table(self, name: str, dataset: Dataset, path: str | Sequence[str], rules: tuple[Rule, ...]) -> TableInput:
        """The input as a table of an expression; nothing of it is read yet but headers and footers."""
        read, listing = self._list(dataset, path, strict=False)
        layout = self._layout(dataset)
        for file in listing.files:
            check_fields(file, layout)
        read.guessed = guessed_types(dataset)
        return TableInput(name, dataset, read, listing, self._zone, rules)

    def register(self, source: Source) -> None:
        """Enters what was read of a table into the books, in the place of what was read of it before."""
        self._sources = [one for one in self._sources if one.read is not source.read] + [source]
        self._balanced_at = None

    def head(self, dataset: Dataset, path: str | Sequence[str], rows: int) -> pa.Table:
        """The first good rows, read here; in no books."""
        _, listing = self._listing(path)
        return head(listing, self._layout(dataset), rows)

    def look(self, dataset: Dataset, path: str | Sequence[str], kernel: Kernel) -> DataFrame:
        """The same of typed rows, in no books; bad rows are nowhere."""
        (_, listing), layout = self._listing(path), self._layout(dataset)
        return self._scan_records(listing, layout, None, kernel)[0]

    def scanned(
        self, name: str, dataset: Dataset, path: str | Sequence[str], kernel: Kernel, *, strict: bool, look: bool
    ) -> ScanInput:
        """What the kernel makes of every block, as a table of an expression; nothing is read yet."""
        _refuse_rules(dataset)
        layout = None if dataset.format == "text" else self._layout(dataset)
        if look:
            return ScanInput(name, kernel, None, self._listing(path)[1], dataset.encoding, layout)
        read, listing = self._list(dataset, path, strict)
        self._check_reach(read, listing)
        if layout is not None:
            for file in listing.files:
                check_fields(file, layout)
        read.guessed = guessed_types(dataset)
        return ScanInput(name, kernel, read, listing, dataset.encoding, layout)

    def lines(self, path: str | Sequence[str], *, strict: bool) -> RDD[str]:
        """Lines as strings."""
        read, listing = self._list(Dataset("value string", format="text"), path, strict)
        read.why_not = self._why_not(listing)
        if read.why_not and all(hadoop_reads(file.path) for file in listing.files):
            rdd, lines = text.rdd_of_lines(self._spark, listing)
            self._sources.append(CatalystText(read, listing, lines))
            return rdd
        self._check_reach(read, listing)
        rdd, counter = scan_lines(self._spark, listing)
        self._sources.append(Blocks(read, listing, counter))
        return rdd

    def files(self, path: str | Sequence[str]) -> tuple[Path, ...]:
        """Files that the job reads by itself."""
        read, listing = self._enlist(path)
        read.lane = "job"
        if reason := self._out_of_reach(listing):
            raise ClusterError(f"{reason}; put the files where all workers read them")
        return tuple(file.path for file in listing.files)

    def _list(self, dataset: Dataset, path: str | Sequence[str], strict: bool) -> tuple[model.Read, Listing]:
        read, listing = self._enlist(path)
        check_content(listing.files, dataset.format, dataset.encoding)
        if strict:
            if not in_utf8(dataset.encoding):
                raise UsageError(f"strict is for UTF-8, got {dataset.encoding!r}; leave it out")
            self._strict.append(read)
        return read, listing

    def _enlist(self, path: str | Sequence[str]) -> tuple[model.Read, Listing]:
        paths, listing = self._listing(path)
        check_versions(paths, listing)
        if self.renews:
            self._forget_old(paths, listing.fingerprint())
        self.listed.append((paths, listing))
        read = model.Read(paths, len(listing.files), listing.size_bytes, listing.skipped, listing.fingerprint())
        self._entries.add_read(read)
        self._limits.check({paths: listing})
        return read, listing

    def _forget_old(self, paths: tuple[str, ...], fingerprint: str) -> None:
        """What was read of these paths before they changed is in no books any more."""
        old = [one for one in self._reads if one.paths == paths and one.fingerprint != fingerprint]
        self._entries.drop_reads(old)
        self._sources = [source for source in self._sources if source.read not in old]
        if old:
            self.listed = [one for one in self.listed if one[0] != paths or one[1].fingerprint() == fingerprint]
            self._balanced_at = None

    def _listing(self, path: str | Sequence[str]) -> tuple[tuple[str, ...], Listing]:
        """As it was planned with, or as it is now."""
        paths = (path,) if isinstance(path, str) else tuple(path)
        return paths, self._listings.get(paths) or list_inputs(paths)

    def _why_not(self, listing: Listing) -> str | None:
        """Asked once for each listing: on a cluster it takes a Spark job."""
        if listing not in self._reach:
            self._reach[listing] = unreadable(listing) or self._out_of_reach(listing)
        return self._reach[listing]

    def _out_of_reach(self, listing: Listing) -> str | None:
        """Workers on this machine, with the driver's own Python, need not be asked."""
        return None if self._session.workers_are_here() else out_of_reach(self._spark.sparkContext, listing)

    def _in_catalyst(self, dataset: Dataset, listing: Listing) -> bool:
        """Whether Spark's own reader takes these lines: it knows UTF-8 alone, and few compressions.

        Compressed files are its last resort: it tells a damaged one in another way than all others here.
        """
        if not in_utf8(dataset.encoding) or not all(hadoop_reads(file.path) for file in listing.files):
            return False
        return not any(is_compressed(file.path) for file in listing.files) or bool(self._why_not(listing))

    def _layout(self, dataset: Dataset) -> Layout:
        schema = dataset.schema()
        if "" in schema.names:
            raise SchemaError("a column has no name; give it one, or name the others by --columns")
        self._case.mind(schema)
        return Layout.of(dataset, self._zone)

    @property
    def _zone(self) -> str:
        return self._session.setting("spark.sql.session.timeZone")

    def _check_reach(self, read: model.Read, listing: Listing) -> None:
        if reason := self._why_not(listing):
            read.why_not = reason
            if unreadable(listing):
                advice = "decompress it, or compress it as .gz, .bz2, .zst or .lz4"
            elif reason.startswith(OUT_OF_REACH):
                advice = "put the files where all workers read them"
            else:
                advice = "give the workers the Python of the driver, or install there what it lacks"
            raise ClusterError(f"{reason}; {advice}, or have Spark read text by itself: run.read, --method dataframe")

    def _records_of(
        self, read: model.Read, listing: Listing, layout: Layout, kernel: Kernel | None
    ) -> tuple[DataFrame, Records]:
        self._check_reach(read, listing)
        read.guessed = guessed_types(layout.dataset)
        directory = self.faults_directory() / str(len(self._sources))
        frame, counter = self._scan_records(listing, layout, directory, kernel)
        source = Records(read, listing, counter, layout, self._run_id, directory)
        self._sources.append(source)
        return frame, source

    def _scan_records(
        self, listing: Listing, layout: Layout, faults: Path | None, kernel: Kernel | None
    ) -> tuple[DataFrame, BlockCounter]:
        columns, function = (kernel.columns, kernel.function) if kernel else (layout.dataset.columns, iter)
        scan = RecordScan(cut(listing, layout, self.cores), layout, faults, function)
        return scan_blocks(self._spark, scan, columns)

    # books

    @property
    def quarantine(self) -> Path:
        """Where the records that were set aside are told of, until they are published."""
        return self._records / f"{self._run_id}.quarantine.json"

    def faults_directory(self) -> Path:
        """Where tasks write what they set aside. Called staging: what a killed run leaves goes with the next one."""
        directory = self._records / f"{self._run_id}.faults.staging"
        if not directory.exists():
            make_marked(directory)
        return directory

    def check_unchanged(self) -> None:
        """Raises InputError when an input is not what it was when it was listed."""
        for _, listing in self.listed:
            listing.check_unchanged()

    def balance(self) -> None:
        """Gathers what was set aside, and holds it against what is allowed.

        Raises DataError when that is too much, SchemaError when it is for undeclared keys alone, InputError for an
        input without a record.
        """
        progress = [source.blocks_read for source in self._sources]
        if progress == self._balanced_at:
            return
        reasons: set[str] = set()
        faults = (fault for source in self._sources for fault in source.faults())
        self._faults, first = write_quarantine(self.quarantine, _noting(faults, reasons))
        self._balanced_at = progress
        self._entries.quarantine(str(self.quarantine) if self._faults else None)
        self._guesses.check(self._sources)
        for source in self._sources:
            if counts := source.counts():
                self._entries.count(source.read, counts, source.blocks_read)
                self._check(source, counts, first, reasons)

    def _check(self, source: Source, counts: RowCounts, first: Sequence[SetAside], reasons: set[str]) -> None:
        read = source.read
        named = ", ".join(read.paths)
        if source.is_complete:
            counts.check(named)
        if counts.invalid_utf8 and any(one is read for one in self._strict):
            raise text.invalid_utf8(source.listing)
        if self._limits.exceeded(counts.rejected, counts.read):
            kind = SchemaError if reasons == {UNDECLARED} else DataError
            allowed = self._limits.max_bad
            hints = (
                hints_for_rejects(reasons, source.dataset) if source.dataset and self._guesses.knows(read.paths) else []
            )
            error = kind(
                f"{counts.rejected:,} of {counts.read:,} rows of {named} are bad, allowed are {allowed}; "
                f"mend them, or allow more with --max-bad{''.join(f'; {hint}' for hint in hints)}"
            )
            for fault in first:
                error.add_note(f"bad     {fault.told()}")
            error.add_note(f"all     {self.quarantine}")
            raise error
        if source.is_complete is not False and not counts.read and self._limits.on_empty == "fail":
            raise no_record(read.paths)

    def seal(self, directory: Path) -> tuple[tuple[QuarantineFile, ...], tuple[InputRead, ...]]:
        """Balances the books and puts what was set aside into the version in `directory`; what the manifest says.

        What no plan wanted, below a limit or a condition that is never true, is read for that.
        """
        rest = [one for one in self._sources if isinstance(one, Records) and not one.counter.complete]
        if rest:
            with self._step("check the rest"):
                for source in rest:
                    source.read_rest()
        self.balance()
        facts = tuple(_facts(source) for source in self._sources)
        if not self._faults:
            return (), facts
        name = f"{QUARANTINE_NAME}/{self._run_id}.json"
        target = directory / name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.quarantine, target)
        with target.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        return (QuarantineFile(name, target.stat().st_size, digest, self._faults),), facts

    def published(self, path: Path) -> None:
        """What was set aside now lies with the version at `path`."""
        if self._faults:
            self._entries.quarantine(os.fspath(path / QUARANTINE_NAME / f"{self._run_id}.json"))

    def count(self, reading_seconds: Callable[[], float | None] | None) -> None:
        """Enters what was read into the report, as far as it is known.

        `reading_seconds` are those of Spark's stages, which say something of an input that it alone has read.
        """
        if reading_seconds and [read.lane for read in self._reads] == ["catalyst"]:
            self._reads[0].seconds = reading_seconds()
        for source in self._sources:
            if counts := source.counts():
                self._entries.count(source.read, counts, source.blocks_read)

    def close(self) -> None:
        """Removes what tasks left behind, and the quarantine if it was published."""
        shutil.rmtree(self._records / f"{self._run_id}.faults.staging", ignore_errors=True)
        if self._entries.report.quarantine not in (None, str(self.quarantine)):
            self.quarantine.unlink(missing_ok=True)


UNDECLARED = "undeclared key"


def _refuse_rules(dataset: Dataset) -> None:
    if dataset.rules:
        raise UsageError("a kernel obeys no rules; use run.rows or run.read, or check in the kernel")


def check_versions(paths: Sequence[str], listing: Listing) -> None:
    """Raises InputError for a published version among the paths that is not what its manifest says."""
    for directory in (local_path(path) for path in paths):
        if directory.is_dir():
            check_version(directory, (file for file in listing.files if file.path.is_relative_to(directory)))


def _noting(faults: Iterator[SetAside], reasons: set[str]) -> Iterator[SetAside]:
    for fault in faults:
        reasons.add(fault.reason)
        yield fault


def _facts(source: Source) -> InputRead:
    read = source.read
    rows = (read.counts.read, read.counts.rejected) if read.counts else (None, None)
    return InputRead(read.paths, read.fingerprint, read.files, read.bytes, *rows)
