"""Lengths of lines, by a Python function in a UDF: a job that is not hotset's.

lines(value)  --measure-->  lengths(length, n)
"""

from dataclasses import dataclass
from typing import Annotated

from pyspark.sql import functions as F

from hotset import Dataset, Input, Output, Run

LINES = Dataset("value string", format="text")
LENGTHS = Dataset("length int, n bigint", format="csv")


@dataclass(frozen=True)
class Params:
    input: Annotated[Input, "UTF-8 text"]
    output: Annotated[Output, "directory to create"]


def length_of(line: str) -> int:
    import their_job  # the file has travelled to this worker

    return len(line) + their_job.NOTHING


NOTHING = 0


def main(run: Run, params: Params) -> None:
    length = F.udf(length_of, "int")
    lengths = run.read(LINES, params.input).select(length("value").alias("length")).groupBy("length").count()
    run.publish(LENGTHS, lengths.withColumnRenamed("count", "n").orderBy("length").coalesce(1), params.output)
