"""The same report in PySpark's own words: the method `dataframe`.

readings(device, time, quantities)  --choose_one-->  readings(…, copies)  --summarize-->  report
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from hotset import by_name
from hotset.jobs.sensor_report.columns import Columns, report_types
from hotset.jobs.sensor_report.statistics import COPIES, MICROS, QUANTILES, Windows

LATEST = 2**63 - 1


def as_readings(frame: DataFrame, columns: Columns) -> DataFrame:
    """frame -> readings(device, time, quantities): quantities as doubles, null where they are not finite"""
    inside = columns.inside
    values = [by_name(name).cast("double") for name in columns.quantities]
    finite = [F.when(F.abs(value) < float("inf"), value + F.lit(0.0)) for value in values]
    cells = zip([*map(by_name, (columns.device, columns.time)), *finite], inside.names, strict=True)
    return frame.select(*(cell.alias(name) for cell, name in cells))


def split_at(readings: DataFrame, as_of: int) -> tuple[DataFrame, DataFrame]:
    """Those until then (microseconds since 1970), and those of the future."""
    micros = F.unix_micros("time")
    return readings.filter(micros <= as_of), readings.filter(micros > as_of)


def choose_one(readings: DataFrame, columns: Columns) -> DataFrame:
    """readings -> readings(…, copies): of a device and a time the one with the least quantities, null last"""
    quantities = columns.inside.quantities
    least = F.min(F.struct(*(one for name in quantities for one in (F.isnull(name), F.col(name).alias(name)))))
    best = readings.groupBy("device", "time").agg(least.alias("best"), (F.count("*") - 1).alias(COPIES))
    return best.select("device", "time", *(F.col("best")[name].alias(name) for name in quantities), COPIES)


def summarize(readings: DataFrame, future: DataFrame, columns: Columns, windows: Windows) -> DataFrame:
    """readings(…, copies), readings -> report(device, window_start, …): those of the future are only counted"""
    here = _with_cover(readings, windows).withColumn("ahead", F.lit(0))
    later = future.select("device", "time", F.lit(0).cast("bigint").alias(COPIES), F.lit(1).alias("ahead"))
    counted = [
        (F.count("*") - F.sum("ahead")).alias("readings"),
        F.sum(COPIES).alias("duplicates"),
        F.sum("ahead").alias("future"),
        ((F.lit(windows.length.micros) - F.sum("cover")) / MICROS).alias("missing_s"),
    ]
    every = here.unionByName(later, allowMissingColumns=True)
    grouped = every.groupBy("device", _window_start(windows)).agg(
        *counted, *(one for name in columns.inside.quantities for one in _statistics(name))
    )
    cells = zip(grouped.columns, report_types(columns).items(), strict=True)
    return grouped.select(*(F.col(mine).cast(kind).alias(name) for mine, (name, kind) in cells))


def _statistics(name: str) -> list[Column]:
    value, functions = F.col(name), (F.count, F.avg, F.min, F.max, F.stddev_samp)
    plain = [function(value) for function in functions]
    every = [*plain, *(F.percentile(value, F.lit(share)) for share in QUANTILES)]
    return [one.alias(f"{name}_{place}") for place, one in enumerate(every)]


def _window_start(windows: Windows) -> Column:
    micros = F.unix_micros("time")
    return F.timestamp_micros(micros - F.pmod(micros, F.lit(windows.length.micros))).alias("window_start")


def _with_cover(readings: DataFrame, windows: Windows) -> DataFrame:
    """readings -> readings(…, cover): microseconds of its window that are covered by it, or by the one before it"""
    if windows.period is None:
        return readings.withColumn("cover", F.lit(None).cast("bigint"))
    of_device, period = Window.partitionBy("device").orderBy("time"), windows.period.micros
    micros, start = F.unix_micros("time"), F.unix_micros(_window_start(windows))
    before, behind = F.lag(micros).over(of_device), F.coalesce(F.lead(micros).over(of_device), F.lit(LATEST))
    own = F.least(behind, micros + period, start + windows.length.micros) - micros
    spilt = F.when(before < start, F.greatest(F.least(before + period, micros) - start, F.lit(0)))
    return readings.withColumn("cover", own + F.coalesce(spilt, F.lit(0)))
