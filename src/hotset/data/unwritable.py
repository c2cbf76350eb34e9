"""Values that a file or a directory's name cannot hold so that they are found again; Spark would change them, or fail.

They are counted in the plan that writes the rows, as broken promises are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, CharType, DataType, StringType, StructField, VarcharType

from hotset.data.columns import by_name
from hotset.data.dataset import Dataset
from hotset.data.inside import any_of, anywhere, not_finite
from hotset.data.partitions import NULL_PARTITION
from hotset.data.promises import Promise, examples_of
from hotset.errors import DataError, SchemaError

# what means null there, and what readers take for a file that is being copied
NOT_IN_DIRECTORIES = rf"\A{NULL_PARTITION}\z|\._COPYING_\z"
LONGEST_NAME = 255  # bytes of a directory's name
ESCAPED = r"""[\x01-\x1f"#%'*/:=?\\\x7f{\[\]^]"""  # what Spark writes as %XX there
TEXTS = (StringType, CharType, VarcharType)
CLEAN_OR_PARQUET = "publish as parquet, or clean them"
OTHER_TEXT = "give these rows another text, or do not partition by the column"


@dataclass(frozen=True)
class Unwritable:
    """Rows that cannot be written: how to tell them, what is said of them, what to do."""

    told: str
    broken: Column
    advice: str = CLEAN_OR_PARQUET


def unwritable(frame: DataFrame, dataset: Dataset, line: Column | None) -> tuple[Unwritable, ...]:
    """What to refuse in the columns of the frame, which are the dataset's, or in the line that is written of a row."""
    found = [one for name in dataset.partition_by for one in _in_directory(name, frame.schema[name].dataType)]
    if dataset.format == "text" and line is not None:
        found += _in_text(dataset, line)
    if dataset.format == "json":
        found += _in_json(frame, dataset)
    return (*found, *(_in_csv(frame, dataset) if dataset.format == "csv" else ()))


def check_unwritable(kinds: Sequence[Unwritable], counts: Sequence[int], rows: DataFrame) -> None:
    """Raises DataError for the first kind of which there are any, with the first of these."""
    for kind, count in zip(kinds, counts, strict=True):
        if count:
            found = examples_of([Promise(kind.told, kind.broken)], [rows])
            first = f", the first is {found[0][1]}" if found else ""
            raise DataError(f"{kind.told}, got {count} such rows{first}; {kind.advice}")


def without_unwritable(rows: DataFrame, dataset: Dataset) -> DataFrame:
    """The rows with null for what no directory can be called, which is refused when it is counted: Spark would fail."""
    names = [name for name in dataset.partition_by if isinstance(rows.schema[name].dataType, (*TEXTS, BinaryType))]
    for name in names:
        bad = any_of(one.broken for one in _in_directory(name, rows.schema[name].dataType))
        rows = rows.withColumn(name, F.when(~bad, by_name(name)))
    return rows


def check_directory_name(name: str) -> None:
    """Raises SchemaError for a partition column whose directories could not even say null."""
    size = len(_escaped(name)) + len(f"={NULL_PARTITION}")
    if size > LONGEST_NAME:
        raise SchemaError(f"the name of a partition column is too long for a directory, got {name!r}; rename it")


def _in_directory(name: str, kind: DataType) -> Iterator[Unwritable]:
    if not isinstance(kind, (*TEXTS, BinaryType)):
        return
    value, column = by_name(name).cast("string"), f"in the partition column {name!r}"
    room = LONGEST_NAME - len(_escaped(name)) - 1
    escapes = F.length(value) - F.length(F.regexp_replace(value, ESCAPED, ""))
    yield Unwritable(f"Spark makes null of an empty text {column}", value == "", OTHER_TEXT)
    yield Unwritable(f"a directory cannot say this text, {column}", value.rlike(NOT_IN_DIRECTORIES), OTHER_TEXT)
    yield Unwritable(f"a directory's name cannot hold a NUL character, {column}", value.contains("\0"), OTHER_TEXT)
    yield Unwritable(f"a directory's name cannot hold what is no UTF-8, {column}", ~F.is_valid_utf8(value), OTHER_TEXT)
    too_long = F.octet_length(value) + 2 * escapes > room
    yield Unwritable(f"a directory's name has no room for more than {room} bytes, {column}", too_long, OTHER_TEXT)


def _in_text(dataset: Dataset, line: Column) -> Iterator[Unwritable]:
    fields = dataset.schema().fields
    if len(fields) == 1 and isinstance(fields[0].dataType, StringType):
        named = f"in the column {fields[0].name!r}"
        yield Unwritable(f"a line of text cannot be null, {named}", line.isNull())
        yield Unwritable(f"text cannot hold what is no UTF-8, {named}", ~F.is_valid_utf8(line))


def _in_json(frame: DataFrame, dataset: Dataset) -> Iterator[Unwritable]:
    for what, look in (("NaN or an infinity", not_finite), ("what is no UTF-8", _invalid_utf8)):
        fields = _stored(frame, dataset)
        looked = [anywhere(by_name(field.name), field.dataType, True, look) for field in fields]
        if found := [one for one in looked if one is not None]:
            yield Unwritable(f"JSON cannot hold {what}", any_of(found))


def _in_csv(frame: DataFrame, dataset: Dataset) -> Iterator[Unwritable]:
    fields = _stored(frame, dataset)
    cells = [by_name(field.name).cast("string") for field in fields]
    texts = [by_name(field.name) for field in fields if isinstance(field.dataType, TEXTS)]
    if texts:
        yield Unwritable("CSV cannot hold a NUL character", any_of(text.contains("\0") for text in texts))
        yield Unwritable("CSV cannot hold what is no UTF-8", any_of(~F.is_valid_utf8(text) for text in texts))
    if dataset.nulls[0] and cells:
        same = any_of(cell == dataset.nulls[0] for cell in cells)
        yield Unwritable(f"CSV that writes null as {dataset.nulls[0]!r} cannot hold it as a value", same)
    if not dataset.quote and cells:
        odd = "[\r\n" + re.escape(dataset.separator) + "]"
        found = any_of(cell.rlike(odd) | (cell == "") for cell in cells)
        yield Unwritable("CSV without quotes cannot hold separators, line breaks or empty text", found)


def _stored(frame: DataFrame, dataset: Dataset) -> list[StructField]:
    return [field for field in frame.schema.fields if field.name not in dataset.partition_by]


def _invalid_utf8(value: Column, kind: DataType, nullable: bool) -> Column | None:  # noqa: ARG001
    return ~F.is_valid_utf8(value) if isinstance(kind, StringType) else None


def _escaped(name: str) -> bytes:
    """As Spark writes it in a directory's name."""
    return re.sub(ESCAPED, lambda found: f"%{ord(found[0]):02X}", name).encode()
