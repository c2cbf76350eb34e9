"""Tables of Spark's catalog, as inputs."""

from dataclasses import dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from hotset.data.dataset import Dataset
from hotset.data.rows import check_columns
from hotset.errors import InputError, UsageError


@dataclass(frozen=True)
class Table:
    """A table by its name."""

    name: str


def table(name: str) -> Table:
    """A table of the catalog, in the place of a path: `run.read(DATASET, table("db.name"))`."""
    return Table(name)


def read_table(spark: SparkSession, dataset: Dataset, source: Table) -> DataFrame:
    """Its rows, as Spark reads them: neither counted nor looked at.

    Raises InputError where there is none, SchemaError for other columns, UsageError for a dataset with rules.
    """
    if dataset.rules or dataset.nan == "refuse":
        raise UsageError(f"rules are not looked at in a table, got {source.name!r}; filter its rows, or read its files")
    try:
        frame = spark.table(source.name)
    except AnalysisException as why:
        raise InputError(f"no table {source.name!r} in the catalog: {str(why).strip().splitlines()[0]}") from None
    check_columns(frame.dtypes, dataset)
    return frame
