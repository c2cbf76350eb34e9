"""Who looks at rows where they lie: for what a dataset promises and nobody counted while they were written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyspark.sql import Column, SparkSession

from hotset.data.dataset import Dataset
from hotset.data.key import check_key
from hotset.data.manifest import PublishedFile
from hotset.data.promises import check_at_rest, not_null, promises_of
from hotset.data.writing import read_back


class AtRest(Protocol):
    """Each raises DataError that tells how many rows are not as they should be, and shows the first of them."""

    def check_promises(self, dataset: Dataset, version: Path) -> None:
        """That no row of the version breaks a promise."""

    def check_not_null(self, dataset: Dataset, version: Path) -> None:
        """That what is declared `not null` is not, in rows that were there before as well."""

    def check_key(self, dataset: Dataset, version: Path, before: Sequence[PublishedFile]) -> None:
        """That the key is neither null nor twice; `before` are the files that a version of before has left."""


@dataclass(frozen=True)
class SparkAtRest:
    """By Spark's own reader. `rules` are those of the dataset."""

    spark: Callable[[], SparkSession]
    rules: Mapping[str, Column]

    def check_promises(self, dataset: Dataset, version: Path) -> None:
        check_at_rest(promises_of(dataset, self.rules), read_back(self.spark(), dataset, version))

    def check_not_null(self, dataset: Dataset, version: Path) -> None:
        check_at_rest(tuple(not_null(dataset.schema())), read_back(self.spark(), dataset, version))

    def check_key(self, dataset: Dataset, version: Path, before: Sequence[PublishedFile]) -> None:
        check_key(read_back(self.spark(), dataset, version), dataset, before)
