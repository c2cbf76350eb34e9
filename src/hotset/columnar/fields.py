"""Which columns a file has: by the header of a CSV, by the footer of Parquet or ORC; held against the declared ones."""

import zlib
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.orc import ORCFile

from hotset.columnar.blocks import LINE_END
from hotset.columnar.csv_structure import split_record
from hotset.columnar.exact import Fault
from hotset.columnar.layout import Column, Layout
from hotset.columnar.utf8 import BOM
from hotset.data.columns import NAMED, differing
from hotset.data.listing import InputFile
from hotset.data.text import DECOMPRESSORS
from hotset.errors import InputError, SchemaError


def fields_of(file: InputFile, layout: Layout) -> tuple[str, ...]:
    """The names of the columns that stand in the file, in its order. Raises SchemaError where they differ."""
    dataset = layout.dataset
    declared = tuple(column.name for column in layout.stored)
    if dataset.format == "csv" and dataset.header and file.size_bytes:
        names = _header(file, layout)
        _check_names(file, names, layout, ordered=True)
        return names
    return declared


def footer_fields(file: InputFile, schema: pa.Schema, layout: Layout) -> tuple[str, ...]:
    """The same of a footer, types included."""
    _check_names(file, schema.names, layout, ordered=False)
    for column in layout.present(schema.names):
        if not _fits(schema.field(column.name).type, column):
            raise SchemaError(
                f"{file.path}: column {column.name!r} is {schema.field(column.name).type}, declared {column.kind}"
            )
    return tuple(schema.names)


def parquet_schema(footer: pq.FileMetaData) -> pa.Schema:
    """The columns of a footer. Spark writes timestamps as INT96 by default, which are times in UTC."""
    schema = footer.schema.to_arrow_schema()
    if not any(_in_nanoseconds(entry) for entry in schema):
        return schema
    columns = (footer.schema.column(place) for place in range(footer.num_columns))
    int96 = {column.path for column in columns if column.physical_type == "INT96"}
    utc = pa.timestamp("us", "UTC")
    return pa.schema(
        pa.field(entry.name, utc) if _in_nanoseconds(entry) and entry.name in int96 else entry for entry in schema
    )


def _in_nanoseconds(entry: pa.Field) -> bool:
    return str(entry.type) == "timestamp[ns]"


def parquet_footer(file: InputFile) -> pq.FileMetaData:
    """Raises InputError for a file that is no Parquet."""
    try:
        return pq.read_metadata(file.path)
    except (OSError, pa.ArrowInvalid) as why:
        raise InputError(f"cannot read {file.path} as Parquet: {why}") from None


def orc_footer(file: InputFile) -> ORCFile:
    """Raises InputError for a file that is no ORC."""
    try:
        return ORCFile(str(file.path))
    except (OSError, pa.ArrowException) as why:
        raise InputError(f"cannot read {file.path} as ORC: {why}") from None


def _header(file: InputFile, layout: Layout) -> tuple[str, ...]:
    longest = layout.dataset.longest_line_bytes
    try:
        with DECOMPRESSORS.get(file.path.suffix, open)(file.path, "rb") as content:
            head = content.read(longest + len(BOM)).removeprefix(BOM)
    except (OSError, EOFError, zlib.error) as why:
        raise InputError(f"cannot read {file.path}: {why}") from None
    end = LINE_END.search(head)
    line = head[: end.start()] if end else head
    try:
        return tuple(cell.decode() for cell, _ in split_record(line, layout.dataset))
    except (Fault, UnicodeDecodeError) as why:
        raise SchemaError(f"{file.path}:1: the header is no CSV ({why}), got {line[:200]!r}") from None


def _check_names(file: InputFile, names: Sequence[str], layout: Layout, *, ordered: bool) -> None:
    declared, there = {column.name for column in layout.stored}, set(names)
    wrong = [f"{name!r} twice" for name, count in Counter(names).items() if count > 1]
    wrong += [
        f"{column.name!r} is missing" for column in layout.stored if column.name not in there and not column.optional
    ]
    if layout.dataset.on_new == "fail":
        wrong += [f"{name!r} is new" for name in dict.fromkeys(names) if name not in declared]
    known = [name for name in names if name in declared]
    if declared and not known:
        wrong = ["no declared one is there"]
    if not wrong and ordered and known != [column.name for column in layout.stored if column.name in there]:
        wrong = ["another order"]
    if wrong:
        expected, got = differing([column.name for column in layout.stored], names)
        faults = wrong if len(wrong) <= NAMED else [*wrong[:NAMED], f"{len(wrong) - NAMED:,} more"]
        raise SchemaError(f"{file.path}: the columns differ ({', '.join(faults)}): expected {expected}, got {got}")


def _fits(stored: pa.DataType, column: Column) -> bool:
    """Whether every value of the stored type is one of the declared type."""
    wanted = column.type
    if pa.types.is_dictionary(stored):
        stored = stored.value_type
    if pa.types.is_integer(stored) and pa.types.is_signed_integer(wanted):
        return bool(stored.bit_width <= wanted.bit_width - pa.types.is_unsigned_integer(stored))
    if pa.types.is_uint64(stored) and pa.types.is_decimal(wanted):
        return bool(wanted.scale == 0 and wanted.precision >= 20)
    if pa.types.is_floating(stored) and pa.types.is_floating(wanted):
        return bool(stored.bit_width <= wanted.bit_width)
    if pa.types.is_decimal(stored) and pa.types.is_decimal(wanted):
        return bool(stored.scale == wanted.scale and stored.precision <= wanted.precision)
    if pa.types.is_timestamp(stored) and pa.types.is_timestamp(wanted):
        return (stored.tz is None) == (wanted.tz is None)
    return bool(
        stored == wanted
        or (pa.types.is_large_string(stored) and pa.types.is_string(wanted))
        or str(stored) == str(wanted)
    )
