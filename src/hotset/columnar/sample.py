"""A few good rows from all over an input, to plan by: read by the driver, counted nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa

from hotset.columnar.blocks import Slice, line_start, target_bytes
from hotset.columnar.cut import cut
from hotset.columnar.faults import Unheard
from hotset.columnar.layout import Layout
from hotset.columnar.records import Records
from hotset.data.encoding import can_be_cut
from hotset.data.listing import Listing
from hotset.data.suffixes import is_compressed

PLACES = 8
PLACE_BYTES = 512 * 1024


@dataclass(frozen=True)
class Sample:
    """Some rows, and about how many there are: in all, and in each of the blocks that tasks read."""

    table: pa.Table
    rows: int
    rows_in_block: int

    @property
    def bytes_in_memory(self) -> int:
        """About how large all rows are, as Arrow has them."""
        return int(self.table.nbytes / max(self.table.num_rows, 1) * self.rows)


def sample(listing: Listing, layout: Layout, cores: int) -> Sample:
    """Up to PLACES runs of rows. Raises InputError and SchemaError."""
    slices = [part for block in cut(listing, layout, PLACES) for part in block]
    places = min(PLACES, len(slices))
    chosen = [_head(slices[place * len(slices) // places], layout) for place in range(places)]
    runs = [list(_first_rows(part, layout)) for part in chosen]
    table = pa.Table.from_batches([batch for batches in runs for batch in batches], layout.schema)
    rows: int = sum(part.rows or 0 for part in slices) or _by_size(table, chosen, listing)
    blocks = max(1, -(-listing.size_bytes // target_bytes(listing, cores)))
    return Sample(table, rows, rows // blocks)


def _head(part: Slice, layout: Layout) -> Slice:
    """The slice, of text its first lines."""
    if layout.dataset.format in ("parquet", "orc") or is_compressed(part.file.path) or not can_be_cut(part.encoding):
        return part
    with part.file.path.open("rb") as content:
        end = line_start(content, min(part.start + PLACE_BYTES, part.end), part.file.size_bytes)
    return replace(part, end=min(end, part.end), size_bytes=min(end, part.end) - part.start)


def _first_rows(part: Slice, layout: Layout) -> Iterator[pa.RecordBatch]:
    batches = Records((part,), layout, Unheard()).batches()
    return islice(batches, 1 if layout.dataset.format in ("parquet", "orc") else None)


def _by_size(table: pa.Table, chosen: list[Slice], listing: Listing) -> int:
    looked_at = sum(part.size_bytes for part in chosen)
    return int(table.num_rows * listing.size_bytes // max(looked_at, 1))
