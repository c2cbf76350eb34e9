"""The same report and anomalies by Catalyst: the method `dataframe`. Inside, columns bear names of ours.

frame  --as_readings-->  readings(device, time, quantities)  --without_copies-->  readings(…, __copies)
       --report-->  report(device, window_start, …)
"""

from collections.abc import Iterable, Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from hotset import DataError, Dataset, Form, by_name, ddl, read_form
from hotset.jobs.sensor_anomalies import anomaly_types, find_anomalies
from hotset.jobs.sensor_detector import Detector
from hotset.jobs.sensor_readings import COPIES, Columns
from hotset.jobs.sensor_windows import MICROS, QUANTILES, Windows, report_types

LATEST = 2**63 - 1


def as_readings(frame: DataFrame, columns: Columns) -> DataFrame:
    """frame -> readings(device, time, quantities): quantities as doubles, null where they are not finite."""
    needed = (_needed(by_name(name), name) for name in (columns.device, columns.time))
    values = (_finite(by_name(name).cast("double")) for name in columns.quantities)
    inside = columns.inside
    names = (inside.device, inside.time, *inside.quantities)
    return frame.select(*(column.alias(name) for column, name in zip((*needed, *values), names, strict=True)))


def formed(frame: DataFrame, dataset: Dataset) -> DataFrame:
    """frame -> the dataset's columns: what files hold in a form of its own as what it means, by the readers' function.

    A value that means nothing ends the job: nobody set its row aside. Columns are numbered meanwhile: Spark hands over
    none whose name has a back-tick.
    """
    types = dataset.types()
    rows = frame.select(*map(by_name, types)).toDF(*map(str, range(len(types))))
    numbered = ddl({str(place): kind for place, kind in enumerate(types.values())})
    read = partial(_formed, names=tuple(types), forms=dict(dataset.forms))
    return rows.mapInArrow(read, numbered).toDF(*types)


