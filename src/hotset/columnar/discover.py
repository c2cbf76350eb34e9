"""What data looks like that nobody has declared: by its manifest, its footer, or a sample of its lines."""

import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.json as pajson
from pyspark.errors import PySparkException
from pyspark.sql.pandas.types import from_arrow_type

from hotset.columnar.blocks import line_start
from hotset.columnar.fields import orc_footer, parquet_footer, parquet_schema
from hotset.columnar.partitioned import partition_names
from hotset.columnar.utf8 import BOM
from hotset.data.columns import ddl, type_text
from hotset.data.dataset import Dataset, Format
from hotset.data.listing import InputFile, Listing, local_path
from hotset.data.manifest import load_manifest
from hotset.data.sniff import kind_of
from hotset.data.text import DECOMPRESSORS
from hotset.errors import SchemaError, UsageError

HEAD_BYTES = 1024**2
SPOTS = 15  # further places that are looked at, evenly through the file
SPOT_BYTES = 64 * 1024
FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet",
    ".orc": "orc", ".txt": "text", ".text": "text", ".log": "text",
}  # fmt: skip
# A number that would not be written as it is: a postal code, an article number
MORE_THAN_A_NUMBER = r"^[+-]?0[0-9]"


def discover(paths: Sequence[str], listing: Listing, columns: str, format: Format | None) -> Dataset:  # noqa: A002
    """The dataset that lies at the paths. `columns`, where given, are taken instead, and others ignored.

    Types of CSV and JSON come from a sample: the head of the first file, and spots in it. A later row that does not fit
    is a bad row. Raises UsageError where the format cannot be told, InputError and SchemaError.
    """
    published = _published(paths)
    if published is not None and not columns:
        return published
    if not listing.files:
        raise UsageError(f"no file to tell the columns from, got {' '.join(paths)}")
    first = max(listing.files, key=lambda file: file.size_bytes)
    kind = format or _format(first)
    if published is not None:
        return replace(published, columns=columns, on_new="ignore")
    facts: dict[str, Any] = {"separator": "\t"} if kind == "csv" and ".tsv" in first.path.suffixes else {}
    if columns:
        return _partitioned(Dataset(columns, kind, on_new="ignore", **facts), first)
    in_directories = partition_names(listing)
    stored = _text_schema(first, kind, facts) if kind in ("csv", "json") else _footer_schema(first, kind)
    partition_by = tuple(name for name in in_directories if name not in stored)
    declared = {**stored, **dict.fromkeys(partition_by, "string")}
    return Dataset(ddl(declared), kind, partition_by=partition_by, **facts)


def _partitioned(dataset: Dataset, file: InputFile) -> Dataset:
    """The same, with those of its columns that stand in the names of directories, and not in the file."""
    named = [name for name in dataset.schema().names if name in file.partition]
    if not named:
        return dataset
    text = dataset.format in ("csv", "json")
    facts = {"separator": dataset.separator} if dataset.format == "csv" else {}
    stored = _text_schema(file, dataset.format, facts) if text else _footer_schema(file, dataset.format)
    return replace(dataset, partition_by=tuple(name for name in named if name not in stored))


def _published(paths: Sequence[str]) -> Dataset | None:
    if len(paths) != 1 or not (directory := local_path(paths[0])).is_dir():
        return None
    manifest = load_manifest(directory)
    if manifest is None:
        return None
    return Dataset(
        manifest.columns, cast(Format, manifest.format), partition_by=manifest.partition_by, **(manifest.csv or {})
    )


def _format(file: InputFile) -> Format:
    """By the first bytes, or the suffix below that of a compression."""
    kinds: dict[str | None, Format] = {"Parquet": "parquet", "ORC": "orc"}
    if found := kinds.get(kind_of(file.path)):
        return found
    path = Path(file.path.stem) if file.path.suffix in DECOMPRESSORS else file.path
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"cannot tell the format of {file.path}; give it a suffix: {', '.join(FORMATS)}")
    return FORMATS[path.suffix.lower()]


