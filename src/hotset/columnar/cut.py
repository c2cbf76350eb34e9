"""Cut an input of any format into blocks: at line ends, at the ends of records, at row groups or stripes."""

from collections.abc import Iterator
from dataclasses import replace

from hotset.columnar.blocks import Block, Slice, byte_ranges, packed_blocks, target_bytes
from hotset.columnar.fields import fields_of, footer_fields, orc_footer, parquet_footer, parquet_schema
from hotset.columnar.layout import Layout
from hotset.columnar.partitioned import check_partition
from hotset.columnar.pieces import records_of
from hotset.columnar.utf8 import BOM
from hotset.data.dataset import Dataset
from hotset.data.encoding import in_utf8
from hotset.data.listing import InputFile, Listing
from hotset.data.suffixes import is_compressed


def cut(listing: Listing, layout: Layout, cores: int) -> tuple[Block, ...]:
    """Blocks that together are the whole input, in its order; small files share one. Never none at all.

    Raises InputError for a file that cannot be read, SchemaError for one with other columns.
    """
    target = target_bytes(listing, cores)
    return packed_blocks((part for file in listing.files for part in parts_of(file, layout, target)), target)


def parts_of(file: InputFile, layout: Layout, target: int) -> Iterator[Slice]:
    """Slices of about so many bytes that together are the file. Raises as `cut` does."""
    dataset = layout.dataset
    check_partition(file, layout)
    if dataset.format == "parquet":
        yield from row_groups(file, layout)
    elif dataset.format == "orc":
        yield from stripes(file, layout)
    else:
        is_csv = dataset.format == "csv"
        fields = fields_of(file, layout) if is_csv else ()
        several = is_csv and dataset.multiline and dataset.quote
        lines = byte_ranges(file, target, dataset.encoding, dataset.lines_above if is_csv else 0)
        ranges = _record_ranges(file, dataset, target) if several else lines
        yield from (replace(part, fields=fields) for part in ranges)


def check_fields(file: InputFile, layout: Layout) -> None:
    """Raises as `cut` does for a file with other columns."""
    check_partition(file, layout)
    if layout.dataset.format == "parquet":
        footer_fields(file, parquet_schema(parquet_footer(file)), layout)
    elif layout.dataset.format == "orc":
        footer_fields(file, orc_footer(file).schema, layout)
    elif layout.dataset.format == "csv":
        fields_of(file, layout)


def row_groups(file: InputFile, layout: Layout) -> Iterator[Slice]:
    """A slice for each row group. Raises as `cut` does."""
    footer = parquet_footer(file)
    fields = footer_fields(file, parquet_schema(footer), layout)
    for index in range(footer.num_row_groups):
        group = footer.row_group(index)
        yield Slice(file, index, index + 1, group.total_byte_size, fields, group.num_rows)


def stripes(file: InputFile, layout: Layout) -> Iterator[Slice]:
    """A slice for each stripe. Raises as `cut` does."""
    footer = orc_footer(file)
    fields = footer_fields(file, footer.schema, layout)
    for index in range(footer.nstripes):
        yield Slice(file, index, index + 1, file.size_bytes // footer.nstripes, fields)


def _record_ranges(file: InputFile, dataset: Dataset, target: int) -> Iterator[Slice]:
    """Ranges that end where records do, though line ends may stand inside quotes: for that, all quotes are looked at.

    A file with a record that is not well-formed is one range: nobody can say from its middle where one begins. So is
    one in another encoding than UTF-8, and one of which lines are skipped: what is looked at has other bytes.
    """
    whole = Slice.whole(file, dataset.encoding)
    if file.size_bytes <= target or is_compressed(file.path) or not in_utf8(dataset.encoding) or dataset.skip:
        yield from [whole] if file.size_bytes else []
        return
    with file.path.open("rb") as content:
        end = len(BOM) if content.read(len(BOM)) == BOM else 0
    ranges, start = [], 0
    for text, _, _, sure in records_of(whole, dataset):
        if not sure:
            yield whole
            return
        end += len(text)
        if end - start >= target:
            ranges.append(Slice(file, start, end, end - start))
            start = end
    yield from ranges
    if start < end:
        yield Slice(file, start, end, end - start)
