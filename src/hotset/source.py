"""One input of a run while it is read: who reads it, what was really read of it, and what was set aside."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from hotset.columnar.counts import BlockCounter
from hotset.columnar.layout import Layout
from hotset.columnar.places import Places
from hotset.columnar.records import breaks_guess
from hotset.columnar.scan import placed_records, read_rest
from hotset.data.columns import by_name
from hotset.data.dataset import Dataset
from hotset.data.listing import Listing
from hotset.data.observed import observed
from hotset.data.quarantine import SetAside
from hotset.data.text import AccumulatedLines, ObservedLines
from hotset.report import model


@dataclass(frozen=True)
class Books:
    """What was read; `complete` is None where nobody can say whether that is all."""

    records: int
    good: int
    set_aside: int = 0
    blanks: int = 0
    invalid_utf8: int = 0
    complete: bool | None = None
    blocks_read: int | None = None


class Source:
    """An input that was listed; what is known of it is in the report's `read`."""

    dataset: Dataset | None = None  # as which it is read, where its records are checked
    guesses_broken: Mapping[str, SetAside] = MappingProxyType({})  # guessed columns, and the first row they do not hold

    def __init__(self, read: model.Read, listing: Listing) -> None:
        self.read, self.listing = read, listing

    def books(self) -> Books | None:
        """None until a Spark job has read something."""
        return None

    def faults(self) -> Iterator[SetAside]:
        """What was set aside, in the blocks that were read to their ends."""
        return iter(())

    @property
    def progress(self) -> int:
        """Grows as more is read."""
        return 0


class CatalystText(Source):
    """Lines that Spark's own reader counts."""

    def __init__(self, read: model.Read, listing: Listing, counter: ObservedLines | AccumulatedLines) -> None:
        super().__init__(read, listing)
        self._counter = counter

    def books(self) -> Books | None:
        counted = self._counter.counted()
        return Books(counted.rows, counted.rows, invalid_utf8=counted.invalid_utf8) if counted else None


class CountedRows(Source):
    """Rows that an engine reads by itself; their number was known before, as from footers."""

    def __init__(self, read: model.Read, listing: Listing, rows: int) -> None:
        super().__init__(read, listing)
        self._rows = rows

    def books(self) -> Books:
        return Books(self._rows, self._rows)


class Blocks(Source):
    """Blocks that Python workers read and count."""

    def __init__(self, read: model.Read, listing: Listing, counter: BlockCounter) -> None:
        super().__init__(read, listing)
        self.counter = counter
        read.lane, read.blocks = "columnar", len(counter.blocks)

    def books(self) -> Books | None:
        if not self.counter.blocks_read and self.listing.size_bytes:
            return None
        total = self.counter.total()
        return Books(
            total.records,
            total.good,
            total.set_aside,
            total.blanks,
            total.invalid_utf8,
            self.counter.complete,
            self.counter.blocks_read,
        )

    @property
    def progress(self) -> int:
        return self.counter.blocks_read


class Records(Blocks):
    """Blocks of records: the bad ones lie in files of the tasks, or break a rule.

    Rules are looked at by Spark, in the plan that uses the rows. An Observation counts there what breaks one. It says
    what one action consumed, so it is only believed where it saw just the rows that the workers counted; else, and
    where it saw a broken rule, all blocks are read once more to say which rows those are.
    """

    def __init__(
        self, read: model.Read, listing: Listing, counter: BlockCounter, layout: Layout, run_id: str, faults: Path
    ) -> None:
        super().__init__(read, listing, counter)
        self._layout, self._directory = layout, faults
        self.dataset = layout.dataset
        self.guesses_broken: dict[str, SetAside] = {}
        self._places = Places(counter, layout.dataset.format, run_id)
        self._broken: dict[str, Column] = {}
        self._observation: Observation | None = None
        self._rows_breaking = 0

    def obeying(self, frame: DataFrame, rules: Mapping[str, Column]) -> DataFrame:
        """The rows of the frame that make no rule false."""
        if not rules:
            return frame
        self._broken = {name: F.coalesce(~rule, F.lit(False)) for name, rule in rules.items()}
        self._observation = Observation()
        broken = self._any_broken()
        watched = frame.observe(
            self._observation, F.count(F.lit(1)).alias("rows"), F.count_if(broken).alias("breaking")
        )
        return watched.filter(~broken)

    def read_rest(self) -> None:
        """Reads what no plan wanted: of every record it is known whether it is good, though nobody needs the row."""
        if not self.counter.complete:
            read_rest(self.counter, self._layout, self._directory)

    def books(self) -> Books | None:
        books = super().books()
        if books is None:
            return None
        breaking = self._rows_breaking
        return Books(**{**vars(books), "good": books.good - breaking, "set_aside": books.set_aside + breaking})

    def faults(self) -> Iterator[SetAside]:
        self.guesses_broken.clear()
        for fault in self._places.faults(self._directory):
            if fault.column and breaks_guess(self._layout.dataset, fault.column, fault.reason):
                self.guesses_broken.setdefault(fault.column, fault)
            yield fault
        self._rows_breaking = 0
        if self._broken and not self._surely_obey():
            yield from self._breaking()

    def _surely_obey(self) -> bool:
        assert self._observation is not None, "made with the rules"
        total = self.counter.total()
        if not total.good:
            return True
        assert self.counter.context is not None, "rules are looked at by Spark"
        seen = observed(self.counter.context, self._observation)
        return seen == {"rows": total.good, "breaking": 0}

    def _breaking(self) -> Iterator[SetAside]:
        finished = self.counter.counts.value
        blocks = tuple(block if number in finished else () for number, block in enumerate(self.counter.blocks))
        rows = placed_records(self.spark, blocks, self._layout)
        flags = [broken.alias(f"__rule_{place}") for place, broken in enumerate(self._broken.values())]
        wanted = rows.filter(self._any_broken()).select(*map(by_name, rows.columns[-4:]), *flags)
        for part, line, raw, number, *breaks in wanted.toLocalIterator():
            self._rows_breaking += 1
            for (name, sql), broken in zip(self._layout.dataset.rules.items(), breaks, strict=True):
                if broken:
                    yield self._places.placed(number, part, line, raw, None, name, sql)

    def _any_broken(self) -> Column:
        return reduce(or_, self._broken.values())

    @property
    def spark(self) -> SparkSession:
        session = SparkSession.getActiveSession()
        assert session is not None, "a run has one"
        return session


class StagedRows(Records):
    """Records of blocks that were read to their ends, and others of files that another engine reads by itself."""

    def __init__(self, *records: Any, rows: int) -> None:
        super().__init__(*records)
        self._plain_rows = rows

    def books(self) -> Books | None:
        books = super().books()
        if books is None:
            return None
        rows = self._plain_rows
        return replace(books, records=books.records + rows, good=books.good + rows)


class RuledRows(Source):
    """Rows of another source of which so many break a rule; `find` says which."""

    def __init__(self, inner: Source, broken: int, find: Callable[[], Iterator[SetAside]]) -> None:
        super().__init__(inner.read, inner.listing)
        self._inner, self._broken, self._find = inner, broken, find
        self.dataset = inner.dataset

    @property
    def progress(self) -> int:
        return self._inner.progress

    def books(self) -> Books | None:
        books = self._inner.books()
        if books is None:
            return None
        return replace(books, good=books.good - self._broken, set_aside=books.set_aside + self._broken)

    def faults(self) -> Iterator[SetAside]:
        yield from self._inner.faults()
        self.guesses_broken = self._inner.guesses_broken
        if self._broken:
            yield from self._find()