def _footer_schema(file: InputFile, kind: Format) -> dict[str, str]:
    if kind == "text":
        return {"value": "string"}
    schema = parquet_schema(parquet_footer(file)) if kind == "parquet" else orc_footer(file).schema
    return {entry.name: _spark_type(entry.name, entry.type) for entry in schema}


def _text_schema(file: InputFile, kind: Format, facts: dict[str, Any]) -> dict[str, str]:
    for sample in (b"".join(_spots(file)), b"".join(_spots(file, spots=0))):
        try:
            if kind == "json":
                table = pajson.read_json(io.BytesIO(sample))
                return {entry.name: _text_type(entry.name, entry.type) for entry in table.schema}
            return _csv_types(sample, facts.get("separator", ","))
        except pa.ArrowInvalid as why:
            reason = why  # a line end inside of quotes, where a spot begins; the head alone has none
    raise SchemaError(f"cannot tell the columns of {file.path} ({reason}); name them with --columns")


def _csv_types(sample: bytes, separator: str) -> dict[str, str]:
    # lines with more or fewer cells say nothing of types; the reading finds them
    parse = pacsv.ParseOptions(delimiter=separator, invalid_row_handler=lambda _: "skip")
    read = pacsv.ReadOptions(block_size=len(sample) + 1, use_threads=False)
    convert = pacsv.ConvertOptions(null_values=[""], strings_can_be_null=True)
    table = pacsv.read_csv(io.BytesIO(sample), read, parse, convert)
    if twice := next((name for name, times in Counter(table.column_names).items() if times > 1), None):
        raise SchemaError(f"two columns of the header are called {twice!r}; rename one")
    whole = [entry.name for entry in table.schema if pa.types.is_integer(entry.type)]
    texts = pacsv.ConvertOptions(include_columns=whole, column_types=dict.fromkeys(whole, pa.string()))
    written = pacsv.read_csv(io.BytesIO(sample), read, parse, texts) if whole else table
    codes = {name for name in whole if pc.any(pc.match_substring_regex(written[name], MORE_THAN_A_NUMBER)).as_py()}
    return {
        entry.name: "string" if entry.name in codes else _text_type(entry.name, entry.type) for entry in table.schema
    }


def _text_type(name: str, kind: pa.DataType) -> str:
    if pa.types.is_null(kind) or pa.types.is_time(kind) or pa.types.is_binary(kind):
        return "string"
    return "timestamp" if pa.types.is_timestamp(kind) else _spark_type(name, kind)


def _spark_type(name: str, kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return "timestamp_ntz" if kind.tz is None else "timestamp"
    if pa.types.is_unsigned_integer(kind):  # in the next wider one, which Spark has
        return {8: "smallint", 16: "int", 32: "bigint", 64: "decimal(20,0)"}[kind.bit_width]
    try:
        return type_text(from_arrow_type(kind))
    except PySparkException:
        raise SchemaError(f"column {name!r} is {kind}, which Spark has no type for; name others by --columns") from None


def _spots(file: InputFile, spots: int = SPOTS) -> Iterator[bytes]:
    """Whole lines: the head of the file, and as many further places."""
    try:
        with DECOMPRESSORS.get(file.path.suffix, open)(file.path, "rb") as content:
            head = content.read(HEAD_BYTES).removeprefix(BOM)
            ended = len(head) < HEAD_BYTES - len(BOM)
            yield head if ended else head[: head.rfind(b"\n") + 1] or head
            if ended or file.path.suffix in DECOMPRESSORS:
                return
            for spot in range(1, spots + 1):
                start = line_start(content, max(HEAD_BYTES, file.size_bytes * spot // (spots + 1)), file.size_bytes)
                content.seek(start)
                lines = content.read(SPOT_BYTES)
                yield lines[: lines.rfind(b"\n") + 1]
    except (OSError, EOFError, zlib.error) as why:
        raise SchemaError(f"cannot read {file.path}: {why}") from None
