"""Statistics and anomalies of sensors' readings, by device and window of time.

input  --in order, one for each device and time-->  readings  --statistics of each window-->  report
                                                    readings  --detect, device by device-->  anomalies
       --later than as-of-->  future

A row of the report has, for each quantity, count, mean, least, greatest, sample standard deviation, median and 95th
percentile, and how many readings were duplicates or of the future. Method `columnar` brings all readings of a device
into one task, as Arrow chunks, and works on NumPy arrays there; `dataframe` leaves the report to Catalyst. Both give
the same answer; where the workers do not reach the files, `dataframe` takes over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from hotset import (
    Batches,
    Dataset,
    Duration,
    Inputs,
    IsoTime,
    Kernel,
    Output,
    PatternTime,
    Role,
    Run,
    Shows,
    TableOptions,
    Unit,
    UsageError,
    ddl,
)
from hotset.jobs import sensor_frames
from hotset.jobs.sensor_anomalies import anomaly_types, find_anomalies
from hotset.jobs.sensor_columns import Wanted, choose
from hotset.jobs.sensor_detector import Detector
from hotset.jobs.sensor_plan import Plan, check_length, limits_of, parse_limits, parse_time
from hotset.jobs.sensor_readings import in_order, only_future
from hotset.jobs.sensor_windows import Windows, report_types, report_unordered, report_windows

Method = Literal["columnar", "dataframe"]
TimeUnit = Literal["auto", Unit]
Data = Batches | DataFrame


@dataclass(frozen=True)
class Params(TableOptions):
    input: Annotated[Inputs, "files, directories or globs of readings: CSV, JSON lines, Parquet, ORC"]
    output: Annotated[Output, "directory to create for the report"]
    anomalies: Annotated[Output, "directory to create for the anomalies; without it none are looked for"] = ""
    future: Annotated[Output, "directory to create for the readings of the future, which are no part of the report"] = (
        ""
    )
    device: Annotated[str, "the column that names the device"] = "device_id"
    timestamp: Annotated[str, "the column that says when"] = "timestamp"
    time_unit: Annotated[TimeUnit, "of times that are numbers since 1970; auto: by their size in a sample"] = "auto"
    time_format: Annotated[str, "how times are written, as in '%d.%m.%Y %H:%M'; by default ISO 8601"] = ""
    time_zone: Annotated[str, "where times without an offset are local, as in Europe/Berlin"] = "UTC"
    quantities: Annotated[tuple[str, ...], "the columns that are measured; by default all others that are numbers"] = ()
    window: Annotated[Duration, "length of a window, as in 30 minutes; windows are counted from 1970, UTC"] = Duration(
        "1 hour"
    )
    period: Annotated[Duration | None, "how often a device should report, as in 1 second; missing_s needs it"] = None
    as_of: Annotated[str, "readings later than this are of the future: a time in ISO 8601; by default now"] = ""
    limits: Annotated[
        tuple[str, ...], "what values lie between, as in temperature=-40:85; others are out of range"
    ] = ()
    gap: Annotated[
        Duration | None, "a device that says nothing for longer has a gap, as in 10 minutes; by default none has"
    ] = None
    stuck: Annotated[int, "so many equal values in a row are stuck; 0 for never"] = 10
    history: Annotated[int, "how many values of the past a value is compared with"] = 256
    threshold: Annotated[float, "how many scales away from their median a spike lies"] = 5.0
    format: Annotated[Literal["parquet", "csv", "json"], "of the outputs"] = "parquet"
    top: Annotated[int, Shows, "how many lines of anomalies, by quantity and kind, to show"] = 20
    method: Annotated[Method, "who works; the answer is the same"] = "columnar"

    def __post_init__(self) -> None:
        for name, least in (("stuck", 0), ("history", 4), ("top", 0)):
            if not least <= getattr(self, name) <= 1_000_000:
                raise UsageError(f"--{name} is from {least} to 1000000, got {getattr(self, name)}")
        if self.stuck == 1 or not self.threshold > 0:
            wrong = (
                "--stuck is 0, or 2 and more, got 1"
                if self.stuck == 1
                else f"--threshold is above 0, got {self.threshold}"
            )
            raise UsageError(wrong)
        self._check_times()
        for name in ("window", "period", "gap"):
            check_length(name, getattr(self, name))
        if self.as_of:
            parse_time(self.as_of)
        parse_limits(self.limits)

    def _check_times(self) -> None:
        IsoTime(self.time_zone)
        if self.time_format:
            PatternTime(self.time_format)
        if self.time_unit != "auto" and self.time_format:
            raise UsageError(
                f"--time-unit and --time-format exclude each other, got {self.time_unit} and {self.time_format!r}"
            )


def wanted_of(params: Params) -> Wanted:
    return Wanted(
        params.device,
        params.timestamp,
        params.quantities,
        None if params.time_unit == "auto" else params.time_unit,
        params.time_format,
        params.time_zone,
    )


def plan_of(run: Run, params: Params) -> Plan:
    """Raises UsageError for columns that are not there, or not what they are taken for."""
    found = look(run, params)
    chosen = choose(found, wanted_of(params), lambda dataset: run.sample(dataset, params.input).table)
    columns = chosen.columns
    for text in chosen.warnings:
        run.warn(text)
    as_of = parse_time(params.as_of or datetime.now(UTC).isoformat())
    period, gap = (one.micros if one else 0 for one in (params.period, params.gap))
    limits = limits_of(columns.quantities, parse_limits(params.limits))
    return Plan(
        chosen.dataset,
        chosen.stored,
        columns,
        Windows(params.window.micros, period, as_of),
        Detector(limits, params.history, params.threshold, params.stuck, gap),
    )


@dataclass(frozen=True)
class Results:
    """What can be published; nothing of it is computed before somebody asks."""

    report: Data
    anomalies: Data
    future: Data


def columnar(run: Run, params: Params, plan: Plan) -> Results:
    if reason := run.why_not_batches(params.input):
        run.warn(f"summarised by Catalyst: {reason}")
        return dataframe(run, params, plan, reached=False)
    columns, windows = plan.columns, plan.windows
    moved = run.batches(plan.dataset, params.input).exchange((columns.device,))
    summary = partial(report_unordered, columns=columns, windows=windows)
    readings = moved.map(Kernel(columns.ordered, partial(in_order, columns=columns, as_of=windows.as_of)))
    if params.anomalies or params.future:
        moved = readings = run.keep("readings", readings)
        summary = partial(report_windows, columns=columns, windows=windows)
    find = partial(find_anomalies, columns=columns, detector=plan.detector, as_of=windows.as_of)
    future = partial(only_future, columns=columns, as_of=windows.as_of)
    return Results(
        moved.map(Kernel(ddl(report_types(columns)), summary)),
        readings.map(Kernel(ddl(anomaly_types(columns)), find)),
        readings.map(Kernel(columns.plain, future)),
    )


def dataframe(run: Run, params: Params, plan: Plan, *, reached: bool = True) -> Results:
    if reached:
        frame = run.read(plan.dataset, params.input)
    else:  # what Catalyst reads by itself, nobody looked at first
        frame = run.read(plan.stored, params.input).transform(sensor_frames.formed, plan.dataset)
    readings = frame.transform(sensor_frames.as_readings, plan.columns)
    if params.anomalies or params.future:
        readings = run.keep("readings", readings)
    as_of = plan.windows.as_of
    return Results(
        readings.transform(sensor_frames.report, plan.columns, plan.windows),
        readings.transform(sensor_frames.anomalies, plan.columns, plan.detector, as_of),
        readings.transform(sensor_frames.future, plan.columns, as_of),
    )


METHODS: dict[Method, Callable[[Run, Params, Plan], Results]] = {"columnar": columnar, "dataframe": dataframe}


def totals(report: DataFrame) -> dict[str, int]:
    """report -> how many readings, duplicates and readings of the future it counts."""
    names = ("readings", "duplicates", "future")
    row = report.agg(*(F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in names)).take(1)[0]
    return {name: row[name] for name in names}


def by_kind(anomalies: DataFrame) -> DataFrame:
    """anomalies -> kinds(kind, quantity, anomalies): how many, the most frequent first."""
    counts = anomalies.groupBy("kind", "quantity").agg(F.count(F.lit(1)).alias("anomalies"))
    return counts.orderBy(F.desc("anomalies"), "kind", "quantity")


def rows_pass_jvm(params: Params) -> bool:
    """Only Catalyst makes rows of the readings."""
    return params.method == "dataframe"


def look(run: Run, params: Params) -> Dataset:
    """What the readings look like."""
    roles: dict[str, Role] = {params.device: "exact", params.timestamp: "time"}
    return run.dataset(params.input, params, roles=roles, others="measure")


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def main(run: Run, params: Params) -> None:
    plan = plan_of(run, params)
    results = METHODS[params.method](run, params, plan)
    report = Dataset(ddl(report_types(plan.columns)), params.format)
    run.publish(report, results.report, params.output)
    with run.step("add up the report"):
        counted = totals(run.published(report, params.output))
    run.note(**counted)
    if params.anomalies:
        anomalies = Dataset(ddl(anomaly_types(plan.columns)), params.format)
        run.publish(anomalies, results.anomalies, params.anomalies)
        run.show("Anomalies", by_kind(run.published(anomalies, params.anomalies)), params.top)
    if params.future:
        run.publish(Dataset(plan.columns.plain, params.format), results.future, params.future)
    elif counted["future"]:
        run.warn(f"{counted['future']:,} readings are of the future; --future DIR writes them down")
