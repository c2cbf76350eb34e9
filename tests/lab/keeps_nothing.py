"""Counts, and keeps nothing."""

from dataclasses import dataclass

from hotset import Run


@dataclass(frozen=True)
class Params:
    rows: int = 10


def main(run: Run, params: Params) -> None:
    run.note(rows=run.spark.range(params.rows).count())
