"""A table that the driver holds, as a file: Spark's writer takes longer to start than this does to write a few rows."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from hotset.data.dataset import Dataset
from hotset.data.parquet_files import ParquetFiles
from hotset.data.promises import is_promised
from hotset.data.rendering import show_rows
from hotset.data.writing import csv_facts, is_shown, nth_part, part_name

BATCH_ROWS = 64 * 1024
OWN_DIALECT = Dataset("none int", format="csv")


def is_written_here(table: pa.Table, dataset: Dataset) -> bool:
    """Whether `write_table` can: Parquet; CSV as it is by default, and JSON lines, without NUL and nested values;
    as text, rows of texts and whole numbers.

    CSV whose rows or key have to be looked at is left to Spark, which spells NaN otherwise than Arrow; so is JSON with
    numbers that are not finite, for which it has no place.
    """
    if dataset.partition_by or dataset.format == "orc":
        return False
    if dataset.format == "parquet":
        return True
    if dataset.key or is_promised(dataset):
        return False
    if any(pa.types.is_nested(kind) or pa.types.is_binary(kind) for kind in table.schema.types):
        return False
    if dataset.format == "text":
        kinds = table.schema.types
        return is_shown(dataset) and all(pa.types.is_string(kind) or pa.types.is_integer(kind) for kind in kinds)
    if dataset.format == "json":
        return all(pc.all(pc.is_finite(column)).as_py() is not False for column in _floats(table))
    return csv_facts(dataset) == csv_facts(OWN_DIALECT) and not _any_text(table, "\0")


def write_table(
    table: pa.Table, dataset: Dataset, version: Path, run_id: str, parquet: ParquetFiles | None = None
) -> int:
    """rows written to one file in `version`, which is there then, or as `parquet` says."""
    version.mkdir()
    table = table.cast(dataset.arrow_schema())
    path = version / part_name(0, run_id, 0, dataset.format)
    if dataset.format == "parquet":
        _write_parquet(table, path, parquet or ParquetFiles())
    elif dataset.format == "json":
        _write_json(table, path)
    elif dataset.format == "text":
        _write_tuples(table, path)
    else:
        # Arrow either puts quotes around every text, or around none: none where none needs them
        quoted = any(_any_text(table, text) for text in ('"', ",", "\r", "\n")) or _any_empty(table)
        style = "needed" if quoted else "none"
        odd_names = any(set(name) & set('",\r\n') or not name for name in table.column_names)
        header = "needed" if odd_names else "none"
        pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style=style, quoting_header=header))
    return int(table.num_rows)


def _write_parquet(table: pa.Table, first: Path, parquet: ParquetFiles) -> None:
    per_file = parquet.rows_per_file or max(len(table), 1)
    for number, start in enumerate(range(0, max(len(table), 1), per_file)):
        pq.write_table(table.slice(start, per_file), nth_part(first, number), compression=parquet.codec)


def _write_json(table: pa.Table, path: Path) -> None:
    """An object a line; what is null is left out."""
    encode = msgspec.json.Encoder(decimal_format="number").encode
    with path.open("wb") as lines:
        for batch in table.to_batches(BATCH_ROWS):
            for row in batch.to_pylist():
                lines.write(encode({name: value for name, value in row.items() if value is not None}) + b"\n")


def _write_tuples(table: pa.Table, path: Path) -> None:
    """A row a line, as Python shows it."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        for batch in table.to_batches(BATCH_ROWS):
            lines.writelines(f"{line}\n" for line in show_rows(batch.columns))


def _floats(table: pa.Table) -> list[pa.ChunkedArray]:
    return [column for column in table.columns if pa.types.is_floating(column.type)]


def _texts(table: pa.Table) -> list[pa.ChunkedArray]:
    return [column for column in table.columns if pa.types.is_string(column.type)]


def _any_text(table: pa.Table, part: str) -> bool:
    return any(pc.any(pc.match_substring(column, part)).as_py() for column in _texts(table))


def _any_empty(table: pa.Table) -> bool:
    """A text of nothing, which without quotes would be null."""
    return any(pc.any(pc.equal(column, "")).as_py() for column in _texts(table))
