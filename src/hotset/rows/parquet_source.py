"""Parquet that DuckDB reads by itself: where footers say that every value is one of the declared type.

docs/data.md has the rules. Where a footer does not say so, as of a null where there may be none, our reader looks.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hotset.columnar.fields import footer_fields, parquet_footer, parquet_schema
from hotset.columnar.footers import looks_at_rows
from hotset.columnar.layout import Layout
from hotset.data.listing import InputFile, Listing
from hotset.rows.duckdb_types import NO_COLUMN, identifier, list_files

TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def parquet_relation(listing: Listing, layout: Layout, safe: Mapping[str, str]) -> tuple[str, int] | None:
    """SQL of the rows, and how many there are; `safe` are the columns that are wanted, and their names then.

    None where DuckDB cannot be the reader. Raises InputError and SchemaError as `cut` does.
    """
    files = list_files(file.path for file in listing.files)
    if layout.dataset.format != "parquet" or not listing.files or files is None:
        return None
    if looks_at_rows(replace(layout, columns=tuple(replace(one, nullable=True) for one in layout.columns))):
        return None
    rows = 0
    for file in listing.files:
        footer = parquet_footer(file)
        if not _holds_declared(file, footer, layout):
            return None
        rows += footer.num_rows
    kinds = {column.name: column.kind for column in layout.columns}
    columns = [f"{nan_told(name, kinds[name])} AS {identifier(known)}" for name, known in safe.items()]
    return f"SELECT {', '.join(columns) or NO_COLUMN} FROM read_parquet({files})", rows


def _holds_declared(file: InputFile, footer: pq.FileMetaData, layout: Layout) -> bool:
    """Whether the footer says that every value is one of the declared type. Raises SchemaError for other columns."""
    schema = parquet_schema(footer)
    present = layout.present(footer_fields(file, schema, layout))
    times = {one.name for one in present if pa.types.is_temporal(one.type)}
    never_null = {one.name for one in present if not one.nullable}
    return (
        len({name.casefold() for name in schema.names}) == len(schema.names)  # DuckDB would take two for one
        and all(_is_own(schema.field(one.name).type, one.type) for one in present)
        and _times_fit(footer, times)
        and _have_no_null(footer, never_null)
    )


def nan_told(name: str, kind: str) -> str:
    """SQL of a column. Of one with fractions it is told that it may hold NaN.

    Writers leave NaN out of a column's statistics, and DuckDB takes these for the whole truth: of 1.0 and NaN the
    greatest would be 1.0, and nothing above 5.
    """
    if kind not in ("float", "double"):
        return identifier(name)
    return f"CASE WHEN isnan({identifier(name)}) THEN CAST('NaN' AS {kind.upper()}) ELSE {identifier(name)} END"


def _is_own(stored: pa.DataType, declared: pa.DataType) -> bool:
    """Whether DuckDB makes the declared type of the stored one."""
    if pa.types.is_dictionary(stored):
        stored = stored.value_type
    both_texts = all(any(is_text(kind) for is_text in TEXTS) for kind in (stored, declared))
    return both_texts or stored == declared or str(stored) == str(declared)


def _have_no_null(footer: pq.FileMetaData, names: set[str]) -> bool:
    """Whether statistics say that there is no null in any of these columns."""
    proven = 0
    for group in map(footer.row_group, range(footer.num_row_groups) if names else ()):
        for column in map(group.column, range(group.num_columns)):
            statistics = column.statistics if column.path_in_schema in names else None
            proven += bool(statistics and statistics.has_null_count and statistics.null_count == 0)
    return proven == len(names) * footer.num_row_groups or not footer.num_rows


def _times_fit(footer: pq.FileMetaData, names: set[str]) -> bool:
    """Whether statistics say that all days and times lie in the years 1 to 9999, which Python's own dates have."""
    if not names:
        return True
    for index in range(footer.num_row_groups):
        group = footer.row_group(index)
        for place in range(group.num_columns):
            column = group.column(place)
            if column.path_in_schema.partition(".")[0] in names and not _is_known(column):
                return False
    return True


def _is_known(column: pq.ColumnChunkMetaData) -> bool:
    statistics = column.statistics
    if statistics is None:
        return False
    if not statistics.has_min_max:  # of nothing but nulls there is none
        return bool(statistics.has_null_count and statistics.null_count == column.num_values)
    try:
        return all(isinstance(value, date | datetime) for value in _ends(statistics))
    except (ArithmeticError, ValueError):  # a year that Python does not have
        return False


def _ends(statistics: pq.Statistics) -> tuple[Any, Any]:
    return statistics.min, statistics.max
