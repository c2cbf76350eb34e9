"""Tables of an expression that are made here, once, when somebody first reads them: what a kernel makes of an input's
blocks, and rows that the driver holds.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hotset.columnar.blocks import cut_text
from hotset.columnar.counts import BlockCounter, Finished
from hotset.columnar.cut import cut
from hotset.columnar.kernel import Kernel
from hotset.columnar.layout import Layout
from hotset.columnar.scan import RecordScan, Scan, TextScan
from hotset.data.dataset import Dataset
from hotset.data.listing import Listing
from hotset.report import model
from hotset.rows import node
from hotset.rows.names import safe_names
from hotset.rows.staging import StageBlock, write_arrow
from hotset.source import Blocks, Source, StagedRows
from hotset.table_input import Place


class StagedInput:
    """A table that no other engine has read, and all of whose columns are made at once."""

    def expect(self, used: Collection[str]) -> None:
        """A later query will read these columns."""

    def doubt(self) -> bool:
        """Whether something was left to our readers."""
        return False


@dataclass(eq=False)
class GivenInput(StagedInput):
    """Rows that are here, under names that engines take."""

    name: str
    table: pa.Table
    bound: node.Source | None = None

    def bind(self, _used: Collection[str], place: Place, _register: Callable[[Source], None]) -> node.Source:
        """The table, as a file that is mapped."""
        if self.bound is None:
            directory, names = place.scratch / self.name, tuple(self.table.column_names)
            directory.mkdir(parents=True)
            write_arrow(self.table, directory)
            self.bound = node.Source(self.name, (), directory, self.table.schema, names)
        return self.bound


@dataclass(eq=False)
class ScanInput(StagedInput):
    """An input that was listed; nothing of it is read before `bind`. Without a layout it is text.

    Without a `read` it stands in no books, and its bad rows are nowhere.
    """

    name: str
    kernel: Kernel
    read: model.Read | None
    listing: Listing
    encoding: str
    layout: Layout | None
    bound: node.Source | None = None

    def bind(self, _used: Collection[str], place: Place, register: Callable[[Source], None]) -> node.Source:
        """The table. `register` hears of what was counted. Raises InputError and SchemaError as `cut` does."""
        if self.bound is None:
            directory, faults = place.make_directories(self.name)
            columns = Dataset(self.kernel.columns).arrow_schema()
            names = tuple(safe_names(columns.names).values())
            scan = self._scan(place.cores, faults)
            stage = StageBlock(scan, columns, directory, names)
            counter = BlockCounter(scan.blocks, Finished(place.stage(stage)))
            self.bound = node.Source(self.name, (), directory, stage.schema, names)
            if self.read is not None:
                register(self._source(self.read, counter, place.run_id, faults))
        return self.bound

    def _scan(self, cores: int, faults: Path) -> Scan:
        if self.layout is None:
            return TextScan(cut_text(self.listing, cores, self.encoding), self.kernel.function)
        told = None if self.read is None else faults
        return RecordScan(cut(self.listing, self.layout, cores), self.layout, told, self.kernel.function)

    def _source(self, read: model.Read, counter: BlockCounter, run_id: str, faults: Path) -> Source:
        if self.layout is None:
            return Blocks(read, self.listing, counter)
        return StagedRows(read, self.listing, counter, self.layout, run_id, faults, rows=0)
