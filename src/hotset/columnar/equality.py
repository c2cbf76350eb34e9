"""Which values of a key are one: what Spark's GROUP BY and joins call equal, as bytes that are."""

import pyarrow as pa
import pyarrow.compute as pc


def comparable(column: pa.Array) -> pa.Array:
    """-0.0 becomes 0.0, and every NaN the same one; all other values are equal by their bytes."""
    if not pa.types.is_floating(column.type):
        return column
    positive = pc.add(column, pa.scalar(0.0, column.type))
    return pc.if_else(pc.is_nan(positive), pa.scalar(float("nan"), column.type), positive)
