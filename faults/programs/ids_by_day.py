"""Ids, their day and their time: what the campaign breaks while hotset publishes it.

ids(id, generation, day, at)  --widen-->  rows(id, generation, at_s, filling, day)
"""

from dataclasses import dataclass
from typing import Annotated

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from faults.programs.marks import mark
from faults.programs.poison import poisoned
from hotset import Dataset, Input, Output, Run

IDS = Dataset("id bigint not null, generation int not null, day string not null, at timestamp not null", format="csv")
ROWS = Dataset(
    "id bigint, generation int, at_s bigint, filling string, day string",
    partition_by=("day",),
    key=("id", "generation"),
)


@dataclass(frozen=True)
class Params:
    input: Annotated[Input, "CSV with ids"]
    output: Annotated[Output, "directory to create"]
    where: Annotated[str, "SQL expression that a row must fulfil"] = "true"
    fill: Annotated[int, "hashes of 64 characters in each row"] = 0
    poison: Annotated[int, "the id that makes its task fail"] = -1
    days: Annotated[tuple[str, ...], "with replace-partitions: the days that are replaced"] = ()


def widen(ids: DataFrame, fill: int) -> DataFrame:
    """ids(id, generation, day, at) -> rows(id, generation, at_s, filling, day)"""
    filling = F.concat_ws("", *(F.sha2(F.concat("id", F.lit(f"/{number}")), 256) for number in range(fill)))
    return ids.select("id", "generation", F.unix_timestamp("at").alias("at_s"), filling.alias("filling"), "day")


def main(run: Run, params: Params) -> None:
    mark("started")
    ids = run.read(IDS, params.input)
    mark("listed")
    rows = ids.filter(run.expression(params.where)).transform(widen, params.fill).repartition(4, "day")
    kept = run.keep("rows", rows)
    run.note(days=kept.select("day").distinct().count())
    mark("kept")
    checked = poisoned(kept, params.poison) if params.poison >= 0 else kept
    mark("publishing")
    run.publish(ROWS, checked, params.output, partitions=[{"day": day} for day in params.days] or None)
    mark("published")
