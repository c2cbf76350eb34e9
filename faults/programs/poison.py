"""A row that no Python worker gets past."""

import os

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

PASSWORD = "FAULTS_PASSWORD"


def poisoned(rows: DataFrame, poison: int) -> DataFrame:
    """The same rows; the task that meets the id `poison` fails, and says a secret."""
    secret = os.environ.get(PASSWORD, "")

    def check(number: int) -> int:
        if number == poison:
            raise ValueError(f"id {number} is poison, password={secret}")
        return number

    return rows.withColumn("id", F.udf(check, "bigint")("id"))
