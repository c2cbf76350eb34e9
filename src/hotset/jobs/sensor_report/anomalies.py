"""The anomalies of a device, as a function over its readings for `run.group_map`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotset import ddl
from hotset.jobs.sensor_report.columns import Columns, anomaly_types
from hotset.jobs.sensor_report.detector import KINDS, Detector, DeviceState, detect

UTC_TIME = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class FindAnomalies:
    """readings(device, time, quantities) of a device, by time -> anomalies(device, time, quantity, kind, …)"""

    columns: Columns
    detector: Detector

    @property
    def made(self) -> str:
        """What comes out, in DDL."""
        return ddl(anomaly_types(self.columns))

    def __call__(self, readings: pa.Table) -> pa.Table:
        micros = _numbers(readings["time"].cast(UTC_TIME).combine_chunks().view(pa.int64()))
        values = tuple(_numbers(pc.fill_null(readings[name], np.nan)) for name in self.columns.inside.quantities)
        _, found = detect(DeviceState.new(len(values)), micros, values, self.detector)
        names = pa.array([*self.columns.quantities, None], pa.string())  # a gap has no quantity: the last of them
        rows = pa.array(found.reading)
        arrays = [
            readings["device"].take(rows),
            readings["time"].cast(UTC_TIME).take(rows),
            names.take(pa.array(found.quantity % len(names))),
            pa.array(KINDS, pa.string()).take(pa.array(found.kind)),
            *(_or_null(one) for one in (found.value, found.expected, found.score)),
        ]
        return pa.table(arrays, names=[*anomaly_types(self.columns)])


def _numbers(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Without nulls, as NumPy sees them."""
    found: Any = np.from_dlpack(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    return np.asarray(found)


def _or_null(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))
