"""Statistics and anomalies of sensors' readings, by device and window of time.

input  --in order, one for each device and time-->  readings  --statistics of each window-->  report
                                                    readings  --detect, device by device-->  anomalies
       --later than as-of-->  future

A row of the report has, for each quantity, count, mean, least, greatest, sample standard deviation, median and 95th
percentile, and how many readings were duplicates or of the future. Method `expression` is one expression over rows, for
DuckDB on one machine and for Catalyst beyond it; `dataframe` is the same in PySpark's own words. Both give one answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import narwhals as nw

from hotset import (
    Dataset,
    Duration,
    Inputs,
    IsoTime,
    Output,
    PatternTime,
    Role,
    Run,
    Shows,
    TableOptions,
    Unit,
    UsageError,
    ddl,
    functions_of,
    safe_names,
)
from hotset.jobs.sensor_report import frames as sensor_frames
from hotset.jobs.sensor_report.anomalies import FindAnomalies
from hotset.jobs.sensor_report.columns import Wanted, anomaly_types, choose, report_types
from hotset.jobs.sensor_report.detector import Detector
from hotset.jobs.sensor_report.plan import Plan, check_length, limits_of, parse_limits, parse_time
from hotset.jobs.sensor_report.statistics import Windows, as_readings, choose_one, split_at, summarize

Method = Literal["expression", "dataframe"]
TimeUnit = Literal["auto", Unit]
Rows = nw.LazyFrame[Any]


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
    method: Annotated[Method, "how the report is made; the answer is the same"] = "expression"

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
    gap = params.gap.micros if params.gap else 0
    limits = limits_of(columns.quantities, parse_limits(params.limits))
    return Plan(
        chosen.dataset,
        columns,
        Windows(params.window, params.period, as_of),
        Detector(limits, params.history, params.threshold, params.stuck, gap),
    )


@dataclass(frozen=True)
class Results:
    """What can be published; nothing of it is computed before somebody asks."""

    report: Rows
    readings: Rows  # one of each device and time
    future: Rows


def expression(run: Run, params: Params, plan: Plan) -> Results:
    rows = run.rows(params.input, plan.dataset)
    every = as_readings(rows, plan.dataset.schema().names, plan.columns)
    now, future = split_at(every, plan.windows.as_of)
    readings = keep_readings(run, params, choose_one(now))
    return Results(summarize(readings, future, plan.columns, plan.windows), readings, future)


def dataframe(run: Run, params: Params, plan: Plan) -> Results:
    frame = sensor_frames.as_readings(run.read(plan.dataset, params.input), plan.columns)
    now, future = sensor_frames.split_at(frame, plan.windows.as_of)
    readings = keep_readings(run, params, nw.from_native(sensor_frames.choose_one(now, plan.columns))).to_native()
    report = sensor_frames.summarize(readings, future, plan.columns, plan.windows)
    return Results(*map(nw.from_native, (report, readings, future)))


METHODS: dict[Method, Callable[[Run, Params, Plan], Results]] = {"expression": expression, "dataframe": dataframe}


def keep_readings(run: Run, params: Params, readings: Rows) -> Rows:
    """They are read twice where anomalies are looked for."""
    return run.keep("readings", readings) if params.anomalies else readings


def totals(run: Run, report: Rows) -> dict[str, int]:
    """report -> how many readings, duplicates and readings of the future it counts"""
    names = ("readings", "duplicates", "future")
    known = dict(zip(names, report.collect_schema().names()[2:5], strict=True))
    f = functions_of(report)
    (row,) = run.take(f.group_by().agg(**{name: f.sum(one) for name, one in known.items()}), 1).to_pylist()
    return {name: row[name] or 0 for name in names}


def by_kind(anomalies: Rows) -> Rows:
    """anomalies -> kinds(kind, quantity, anomalies): how many, the most frequent first"""
    quantity, kind = anomalies.collect_schema().names()[2:4]
    f = functions_of(anomalies)
    keys = [f.column(kind).alias("kind"), f.column(quantity).alias("quantity")]
    counts = f.group_by(*keys).agg(f.length().alias("anomalies"))
    return counts.sort("anomalies", "kind", "quantity", descending=[True, False, False], nulls_last=True)


def rename(rows: Rows, names: Sequence[str]) -> Rows:
    """The same columns under safe names of these."""
    return rows.rename(dict(zip(rows.collect_schema().names(), safe_names(names).values(), strict=True)))


def look(run: Run, params: Params) -> Dataset:
    """What the readings look like."""
    roles: dict[str, Role] = {params.device: "exact", params.timestamp: "time"}
    return run.dataset(params.input, params, roles=roles, others="measure")


def needs_spark(_params: Params) -> bool:
    """Not before it has looked at its input: what is wrong there is said at once."""
    return False


def publish(run: Run, name: str, rows: Rows, types: dict[str, str], params: Params, output: str) -> Rows:
    """The rows, kept, for who asks for more of them than what was published."""
    kept = run.keep(name, rows)
    run.publish(Dataset(ddl(types), params.format), kept, output)
    return kept


def main(run: Run, params: Params) -> None:
    plan = plan_of(run, params)
    columns, results = plan.columns, METHODS[params.method](run, params, plan)
    report = publish(run, "report", results.report, report_types(columns), params, params.output)
    counted = totals(run, report)
    run.note(**counted)
    if params.anomalies:
        find = FindAnomalies(columns, plan.detector)
        found = run.group_map(results.readings, "device", find, find.made, order_by="time")
        anomalies = publish(run, "anomalies", found, anomaly_types(columns), params, params.anomalies)
        run.show("Anomalies", by_kind(anomalies), params.top)
    if params.future:
        run.publish(Dataset(columns.plain, params.format), rename(results.future, columns.names), params.future)
    elif counted["future"]:
        run.warn(f"{counted['future']:,} readings are of the future; --future DIR writes them down")
