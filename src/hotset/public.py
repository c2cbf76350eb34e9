"""Every name that a job may use: `from hotset import …`."""

from hotset.columnar import own_text
from hotset.columnar.forms import read_form
from hotset.columnar.kernel import Kernel
from hotset.columnar.sample import Sample
from hotset.data.catalog import table
from hotset.data.columns import by_name, ddl, quoted, quoted_if_needed
from hotset.data.dataset import Dataset
from hotset.data.exact_rows import own_names
from hotset.data.exact_values import Misfit, Misplaced, exact_value, with_place
from hotset.data.forms import AsText, Form, IsoTime, PatternTime, Unit, UnitTime, WholeNumber
from hotset.data.guess import Guess, Role
from hotset.data.listing import spark_paths
from hotset.data.options import CsvOptions, TableOptions
from hotset.data.options import split_outside as split_types
from hotset.data.parquet_files import Codec, ParquetFiles
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
from hotset.naming import listed
from hotset.params import Input, Inputs, Output, Shows, Tables, named_tables
from hotset.rows.expressions import Expression
from hotset.rows.frames import columns_of, has_nested
from hotset.rows.functions import Functions
from hotset.rows.functions import of as functions_of
from hotset.rows.joins import How, Meeting, can_meet
from hotset.rows.names import safe_names
from hotset.rows.select_text import query_roles
from hotset.run import main, open_run
from hotset.units import Bytes, Duration, Share
from hotset.verbs import Run

__all__ = [
    "AsText",
    "Bytes",
    "ClusterError",
    "Codec",
    "CsvOptions",
    "DataError",
    "Dataset",
    "Duration",
    "Expression",
    "Form",
    "Function",
    "Functions",
    "Guess",
    "HotsetError",
    "How",
    "Input",
    "InputError",
    "Inputs",
    "Interrupted",
    "IsoTime",
    "Kernel",
    "Level",
    "Loop",
    "Meeting",
    "Misfit",
    "Misplaced",
    "Output",
    "OutputError",
    "ParquetFiles",
    "PatternTime",
    "ResourceError",
    "Role",
    "Run",
    "Sample",
    "SchemaError",
    "Share",
    "Shows",
    "SparkJobError",
    "TableOptions",
    "Tables",
    "Unit",
    "UnitTime",
    "UsageError",
    "WholeNumber",
    "by_name",
    "can_meet",
    "columns_of",
    "ddl",
    "exact_value",
    "find_function",
    "functions_of",
    "has_nested",
    "listed",
    "main",
    "named_tables",
    "open_run",
    "own_names",
    "own_text",
    "query_roles",
    "quoted",
    "quoted_if_needed",
    "read_form",
    "safe_names",
    "spark_paths",
    "split_types",
    "table",
    "with_place",
]
