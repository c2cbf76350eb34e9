"""PySpark jobs for in-memory data processing, and the small framework that they share.

A job is a module with a docstring, a frozen dataclass `Params` and `main(run, params)`; `Run` is the only thing through
which it touches the world. `hotset list` shows the jobs, docs/tour.md follows one from the shell to the exit.
"""

from hotset.columnar.batches import Batches
from hotset.columnar.chunks import gathered
from hotset.columnar.equality import comparable
from hotset.columnar.kernel import Kernel, Pairing
from hotset.columnar.sample import Sample
from hotset.data.catalog import table
from hotset.data.columns import by_name, ddl, listed, quoted
from hotset.data.dataset import Dataset
from hotset.errors import (
    ClusterError,
    DataError,
    HotsetError,
    InputError,
    Interrupted,
    OutputError,
    ResourceError,
    SchemaError,
    SparkJobError,
    UsageError,
)
from hotset.job import Function, find_function
from hotset.memory.levels import Level
from hotset.memory.loop import Loop
from hotset.params import Input, Inputs, Output, Shows
from hotset.run import main, open_run
from hotset.verbs import Run

__all__ = [
    "Batches",
    "ClusterError",
    "DataError",
    "Dataset",
    "Function",
    "HotsetError",
    "Input",
    "InputError",
    "Inputs",
    "Interrupted",
    "Kernel",
    "Level",
    "Loop",
    "Output",
    "OutputError",
    "Pairing",
    "ResourceError",
    "Run",
    "Sample",
    "SchemaError",
    "Shows",
    "SparkJobError",
    "UsageError",
    "by_name",
    "comparable",
    "ddl",
    "find_function",
    "gathered",
    "listed",
    "main",
    "open_run",
    "quoted",
    "table",
]