def _formed(
    batches: Iterable[pa.RecordBatch], names: tuple[str, ...], forms: dict[str, Form]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = batch.columns
        for name, form in forms.items():
            place = names.index(name)
            columns[place], faults = read_form(batch.column(place), form)
            for row, reason in faults.items():
                raise DataError(f"column {name!r} holds {batch.column(place)[row]}, which is {reason}; mend it")
        yield pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _needed(column: Column, name: str) -> Column:
    """Rows are looked at before, but for those of Parquet that the workers do not reach."""
    return F.coalesce(column, F.raise_error(f"a reading without {name}"))


def _finite(value: Column) -> Column:
    """0.0 for -0.0."""
    odd = F.isnan(value) | F.abs(value).eqNullSafe(float("inf"))
    return F.when(~odd, value + F.lit(0.0))


def until(readings: DataFrame, columns: Columns, as_of: int) -> DataFrame:
    """Those that are not of the future."""
    return readings.filter(F.unix_micros(by_name(columns.time)) <= as_of)


def after(readings: DataFrame, columns: Columns, as_of: int) -> DataFrame:
    """Those that are."""
    return readings.filter(F.unix_micros(by_name(columns.time)) > as_of)


def future(readings: DataFrame, columns: Columns, as_of: int) -> DataFrame:
    """The same, under the names that the user knows."""
    return after(readings, columns.inside, as_of).toDF(columns.device, columns.time, *columns.quantities)


def without_copies(readings: DataFrame, columns: Columns) -> DataFrame:
    """readings -> readings(…, __copies): of a device and a time the one with the least quantities, null last."""
    ranked = F.struct(
        *(one for name in columns.quantities for one in (F.isnull(by_name(name)), by_name(name).alias(name)))
    )
    best = readings.groupBy(by_name(columns.device), by_name(columns.time)).agg(
        F.min(ranked).alias("__best"), (F.count(F.lit(1)) - 1).alias(COPIES)
    )
    return best.select(
        by_name(columns.device),
        by_name(columns.time),
        COPIES,
        *(F.col("__best").getField(name).alias(name) for name in columns.quantities),
    )


def report(readings: DataFrame, columns: Columns, windows: Windows) -> DataFrame:
    """readings(device, time, quantities) -> report(device, window_start, …): one row for each device and window."""
    return _report(readings, columns.inside, windows).toDF(*report_types(columns))


def _report(readings: DataFrame, columns: Columns, windows: Windows) -> DataFrame:
    taken = until(readings, columns, windows.as_of).transform(without_copies, columns)
    covered = taken.transform(_with_cover, columns, windows).withColumn("__ahead", F.lit(0))
    ahead = after(readings, columns, windows.as_of).select(
        by_name(columns.device),
        by_name(columns.time),
        F.lit(0).cast("bigint").alias(COPIES),
        *(F.lit(None).cast("double").alias(name) for name in columns.quantities),
        F.lit(None).cast("bigint").alias("__cover"),
        F.lit(1).alias("__ahead"),
    )
    counted = (
        F.count_if(F.col("__ahead") == 0).alias("readings"),
        F.sum(COPIES).alias("duplicates"),
        F.sum("__ahead").alias("future"),
        ((windows.micros - F.sum("__cover")) / MICROS).alias("missing_s"),
    )
    grouped = covered.unionByName(ahead).groupBy(
        by_name(columns.device), _window_start(columns, windows).alias("window_start")
    )
    both = grouped.agg(*counted, *(one for name in columns.quantities for one in _summary(name)))
    return both.select(*(_statistic(name, kind) for name, kind in report_types(columns).items()))


def _window_start(columns: Columns, windows: Windows) -> Column:
    micros = F.unix_micros(by_name(columns.time))
    return F.timestamp_micros(micros - F.pmod(micros, F.lit(windows.micros)))


def _summary(name: str) -> Iterable[Column]:
    value = by_name(name)
    yield F.count(value).alias(f"{name}_count")
    for statistic, function in (("mean", F.avg), ("min", F.min), ("max", F.max), ("std", F.stddev_samp)):
        yield function(value).alias(f"{name}_{statistic}")
    yield F.percentile(value, F.array(*map(F.lit, QUANTILES))).alias(f"{name}_quantiles")


def _statistic(name: str, kind: str) -> Column:
    for place, suffix in enumerate(("_p50", "_p95")):
        if name.endswith(suffix):
            return by_name(f"{name.removesuffix(suffix)}_quantiles")[place].alias(name)
    return by_name(name).cast(kind)


def _with_cover(readings: DataFrame, columns: Columns, windows: Windows) -> DataFrame:
    """readings -> readings(…, __cover): microseconds of its window covered by it, and by the one before."""
    if not windows.period:
        return readings.withColumn("__cover", F.lit(None).cast("bigint"))
    of_device = Window.partitionBy(by_name(columns.device)).orderBy(by_name(columns.time))
    micros, start = F.unix_micros(by_name(columns.time)), F.unix_micros(_window_start(columns, windows))
    before, behind = F.lag(micros).over(of_device), F.coalesce(F.lead(micros).over(of_device), F.lit(LATEST))
    own = F.least(behind, micros + windows.period, start + windows.micros) - micros
    spilt = F.when(before < start, F.greatest(F.least(before + windows.period, micros) - start, F.lit(0)))
    return readings.withColumn("__cover", own + F.coalesce(spilt, F.lit(0)))


def anomalies(readings: DataFrame, columns: Columns, detector: Detector, as_of: int) -> DataFrame:
    """readings(device, time, quantities) -> anomalies(device, time, …): by the same detector, a device at a time."""
    inside = columns.inside
    taken = until(readings, inside, as_of).transform(without_copies, inside)
    names = [columns.device, columns.time, columns.copies, *columns.quantities]

    def find(readings: pa.Table) -> pa.Table:
        return _find(readings.sort_by(inside.time).rename_columns(names), columns, detector, as_of)

    return taken.groupBy(inside.device).applyInArrow(find, ddl(anomaly_types(columns)))


def _find(readings: pa.Table, columns: Columns, detector: Detector, as_of: int) -> pa.Table:
    """Those of one device, whose readings stand in the order of time."""
    found = list(find_anomalies(readings.to_batches(), columns, detector, as_of))
    types = {"timestamp": pa.timestamp("us", "UTC"), "string": pa.string(), "double": pa.float64()}
    kinds = anomaly_types(columns)
    schema = pa.schema(
        [
            (name, readings.schema.field(columns.device).type if name == columns.device else types[kind])
            for name, kind in kinds.items()
        ]
    )
    return pa.Table.from_batches(found, None if found else schema)
