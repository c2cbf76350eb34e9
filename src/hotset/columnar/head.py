"""The first rows of an input, read where they are wanted."""

import pyarrow as pa

from hotset.columnar.cut import parts_of
from hotset.columnar.faults import Unheard
from hotset.columnar.layout import Layout
from hotset.columnar.records import Records
from hotset.data.listing import Listing

PART_BYTES = 4 * 1024**2


def head(listing: Listing, layout: Layout, rows: int) -> pa.Table:
    """So many good rows at most, in the order of the files. Raises as `cut` does."""
    batches: list[pa.RecordBatch] = []
    left = rows
    for part in (part for file in listing.files for part in parts_of(file, layout, PART_BYTES)):
        for batch in Records((part,), layout, Unheard()).batches():
            batches.append(batch.slice(0, left))
            left -= len(batches[-1])
            if not left:
                return pa.Table.from_batches(batches, layout.schema)
    return pa.Table.from_batches(batches, layout.schema)
