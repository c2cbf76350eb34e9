"""Layouts without a Spark session, for tests of what workers do."""

from typing import Any

import pyarrow as pa

from hotset import Dataset
from hotset.columnar.layout import Column, Layout
from hotset.data.columns import ddl

TYPES = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "decimal(5,2)": pa.decimal128(5, 2),
}


def column(name: str, kind: str, **facts: Any) -> Column:
    return Column(name, kind, TYPES[kind], **facts)


def layout(*columns: Column, zone: str = "UTC", **facts: Any) -> Layout:
    declared = ddl({one.name: one.kind for one in columns})
    return Layout(Dataset(declared, **{"format": "csv", **facts}), columns, zone)
