"""What data looks like at rest."""

from dataclasses import dataclass, replace
from typing import Literal

Format = Literal["text", "csv", "json", "parquet"]


@dataclass(frozen=True)
class Dataset:
    """Columns in Spark's DDL, as in `"word string, n bigint"`, and the file format.

    As text, one string column is written as it is; several are written as Python shows a tuple, which is what
    `RDD.saveAsTextFile` gives: `('word', 3)`.
    """

    columns: str
    format: Format = "parquet"

    def stored_as(self, format: Format) -> "Dataset":  # noqa: A002 (the field's own name)
        """The same columns in another file format."""
        return replace(self, format=format)
