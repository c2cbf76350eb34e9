"""One input of a run while it is read: who reads it, what was really read of it, and what was set aside."""

from collections.abc import Callable, Iterator, Mapping
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
from hotset.row_counts import RowCounts


class Source:
    """An input that was listed; what is known of it is in the report's `read`."""

    dataset: Dataset | None = None  # as which it is read, where its records are checked
    guesses_broken: Mapping[str, SetAside] = MappingProxyType({})  # guessed columns, and the first row they do not hold

    def __init__(self, read: model.Read, listing: Listing) -> None:
        self.read, self.listing = read, listing

    def counts(self) -> RowCounts | None:
        """None until a Spark job has read something."""
        return None

    @property
    def is_complete(self) -> bool | None:
        """Whether all of it was read; None where nobody can say."""
        return None

    @property
    def blocks_read(self) -> int | None:
        """Grows as more is read, where it is read in blocks."""
        return None

    def faults(self) -> Iterator[SetAside]:
        """What was set aside, in the blocks that were read to their ends."""
        return iter(())


class CatalystText(Source):
    """Lines that Spark's own reader counts."""

    def __init__(self, read: model.Read, listing: Listing, counter: ObservedLines | AccumulatedLines) -> None:
        super().__init__(read, listing)
        self._counter = counter

    def counts(self) -> RowCounts | None:
        return self._counter.counted()


class CountedRows(Source):
    """Rows that an engine reads by itself; their number was known before, as from footers."""

    def __init__(self, read: model.Read, listing: Listing, rows: int) -> None:
        super().__init__(read, listing)
        self._rows = rows

    def counts(self) -> RowCounts:
        return RowCounts.all_good(self._rows)


class Blocks(Source):
    """Blocks that Python workers read and count."""

    def __init__(self, read: model.Read, listing: Listing, counter: BlockCounter) -> None:
        super().__init__(read, listing)
        self.counter = counter
        read.lane, read.blocks = "columnar", len(counter.blocks)

    def counts(self) -> RowCounts | None:
        return self.counter.total() if self.counter.blocks_read or not self.listing.size_bytes else None

    @property
    def is_complete(self) -> bool:
        return self.counter.complete

    @property
    def blocks_read(self) -> int:
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

    def counts(self) -> RowCounts | None:
        counts = super().counts()
        return counts and counts.reject(self._rows_breaking)

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

    def counts(self) -> RowCounts | None:
        counts = super().counts()
        return counts and counts + RowCounts.all_good(self._plain_rows)


class RuledRows(Source):
    """Rows of another source of which so many break a rule; `find` says which."""

    def __init__(self, inner: Source, broken: int, find: Callable[[], Iterator[SetAside]]) -> None:
        super().__init__(inner.read, inner.listing)
        self._inner, self._broken, self._find = inner, broken, find
        self.dataset = inner.dataset

    def counts(self) -> RowCounts | None:
        counts = self._inner.counts()
        return counts and counts.reject(self._broken)

    @property
    def is_complete(self) -> bool | None:
        return self._inner.is_complete

    @property
    def blocks_read(self) -> int | None:
        return self._inner.blocks_read

    def faults(self) -> Iterator[SetAside]:
        yield from self._inner.faults()
        self.guesses_broken = self._inner.guesses_broken
        if self._broken:
            yield from self._find()
