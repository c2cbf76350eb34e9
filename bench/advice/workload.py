"""What a workload is: one kept set, how it comes about and how it is used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pyspark import RDD
from pyspark.sql import DataFrame

from bench.advice.tables import Tables
from hotset import Run

Hot = DataFrame | RDD[Any]
Half = Literal["build", "report"]  # what the rules were tuned on, and what they are only judged by


@dataclass(frozen=True)
class Workload:
    """`hot(run, tables)` is kept as "hot"; `use(run, tables, hot)` reads it, and gives the answer as plain values."""

    name: str
    about: str
    half: Half
    hot: Callable[[Run, Tables], Hot]
    use: Callable[[Run, Tables, Any], list[Any]]
    conf: Mapping[str, str] = field(default_factory=dict)  # of the session, where it needs another


def answers(frame: DataFrame) -> list[Any]:
    """The few rows of an answer, in order."""
    return sorted(tuple(row) for row in frame.collect())
