"""What the footers of Parquet and ORC say: rows, and whether the types are just the declared ones."""

import pyarrow as pa

from hotset.columnar.fields import footer_fields, orc_footer, parquet_footer, parquet_schema
from hotset.columnar.layout import Layout
from hotset.data.listing import Listing


def footers(listing: Listing, layout: Layout) -> tuple[int, bool]:
    """Rows in all, and whether Spark's own reader gives the declared columns. Raises InputError and SchemaError."""
    rows, exact = 0, True
    for file in listing.files:
        if layout.dataset.format == "parquet":
            footer = parquet_footer(file)
            in_file, schema = footer.num_rows, parquet_schema(footer)
        else:
            stripes = orc_footer(file)
            in_file, schema = stripes.nrows, stripes.schema
        present = layout.present(footer_fields(file, schema, layout))
        rows += in_file
        exact = exact and all(_is_spark_own(schema.field(one.name).type, one.type) for one in present)
    return rows, exact


def looks_at_rows(layout: Layout) -> bool:
    """Whether a row may be bad, or needs a value that the file does not have, or that Spark would not find."""
    dataset = layout.dataset
    if dataset.format == "orc" and any("`" in column.name or "`" in column.kind for column in layout.columns):
        return True  # Spark's reader of ORC takes such a name for another one, and makes null of the column
    strict = any(not column.nullable or column.optional or column.form for column in layout.columns)
    return bool(strict or dataset.rules or dataset.partition_by or dataset.nan == "refuse")


def _is_spark_own(stored: pa.DataType, declared: pa.DataType) -> bool:
    return stored == declared or str(stored) == str(declared)
