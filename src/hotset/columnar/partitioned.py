"""The columns that stand in the names of directories: which there are, and their values, the same for a whole file."""

import pyarrow as pa

from hotset.columnar.forms import read_texts
from hotset.columnar.layout import Column, Layout
from hotset.data.listing import InputFile, Listing
from hotset.data.partitions import Partition, partition_of
from hotset.errors import SchemaError


def partition_names(listing: Listing) -> tuple[str, ...]:
    """The columns that the directories of every file name. Raises SchemaError where two files differ."""
    first = listing.files[0]
    names = tuple(first.partition)
    for file in listing.files:
        if file.partition.keys() != set(names):
            raise SchemaError(
                f"{file.path} {_told(file.partition)}, but {first.path} {_told(first.partition)}; "
                f"give inputs of one kind, or --columns without what stands in directories"
            )
    return names


def check_partition(file: InputFile, layout: Layout) -> None:
    """Raises SchemaError for a file in whose directories a declared column has no value, or no such value."""
    for column in layout.columns:
        if column.name in layout.dataset.partition_by:
            partition_value(file, column, layout)


def partition_value(file: InputFile, column: Column, layout: Layout) -> pa.Scalar:
    """What the directory of the file says. Raises SchemaError for a text that is no value of the column."""
    name, partition = column.name, file.partition
    if name not in partition:
        above = f"; name the directory above {name}=… as the input" if name in partition_of(file.path) else ""
        raise SchemaError(f"{file.path} has no {name!r}: no directory below {file.base} is called {name}=…{above}")
    values, faults = read_texts(pa.array([partition[name]], pa.string()), column, layout.zone, refuse_nan=False)
    if faults:
        raise SchemaError(f"{file.path}: its directory says {name}={partition[name]!r}, {faults[0]}")
    if partition[name] is None and not column.nullable:
        raise SchemaError(f"{file.path}: its directory has no value of {name!r}, which is declared not null")
    return values[0]


def _told(partition: Partition) -> str:
    return "stands in directories " + "/".join(f"{name}=…" for name in partition) if partition else "stands in none"
