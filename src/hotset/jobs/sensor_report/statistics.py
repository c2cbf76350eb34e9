"""The report as one expression over rows, whoever executes it.

rows  --as_readings-->  readings(device, time, q0, q1, …)  --choose_one-->  readings(…, copies)
readings, readings of the future  --summarize-->  report(device, window_start, …)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from hotset import Duration, Functions, functions_of, safe_names
from hotset.jobs.sensor_report.columns import Columns, report_types

COPIES = "copies"
QUANTILES = (0.5, 0.95)
MICROS = 1_000_000
Rows = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Windows:
    """How readings are put together; later than `as_of` (microseconds since 1970) they are of the future."""

    length: Duration
    period: Duration | None  # how often a device should report
    as_of: int


def as_readings(rows: Rows, names: Sequence[str], columns: Columns) -> Rows:
    """rows -> readings(device, time, quantities): quantities as doubles, null where they are not finite

    `names` are the columns of the dataset.
    """
    safe, inside, kinds = safe_names(names), columns.inside, rows.collect_schema()
    booleans = [safe[name] for name in columns.quantities if kinds[safe[name]] == nw.Boolean()]
    f = functions_of(rows.with_columns(nw.col(*booleans).cast(nw.Int8)) if booleans else rows)
    quantities = [
        f.finite(safe[name]).alias(mine) for name, mine in zip(columns.quantities, inside.quantities, strict=True)
    ]
    device, time = f.column(safe[columns.device]), f.column(safe[columns.time])
    readings = f.with_columns(device.alias(inside.device), time.alias(inside.time), *quantities)
    return readings.select(inside.device, inside.time, *inside.quantities)


def split_at(readings: Rows, as_of: int) -> tuple[Rows, Rows]:
    """Those until then, and those of the future."""
    f, names = functions_of(readings), readings.collect_schema().names()
    timed = f.with_columns(f.micros("time").alias("micros"))
    return timed.filter(nw.col("micros") <= as_of).select(names), timed.filter(nw.col("micros") > as_of).select(names)


def choose_one(readings: Rows) -> Rows:
    """readings -> readings(…, copies): of a device and a time the one with the least quantities, null last"""
    return functions_of(readings).drop_duplicates(["device", "time"], COPIES)


def summarize(readings: Rows, future: Rows, columns: Columns, windows: Windows) -> Rows:
    """readings(…, copies), readings -> report(device, window_start, …): those of the future are only counted

    Columns bear safe names.
    """
    here = _with_cover(readings, windows).with_columns(ahead=nw.lit(0, nw.Int64()))
    nothing = dict.fromkeys(columns.inside.quantities, nw.lit(None, nw.Float64()))
    later = future.with_columns(
        **nothing, copies=nw.lit(0, nw.Int64()), cover=nw.lit(None, nw.Int64()), ahead=nw.lit(1, nw.Int64())
    )
    f = functions_of(nw.concat([here, later.select(here.collect_schema().names())]))
    start = f.window_start("time", windows.length).alias("window_start")
    names = [*safe_names([*report_types(columns)]).values()]
    results = [
        f.length() - f.sum("ahead"),
        f.sum(COPIES),
        f.sum("ahead"),
        (windows.length.micros - f.sum("cover")) / MICROS,
        *(one for name in columns.inside.quantities for one in _statistics(f, name)),
    ]
    keys = [f.column("device").alias(names[0]), start.alias(names[1])]
    return f.group_by(*keys).agg(*(one.alias(name) for one, name in zip(results, names[2:], strict=True)))


def _statistics(f: Functions, name: str) -> list[Any]:
    return [f.count(name), f.mean(name), f.min(name), f.max(name), f.std(name), *f.quantiles(name, QUANTILES)]


def _with_cover(readings: Rows, windows: Windows) -> Rows:
    """readings -> readings(…, cover): microseconds of its window that are covered by it, or by the one before it

    A reading covers a period from its time on, until the next of its device.
    """
    names = readings.collect_schema().names()
    if windows.period is None:
        return readings.with_columns(cover=nw.lit(None, nw.Int64()))
    f, period, length = functions_of(readings), windows.period.micros, windows.length.micros
    timed = f.with_columns(
        f.micros("time").alias("micros"), f.micros(f.window_start("time", windows.length)).alias("start")
    )
    micros, start = nw.col("micros"), nw.col("start")
    sided = timed.with_columns(
        before=micros.shift(1).over("device", order_by="micros"),
        behind=micros.shift(-1).over("device", order_by="micros"),
    )
    before, behind = nw.col("before"), nw.col("behind")
    own = nw.min_horizontal(behind, micros + period, start + length) - micros
    spilt = nw.max_horizontal(nw.min_horizontal(before + period, micros) - start, nw.lit(0))
    from_before = nw.when(before < start).then(spilt).otherwise(nw.lit(0))
    return sided.with_columns(cover=own + from_before).select(*names, "cover")
