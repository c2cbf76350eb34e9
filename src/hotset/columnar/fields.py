"""Which columns a file has: by the header of a CSV, by the footer of Parquet or ORC; held against the declared ones."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.orc import ORCFile

from hotset.columnar.blocks import Slice
from hotset.columnar.csv_structure import invalid_text, split_record
from hotset.columnar.exact import Fault
from hotset.columnar.forms import takes
from hotset.columnar.layout import Column, Layout
from hotset.columnar.pieces import chunks_of, first_line, opened
from hotset.data.columns import differing
from hotset.data.dataset import Dataset
from hotset.data.encoding import restored
from hotset.data.listing import InputFile
from hotset.errors import InputError, SchemaError
from hotset.naming import NAMED

# that the greatest value of a type has
DIGITS = {"int8": 3, "uint8": 3, "int16": 5, "uint16": 5, "int32": 10, "uint32": 10, "int64": 19, "uint64": 20}


def fields_of(file: InputFile, layout: Layout) -> tuple[str, ...]:
    """The names of the columns that stand in the file, in its order. Raises SchemaError where they differ."""
    dataset = layout.dataset
    declared = tuple(column.name for column in layout.stored)
    if dataset.format == "csv" and dataset.header and (names := header_of(file, dataset)):
        _check_names(file, names, layout, ordered=True)
        return names
    return declared


def footer_fields(file: InputFile, schema: pa.Schema, layout: Layout) -> tuple[str, ...]:
    """The same of a footer, types included."""
    _check_names(file, schema.names, layout, ordered=False)
    for column in layout.present(schema.names):
        stored = schema.field(column.name).type
        if not (takes(stored, column.form) if column.form else _fits(stored, column)):
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


def header_of(file: InputFile, dataset: Dataset) -> tuple[str, ...] | None:
    """The names in the header of a CSV; None for a file without any text. Raises InputError and SchemaError."""
    whole = Slice.whole(file, dataset.encoding)
    with opened(whole) as content:
        line, passed = _line_below(chunks_of(content, whole), dataset.skip, dataset.longest_line_bytes)
    if line is None and not passed:
        return None
    if line is None:
        raise SchemaError(
            f"{file.path} has no header: it has {passed} lines, and {dataset.skip} are skipped; skip fewer with --skip"
        )
    if not line.strip():
        raise SchemaError(
            f"{file.path}:{passed + 1}: the line of the header is empty; skip it with --skip {passed + 1}"
        )
    return _names_in(line, f"{file.path}:{passed + 1}", dataset)


def _names_in(line: bytes, place: str, dataset: Dataset) -> tuple[str, ...]:
    try:
        return tuple(cell.decode() for cell, _ in split_record(line, dataset))
    except UnicodeDecodeError:
        shown = restored(line[:200])
        raise SchemaError(
            f"{place}: the header is {invalid_text(dataset)}, got {shown!r}; name its encoding, as --encoding cp1252"
        ) from None
    except Fault as why:
        raise SchemaError(f"{place}: the header is no CSV ({why}), got {line[:200]!r}") from None


def _line_below(chunks: Iterable[bytes], skip: int, longest: int) -> tuple[bytes | None, int]:
    """The line below the first `skip` ones, or its head; None where there is none. And how many lines were passed."""
    text, passed = b"", 0
    for chunk in chain(chunks, (b"",)):
        text += chunk
        while (line := first_line(text, final=not chunk)) is not None:
            if passed == skip:
                return text[: line[0]], passed
            text, passed = text[line[1] :], passed + 1
        if passed == skip and len(text) > longest:
            return text, passed
    return None, passed


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
    if pa.types.is_null(stored):  # no value at all
        return True
    if pa.types.is_dictionary(stored):
        stored = stored.value_type
    if pa.types.is_timestamp(stored) and pa.types.is_timestamp(wanted):
        return (stored.tz is None) == (wanted.tz is None)
    return bool(
        _fits_number(stored, wanted)
        or stored == wanted
        or (pa.types.is_large_string(stored) and pa.types.is_string(wanted))
        or str(stored) == str(wanted)
    )


def _fits_number(stored: pa.DataType, wanted: pa.DataType) -> bool:
    is_whole = pa.types.is_integer(stored)
    if pa.types.is_signed_integer(wanted):
        return bool(is_whole and stored.bit_width <= wanted.bit_width - pa.types.is_unsigned_integer(stored))
    if pa.types.is_floating(wanted):
        # a double holds every whole number of 32 bits
        return bool(stored.bit_width <= wanted.bit_width // (1 + is_whole)) if _is_plain(stored) else False
    if not pa.types.is_decimal(wanted):
        return False
    if is_whole:
        return bool(wanted.precision - wanted.scale >= DIGITS[str(stored)])
    if not pa.types.is_decimal(stored):
        return False
    return bool(stored.scale <= wanted.scale and stored.precision - stored.scale <= wanted.precision - wanted.scale)


def _is_plain(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
