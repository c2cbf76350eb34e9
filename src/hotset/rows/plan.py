"""Who executes an expression over rows, and why: decided in this one place, before anything starts."""

from dataclasses import dataclass
from typing import Literal

Engine = Literal["auto", "spark", "local"]
Kind = Literal["local", "node", "cluster"]
FEW_ROWS = 100_000  # an answer that is sorted, so that it is the same file whenever it is made
SORTED = "ORDER BY ALL NULLS LAST"


@dataclass(frozen=True)
class Plan:
    """`local`: DuckDB in this process. `node`: DuckDB in one Spark task. `cluster`: Spark's Catalyst."""

    kind: Kind
    reason: str

    def describe(self) -> str:
        """One line for the terminal."""
        engines = {"local": "DuckDB in this process", "node": "DuckDB in one Spark task", "cluster": "Spark's Catalyst"}
        return f"{engines[self.kind]}: {self.reason}"


class UseClusterError(Exception):
    """An expression that DuckDB cannot execute, or could not: Spark does it instead. The message is the reason."""


class KilledError(UseClusterError):
    """A process in which DuckDB or a function worked was killed."""


def choose_plan(
    engine: Engine, *, workers_are_here: bool, level: str, spark_is_there: bool, unportable: str = ""
) -> Plan:
    """`level` is the option that asks for storage levels, '' for none; `unportable` is why Spark has to do it.

    `spark_is_there`: it runs already, or somebody has said how it is to run.
    """
    if engine == "local":
        return Plan("local", "as asked by --engine local")
    if unportable:
        return Plan("cluster", unportable)
    if level:
        return Plan("cluster", f"{level} asks for a storage level, and levels are Spark's")
    if not workers_are_here:
        return Plan("cluster", "workers are on other machines, or run another Python")
    if engine == "auto" and not spark_is_there:
        return Plan("local", "nothing here needs Spark")
    return Plan("node", "all workers are on this machine")
