"""The anomalies of some devices: the kernel that gives the detector the readings of one device after the other."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from hotset.jobs.sensor_detector import KINDS, Detector, DeviceState, detect
from hotset.jobs.sensor_readings import (
    BATCH_ROWS,
    UTC_TIME,
    Columns,
    Readings,
    as_arrays,
    as_arrow,
    as_arrow_or_null,
)


def anomaly_types(columns: Columns) -> dict[str, str]:
    """The columns of the anomalies, and their types."""
    types = {columns.device: columns.types[columns.device], columns.time: "timestamp"}
    return types | {"quantity": "string", "kind": "string", "value": "double", "expected": "double", "score": "double"}


def find_anomalies(
    batches: Iterable[pa.RecordBatch], columns: Columns, detector: Detector, as_of: int
) -> Iterator[pa.RecordBatch]:
    """Readings in order -> anomalies(device, time, quantity, kind, value, expected, score), by device and time.

    Nothing is looked for in readings later than `as_of` (microseconds).
    """
    readings = as_arrays(batches, columns)
    readings = readings.take(np.flatnonzero(readings.micros <= as_of))
    starts = np.flatnonzero(np.diff(readings.device, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(readings)], strict=False):
        yield from _of_device(readings, slice(start, end), columns, detector)


def _of_device(readings: Readings, rows: slice, columns: Columns, detector: Detector) -> Iterator[pa.RecordBatch]:
    micros = readings.micros[rows]
    state = DeviceState.new(len(columns.quantities))
    _, found = detect(state, micros, tuple(values[rows] for values in readings.values), detector)
    if len(found.reading):
        device = np.full(len(found.reading), readings.device[rows][0])
        names = pa.array([*columns.quantities, None], pa.string())  # a gap has no quantity: the last of them
        arrays = [
            readings.devices.take(as_arrow(device)),
            as_arrow(micros[found.reading]).view(UTC_TIME),
            names.take(as_arrow(found.quantity % len(names))),
            pa.array(KINDS, pa.string()).take(as_arrow(found.kind)),
            *map(as_arrow_or_null, (found.value, found.expected, found.score)),
        ]
        yield from pa.table(arrays, list(anomaly_types(columns))).to_batches(BATCH_ROWS)
