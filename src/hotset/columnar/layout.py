"""The columns of a dataset as a worker needs them: plain facts that pickle, no session and no Spark type."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import ArrayType, DataType, DecimalType, FractionalType, StructField, StructType

from hotset.data.dataset import Dataset
from hotset.data.forms import Form
from hotset.data.guess import Guess
from hotset.errors import UsageError

UTC_TIME = pa.timestamp("us", "UTC")
WHOLE = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}  # type -> bits
FLAT = frozenset({*WHOLE, "float", "double", "boolean", "date", "timestamp", "timestamp_ntz", "string"})
FORMED = frozenset({"bigint", "double", "boolean", "date", "timestamp"})  # what texts are guessed to be


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in Spark's and in Arrow's words, and what a file may do without."""

    name: str
    kind: str
    type: pa.DataType
    nullable: bool = True
    optional: bool = False  # it has a default
    default: Any = None
    form: Form | None = None  # how its values are written, where that is not the type's own way
    comma: bool = False  # its numbers are written with a decimal comma
    guess: Guess | None = None

    @property
    def own_form(self) -> str | None:
        """How every text of the column has to be written, where it was guessed by that; else None."""
        exact = self.guess is not None and self.guess.role == "exact" and self.kind in FORMED and self.form is None
        return self.guess.form if exact and self.guess else None

    @property
    def code_length(self) -> str:
        """That of the texts of whole numbers that may be codes, whose zeros in front count; '' where they are none."""
        ordered = self.guess is not None and self.guess.role == "ordered" and self.kind == "bigint"
        return self.guess.form if ordered and self.guess else ""

    @property
    def is_ordered_double(self) -> bool:
        """Whether it was guessed, for its least and greatest value: large whole numbers have to be kept then."""
        return self.guess is not None and self.guess.role == "ordered" and self.kind == "double"


@dataclass(frozen=True)
class Layout:
    """How the records of a dataset are written, and what they become. `zone` is the session's."""

    dataset: Dataset
    columns: tuple[Column, ...]
    zone: str
    stored: tuple[Column, ...] = field(init=False, compare=False)  # the columns that stand in the files
    schema: pa.Schema = field(init=False, compare=False)

    def __post_init__(self) -> None:
        stored = tuple(column for column in self.columns if column.name not in self.dataset.partition_by)
        object.__setattr__(self, "stored", stored)  # once: a worker asks for each batch
        object.__setattr__(self, "schema", pa.schema([(column.name, column.type) for column in self.columns]))

    @classmethod
    def of(cls, dataset: Dataset, zone: str) -> "Layout":
        """Raises UsageError for a type that the format is not read with."""
        schema = dataset.schema()
        for entry in schema.fields:
            _check_type(entry.dataType, dataset, entry.name)
        return cls(dataset, tuple(_column(entry, dataset) for entry in schema.fields), zone)

    def present(self, fields: Sequence[str]) -> tuple[Column, ...]:
        """The stored columns that a file with these fields has, in the order of the dataset."""
        there = set(fields)
        return tuple(column for column in self.stored if column.name in there)

    @property
    def refuses_nan(self) -> bool:
        return self.dataset.nan == "refuse"


def _column(entry: StructField, dataset: Dataset) -> Column:
    name = entry.name
    return Column(
        name,
        entry.dataType.simpleString(),
        to_arrow_type(entry.dataType, timezone="UTC"),
        entry.nullable,
        name in dataset.defaults,
        dataset.defaults.get(name),
        form=dataset.forms.get(name),
        guess=dataset.guesses.get(name),
        comma=dataset.decimal_comma and dataset.format == "csv" and _has_fractions(entry, dataset),
    )


def _has_fractions(entry: StructField, dataset: Dataset) -> bool:
    """Whether a column in the files, not in the directories' names, may hold more than whole numbers."""
    return isinstance(entry.dataType, FractionalType) and entry.name not in dataset.partition_by


def _check_type(kind: DataType, dataset: Dataset, name: str) -> None:
    nested: list[DataType] = []
    if dataset.format != "csv" and isinstance(kind, StructType):
        nested = [entry.dataType for entry in kind.fields]
    elif dataset.format != "csv" and isinstance(kind, ArrayType):
        nested = [kind.elementType]
    elif kind.simpleString() not in FLAT and not isinstance(kind, DecimalType):
        raise UsageError(
            f"columns of {dataset.format} are not read as {kind.simpleString()}, got it for {name!r}; "
            f"read a string, and make of it what you need"
        )
    for inner in nested:
        _check_type(inner, dataset, name)
